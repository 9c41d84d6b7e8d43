/** Runs a statement over scripted tables in virtual time, and tells when which rows came out. */
import { systemClock } from '#base'
import { MemoryBlobs } from '#blobs'
import { MemoryCatalog } from '#catalog'
import { type Batch, rowsOf, type Schema } from '#data'
import { EmbeddedEngine, localHost, type RunReport } from '#engines'
import type { RunMetrics } from '#metrics'
import { QuerySession } from '#query'
import { VirtualTime } from '../simulation/virtual-time.fixture.ts'
import { type Script, scriptedConnector } from './scripted-source.fixture.ts'

export interface TimedRun {
  readonly sql: string
  readonly scripts: Readonly<Record<string, Script>>
  readonly settings?: Readonly<Record<string, string>>
  /** The run is stopped after so much virtual time; left out: it ends by itself. */
  readonly untilMs?: number
  readonly random?: () => number
  /** Is told now and then how the run is. */
  readonly progress?: (report: RunReport) => void
  /** Is told the bytes of state in memory, of all operators, now and then. */
  readonly stateBytes?: (bytes: number) => void
  /** Is told what was measured now and then. */
  readonly measured?: (metrics: RunMetrics) => void
}

interface CameOut {
  readonly atMs: number
  readonly row: readonly unknown[]
}

export interface TimedResult {
  readonly rows: readonly CameOut[]
  readonly report: RunReport | null
  /** The rows of each table that was written. */
  readonly written: ReadonlyMap<string, readonly (readonly unknown[])[]>
}

/** What only runs of several workers need is loaded in real time, before virtual time passes. */
const loaded = (async (): Promise<void> => {
  const shape = { clock: systemClock, openBlobs: () => new MemoryBlobs(), random: () => 0.5, waitingBytesMax: 1 << 16 }
  const session = new QuerySession({
    createCatalog: () => new MemoryCatalog(),
    engine: new EmbeddedEngine({ clock: systemClock, workers: localHost(shape), userFunction: () => () => null }),
    settings: { 'parallelism.default': '2' },
    clock: systemClock,
    loadFunction: (definition) => Promise.reject(new TypeError(`no function ${definition.name}`)),
  })
  await session.run('SELECT 1', {}, new AbortController().signal)
})()

export async function timedRun({
  sql,
  scripts,
  settings = {},
  untilMs,
  random,
  progress,
  stateBytes,
  measured,
}: TimedRun): Promise<TimedResult> {
  await loaded
  const time = new VirtualTime()
  const written = new Map<string, (readonly unknown[])[]>()
  const openBlobs = () => new MemoryBlobs()
  const engine = new EmbeddedEngine({
    clock: time,
    openBlobs,
    workers: localHost({ clock: time, openBlobs, random: random ?? (() => 0.5), waitingBytesMax: 1 << 16 }),
    connectors: [scriptedConnector(time, scripts, written)],
    userFunction: () => () => null,
  })
  const session = new QuerySession({
    createCatalog: () => new MemoryCatalog(),
    engine,
    settings,
    clock: time,
    loadFunction: (definition) => Promise.reject(new TypeError(`no function ${definition.name}`)),
  })
  const rows: CameOut[] = []
  let report: RunReport | null = null
  let schema: Schema = []
  const failures: Error[] = []
  let isOver = false
  const stop = new AbortController()
  const begin = (): Promise<void> => {
    session
      .run(
        sql,
        {
          opened: (opened) => {
            schema = opened.schema
          },
          table: (_schema, found) => void rows.push(...found.map((row) => ({ atMs: time.monotonicMs(), row }))),
          changes: (batch: Batch) => void rows.push(...rowsOf(batch, schema).map((row) => ({ atMs: time.monotonicMs(), row }))),
          measured: ({ metrics }) => {
            stateBytes?.(metrics.operators.reduce((sum, each) => sum + each.stateBytes, 0))
            measured?.(metrics)
          },
          progress: (now) => progress?.(now),
          ended: (last) => {
            report = last
          },
        },
        stop.signal,
      )
      .catch((error: unknown) => {
        failures.push(error as Error)
      })
      .finally(() => {
        isOver = true
      })
    if (untilMs !== undefined) void time.after(untilMs).then(() => stop.abort())
    return Promise.resolve()
  }
  await time.run(begin, () => isOver)
  for (const failure of failures) throw failure
  return { rows, report, written }
}
