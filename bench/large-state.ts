/**
 * How long checkpoints of about a gigabyte hold rows back, and how long it takes to go on from one: a group for each of ten million keys,
 * which a first run fills and a second one, begun from its checkpoint, goes on to update, some of the keys at a time.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Connector, SourceReader } from '#connectors'
import { batchRows } from '#data'
import type { RunReport } from '#query'
import { sessionWith } from './own-session.ts'

const keys = 10_000_000
/** Keys that are updated for a while, and how often, before others are. */
const hotKeys = keys / 20
const hotUpdates = 10 * hotKeys
const updatesPerSecond = 200_000
const checkpointsMeasured = 25

/** Each key once, as fast as they are taken; then some of them, and others after these, at a steady pace. */
class KeyReader implements SourceReader {
  readonly skippedRows = 0
  readonly #numbers = new Float64Array(batchRows)
  readonly #openedMs = performance.now()
  #updates = 0
  #row: number

  constructor(row: number) {
    this.#row = row
  }

  read(): ReturnType<SourceReader['read']> {
    const isDue = this.#row < keys || this.#updates < ((performance.now() - this.#openedMs) * updatesPerSecond) / 1000
    return isDue ? this.#next() : new Promise((resolve) => setTimeout(() => resolve(this.#next()), 10))
  }

  #next() {
    const isNew = this.#row < keys
    for (let i = 0; i < batchRows; i++) this.#numbers[i] = keyOf(this.#row + i)
    this.#row += batchRows
    if (!isNew) this.#updates += batchRows
    const column = { form: 'numbers', data: this.#numbers, nulls: null } as const
    return { batch: { length: batchRows, columns: [column], kinds: null, watermarks: null }, split: '' }
  }

  position(): number {
    return this.#row
  }

  async close(): Promise<void> {}
}

function keyOf(row: number): number {
  if (row < keys) return row
  const update = row - keys
  const first = (Math.floor(update / hotUpdates) * hotKeys) % keys
  return first + ((update * 7919) % hotKeys)
}

const source: Connector = {
  name: 'keys',
  options: [],
  source: () => ({
    bounded: false,
    metadata: [],
    open: ({ position }) => Promise.resolve(new KeyReader(typeof position === 'number' ? position : 0)),
  }),
  sink: null,
}

const script = `
  CREATE TABLE keys (n BIGINT) WITH ('connector' = 'keys');
  CREATE TABLE sink (n BIGINT, a BIGINT, b BIGINT, c BIGINT, d BIGINT, e BIGINT, f DOUBLE, g DOUBLE) WITH ('connector' = 'blackhole');
  INSERT INTO sink SELECT n, COUNT(*), SUM(n), MIN(n), MAX(n), AVG(n), SUM(CAST(n AS DOUBLE)), AVG(CAST(n AS DOUBLE)) FROM keys GROUP BY n;`

/** The place of the checkpoints; given to the second process, which goes on from them. */
const given = process.argv[2]
const folder = given ?? mkdtempSync(join(tmpdir(), 'millrace-bench-state-'))

/** Runs until it is enough. */
async function run(interval: string, isEnough: (report: RunReport) => boolean): Promise<RunReport> {
  const session = sessionWith(source, { 'execution.checkpointing.dir': folder, 'execution.checkpointing.interval': interval })
  const stopping = new AbortController()
  let last: RunReport | null = null
  const progress = (report: RunReport): void => {
    last = report
    if (isEnough(report)) stopping.abort()
  }
  await session.run(script, { progress, ended: progress }, stopping.signal)
  if (last === null) throw new Error('the run told nothing')
  return last
}

/** Bytes of all files of a checkpoint, and how long it took to write what was new. */
interface Written {
  readonly bytes: number
  readonly ms: number
}

/** Adds the checkpoints that are there now. */
function noteCheckpoints(seen: Map<string, Written>): void {
  const place = join(folder, 'statement-1')
  for (const name of readdirSync(join(place, 'checkpoints'))) {
    if (seen.has(name) || !name.endsWith('.json')) continue
    const manifest = join(place, 'checkpoints', name)
    const { files } = JSON.parse(readFileSync(manifest, 'utf8').split('\n', 1).join()) as {
      readonly files: readonly { readonly name: string; readonly bytes: number }[]
    }
    const newest = files.at(-1)
    if (newest === undefined) continue
    const begunMs = statSync(join(place, newest.name)).birthtimeMs
    seen.set(name, { bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), ms: statSync(manifest).mtimeMs - begunMs })
  }
}

function distribution(numbers: readonly number[]): string {
  const sorted = numbers.toSorted((a, b) => a - b)
  const at = (share: number): string => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(1)
  return `median ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms`
}

async function fill(): Promise<void> {
  await run('10 min', ({ rowsIn }) => rowsIn >= keys)
  spawnSync(process.execPath, [...process.execArgv, import.meta.filename, folder], { stdio: 'inherit' })
}

async function goOn(): Promise<void> {
  const seen = new Map<string, Written>()
  noteCheckpoints(seen)
  const bytes = seen.values().next().value?.bytes ?? Number.NaN
  seen.clear()
  const { readyMs, pausesMs } = await run('1 s', (report) => {
    noteCheckpoints(seen)
    return report.pausesMs.length >= checkpointsMeasured
  })
  const restoreSeconds = (readyMs ?? Number.NaN) / 1000
  const peakMb = process.resourceUsage().maxRSS / 1024
  console.log(`large state: ${keys.toLocaleString('en-US')} groups, a checkpoint of ${(bytes / 1e9).toFixed(2)} GB, peak ${peakMb.toFixed(0)} MB
  restored in ${restoreSeconds.toFixed(1)} s, ${(restoreSeconds / (bytes / 1e9)).toFixed(1)} s a GB
  ${pausesMs.length} checkpoints at ${updatesPerSecond.toLocaleString('en-US')} updates a second: no rows for ${distribution(pausesMs)}
  each written, while rows go on, in ${distribution(Array.from(seen.values(), ({ ms }) => ms))}`)
}

if (given === undefined) {
  try {
    await fill()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
} else await goOn()
