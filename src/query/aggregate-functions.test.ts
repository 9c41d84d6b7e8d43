/** Aggregate functions that users write: where they may stand, what they lack there, and what they are not allowed to give. */
import { describe, expect, test } from 'vitest'
import { type MillraceError, systemClock } from '#base'
import { MemoryCatalog } from '#catalog'
import { EmbeddedEngine, type UserAggregate } from '#engines'
import { FinalTable } from './final-table.ts'
import { declarationOf } from './function-declaration.ts'
import type { AggregateFunction } from './function-types.ts'
import { QuerySession } from './session.ts'
import { UserFunctions } from './user-functions.ts'

interface Weighted {
  sum: number
  weight: number
}

/** Neither `retract` nor `merge`. */
const weighted: AggregateFunction<[value: number | null, weight: number | null], number | null, Weighted> = {
  parameters: ['DOUBLE', 'INT'],
  returns: 'DOUBLE',
  createAccumulator: (): Weighted => ({ sum: 0, weight: 0 }),
  accumulate(average: Weighted, value: number | null, weight: number | null) {
    if (value === null || weight === null) return
    average.sum += value * weight
    average.weight += weight
  },
  getValue: ({ sum, weight }: Weighted) => (weight === 0 ? null : sum / weight),
}

/** All that there is; the accumulator is a number, so that each step gives another one. */
const total = {
  parameters: ['INT'],
  returns: 'BIGINT',
  createAccumulator: () => 0,
  accumulate: (sum: number, value: number | null) => sum + (value ?? 0),
  retract: (sum: number, value: number | null) => sum - (value ?? 0),
  merge: (sum: number, other: number) => sum + other,
  getValue: (sum: number) => sum,
}

/** Calls a method of its own. */
const merged = {
  ...weighted,
  merge(average: Weighted, other: Weighted) {
    this.accumulate(average, other.sum, 1)
    average.weight += other.weight - 1
  },
}

const declarations: Readonly<Record<string, unknown>> = {
  weighted,
  total,
  merged,
  throws: {
    ...total,
    accumulate: () => {
      throw new TypeError('no more')
    },
  },
  pushes: {
    ...total,
    createAccumulator: (): number[] => [],
    accumulate: (list: number[], value: number) => list.push(value),
    getValue: (list: number[]) => list.length,
  },
  later: { ...total, getValue: () => Promise.resolve(1) },
}

function open(): QuerySession {
  const functions = new UserFunctions(() => Promise.resolve(declarations))
  return new QuerySession({
    createCatalog: () => new MemoryCatalog(),
    engine: new EmbeddedEngine({ clock: systemClock, userFunction: (user) => functions.callable(user) }),
    settings: {},
    clock: systemClock,
    loadFunction: (definition) => functions.load(definition),
  })
}

const definitions = `
  ${Object.keys(declarations)
    .map((name) => `CREATE FUNCTION ${name} AS 'functions.ts#${name}';`)
    .join('\n')}
  CREATE VIEW t AS SELECT * FROM (VALUES ('a', 1, 1e0), ('a', 2, 2e0), ('b', 3, CAST(NULL AS DOUBLE)), ('a', 4, 8e0)) AS t(k, x, v);
  CREATE TABLE timed (k STRING, x INT, v DOUBLE, ts AS TIMESTAMP '2024-01-01 10:00:00' + x * INTERVAL '3' SECOND, WATERMARK FOR ts AS ts)
    WITH ('connector' = 'datagen', 'number-of-rows' = '4', 'fields.k.kind' = 'random', 'fields.k.length' = '0', 'fields.v.kind' = 'sequence',
      'fields.v.start' = '1', 'fields.v.end' = '4', 'fields.x.kind' = 'sequence', 'fields.x.start' = '1', 'fields.x.end' = '4');`

/** The final rows of the last query. */
async function rowsOf(query: string): Promise<string[]> {
  let table: FinalTable | undefined
  await open().run(
    `${definitions}\n${query}`,
    {
      opened: ({ schema, order }) => {
        table = new FinalTable(schema, order)
      },
      changes: (batch) => table?.apply(batch),
    },
    new AbortController().signal,
  )
  return (table?.rows() ?? []).map((row) => row.join(' '))
}

async function errorOf(query: string): Promise<[message: string, column: number | undefined]> {
  const error = (await rowsOf(query).catch((caught: unknown) => caught)) as MillraceError
  return [error.message, error.position?.column]
}

describe('an aggregate function of a user', () => {
  test('gets NULL as it gets any value, and only rows that its FILTER lets pass', async () => {
    const query = 'SELECT k, weighted(v, x), total(x) FILTER (WHERE x < 3), total(DISTINCT x / x) FROM t GROUP BY k;'
    expect(await rowsOf(query)).toEqual([`a ${(1 + 4 + 32) / 7} 3 1`, 'b  0 1'])
  })

  test('takes back rows of groups that change', async () => {
    const counts = 'SELECT k, CAST(COUNT(*) AS INT) AS c FROM t GROUP BY k'
    expect(await rowsOf(`SELECT total(c) FROM (${counts});`)).toEqual(['4'])
    expect(await errorOf(`SELECT weighted(1e0, c) FROM (${counts});`)).toEqual([
      'function weighted cannot take rows back, which it has to here',
      8,
    ])
  })

  test.each(['weighted', 'merged'])('is used over windows that share rows, with merge or without: %s', async (name) => {
    const windows = "HOP(TABLE timed, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND)"
    const query = `SELECT CAST(window_end AS TIME), ${name}(v, x) FROM TABLE(${windows}) GROUP BY window_start, window_end;`
    const [five, ten, fifteen, twenty] = await rowsOf(query)
    const weightedOf = (...values: number[]) => values.reduce((sum, x) => sum + x * x, 0) / values.reduce((sum, x) => sum + x, 0)
    expect([five, ten, fifteen, twenty].map((row) => Number(row?.split(' ')[1]))).toEqual([
      weightedOf(1),
      weightedOf(1, 2, 3),
      weightedOf(2, 3, 4),
      weightedOf(4),
    ])
  })

  test.each(['weighted', 'merged'])('is used over sessions, with merge or without: %s', async (name) => {
    const windows = "SESSION(TABLE timed PARTITION BY k, DESCRIPTOR(ts), INTERVAL '3' SECOND)"
    const query = `SELECT ${name}(v, x) FROM TABLE(${windows}) GROUP BY window_start, window_end, k;`
    expect(await rowsOf(query)).toEqual([String(30 / 10)])
  })

  test('is used with OVER, but lets no rows leave its frame that it cannot take back', async () => {
    expect(await rowsOf('SELECT weighted(v, x) OVER (ORDER BY ts) FROM timed;')).toEqual(['1', `${5 / 3}`, `${14 / 6}`, '3'])
    const frame = '(ORDER BY ts ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)'
    expect(await rowsOf(`SELECT total(x) OVER ${frame} FROM timed;`)).toEqual(['1', '3', '5', '7'])
    expect(await errorOf(`SELECT weighted(v, x) OVER ${frame} FROM timed;`)).toEqual([
      'function weighted cannot take rows back, which it has to here',
      8,
    ])
  })

  test('is used in the measures and conditions of MATCH_RECOGNIZE', async () => {
    const query = `SELECT * FROM timed MATCH_RECOGNIZE (ORDER BY ts MEASURES weighted(A.v, A.x) AS m, B.x AS x AFTER MATCH SKIP PAST LAST ROW
      PATTERN (A+ B) DEFINE A AS weighted(A.v, A.x) < 2);`
    expect(await rowsOf(query)).toEqual([`${5 / 3} 3`])
  })

  test('names itself and the place of its call when it throws or gives what it must not', async () => {
    expect(await errorOf('SELECT throws(x) FROM t;')).toEqual(['function throws stopped with an error: no more', 8])
    expect(await errorOf('SELECT later(x) FROM t;')).toEqual(['function later gave a promise, expected BIGINT', 8])
    const expected = 'expected the accumulator, or nothing where it was changed in place'
    expect(await errorOf('SELECT pushes(x) FROM t;')).toEqual([`function pushes gave the number 1, ${expected}`, 8])
  })
})

function loadedOf(fields: object): UserAggregate {
  const { loaded } = declarationOf({ ...total, ...fields }, 'f', 'f.ts')
  if (!('accumulate' in loaded)) throw new TypeError('a declaration with accumulate is an aggregate')
  return loaded
}

class Money {
  cents = 1
}

describe('an accumulator', () => {
  test('that is plain data is saved as it is, whatever becomes of it later', () => {
    const { save, load } = loadedOf({})
    const accumulator = {
      most: Number.NEGATIVE_INFINITY,
      zero: -0,
      seen: new Map([['a', new Set([1n, '__proto__'])]]),
      list: [null, 'é', Uint8Array.of(7)],
      of: { list: [] },
    }
    const expected = structuredClone(accumulator)
    const saved = save(accumulator)
    accumulator.list.push('more')
    expect(load(saved)).toEqual(expected)
  })

  test('of a declared type is saved as a value of it, whatever becomes of it later', () => {
    const empty = (): unknown => [0, []]
    const { save, load, savedType } = loadedOf({ accumulator: 'ROW<total BIGINT, seen ARRAY<STRING>>', createAccumulator: empty })
    const accumulator = [2n ** 60n, ['a']]
    const saved = save(accumulator)
    ;(accumulator[1] as string[]).push('b')
    expect([savedType.kind, load(saved)]).toEqual(['row', [2n ** 60n, ['a']]])
  })

  test.each([
    ['a date', { createAccumulator: (): unknown => ({ at: [new Date(0)] }) }, 'an object in its accumulator, expected plain data'],
    ['an object of a class', { createAccumulator: (): unknown => new Money() }, 'an object in its accumulator, expected plain data'],
    ['a function', { createAccumulator: (): unknown => ({ next: () => 1 }) }, 'a function in its accumulator, expected plain data'],
    ['nothing', { createAccumulator: (): unknown => undefined }, 'undefined in its accumulator, expected plain data'],
    [
      'no value of its type',
      { accumulator: 'INT', createAccumulator: (): unknown => 0.5 },
      'the number 0.5 in its accumulator, expected INT',
    ],
  ])('is refused when the function is created with %s', (_what, fields, message) => {
    expect(() => loadedOf(fields)).toThrow(`function f keeps ${message}`)
  })

  test('that holds itself is refused', () => {
    const circle: unknown[] = []
    circle.push(circle)
    const createAccumulator = (): unknown => circle
    expect(() => loadedOf({ createAccumulator })).toThrow('function f keeps a list of 1 in its accumulator')
  })
})

test.each([
  [{ getValue: 5 }, 'expected "getValue" as a function'],
  [{ createAccumulator: undefined }, 'expected "createAccumulator" as a function'],
  [{ merge: 'no' }, 'expected "merge" as a function or left out'],
  [{ accumulator: 'ROW<' }, 'expected "accumulator" as a SQL type'],
  [{ createAccumulator: () => JSON.parse('{') as unknown }, 'expected "createAccumulator" that gives one'],
])('a declaration with %j is refused', (fields, message) => {
  expect(() => loadedOf(fields)).toThrow(message)
})

test('a function of the code around needs no file', async () => {
  const functions = new UserFunctions(() => Promise.reject(new TypeError('no files here')))
  const catalog = new MemoryCatalog()
  catalog.createFunction(functions.define(['', '', 'mean'], weighted), { whenThere: 'fail', system: true })
  const engine = new EmbeddedEngine({ clock: systemClock, userFunction: (user) => functions.callable(user) })
  const loadFunction: UserFunctions['load'] = (definition) => functions.load(definition)
  const session = new QuerySession({ createCatalog: () => catalog, engine, settings: {}, clock: systemClock, loadFunction })
  let table: FinalTable | undefined
  await session.run(
    'SELECT mean(x, 2) FROM (VALUES (1e0), (4e0)) AS t(x);',
    {
      opened: ({ schema, order }) => {
        table = new FinalTable(schema, order)
      },
      changes: (batch) => table?.apply(batch),
    },
    new AbortController().signal,
  )
  expect(table?.rows()).toEqual([[2.5]])
})
