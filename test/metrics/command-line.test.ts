/** `millrace run --metrics` and `millrace explain --analyze`, as a person types them. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let folder: string
let script: string

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'millrace-metrics-'))
  script = path.join(folder, 'cities.sql')
  writeFileSync(
    path.join(folder, 'rows.csv'),
    Array.from({ length: 1000 }, (_, row) => `${row % 100 < 91 ? 'Paris' : 'Rome'},${row}\n`).join(''),
  )
  writeFileSync(
    script,
    `CREATE TABLE visits (city STRING, n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${path.join(folder, 'rows.csv')}', 'format' = 'csv');
SET 'execution.runtime-mode' = 'batch';
SELECT city, COUNT(*) AS visits FROM visits WHERE n >= 100 GROUP BY city;
`,
  )
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function millrace(...words: string[]) {
  const child = spawn(path.resolve('bin/millrace'), words, { stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve))
  const [output, notes] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { output, notes, status: await closed }
}

const answer = '{"city":"Paris","visits":819}\n{"city":"Rome","visits":81}\n'

describe('run --metrics', () => {
  test('writes one object for each operator and subtask', { timeout: 60_000 }, async () => {
    const file = path.join(folder, 'metrics.jsonl')
    const { output, status } = await millrace('run', script, '--format', 'json', '--metrics', file)
    expect([output, status]).toEqual([answer, 0])
    const lines = readFileSync(file, 'utf8').trim().split('\n')
    const last = lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ isLast }) => isLast === true)
    const rows = last.map(({ operatorName, numRecordsIn, numRecordsOut }) => [operatorName, numRecordsIn, numRecordsOut])
    expect(rows).toEqual([
      ['Source: default_catalog.default_database.visits', 1000, 1000],
      ['Filter', 1000, 900],
      ['GroupAggregate', 900, 2],
      ['Sink: Collect', 2, 2],
    ])
    for (const { busyTimeMsPerSecond, idleTimeMsPerSecond, backPressuredTimeMsPerSecond } of last) {
      expect(Number(busyTimeMsPerSecond) + Number(idleTimeMsPerSecond) + Number(backPressuredTimeMsPerSecond)).toBeCloseTo(1000, 1)
    }
  })

  test('a file that cannot be written is told before anything runs', { timeout: 60_000 }, async () => {
    const place = path.join(folder, 'taken')
    mkdirSync(place)
    const { output, notes, status } = await millrace('run', script, '--format', 'json', '--metrics', place)
    expect([output, status]).toEqual(['', 3])
    expect(notes).toContain(`error: could not write "${place}"`)
    expect(notes).toContain('code: CLI_FILE_UNWRITABLE')
  })

  test('a full disk loses metrics, and no row', { timeout: 60_000 }, async () => {
    const { output, notes, status } = await millrace('run', script, '--format', 'json', '--metrics', '/dev/full')
    expect([output, status]).toEqual([answer, 3])
    expect(notes).toContain('error: could not write "/dev/full"')
    expect(notes).toContain('no space left on device')
  })
})

test('explain --analyze prints the plan with what its operators did', { timeout: 60_000 }, async () => {
  const { output, status } = await millrace('explain', '--analyze', script)
  expect(status).toBe(0)
  expect(output).toContain('-- SELECT, line 3\n== Measured Plan ==\n')
  const lines = output.split('\n').map((line) =>
    line
      .replaceAll(/\d+(?:\.\d)? %/g, 'N %')
      .replaceAll(/\d+(?:\.\d)? k?B/g, 'N B')
      .trim()
      .replaceAll(/ {2,}/g, '  '),
  )
  expect(lines[2]).toBe('rows in  rows out  busy  state  operator')
  expect(lines[3]).toBe('2  2  N %  N B  Collect(fields=[city, visits])')
  expect(lines[4]).toBe('900  2  N %  N B  +- GroupAggregate(groupBy=[city], select=[city, COUNT(*) AS visits])')
  expect(lines[5]).toBe('1,000  900  N %  +- Filter(where=[n >= 100])')
  expect(lines[6]).toMatch(/^1,000 {2}1,000 {2}N % {2}\+- TableSourceScan/)
  expect(output).toContain('== Heaviest Keys ==\nGroupAggregate, of 246 rows looked at\n  city=Paris: ')
})
