/** Accumulators against their meaning: what each makes of the values that are there, in order of arrival. */
import { describe, expect, test } from 'vitest'
import {
  bigintType,
  bitmapType,
  bytesType,
  type DataType,
  decimalType,
  doubleType,
  floatType,
  integerType,
  stringType,
  tinyintType,
  valueAt,
  vectorOf,
  writeBitmap,
} from '#data'
import { Random } from '../check/random-changes.fixture.ts'
import { userTotal } from '../check/user-total.fixture.ts'
import type { Accumulator } from './accumulator.ts'
import { type AggregateShape, createAccumulator } from './create.ts'

interface Case {
  readonly kind: AggregateShape['kind']
  readonly type: DataType
  readonly result: DataType
  readonly values: readonly unknown[]
  readonly meaning: (values: readonly unknown[]) => unknown
  readonly more?: Partial<AggregateShape>
  /** Left out: with and without. */
  readonly retracts?: boolean
}

const whole = [0, 1, -1, 7, 9007199254740991, -9007199254740993n, 9223372036854775807n]
const real = [0.1, 0.2, -7.5, 1e300, Number.POSITIVE_INFINITY, Number.NaN]
const bytes = [Uint8Array.of(1), Uint8Array.of(1), Uint8Array.of(2, 3)]
const digitsType = decimalType(20, 2)
const manyType = decimalType(38, 6)
const arrayType = (element: DataType): DataType => ({ kind: 'array', element, nullable: true })
const bagType = (element: DataType): DataType => ({ kind: 'multiset', element, nullable: false })

function total(values: readonly unknown[]): bigint {
  return values.reduce<bigint>((sum, value) => sum + BigInt(value as number | bigint), 0n)
}

function boxed(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value
}

/** The first value unless a later one is better by JavaScript's comparison, which has NaN lose always. */
function firstBest(values: readonly unknown[], better: (a: number, b: number) => boolean): unknown {
  return values.reduce((best, value) => (best === undefined || better(value as number, best as number) ? value : best), undefined) ?? null
}

/** NaN counts as the greatest number. */
function greatest(values: readonly unknown[]): unknown {
  return values.some(Number.isNaN) ? Number.NaN : firstBest(values, (a, b) => a > b)
}

function least(values: readonly unknown[]): unknown {
  const numbers = values.filter((value) => !Number.isNaN(value))
  return numbers.length === 0 ? (values[0] ?? null) : firstBest(numbers, (a, b) => a < b)
}

function wrapped(values: readonly unknown[], bits: number): unknown {
  return values.length === 0 ? null : boxed(BigInt.asIntN(bits, total(values)))
}

function counted(values: readonly unknown[], keyOf: (value: unknown) => unknown): unknown {
  const counts = new Map<unknown, number>()
  for (const value of values) counts.set(keyOf(value), (counts.get(keyOf(value)) ?? 0) + 1)
  return counts
}

const cases: readonly Case[] = [
  {
    kind: 'bitmap',
    type: integerType,
    result: bigintType,
    values: [1, 2, -1, 7],
    meaning: (values) => (values.length === 0 ? null : new Set(values).size),
    more: { bitmapRule: 'some' },
  },
  {
    kind: 'bitmap',
    type: integerType,
    result: bitmapType,
    values: [1, 2, 100_000],
    meaning: (values) => (values.length === 0 ? null : writeBitmap([...new Set(values as number[])].sort((a, b) => a - b))),
    more: { bitmapRule: 'some' },
  },
  {
    kind: 'user',
    type: bigintType,
    result: bigintType,
    values: [1, -1, 7, 9007199254740991],
    meaning: (values) => wrapped(values, 64),
    more: { user: userTotal },
  },
  { kind: 'sum', type: tinyintType, result: tinyintType, values: [100, 27, -128], meaning: (values) => wrapped(values, 8) },
  { kind: 'sum', type: bigintType, result: bigintType, values: whole, meaning: (values) => wrapped(values, 64) },
  {
    kind: 'average',
    type: bigintType,
    result: bigintType,
    values: whole,
    meaning: (values) => (values.length === 0 ? null : boxed(BigInt.asIntN(64, total(values)) / BigInt(values.length))),
  },
  {
    kind: 'sum',
    type: decimalType(38, 0),
    result: decimalType(38, 0),
    values: [10n ** 38n - 1n, 1, -1, 3],
    meaning: (values) => (values.length === 0 || total(values) >= 10n ** 38n ? null : boxed(total(values))),
  },
  {
    kind: 'average',
    type: digitsType,
    result: manyType,
    values: [100, 250, 1],
    meaning: (values) => {
      if (values.length === 0) return null
      const [sum, count] = [total(values) * 10_000n, BigInt(values.length)]
      return boxed((2n * sum + count) / (2n * count))
    },
  },
  {
    kind: 'sum',
    type: floatType,
    result: floatType,
    values: [16_777_216, 1, 0.5],
    meaning: (values) => (values.length === 0 ? null : values.reduce<number>((sum, value) => Math.fround(sum + (value as number)), 0)),
    retracts: false,
  },
  {
    kind: 'average',
    type: floatType,
    result: floatType,
    values: [16_777_216, 1, 0.5],
    meaning: (values) =>
      values.length === 0 ? null : Math.fround(values.reduce<number>((sum, value) => sum + (value as number), 0) / values.length),
  },
  {
    kind: 'max',
    type: doubleType,
    result: doubleType,
    values: real,
    meaning: (values) => firstBest(values, (a, b) => a > b),
    retracts: false,
  },
  {
    kind: 'min',
    type: doubleType,
    result: doubleType,
    values: real,
    meaning: (values) => firstBest(values, (a, b) => a < b),
    retracts: false,
  },
  { kind: 'max', type: doubleType, result: doubleType, values: real, meaning: greatest, retracts: true },
  { kind: 'min', type: doubleType, result: doubleType, values: real, meaning: least, retracts: true },
  { kind: 'max', type: bigintType, result: bigintType, values: whole, meaning: (values) => firstBest(values, (a, b) => a > b) },
  {
    kind: 'min',
    type: stringType,
    result: stringType,
    values: ['b', 'a', 'é', ''],
    meaning: (values) => values.toSorted((a, b) => (String(a) < String(b) ? -1 : 1))[0] ?? null,
  },
  { kind: 'first', type: stringType, result: stringType, values: ['b', 'a', 'c'], meaning: (values) => values[0] ?? null },
  { kind: 'last', type: stringType, result: stringType, values: ['b', 'a', 'c'], meaning: (values) => values.at(-1) ?? null },
  {
    kind: 'collect',
    type: stringType,
    result: bagType(stringType),
    values: ['b', 'a'],
    meaning: (values) => counted(values, (value) => value),
  },
  {
    kind: 'collect',
    type: bytesType,
    result: bagType(bytesType),
    values: bytes,
    meaning: (values) => counted(values, (value) => bytes.findLast((each) => String(each) === String(value))),
  },
  {
    kind: 'list',
    type: integerType,
    result: arrayType(integerType),
    values: [1, 2, 3],
    meaning: (values) => (values.length === 0 ? null : values),
    more: { finish: (tuples) => (tuples.length === 0 ? null : tuples.map(([value]) => value)) },
  },
  {
    kind: 'text-list',
    type: stringType,
    result: stringType,
    values: ['b', 'a', ''],
    meaning: (values) => (values.length === 0 ? null : values.join('-')),
    more: { separator: '-' },
  },
  {
    kind: 'count',
    type: bytesType,
    result: bigintType,
    values: bytes,
    meaning: (values) => new Set(values.map(String)).size,
    more: { distinct: true },
  },
  {
    kind: 'sum',
    type: integerType,
    result: integerType,
    values: [1, 2, 2147483647],
    meaning: (values) => wrapped([...new Set(values)], 32),
    more: { distinct: true },
  },
]

const slots = 3

/** Accumulators that are changed at random, beside the values that should be in them. */
class Trial {
  readonly #case: Case
  readonly #retracts: boolean
  #accumulator: Accumulator
  readonly #values: unknown[][] = Array.from({ length: slots }, () => [])

  constructor(each: Case, retracts: boolean) {
    this.#case = each
    this.#retracts = retracts
    this.#accumulator = this.#create()
  }

  #create(): Accumulator {
    const { kind, type, result, more } = this.#case
    const accumulator = createAccumulator({ kind, arguments: [type], result, distinct: false, retracts: this.#retracts, ...more })
    accumulator.reserve(slots)
    return accumulator
  }

  /** Goes on with an accumulator made of what this one saved. */
  restart(): void {
    const entries = Int32Array.from({ length: slots }, (_, slot) => slot)
    const saved = this.#accumulator.saved.save(entries, slots)
    this.#accumulator = this.#create()
    this.#accumulator.saved.load(entries, saved, slots)
  }

  add(slot: number, value: unknown): void {
    this.#change(slot, value, 1)
    this.#values[slot]?.push(value)
  }

  /** Takes back one of the values, of equal ones the first. */
  takeBack(slot: number, random: Random): void {
    const values = this.#values[slot] ?? []
    if (values.length === 0) return
    const value = random.pick(values)
    this.#change(slot, value, -1)
    const place = values.findIndex((other) => String(other) === String(value))
    values.splice(place, 1)
  }

  #change(slot: number, value: unknown, sign: 1 | -1): void {
    const signs = sign === 1 ? null : Int8Array.of(-1)
    this.#accumulator.add({ slots: Int32Array.of(slot), rows: 1, arguments: [vectorOf(this.#case.type, [value])], signs })
  }

  merge(slot: number, from: number): void {
    if (slot === from) return
    this.#accumulator.merge(slot, this.#accumulator, from)
    this.#values[slot]?.push(...(this.#values[from] ?? []))
    this.clear(from)
  }

  clear(slot: number): void {
    this.#accumulator.clear(slot)
    this.#values[slot] = []
  }

  results(): unknown[] {
    const vector = this.#accumulator.results(Int32Array.of(0, 1, 2), slots)
    return this.#values.map((_, slot) => valueAt(vector, slot, this.#case.result))
  }

  wanted(): unknown[] {
    return this.#values.map((values) => this.#case.meaning(values))
  }
}

/** Merging adds floats in another order, and keeps the NaN that comes first in each part. */
function canMerge({ type }: Case, retracts: boolean): boolean {
  return type.kind !== 'float' && (type.kind !== 'double' || retracts)
}

describe('an accumulator gives what its values mean', () => {
  for (const each of cases) {
    for (const retracts of each.retracts === undefined ? [false, true] : [each.retracts]) {
      const distinct = each.more?.distinct === true ? ' of distinct values' : ''
      test(`${each.kind}${distinct} over ${each.type.kind}, ${retracts ? 'with' : 'without'} rows that go`, () => {
        for (let seed = 0; seed < 40; seed++) {
          const random = new Random(seed)
          const trial = new Trial(each, retracts)
          for (let step = 0; step < 40; step++) {
            const [before, wantedBefore] = [trial.results(), structuredClone(trial.wanted())]
            const roll = random.below(20)
            const slot = random.below(slots)
            if (roll < 12) trial.add(slot, random.pick(each.values))
            else if (roll < 17 && retracts) trial.takeBack(slot, random)
            else if (roll < 19 && canMerge(each, retracts)) trial.merge(slot, random.below(slots))
            else if (roll === 19) trial.clear(slot)
            if (random.below(8) === 0) trial.restart()
            expect(trial.results(), `seed ${seed}, step ${step}`).toEqual(trial.wanted())
            expect(before, `seed ${seed}, step ${step}: what was given out before`).toEqual(wantedBefore)
          }
        }
      })
    }
  }
})
