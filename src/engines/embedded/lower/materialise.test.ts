import { describe, expect, test } from 'vitest'
import { systemClock } from '#base'
import type { Sink, Source, SourceBatch } from '#connectors'
import { batchOf, changeNames, integerType, rowAt, type Schema, stringType } from '#data'
import { type ExchangeInputs, Exchanges } from '#dataflow'
import type { Aggregate, Plan, Relation, Scan, TableDefinition, UpsertMaterialize } from '#plan'
import { PlainCommits } from '../commits.ts'
import { EmbeddedEngine } from '../embedded.ts'
import type { EmbeddedProgram } from '../program.ts'
import { Run } from '../run.ts'
import { createLeader } from '../workers/create-leader.ts'
import { localHost } from '../workers/local-host.ts'
import { asyncLimitsOf } from './async-task.ts'
import { explanationOf } from './explanation.ts'
import { lowerPlan, type RunShape } from './lower-plan.ts'
import { TableAccess } from './table-access.ts'

const columns: Schema = [
  { name: 'k', type: stringType },
  { name: 'g', type: stringType },
  { name: 'n', type: integerType },
]

type Row = readonly [k: string, g: string, n: number]

/** A table that gives each row as a batch, and a sink of upserts that prints what it is given. */
class World extends TableAccess {
  readonly written: string[] = []
  readonly #rows: readonly Row[]

  constructor(rows: readonly Row[], key: readonly string[]) {
    const definition: TableDefinition = {
      path: ['c', 'd', 'out'],
      columns: columns.map(({ name, type }) => ({ kind: 'physical', name, type, comment: null })),
      watermark: null,
      primaryKey: key,
      partitionedBy: [],
      options: {},
      comment: null,
      temporary: false,
    }
    super({ table: () => definition }, session)
    this.#rows = rows
  }

  override source(): Source {
    const open: Source['open'] = async () => {
      const left = [...this.#rows]
      const read = (): SourceBatch | null => {
        const next = left.shift()
        return next === undefined ? null : { batch: batchOf(columns, [next]), split: '' }
      }
      return { read, position: () => null, skippedRows: 0, close: () => Promise.resolve() }
    }
    return { bounded: true, metadata: [], open }
  }

  override sink(): { readonly name: string; readonly sink: Sink } {
    const open: Sink['open'] = async ({ schema }) => ({
      write: (batch) => {
        for (let row = 0; row < batch.length; row++) {
          const kind = changeNames[(batch.kinds?.[row] ?? 0) as 0 | 1 | 2 | 3]
          this.written.push(`${kind}[${rowAt(batch, schema, row).join(', ')}]`)
        }
      },
      prepare: () => Promise.resolve(null),
      commit: () => Promise.resolve(),
      close: () => Promise.resolve(),
    })
    return { name: 'out', sink: { takes: 'upsert', open } }
  }

  /** What the sink holds in the end, by the first column. */
  table(): string[] {
    const rows = new Map<string, string>()
    for (const line of this.written) {
      const [key = ''] = line.slice(3, -1).split(', ')
      if (line.startsWith('-D')) rows.delete(key)
      else rows.set(key, line.slice(2))
    }
    return [...rows.values()].toSorted()
  }
}

const session = { timeZone: 'UTC', clock: systemClock, startedAtMs: Number.NaN, userFunction: () => () => null }

const scan: Scan = {
  kind: 'scan',
  table: ['c', 'd', 't'],
  columns,
  sources: Object.fromEntries(columns.map(({ name }) => [name, { kind: 'physical', key: name }])),
  conditions: [],
  options: {},
}

const newest: Aggregate = {
  kind: 'aggregate',
  input: scan,
  keys: ['k'],
  measures: columns.slice(1).map(({ name, type }) => ({
    name,
    function: 'LAST_VALUE',
    arguments: [{ kind: 'column', name, type }],
    distinct: false,
    filter: null,
    type,
  })),
  window: null,
  groupingSets: null,
}

/** The newest row of each k. */
function newestOf(...names: readonly string[]): Relation {
  const kept = columns.filter(({ name }) => names.includes(name))
  return {
    kind: 'project',
    input: newest,
    columns: kept
      .toSorted((a, b) => names.indexOf(a.name) - names.indexOf(b.name))
      .map(({ name, type }) => ({
        name,
        value: { kind: 'column', name, type },
      })),
  }
}

function instantiate(world: World, input: Relation, upsertMaterialize: UpsertMaterialize, exchanges: Exchanges | null) {
  return lowerPlan(planTo(input), session, world, shapeOf(upsertMaterialize), () => undefined, exchanges)
}

function planTo(input: Relation): Plan {
  return { outputs: [{ kind: 'insert', table: ['c', 'd', 'out'], input, overwrite: false, options: {} }] }
}

function shapeOf(upsertMaterialize: UpsertMaterialize): RunShape {
  const lookups = { capacity: 1, timeoutMs: 1000 }
  const memory = { stateBytes: Number.POSITIVE_INFINITY, folder: '' }
  return { mode: 'streaming', sourceIdleMs: 0, stateTtlMs: 0, upsertMaterialize, asyncCalls: asyncLimitsOf({}), lookups, memory }
}

async function write(rows: readonly Row[], input: Relation, key: readonly string[], mode: UpsertMaterialize = 'auto'): Promise<string[]> {
  const world = new World(rows, key)
  const instance = instantiate(world, input, mode, null)
  await new Run(instance, systemClock, new PlainCommits(instance.sinks, systemClock, null)).run()
  return world.written
}

describe('a sink of upserts gets what it gets from Flink 2.3', () => {
  const rows: Row[] = [
    ['a', 'x', 1],
    ['b', 'x', 2],
    ['c', 'y', 3],
    ['b', 'y', 4],
    ['b', 'x', 5],
    ['a', 'y', 6],
    ['c', 'x', 7],
  ]
  const materialised = [
    '+I[x, a, 1]',
    '+U[x, b, 2]',
    '+I[y, c, 3]',
    '+U[x, a, 1]',
    '+U[y, b, 4]',
    '+U[y, c, 3]',
    '+U[x, b, 5]',
    '+U[y, a, 6]',
    '+U[x, c, 7]',
  ]

  test('under another key: the newest row of its key', async () => {
    expect(await write(rows, newestOf('g', 'k', 'n'), ['g'])).toEqual(materialised)
  })

  test('under another key, where the one of the rows is lost', async () => {
    const short = materialised.map((line) => line.replace(/, [abc]/, ''))
    expect(await write(rows, newestOf('g', 'n'), ['g'])).toEqual(short)
  })

  test('under another key, where nothing is to be kept: what leaves a key takes away what is there', async () => {
    expect(await write(rows, newestOf('g', 'k', 'n'), ['g'], 'none')).toEqual([
      '+I[x, a, 1]',
      '+I[x, b, 2]',
      '+I[y, c, 3]',
      '-D[x, b, 2]',
      '+U[y, b, 4]',
      '-D[y, b, 4]',
      '+U[x, b, 5]',
      '-D[x, a, 1]',
      '+U[y, a, 6]',
      '-D[y, c, 3]',
      '+U[x, c, 7]',
    ])
  })

  const replaced = ['+I[a, x, 1]', '+I[b, x, 2]', '+I[c, y, 3]', '+U[b, y, 4]', '+U[b, x, 5]', '+U[a, y, 6]', '+U[c, x, 7]']

  test('under its own key: a row replaces the one before', async () => {
    expect(await write(rows, newestOf('k', 'g', 'n'), ['k'])).toEqual(replaced)
  })

  test('under its own key, where rows are kept all the same', async () => {
    expect(await write(rows, newestOf('k', 'g', 'n'), ['k'], 'force')).toEqual(replaced)
  })

  test('under a wider key: a row that takes another key leaves the one it had', async () => {
    expect(await write(rows, newestOf('k', 'g', 'n'), ['k', 'g'])).toEqual([
      '+I[a, x, 1]',
      '+I[b, x, 2]',
      '+I[c, y, 3]',
      '-D[b, x, 2]',
      '+U[b, y, 4]',
      '-D[b, y, 4]',
      '+U[b, x, 5]',
      '-D[a, x, 1]',
      '+U[a, y, 6]',
      '-D[c, y, 3]',
      '+U[c, x, 7]',
    ])
  })

  test('of what is only inserted: each row, or the updates that they are where rows are kept all the same', async () => {
    expect(await write(rows.slice(0, 3), scan, ['g'])).toEqual(['+I[a, x, 1]', '+I[b, x, 2]', '+I[c, y, 3]'])
    expect(await write(rows.slice(0, 3), scan, ['g'], 'force')).toEqual(['+I[a, x, 1]', '+U[b, x, 2]', '+I[c, y, 3]'])
  })
})

test('EXPLAIN tells what is kept before the sink', () => {
  const plan = planTo(newestOf('g', 'k', 'n'))
  const stateOf = (mode: UpsertMaterialize) => {
    const instance = lowerPlan(plan, session, new World([], ['g']), shapeOf(mode), () => undefined)
    return explanationOf(plan, instance, { stateTtlMs: 0, isDurable: false }).sinkStates
  }
  expect(stateOf('auto')).toEqual([
    {
      keeps: 'all rows of each g, by the order in which they came',
      bound: 'grows with the rows of its input; no time-to-live: set table.exec.state.ttl',
      grows: true,
    },
  ])
  expect(stateOf('none')).toEqual([null])
})

test.each(['AUTO', 'none', 'FORCE'])('table.exec.sink.upsert-materialize is read: %s', (mode) => {
  const engine = new EmbeddedEngine({ clock: systemClock, userFunction: () => () => null })
  const program = engine.compile({ outputs: [] }, { table: () => undefined }, { 'table.exec.sink.upsert-materialize': mode })
  expect(program.toThreads().shape.upsertMaterialize).toBe(mode.toLowerCase())
})

/** Notes the levels of exchanges. */
class NotedExchanges extends Exchanges {
  readonly levels: number[] = []

  constructor() {
    super({ index: 0, count: 2 }, { send: () => undefined, isFull: () => false, waiting: () => 0, release: () => undefined })
  }

  override add(...[shape, operator]: Parameters<Exchanges['add']>): ExchangeInputs {
    this.levels.push(shape.level)
    return super.add(shape, operator)
  }
}

describe('several workers', () => {
  test('exchange rows below the sink by its key, and above that by those of the query', () => {
    const exchanges = new NotedExchanges()
    instantiate(new World([], ['g']), newestOf('g', 'k', 'n'), 'auto', exchanges)
    const [sink = 0, kept = 0, groups = 0, ...others] = exchanges.levels
    expect([sink > kept, kept > groups, others]).toEqual([true, true, []])
  })

  /** Rows whose places change hands: each round shifts them by one. */
  const rows = Array.from({ length: 60 }, (_, index): Row => [`k${index % 12}`, `g${((index % 12) + Math.floor(index / 12)) % 12}`, index])

  test.each([1, 2, 3, 4, 5])('leave at each key the only row that has it in the end, in whatever order they came: %i', async (seed) => {
    const alone = new World(rows, ['g'])
    const instance = instantiate(alone, newestOf('g', 'k', 'n'), 'auto', null)
    await new Run(instance, systemClock, new PlainCommits(instance.sinks, systemClock, null)).run()
    expect(alone.table()).toHaveLength(12)

    const world = new World(rows, ['g'])
    const program: EmbeddedProgram = {
      engine: 'embedded',
      outputs: instance.outputs,
      settings: {},
      plan: '',
      userFunctions: [],
      stretches: 'short',
      instantiate: (_collect, exchanges = null) => instantiate(world, newestOf('g', 'k', 'n'), 'auto', exchanges),
      toThreads: () => {
        throw new TypeError('these workers stay in their thread')
      },
      explain: () => {
        throw new TypeError('nobody asks')
      },
    }
    let state = seed
    const random = (): number => {
      state = (state * 48_271) % 2_147_483_647
      return state / 2_147_483_647
    }
    const openBlobs = () => {
      throw new TypeError('nothing is durable')
    }
    const host = localHost({ clock: systemClock, openBlobs, random, waitingBytesMax: 256 })
    const leader = await createLeader({
      program,
      workers: 3,
      host,
      clock: systemClock,
      results: undefined,
      durable: null,
      commitEveryMs: null,
    })
    await leader.run()
    expect(world.table()).toEqual(alone.table())
  })
})
