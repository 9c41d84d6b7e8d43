import { describe, expect, test } from 'vitest'
import { assert, type Clock, systemClock } from '#base'
import { ConnectorMeter, type Lookup, type LookupReader, type Sink, type Source, type SourceBatch, type SourceReader } from '#connectors'
import { type Batch, batchOf, integerType, rowsOf, type Schema, stringType, type Vector, valueAt, withNullable } from '#data'
import type { Join, Plan, Project, Relation, Scan, TableDefinition } from '#plan'
import { PlainCommits } from '../commits.ts'
import { Run } from '../run.ts'
import { asyncLimitsOf } from './async-task.ts'
import { lowerPlan, type RunShape } from './lower-plan.ts'
import { TableAccess } from './table-access.ts'

const clicks: Schema = [
  { name: 'user', type: stringType },
  { name: 'n', type: integerType },
]
const users: Schema = [
  { name: 'id', type: stringType },
  { name: 'age', type: integerType },
]

/** A clock that the test moves. */
class MovedClock implements Clock {
  ms = 0
  nowMs(): number {
    return this.ms
  }
  monotonicMs(): number {
    return this.ms
  }
}

type Rows = readonly (readonly unknown[])[]

/** Gives batch after batch; a function among them is called first and may take its time. */
function listSource(schema: Schema, ...steps: readonly (Rows | (() => Promise<void> | void))[]): Source {
  const open = async (): Promise<SourceReader> => {
    const left = [...steps]
    const read = async (): Promise<SourceBatch | null> => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        if (typeof next === 'function') await next()
        else return { batch: batchOf(schema, next), split: '' }
      }
      return null
    }
    return { read, position: () => null, skippedRows: 0, close: () => Promise.resolve() }
  }
  return { bounded: false, metadata: [], open }
}

/** A table outside, whose lookups take as many turns as a list says. */
class OutsideTable {
  readonly asked: string[][] = []
  rows: Rows = [
    ['ada', 36],
    ['bob', 7],
    ['ada', 37],
  ]
  turns: readonly number[]
  readonly #capacity: number

  constructor(turns: readonly number[], capacity = Number.POSITIVE_INFINITY) {
    this.turns = turns
    this.#capacity = capacity
  }

  source(cache: Lookup['cache'] = { kind: 'none' }, retriesMax = 0): Source {
    const open = async (): Promise<SourceReader> =>
      listSource(users, this.rows).open({ columns: [], conditions: [], ...unwatched, signal: never })
    return { bounded: true, metadata: [], open, lookup: { cache, retriesMax, open: async () => this.#reader() } }
  }

  #reader(): LookupReader {
    let call = 0
    return {
      lookup: async (keys: Batch) => {
        const wanted = Array.from({ length: keys.length }, (_, row) => String(valueAt(keys.columns[0] as Vector, row, stringType)))
        assert(wanted.length <= this.#capacity, 'no more keys are asked for at a time than may be')
        this.asked.push(wanted)
        for (let turn = this.turns[call++ % this.turns.length] ?? 0; turn > 0; turn--) await new Promise((resolve) => setImmediate(resolve))
        const found = this.rows.filter(([id]) => wanted.includes(String(id)))
        return { rows: batchOf(users, found), places: Int32Array.from(found, ([id]) => wanted.indexOf(String(id))) }
      },
      close: () => Promise.resolve(),
    }
  }
}

const never = new AbortController().signal
const unwatched = { meter: new ConnectorMeter(systemClock), hasDeadLetters: false, work: null }

class OutsideTables extends TableAccess {
  readonly #sources: Readonly<Record<string, Source>>
  readonly #sink: Sink | null

  constructor(clock: Clock, sources: Readonly<Record<string, Source>>, sink: Sink | null = null) {
    const definition = (columns: Schema): TableDefinition => ({
      path: ['c', 'd', 'out'],
      columns: columns.map(({ name, type }) => ({ kind: 'physical', name, type, comment: null })),
      watermark: null,
      primaryKey: [],
      partitionedBy: [],
      options: {},
      comment: null,
      temporary: false,
    })
    super({ table: () => definition(joined) }, sessionOf(clock))
    this.#sources = sources
    this.#sink = sink
  }

  override source(scan: Scan): Source {
    return this.#sources[scan.table[2]] as Source
  }

  override sink(): { readonly name: string; readonly sink: Sink } {
    return { name: 'out', sink: this.#sink as Sink }
  }
}

function sessionOf(clock: Clock) {
  return { timeZone: 'UTC', clock, startedAtMs: Number.NaN, userFunction: () => () => null }
}

function scanOf(table: string, columns: Schema): Scan {
  const sources = Object.fromEntries(columns.map(({ name }) => [name, { kind: 'physical', key: name } as const]))
  return { kind: 'scan', table: ['c', 'd', table], columns, sources, conditions: [], options: {} }
}

const reference = ({ name, type }: Schema[number]) => ({ name, value: { kind: 'column', name, type } }) as const

const left: Project = {
  kind: 'project',
  input: scanOf('clicks', clicks),
  columns: [
    ...clicks.map(reference),
    {
      name: 'pt',
      value: { kind: 'call', function: 'PROCTIME', arguments: [], type: { kind: 'timestamp-ltz', precision: 3, nullable: false } },
    },
  ],
}

function joinOf(more: Partial<Join> = {}): Project {
  const join: Join = {
    kind: 'join',
    type: 'left',
    left,
    right: scanOf('users', users),
    equal: [{ left: 'user', right: 'id', nullsEqual: false }],
    condition: null,
    asOf: 'pt',
    ...more,
  }
  return { kind: 'project', input: join, columns: joined.map(reference) }
}

const joined: Schema = [...clicks, ...users].map((column) => ({ ...column, type: withNullable(column.type, true) }))

const limits: RunShape = {
  mode: 'streaming',
  stateTtlMs: 0,
  sourceIdleMs: 0,
  upsertMaterialize: 'auto',
  asyncCalls: asyncLimitsOf({}),
  lookups: { capacity: 2, timeoutMs: 1000 },
  memory: { stateBytes: Number.POSITIVE_INFINITY, folder: '' },
}

interface Ran {
  readonly run: Run
  readonly rows: unknown[][]
}

function start(
  input: Relation,
  clock: Clock,
  sources: Readonly<Record<string, Source>>,
  sink: Sink | null = null,
  commitEveryMs: number | null = null,
): Ran {
  const rows: unknown[][] = []
  const output =
    sink === null
      ? ({ kind: 'collect', input } as const)
      : ({ kind: 'insert', table: ['c', 'd', 'out'], input, overwrite: false, options: {} } as const)
  const plan: Plan = { outputs: [output] }
  const instance = lowerPlan(plan, sessionOf(clock), new OutsideTables(clock, sources, sink), limits, (_output, schema, batch) => {
    rows.push(...rowsOf(batch, schema))
  })
  return { run: new Run(instance, clock, new PlainCommits(instance.sinks, clock, commitEveryMs)), rows }
}

const sent: Rows = [
  ['ada', 1],
  ['bob', 2],
  ['cem', 3],
  [null, 4],
  ['ada', 5],
]

const expected = [
  ['ada', 1, 'ada', 36],
  ['ada', 1, 'ada', 37],
  ['bob', 2, 'bob', 7],
  ['cem', 3, null, null],
  [null, 4, null, null],
  ['ada', 5, 'ada', 36],
  ['ada', 5, 'ada', 37],
]

describe('a run with lookups', () => {
  test('keeps rows in order, whatever lookups take, and asks for no more than the capacity at a time', async () => {
    for (const turns of [[0], [7, 0, 3], [1, 9]]) {
      const table = new OutsideTable(turns, 2)
      const { run, rows } = start(joinOf(), new MovedClock(), {
        clicks: listSource(clicks, ...sent.map((row) => [row]), sent),
        users: table.source(),
      })
      await run.run()
      expect(rows).toEqual([...expected, ...expected])
      expect(table.asked.flat()).toEqual(['ada', 'bob', 'cem', 'ada', 'ada', 'bob', 'cem'])
    }
  })

  test('asks for a key once while its rows are kept', async () => {
    const table = new OutsideTable([2])
    const cache = { kind: 'partial', rowsMax: 100, expireAfterWriteMs: 500, expireAfterAccessMs: Infinity, keepsMissing: true } as const
    const clock = new MovedClock()
    const later = (): void => {
      clock.ms = 600
    }
    const { run, rows } = start(joinOf(), clock, { clicks: listSource(clicks, sent, sent, later, sent), users: table.source(cache) })
    await run.run()
    expect(rows).toEqual([...expected, ...expected, ...expected])
    expect(table.asked.flat()).toEqual(['ada', 'bob', 'cem', 'ada', 'bob', 'cem'])
  })

  test('chooses rows and computes columns of what was found', async () => {
    const scan = scanOf('users', users)
    const [, age] = users
    const number = (value: number) => ({ kind: 'literal', value, type: { ...integerType, nullable: false } }) as const
    const ageOf = { kind: 'column', name: 'age', type: (age as Schema[number]).type } as const
    const grown: Relation = {
      kind: 'filter',
      input: scan,
      condition: { kind: 'call', function: '>', arguments: [ageOf, number(36)], type: { kind: 'boolean', nullable: true } },
    }
    const right: Relation = {
      kind: 'project',
      input: grown,
      columns: [
        reference(users[0] as Schema[number]),
        { name: 'age', value: { kind: 'call', function: '+', arguments: [ageOf, number(1)], type: integerType } },
      ],
    }
    const { run, rows } = start(joinOf({ right, type: 'inner' }), new MovedClock(), {
      clicks: listSource(clicks, sent),
      users: new OutsideTable([1]).source(),
    })
    await run.run()
    expect(rows).toEqual([
      ['ada', 1, 'ada', 38],
      ['ada', 5, 'ada', 38],
    ])
  })

  test('compares by condition what does not find rows', async () => {
    const equal = [
      { left: 'user', right: 'id', nullsEqual: false },
      { left: 'n', right: 'age', nullsEqual: false },
    ]
    const right: Relation = {
      kind: 'project',
      input: scanOf('users', users),
      columns: [
        reference(users[0] as Schema[number]),
        { name: 'age', value: { kind: 'cast', value: reference(users[1] as Schema[number]).value, type: integerType, failing: 'null' } },
      ],
    }
    const source = listSource(clicks, [
      ['ada', 37],
      ['ada', 38],
    ])
    const { run, rows } = start(joinOf({ right, equal }), new MovedClock(), { clicks: source, users: new OutsideTable([1]).source() })
    await run.run()
    expect(rows).toEqual([
      ['ada', 37, 'ada', 37],
      ['ada', 38, null, null],
    ])
  })

  test('makes rows visible only together with those that wait for lookups before them', async () => {
    const log: string[] = []
    const sink: Sink = {
      takes: 'append',
      open: async () => ({
        write: (batch) => void log.push(`write ${batch.length}`),
        prepare: async () => log.push('prepare'),
        commit: async () => void log.push('commit'),
        close: () => Promise.resolve(),
      }),
    }
    const clock = new MovedClock()
    const due = (): void => {
      clock.ms += 10
    }
    const users = new OutsideTable([50]).source()
    const { run } = start(joinOf({ lookup: { capacity: 100 } }), clock, { clicks: listSource(clicks, sent, due, sent), users }, sink, 10)
    await run.run()
    expect(log).toEqual(['write 7', 'prepare', 'commit', 'write 7', 'prepare', 'commit'])
  })

  test('fails when a lookup does, and says of which table and how many keys', async () => {
    const source = { ...new OutsideTable([0]).source(), lookup: failingLookup(new Error('refused')) }
    const { run } = start(joinOf(), new MovedClock(), { clicks: listSource(clicks, sent), users: source })
    await expect(run.run()).rejects.toMatchObject({ code: 'ENGINE_LOOKUP_FAILED', message: 'could not look up 2 keys in table "users"' })
  })

  test('fails when a lookup takes too long, by the clock of the run', async () => {
    const clock = new MovedClock()
    const lookup: Lookup = {
      cache: { kind: 'none' },
      retriesMax: 0,
      open: async () => ({
        lookup: async () => {
          clock.ms += 300
          return new Promise(() => undefined)
        },
        close: () => Promise.resolve(),
      }),
    }
    const hinted = joinOf({ lookup: { timeoutMs: 250, capacity: 1 } })
    const { run } = start(hinted, clock, { clicks: listSource(clicks, sent), users: { ...new OutsideTable([0]).source(), lookup } })
    await expect(run.run()).rejects.toMatchObject({
      code: 'ENGINE_LOOKUP_LATE',
      message: 'looking up 1 key in table "users" took longer than 250 ms',
    })
  })

  test('reads a whole table again when it is time, and finds the old rows until then', async () => {
    const clock = new MovedClock()
    const table = new OutsideTable([0])
    const change = (): void => {
      table.rows = [['cem', 1]]
    }
    const pass = async (): Promise<void> => {
      clock.ms += 60
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 5))
    }
    const cache = { kind: 'full', reloadEveryMs: 50, reloadFrom: 'end' } as const
    const { run, rows } = start(joinOf(), clock, { clicks: listSource(clicks, sent, change, sent, pass, sent), users: table.source(cache) })
    await run.run()
    expect(rows.slice(0, 14)).toEqual([...expected, ...expected])
    expect(rows.slice(14)).toEqual(sent.map((row) => (row[0] === 'cem' ? ['cem', 3, 'cem', 1] : [...row, null, null])))
  })
})

function failingLookup(error: Error): Lookup {
  return {
    cache: { kind: 'none' },
    retriesMax: 0,
    open: async () => ({ lookup: () => Promise.reject(error), close: () => Promise.resolve() }),
  }
}
