/**
 * A stream lands as Parquet files by day, hour and five minutes, while DuckDB reads the folder again and again: what it sees is whole at any
 * moment, and nothing that it saw goes away.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeEach, expect, test } from 'vitest'

const rows = 40_000
/** Each row is this much later than the one before: five minutes have 4,000 of them. */
const rowMs = 75
const rowsOfFiveMinutes = 300_000 / rowMs

let folder: string
let child: ChildProcess | null = null

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'millrace-landing-'))
})
afterEach(async () => {
  if (child?.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

function script(options: string): string {
  return `
CREATE TABLE numbers (n BIGINT, \`at\` AS TO_TIMESTAMP_LTZ(1709294400000 + n * ${rowMs}, 3), WATERMARK FOR \`at\` AS \`at\`) WITH (
  'connector' = 'datagen', 'rows-per-second' = '8000', 'number-of-rows' = '${rows}',
  'fields.n.kind' = 'sequence', 'fields.n.start' = '0', 'fields.n.end' = '${rows - 1}');
CREATE TABLE landed (n BIGINT, \`at\` TIMESTAMP_LTZ(3), name STRING, half DOUBLE, amount DECIMAL(10, 2), dt STRING, hh STRING, mi STRING)
PARTITIONED BY (dt, hh, mi) WITH ('connector' = 'filesystem', 'path' = '${folder}/landed', 'format' = 'parquet',
  'sink.partition-commit.trigger' = 'partition-time', 'sink.partition-commit.delay' = '5 min',
  'sink.partition-commit.policy.kind' = 'success-file',
  'partition.time-extractor.timestamp-pattern' = '$dt $hh:$mi:00'${options});
INSERT INTO landed SELECT n, \`at\`, 'name ' || CAST(MOD(n, 100) AS STRING), n / 2.0, CAST(n AS DECIMAL(10, 2)),
  DATE_FORMAT(\`at\`, 'yyyy-MM-dd'), DATE_FORMAT(\`at\`, 'HH'),
  DATE_FORMAT(TO_TIMESTAMP_LTZ(1709294400000 + n * ${rowMs} - MOD(n * ${rowMs}, 300000), 3), 'mm') FROM numbers;`
}

/** Starts a durable run; resolves with its status. */
async function start(options = ''): Promise<number | null> {
  await writeFile(path.join(folder, 'script.sql'), script(options))
  const words = ['run', 'script.sql', '--data-dir', 'state', '--checkpoint-interval', '200ms']
  const run = spawn(path.resolve('bin/millrace'), words, { detached: true, stdio: 'ignore', cwd: folder })
  child = run
  return new Promise((resolve) => run.on('close', resolve))
}

async function marked(): Promise<string[]> {
  const names = await readdir(path.join(folder, 'landed'), { recursive: true }).catch(() => [])
  return names.filter((name) => name.endsWith('_SUCCESS')).map((name) => path.dirname(name))
}

interface Seen {
  readonly count: number
  readonly numbers: number
  readonly last: number
}

/** What a reader sees that knows nothing of the run. */
async function ask(sql: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  try {
    return (await connection.runAndReadAll(sql)).getRowsJS()
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

async function look(): Promise<Seen | null> {
  const files = `read_parquet('${folder}/landed/**/*.parquet', hive_partitioning = true, hive_types_autocast = false)`
  try {
    const [row = []] = await ask(`SELECT COUNT(*), COUNT(DISTINCT n), MAX(n) FROM ${files} WHERE half * 2 = n AND amount = n`)
    return { count: Number(row[0]), numbers: Number(row[1]), last: Number(row[2]) }
  } catch (error) {
    if (String(error).includes('No files found')) return null
    throw error
  }
}

test('a reader sees whole files and a growing beginning of the stream, through a kill as well', { timeout: 100_000 }, async () => {
  let ended = start()
  let before = 0
  let looks = 0
  for (let isOver = false, isKilled = false; !isOver; ) {
    isOver = await Promise.race([ended.then(() => true), sleep(100).then(() => false)])
    const whole = await marked()
    const seen = await look()
    if (seen === null) continue
    looks++
    expect(seen.numbers).toBe(seen.count)
    // Files of one commit are shown one after another: at most those of the last one are missing in between.
    expect(seen.last + 1 - seen.count).toBeLessThanOrEqual(rowsOfFiveMinutes)
    expect(seen.count).toBeGreaterThanOrEqual(Math.max(before, whole.length * rowsOfFiveMinutes))
    before = seen.count
    if (!isKilled && seen.count > rows / 3) {
      isKilled = true
      process.kill(-(child?.pid ?? 0), 'SIGKILL')
      await ended
      isOver = false
      ended = start()
    }
  }
  expect(await ended).toBe(0)
  expect(looks).toBeGreaterThan(5)
  expect(await look()).toEqual({ count: rows, numbers: rows, last: rows - 1 })
  expect(await marked()).toHaveLength(rows / rowsOfFiveMinutes)
})

test('held back, each five minutes become one file, which is there together with its mark', { timeout: 100_000 }, async () => {
  const ended = start(", 'auto-compaction' = 'true'")
  let looks = 0
  for (let isOver = false; !isOver; ) {
    isOver = await Promise.race([ended.then(() => true), sleep(100).then(() => false)])
    const seen = await look()
    if (seen === null) continue
    looks++
    expect(seen.count % rowsOfFiveMinutes).toBe(0)
    expect(seen.numbers).toBe(seen.count)
  }
  expect(await ended).toBe(0)
  expect(looks).toBeGreaterThan(0)
  expect(await look()).toEqual({ count: rows, numbers: rows, last: rows - 1 })
  const landed = path.join(folder, 'landed')
  const files = (await readdir(landed, { recursive: true })).filter((name) => name.endsWith('.parquet'))
  expect(files).toHaveLength(rows / rowsOfFiveMinutes)
  for (const name of files) expect(existsSync(path.join(landed, path.dirname(name), '_SUCCESS'))).toBe(true)
  expect((await readdir(landed, { recursive: true })).filter((name) => path.basename(name).startsWith('.'))).toEqual([])
})
