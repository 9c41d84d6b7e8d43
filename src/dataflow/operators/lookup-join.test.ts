import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assert } from '#base'
import { type Batch, batchOf, integerType, type Schema, stringType, timestampType, type Vector, valueAt, withNullable } from '#data'
import { Changelog } from '../check/changelog.fixture.ts'
import { checked } from '../check/checked-operator.fixture.ts'
import { FakeClock } from '../check/clocked-run.fixture.ts'
import { printValues } from '../check/print-rows.fixture.ts'
import { Random } from '../check/random-changes.fixture.ts'
import { runOperator, type Step } from '../check/run-operator.fixture.ts'
import { type LookupAnswer, LookupJoin, type LookupJoinShape } from './lookup-join.ts'
import { LookupCache, type LookupCacheShape } from './lookup-join-cache.ts'
import { WholeTable } from './lookup-join-table.ts'

const left: Schema = [
  { name: 'key', type: stringType },
  { name: 'number', type: integerType },
  { name: 'at', type: timestampType, role: 'event-time' },
]
const right: Schema = [
  { name: 'table_key', type: stringType },
  { name: 'table_number', type: integerType },
]
const output: Schema = [...left, ...right.map((column) => ({ ...column, type: withNullable(column.type, true) }))]
const contract = { inputs: [left], output }

type Row = readonly unknown[]

const tableRows: readonly Row[] = [
  ['a', 1],
  ['b', 2],
  ['a', 3],
  ['d', 4],
  ['b', null],
  ['a', 6],
]

interface Case {
  readonly type: 'inner' | 'left'
  readonly conditional: boolean
}

function holds(a: unknown, b: unknown): boolean {
  return a !== null && b !== null && (Number(a) + Number(b)) % 2 === 0
}

function condition(pairs: Batch): Uint8Array {
  return Uint8Array.from({ length: pairs.length }, (_, i) => {
    const [a, b] = [1, 4].map((place) => valueAt(pairs.columns[place] as Vector, i, integerType))
    return holds(a, b) ? 1 : 0
  })
}

function shapeOf({ type, conditional }: Case, more: Partial<LookupJoinShape>): LookupJoinShape {
  return {
    type,
    keys: { types: [stringType], places: [0] },
    types: [left.map((column) => column.type), right.map((column) => column.type)],
    condition: conditional ? condition : null,
    known: null,
    capacity: 100,
    oneByOne: false,
    lookup: () => Promise.reject(new Error('nothing is asked for')),
    read: (answer) => answer,
    answered: () => undefined,
    ...more,
  }
}

/** The changelog that each row gives, in order. */
function linesOf({ type, conditional }: Case, row: Row, table: readonly Row[] = tableRows): string[] {
  const partners = table.filter((other) => row[0] !== null && other[0] === row[0] && (!conditional || holds(row[1], other[1])))
  const rows = partners.map((other) => [...row, ...other])
  if (rows.length === 0 && type === 'left') rows.push([...row, null, null])
  return rows.map((each) => `+I${printValues(each)}`)
}

function expectedLines(join: Case, steps: readonly Step[]): string[] {
  const lines = steps.flatMap((step) => {
    if ('rows' in step) return step.rows.flatMap((row) => linesOf(join, row))
    return 'watermarkMs' in step ? [`watermark ${step.watermarkMs}`] : []
  })
  return [...lines, 'end']
}

/** A watermark that waits gives way to the next one. */
function withoutOvertaken(lines: readonly string[]): string[] {
  return lines.filter((line, i) => !line.startsWith('watermark') || lines[i + 1]?.startsWith('watermark') !== true)
}

function randomSteps(random: Random): Step[] {
  return Array.from({ length: random.below(12) }, (_, turn): Step => {
    if (random.below(4) === 0) return { watermarkMs: turn }
    const rows = Array.from({ length: 1 + random.below(9) }, () => [random.pick(['a', 'b', 'c', 'd', null]), random.below(5), turn])
    return { rows }
  })
}

const anyCase = fc.record({ type: fc.constantFrom('inner', 'left'), conditional: fc.boolean() })

/** A table outside: answers when it is told to, in any order. */
class Outside {
  readonly #random: Random
  #open: { readonly keys: readonly string[]; readonly resolve: (answer: LookupAnswer) => void }[] = []
  readonly asked: string[] = []
  inFlight = 0
  inFlightMax = 0
  rows: readonly Row[] = tableRows

  constructor(random: Random) {
    this.#random = random
  }

  get isWaitedFor(): boolean {
    return this.#open.length > 0
  }

  readonly lookup = (batch: Batch): Promise<LookupAnswer> => {
    const keys = Array.from({ length: batch.length }, (_, row) => valueAt(batch.columns[0] as Vector, row, stringType) as string)
    assert(new Set(keys).size === keys.length && !keys.includes(null as never), 'keys that are asked for are different, and none is NULL')
    this.asked.push(...keys)
    this.inFlight += keys.length
    this.inFlightMax = Math.max(this.inFlightMax, this.inFlight)
    return new Promise((resolve) => this.#open.push({ keys, resolve }))
  }

  /** Answers one of the open requests. */
  async answer(): Promise<void> {
    const [request] = this.#open.splice(this.#random.below(this.#open.length), 1)
    if (request === undefined) return
    const { keys, resolve } = request
    const found = this.rows.filter(([key]) => keys.includes(key as string))
    this.inFlight -= keys.length
    resolve({ rows: batchOf(right, found), places: Int32Array.from(found, ([key]) => keys.indexOf(key as string)) })
    await Promise.resolve()
  }
}

describe('lookup join', () => {
  test('with a table that is read as a whole, gives what a nested loop gives', () => {
    fc.assert(
      fc.property(anyCase, fc.integer(), (join: Case, seed) => {
        const steps = randomSteps(new Random(seed))
        const table = new WholeTable(
          [stringType],
          right.map((column) => column.type),
          [0],
        )
        table.add(batchOf(right, [...tableRows, [null, 9]]))
        const changelog = runOperator(contract, (receiver) => new LookupJoin(shapeOf(join, { known: table }), receiver), steps)
        expect(changelog.lines).toEqual(expectedLines(join, steps))
      }),
      { numRuns: 300 },
    )
  })

  test('keeps rows, watermarks and the end in order, however answers come', async () => {
    const caches = fc.option(fc.record({ rowsMax: fc.integer({ min: 1, max: 12 }), keepsMissing: fc.boolean() }), { nil: null })
    await fc.assert(
      fc.asyncProperty(anyCase, caches, fc.integer({ min: 1, max: 7 }), fc.integer(), async (join: Case, cache, capacity, seed) => {
        const random = new Random(seed)
        const steps = randomSteps(random)
        const outside = new Outside(random)
        const known = cache === null ? null : cacheOf(cache)
        const changelog = new Changelog(output)
        let lookupJoin: LookupJoin | undefined
        const operator = checked(contract, (receiver) => {
          lookupJoin = new LookupJoin(shapeOf(join, { known, capacity, lookup: outside.lookup }), receiver)
          return lookupJoin
        })(changelog)
        const settle = async (least: number): Promise<void> => {
          while (outside.isWaitedFor && least > 0) {
            await outside.answer()
            lookupJoin?.sendAnswered()
            least -= 1
          }
        }
        for (const step of steps) {
          while (lookupJoin?.isFull === true) await settle(1)
          if ('rows' in step) operator.push(0, batchOf(left, step.rows))
          else if ('watermarkMs' in step) operator.advance(0, step.watermarkMs)
          await settle(random.below(3))
        }
        await settle(Number.POSITIVE_INFINITY)
        expect(lookupJoin?.isIdle).toBe(true)
        operator.finish(0)
        expect(withoutOvertaken(changelog.lines)).toEqual(withoutOvertaken(expectedLines(join, steps)))
        expect(outside.inFlightMax).toBeLessThanOrEqual(capacity)
      }),
      { numRuns: 500 },
    )
  })

  test('is full with rows that wait for their place, and asks no more than it may', async () => {
    const outside = new Outside(new Random(1))
    const changelog = new Changelog(output)
    const operator = new LookupJoin(shapeOf({ type: 'left', conditional: false }, { capacity: 2, lookup: outside.lookup }), changelog)
    operator.push(0, batchOf(left, [['a', 1, 1]]))
    expect(operator.isFull).toBe(false)
    operator.push(
      0,
      batchOf(left, [
        ['b', 2, 2],
        ['c', 3, 3],
        ['d', 4, 4],
      ]),
    )
    expect([operator.isFull, outside.asked]).toEqual([true, ['a']])
    operator.finish()
    await outside.answer()
    operator.sendAnswered()
    expect([operator.isFull, outside.asked]).toEqual([true, ['a', 'b', 'c']])
    await outside.answer()
    operator.sendAnswered()
    expect([changelog.isFinished, outside.asked]).toEqual([false, ['a', 'b', 'c', 'd']])
    await outside.answer()
    operator.sendAnswered()
    expect(changelog.lines.at(-1)).toBe('end')
    expect(operator.isIdle).toBe(true)
  })

  test('one by one, is full as soon as anything waits', () => {
    const shape = shapeOf({ type: 'left', conditional: false }, { oneByOne: true, lookup: () => new Promise(() => undefined) })
    const operator = new LookupJoin(shape, new Changelog(output))
    operator.push(0, batchOf(left, [[null, 1, 1]]))
    expect(operator.isFull).toBe(false)
    operator.push(0, batchOf(left, [['a', 1, 1]]))
    expect(operator.isFull).toBe(true)
  })

  test('throws what made a lookup fail, when answers are sent on', async () => {
    let answered = 0
    const shape = shapeOf(
      { type: 'inner', conditional: false },
      { lookup: () => Promise.reject(new Error('gone')), answered: () => answered++ },
    )
    const operator = new LookupJoin(shape, new Changelog(output))
    operator.push(0, batchOf(left, [['a', 1, 1]]))
    await Promise.resolve()
    await Promise.resolve()
    expect([answered, operator.isIdle]).toEqual([1, false])
    expect(() => operator.sendAnswered()).toThrow('gone')
  })

  test('keeps no memory of rows that have been sent', async () => {
    const outside = new Outside(new Random(1))
    const operator = new LookupJoin(shapeOf({ type: 'left', conditional: false }, { lookup: outside.lookup }), new Changelog(output))
    for (let round = 0; round < 300; round++) {
      operator.push(
        0,
        batchOf(left, [
          ['a', round, 1],
          [`${round}`, 2, 2],
        ]),
      )
      await outside.answer()
      operator.sendAnswered()
    }
    expect(operator.isIdle).toBe(true)
    expect(operator.stateBytes).toBeLessThan(20_000)
  })
})

function cacheOf(more: Partial<LookupCacheShape>, clock = new FakeClock()): LookupCache {
  return new LookupCache({
    keys: [stringType],
    types: right.map((column) => column.type),
    clock,
    rowsMax: Number.POSITIVE_INFINITY,
    expireAfterWriteMs: Number.POSITIVE_INFINITY,
    expireAfterAccessMs: Number.POSITIVE_INFINITY,
    keepsMissing: true,
    ...more,
  })
}

describe('the cache of a lookup join', () => {
  const find = (cache: LookupCache, ...keys: readonly string[]): (number | null)[] => {
    const slots = new Int32Array(keys.length)
    cache.find(
      batchOf(
        [left[0] as Schema[number]],
        keys.map((key) => [key]),
      ).columns,
      keys.length,
      slots,
    )
    return Array.from(slots, (slot) => {
      if (slot < 0) return null
      let count = 0
      for (let id = cache.rows.lists.first(slot); id !== -1; id = cache.rows.lists.after(id)) count += 1
      return count
    })
  }
  const put = (cache: LookupCache, ...keys: readonly string[]): void => {
    const found = tableRows.filter(([key]) => keys.includes(key as string))
    const places = Int32Array.from(found, ([key]) => keys.indexOf(key as string))
    cache.put(
      batchOf(
        [left[0] as Schema[number]],
        keys.map((key) => [key]),
      ).columns,
      keys.length,
      batchOf(right, found),
      places,
    )
  }

  test('remembers rows, and keys that have none', () => {
    const cache = cacheOf({})
    put(cache, 'a', 'c')
    expect(find(cache, 'a', 'b', 'c')).toEqual([3, null, 0])
    put(cache, 'a')
    expect([find(cache, 'a'), cache.count]).toEqual([[3], 4])
  })

  test('forgets keys that have none where it shall', () => {
    const cache = cacheOf({ keepsMissing: false })
    put(cache, 'a', 'c')
    expect(find(cache, 'a', 'c')).toEqual([3, null])
  })

  test('drops the least recently used keys first', () => {
    const cache = cacheOf({ rowsMax: 6 })
    put(cache, 'a')
    put(cache, 'b')
    put(cache, 'd')
    expect(find(cache, 'a')).toEqual([3])
    put(cache, 'x')
    expect(find(cache, 'a', 'b', 'd', 'x')).toEqual([3, null, 1, 0])
    expect(cache.count).toBe(5)
  })

  test('drops what was written, or used, too long ago', () => {
    const clock = new FakeClock()
    const written = cacheOf({ expireAfterWriteMs: 10 }, clock)
    const used = cacheOf({ expireAfterAccessMs: 10 }, clock)
    for (const cache of [written, used]) put(cache, 'a', 'b')
    clock.set(9)
    for (const cache of [written, used]) expect(find(cache, 'a')).toEqual([3])
    clock.set(11)
    expect(find(written, 'a')).toEqual([null])
    expect(find(used, 'a', 'b')).toEqual([3, null])
    clock.set(30)
    expect(find(used, 'b')).toEqual([null])
    expect([used.count, used.rows.keys.count]).toEqual([0, 0])
  })
})
