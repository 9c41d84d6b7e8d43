/** Ctrl-C while a statement computes for minutes without a pause: it ends soon, and says so. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'millrace-cancel-'))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const digits = '(VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10)) AS'
const many = `CREATE TABLE many (k INT, n INT) WITH ('connector' = 'datagen', 'number-of-rows' = '200000', 'rows-per-second' = '0',
  'fields.k.min' = '1', 'fields.k.max' = '1', 'fields.n.min' = '1', 'fields.n.max' = '1000');
CREATE TABLE nowhere (n BIGINT) WITH ('connector' = 'blackhole');`
const list = "SPLIT(REPEAT('a,', 5000), ',')"
const times = `CREATE TABLE times (k INT, n INT, at_ms AS TO_TIMESTAMP_LTZ(CAST(n AS BIGINT) * 1000, 3), WATERMARK FOR at_ms AS at_ms) WITH ('connector' = 'datagen',
  'number-of-rows' = '200000', 'rows-per-second' = '0', 'fields.k.min' = '1', 'fields.k.max' = '1', 'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '200000');`

/** Each takes minutes at least. One worker has a thread of its own for these only where somebody waits at a terminal. */
const byKeys: Readonly<Record<string, string>> = {
  'a join with a key that most rows have': `${many} INSERT INTO nowhere SELECT a.n FROM many AS a JOIN many AS b ON a.k = b.k`,
  'rows of a join that are shown': `${many} SELECT a.n FROM many AS a JOIN many AS b ON a.k = b.k`,
}
const statements: Readonly<Record<string, string>> = {
  'a join of few rows with one another': `SELECT COUNT(*) FROM ${['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'l'].map((name) => `${digits} ${name} (${name}${name})`).join(', ')}`,
  'lists of lists': `SELECT COUNT(*) FROM (VALUES (1)) AS v (n) CROSS JOIN UNNEST(${list}) AS a (x) CROSS JOIN UNNEST(${list}) AS b (y) CROSS JOIN UNNEST(${list}) AS c (z)`,
  'a pattern that can be matched in many ways': `${times} SELECT * FROM times MATCH_RECOGNIZE (PARTITION BY k ORDER BY at_ms MEASURES A.n AS a
    PATTERN (A+ B+ C+ D) DEFINE A AS A.n > 0, B AS B.n > 0, C AS C.n > 0, D AS D.n < 0) AS m`,
}

interface Ended {
  readonly status: number | null
  readonly said: string
  readonly msToEnd: number
}

async function interrupt(name: string, sql: string, workers: number): Promise<Ended> {
  const script = path.join(folder, `${name.replaceAll(' ', '-')}-${workers}.sql`)
  writeFileSync(script, `SET 'parallelism.default' = '${workers}';\n${sql};\n`)
  const child = spawn(path.resolve('bin/millrace'), ['run', script, '--format', 'csv'], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  child.stdout.resume()
  child.stderr.on('data', (bytes: Buffer) => {
    said += bytes.toString()
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  await sleep(3000)
  expect(child.exitCode).toBeNull()
  const begun = performance.now()
  child.kill('SIGINT')
  const late = setTimeout(() => child.kill('SIGKILL'), 20_000)
  const status = await ended
  clearTimeout(late)
  return { status, said, msToEnd: performance.now() - begun }
}

describe.each([1, 2])('with %i workers', (workers) => {
  test.each(Object.entries(workers === 1 ? statements : { ...statements, ...byKeys }))('%s', { timeout: 60_000 }, async (name, sql) => {
    const { status, said, msToEnd } = await interrupt(name, sql, workers)
    expect({ status, said }).toEqual({ status: 130, said: expect.stringMatching(/^$|was ended by force/) })
    expect(msToEnd).toBeLessThan(20_000)
  })
})
