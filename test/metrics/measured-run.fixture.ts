/** Runs statements over made-up tables under a clock that only they move, and keeps what was measured. */
import type { Clock } from '#base'
import { openBlobs } from '#blobs'
import { MemoryCatalog } from '#catalog'
import type { Connector, SourceReader } from '#connectors'
import { batchOf, type Schema } from '#data'
import { EmbeddedEngine, localHost } from '#engines'
import type { OperatorMetrics, RunMetrics } from '#metrics'
import { type MeasuredRun, QuerySession, type RunReport, UserFunctions } from '#query'

/** Time that passes when somebody says so. */
class ManualClock implements Clock {
  ms = 0

  nowMs(): number {
    return 1_700_000_000_000 + this.ms
  }

  monotonicMs(): number {
    return this.ms
  }
}

export const batches = 20
export const batchRows = 500

/** Of a hundred rows 91 have the key 7; the numbers count up, and every tenth time is an hour too late. */
function rowAt(index: number): Readonly<Record<string, unknown>> {
  return { k: index % 100 < 91 ? 7 : index, n: index, at_ms: index * 1000 - (index % 10 === 9 ? 3_600_000 : 0) }
}

/**
 * A table whose batches each take the reader `read-ms`, and a sink whose writes each take `write-ms`, which is waited for. The rows can be
 * divided among readers.
 */
function pacedConnector(clock: ManualClock): Connector {
  const option = (name: string) => ({ name, kind: 'text', summary: name }) as const
  const msOf = (options: Readonly<Record<string, string>>, name: string): number => Number(options[name] ?? 0)
  return {
    name: 'paced',
    options: [option('read-ms'), option('write-ms'), option('takes')] as unknown as Connector['options'],
    source: ({ options }) => ({
      bounded: true,
      metadata: [],
      divide: (readers) => Promise.resolve(Array.from({ length: readers }, (_, first) => ({ first, step: readers }))),
      open: ({ columns, position }) => {
        const { first, step } = (position as { readonly first: number; readonly step: number } | undefined) ?? { first: 0, step: 1 }
        const schema = columns.map(({ key, type }) => ({ name: key, type }))
        return Promise.resolve(readerOf(schema, first, step, () => (clock.ms += msOf(options, 'read-ms'))))
      },
    }),
    sink: ({ options }) => ({
      takes: options['takes'] === 'upsert' ? 'upsert' : 'all',
      open: () =>
        Promise.resolve({
          write: () => {
            const ms = msOf(options, 'write-ms')
            if (ms === 0) return
            return new Promise<void>((resolve) => {
              setImmediate(() => {
                clock.ms += ms
                resolve()
              })
            })
          },
          prepare: () => Promise.resolve(null),
          commit: () => Promise.resolve(),
          close: () => Promise.resolve(),
        }),
    }),
  }
}

function readerOf(schema: Schema, first: number, step: number, passTime: () => void): SourceReader {
  let next = first
  return {
    read: () => {
      if (next >= batches) return null
      passTime()
      const rows = Array.from({ length: batchRows }, (_, row) => {
        const values = rowAt(next * batchRows + row)
        return schema.map(({ name }) => values[name] ?? null)
      })
      next += step
      return { batch: batchOf(schema, rows), split: 'all' }
    },
    position: () => ({ first: next, step }),
    skippedRows: 0,
    close: () => Promise.resolve(),
  }
}

export interface MeasuredScript {
  readonly workers?: number
  readonly ended?: (report: RunReport) => void
  readonly settings?: Readonly<Record<string, string>>
}

/** Functions of users: `later` answers after a millisecond, when nothing else is to do. */
function functionsOf(clock: ManualClock): UserFunctions {
  const later = {
    parameters: ['BIGINT'],
    returns: 'BIGINT',
    async: true,
    evaluate: (value: bigint | number) =>
      new Promise((resolve) => {
        setImmediate(() => {
          clock.ms += 1
          resolve(value)
        })
      }),
  }
  return new UserFunctions(() => Promise.resolve({ later }))
}

function sessionOf({ workers = 1, settings = {} }: MeasuredScript): QuerySession {
  const clock = new ManualClock()
  const functions = functionsOf(clock)
  return new QuerySession({
    createCatalog: () => new MemoryCatalog(),
    engine: new EmbeddedEngine({
      clock,
      workers: localHost({ clock, openBlobs, random: () => 0.5, waitingBytesMax: 1 << 14 }),
      connectors: [pacedConnector(clock)],
      userFunction: (user) => functions.callable(user),
    }),
    settings: { 'parallelism.default': String(workers), ...settings },
    clock,
    loadFunction: (definition) => functions.load(definition),
  })
}

/** What EXPLAIN says of the last statement of a script. */
export async function explained(script: string, options: MeasuredScript = {}): Promise<string> {
  let text = ''
  const table = (_schema: Schema, rows: readonly (readonly unknown[])[]): void => {
    text = String(rows[0]?.[0])
  }
  await sessionOf(options).run(tables + script, { table }, AbortSignal.timeout(30_000))
  return text
}

/** Every snapshot of every run of a script. */
export async function measuredRuns(script: string, options: MeasuredScript = {}): Promise<MeasuredRun[]> {
  const { ended = () => undefined } = options
  const session = sessionOf(options)
  const runs: MeasuredRun[] = []
  await session.run(tables + script, { changes: () => undefined, measured: (run) => runs.push(run), ended }, AbortSignal.timeout(30_000))
  return runs
}

/** What was measured at the end of the last run. */
export async function lastMetrics(script: string, options: MeasuredScript = {}): Promise<RunMetrics> {
  const runs = await measuredRuns(script, options)
  const last = runs.at(-1)
  if (last === undefined || !last.isLast) throw new TypeError('the run was not measured at its end')
  return last.metrics
}

/** The subtasks of the only operator of a name. */
export function subtasks({ operators }: RunMetrics, name: string): readonly OperatorMetrics[] {
  const found = operators.filter(({ operatorName }) => operatorName === name)
  if (found.length === 0) throw new TypeError(`there is no ${name} among ${operators.map(({ operatorName }) => operatorName).join(', ')}`)
  return found
}

export function total(operators: readonly OperatorMetrics[], of: (metrics: OperatorMetrics) => number): number {
  return operators.reduce((sum, each) => sum + of(each), 0)
}

const columns = 'k BIGINT, n BIGINT, at_ms BIGINT'

const tables = `
  CREATE TABLE t (${columns}) WITH ('connector' = 'paced', 'read-ms' = '3');
  CREATE TABLE timed (${columns}, placed AS TO_TIMESTAMP_LTZ(at_ms, 3), WATERMARK FOR placed AS placed) WITH ('connector' = 'paced');
  CREATE TABLE slow (k BIGINT, n BIGINT) WITH ('connector' = 'paced', 'write-ms' = '20');
  CREATE TABLE fast (k BIGINT, n BIGINT) WITH ('connector' = 'paced');
  CREATE FUNCTION later AS 'functions.ts#later';
  CREATE TABLE keyed (k BIGINT, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'paced', 'takes' = 'upsert');
`
