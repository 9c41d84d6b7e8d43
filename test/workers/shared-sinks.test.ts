/** Files that two workers write: each its own, and together the rows that one writes. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'millrace-sinks-'))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Written {
  readonly rows: readonly string[]
  readonly writers: number
}

async function write(name: string, workers: number, options: string, how = 'INTO'): Promise<Written> {
  const rows = path.join(folder, name)
  const script = path.join(folder, `${name}.sql`)
  writeFileSync(
    script,
    `SET 'parallelism.default' = '${workers}';
SET 'execution.runtime-mode' = 'batch';
CREATE TABLE nexmark (event_type INT, bid ROW<auction BIGINT, bidder BIGINT, price BIGINT>) WITH ('connector' = 'nexmark', 'events.num' = '50000');
CREATE TABLE bids (auction BIGINT, bidder BIGINT, price BIGINT) WITH ('connector' = 'filesystem', 'path' = '${rows}', 'format' = 'csv' ${options});
INSERT ${how} bids SELECT bid.auction, bid.bidder, bid.price FROM nexmark WHERE event_type = 2;
`,
  )
  const child = spawn(path.resolve('bin/millrace'), ['run', script], { stdio: ['ignore', 'ignore', 'inherit'] })
  expect(await once(child, 'close')).toEqual([0, null])
  const names = readdirSync(rows)
  expect(names.filter((file) => file.startsWith('.'))).toEqual([])
  const lines = names.flatMap((file) => readFileSync(path.join(rows, file), 'utf8').trimEnd().split('\n'))
  return { rows: lines.toSorted(), writers: new Set(names.map((file) => file.split('-')[1])).size }
}

test('all rows are there, whoever writes them', { timeout: 60_000 }, async () => {
  const one = await write('one', 1, '')
  const two = await write('two', 2, '')
  expect([one.writers, two.writers]).toEqual([1, 2])
  expect(two.rows).toEqual(one.rows)
})

test('rows that replace others are there alone, whoever writes them', { timeout: 60_000 }, async () => {
  const one = await write('alone', 1, '')
  const before = await write('over', 1, '')
  const two = await write('over', 2, '', 'OVERWRITE')
  expect([before.writers, two.writers]).toEqual([1, 2])
  expect(two.rows).toEqual(one.rows)
})

test.each([
  ['it is asked for', 'asked', `, 'sink.parallelism' = '1'`, 'INTO'],
  ['partitions are marked as whole', 'marked', `, 'sink.partition-commit.policy.kind' = 'success-file'`, 'INTO'],
])('one worker writes where %s', { timeout: 60_000 }, async (_name, place, options, how) => {
  expect((await write(place, 2, options, how)).writers).toBe(1)
})
