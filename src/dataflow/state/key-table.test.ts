import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bigintType,
  booleanType,
  bytesType,
  type DataType,
  decimalType,
  doubleType,
  integerType,
  stringType,
  type Vector,
  valueAt,
  vectorOf,
  withNullable,
} from '#data'
import { bytesOf } from '../check/vary-forms.fixture.ts'
import { encodeValue } from './canonical.ts'
import { KeyTable, type KeyTableTuning } from './key-table.ts'

function asDictionary(values: readonly unknown[]): Vector {
  const words = [...new Set(values.filter((value) => typeof value === 'string'))]
  const codes = Int32Array.from(values, (value) => Math.max(0, words.indexOf(value as string)))
  return { form: 'dictionary', codes, words, nulls: Uint8Array.from(values, (value) => (value === null ? 1 : 0)) }
}

function asWide(values: readonly unknown[]): Vector {
  return {
    form: 'wide',
    data: values.map((value) => BigInt((value as number | bigint | null) ?? 77)),
    nulls: Uint8Array.from(values, (value) => (value === null ? 1 : 0)),
  }
}

const hostileTexts = ['', ' ', '\u0000', '__proto__', '\ufeffa', 'a', 'é', 'e\u0301', '\u{1f600}', 'x'.repeat(300), '"; drop', 'junk']
const exactValues = [0, -1, 1, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53 - 1, -(2 ** 53 - 1), 2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n]

const kinds: readonly { type: DataType; value: fc.Arbitrary<unknown>; forms: readonly ((values: readonly unknown[]) => Vector)[] }[] = [
  { type: integerType, value: fc.oneof(fc.integer(), fc.integer({ min: -3, max: 3 })), forms: [(v) => vectorOf(integerType, v)] },
  { type: booleanType, value: fc.boolean(), forms: [(v) => vectorOf(booleanType, v)] },
  { type: bigintType, value: fc.constantFrom(...exactValues), forms: [(v) => vectorOf(bigintType, v), asWide] },
  {
    type: decimalType(38, 2),
    value: fc.constantFrom(...exactValues, 10n ** 38n - 1n, -(10n ** 38n - 1n), 2n ** 64n, 2n ** 64n + 1n, -(2n ** 64n)),
    forms: [(v) => vectorOf(decimalType(38, 2), v), asWide],
  },
  {
    type: doubleType,
    value: fc.oneof(
      fc.constantFrom(0, Number.NaN, 0.5, Number.POSITIVE_INFINITY, 5e-324),
      fc.double({ noNaN: true }).map((v) => v + 0),
    ),
    forms: [
      (v) =>
        vectorOf(
          doubleType,
          v.map((x, i) => (x === 0 && i % 2 === 0 ? -0 : x)),
        ),
    ],
  },
  {
    type: stringType,
    value: fc.oneof(fc.constantFrom(...hostileTexts), fc.string({ unit: 'grapheme', maxLength: 6 })),
    forms: [(v) => vectorOf(stringType, v), bytesOf, asDictionary],
  },
  {
    type: bytesType,
    value: fc.uint8Array({ maxLength: 3 }),
    forms: [(v) => vectorOf(bytesType, v)],
  },
  {
    type: { kind: 'array', element: integerType, nullable: true },
    value: fc.array(fc.option(fc.integer({ min: 0, max: 2 })), { maxLength: 3 }),
    forms: [(v) => vectorOf({ kind: 'array', element: integerType, nullable: true }, v)],
  },
]

/** A text that is the same exactly for equal keys. */
function oracleKey(row: readonly unknown[]): string {
  return encodeValue(row).join(',')
}

const columnChoice = fc.record({ kind: fc.integer({ min: 0, max: kinds.length - 1 }), nullable: fc.boolean() })

interface Step {
  readonly rows: readonly (readonly unknown[])[]
  readonly form: number
  readonly removing: readonly number[]
  readonly selecting: boolean
}

const scenario = fc.array(columnChoice, { minLength: 0, maxLength: 4 }).chain((columns) => {
  const row = fc.tuple(
    ...columns.map(({ kind, nullable }) => {
      const value = kinds[kind]?.value ?? fc.constant(null)
      return nullable ? fc.option(value, { freq: 4 }) : value
    }),
  )
  const step: fc.Arbitrary<Step> = fc.record({
    rows: fc.array(row, { maxLength: 30 }),
    form: fc.nat(5),
    removing: fc.array(fc.nat(200), { maxLength: 12 }),
    selecting: fc.boolean(),
  })
  return fc.record({ columns: fc.constant(columns), steps: fc.array(step, { maxLength: 8 }), weak: fc.boolean() })
})

/** A table beside maps that say what it should hold; collects where they differ. */
class Comparison {
  readonly differences: string[] = []
  readonly slotByKey = new Map<string, number>()
  readonly rowBySlot = new Map<number, readonly unknown[]>()
  readonly table: KeyTable
  readonly types: readonly DataType[]
  readonly formsOf: readonly (readonly ((values: readonly unknown[]) => Vector)[])[]

  constructor(columns: readonly { kind: number; nullable: boolean }[], tuning: KeyTableTuning) {
    this.types = columns.map(({ kind, nullable }) => withNullable(kinds[kind]?.type ?? integerType, nullable))
    this.formsOf = columns.map(({ kind }) => kinds[kind]?.forms ?? [])
    this.table = new KeyTable(this.types, tuning)
  }

  run({ rows, form, removing, selecting }: Step): void {
    const columns = this.types.map((_, column) => {
      const forms = this.formsOf[column] ?? []
      return (forms[form % forms.length] ?? bytesOf)(rows.map((row) => row[column]))
    })
    const selection = selecting ? Int32Array.from(rows.keys()).reverse() : null
    const picked = selection === null ? rows : rows.toReversed()
    const slots = new Int32Array(rows.length)
    this.table.find(columns, rows.length, slots, selection)
    for (const [i, row] of picked.entries()) this.compare('found', slots[i], this.slotByKey.get(oracleKey(row)) ?? -1)
    this.table.resolve(columns, rows.length, slots, selection)
    for (const [i, row] of picked.entries()) this.compareResolved(row, slots[i] ?? -1)
    for (const choice of removing) this.remove(choice)
    this.compareContent()
  }

  private compare(what: string, actual: unknown, expected: unknown): void {
    if (actual !== expected) this.differences.push(`${what}: ${String(actual)} for ${String(expected)}`)
  }

  private compareResolved(row: readonly unknown[], slot: number): void {
    const key = oracleKey(row)
    const known = this.slotByKey.get(key)
    if (known === undefined) {
      this.compare('slot taken', this.rowBySlot.has(slot), false)
      this.slotByKey.set(key, slot)
      this.rowBySlot.set(slot, row)
    } else this.compare('resolved', slot, known)
  }

  private remove(choice: number): void {
    const entries = [...this.slotByKey]
    const entry = entries[choice % Math.max(1, entries.length)]
    if (entry === undefined) return
    this.table.remove(entry[1])
    this.slotByKey.delete(entry[0])
    this.rowBySlot.delete(entry[1])
  }

  private compareContent(): void {
    this.compare('count', this.table.count, this.slotByKey.size)
    const slots = Int32Array.from(this.rowBySlot.keys())
    const vectors = this.table.keyVectors(slots, slots.length)
    for (const [i, slot] of slots.entries()) {
      this.compare('live', this.table.isLive(slot), true)
      const values = this.types.map((type, column) => valueAt(vectors[column] as Vector, i, type))
      this.compare('key', oracleKey(values), oracleKey(this.rowBySlot.get(slot) ?? []))
    }
  }
}

describe('key table', () => {
  test('agrees with a map for any columns, forms, removals and collisions', () => {
    fc.assert(
      fc.property(scenario, ({ columns, steps, weak }) => {
        const comparison = new Comparison(columns, { hashMask: weak ? 0x40000000 : -1, removalsMin: 5 })
        for (const step of steps) comparison.run(step)
        expect(comparison.differences).toEqual([])
      }),
      { numRuns: 400 },
    )
  })

  test('keeps slots while it grows, and gives freed slots again', () => {
    const table = new KeyTable([bigintType])
    const keys = Float64Array.from({ length: 100_000 }, (_, i) => i * 4294967296 - 50_000)
    const slots = new Int32Array(keys.length)
    table.resolve([{ form: 'numbers', data: keys, nulls: null }], keys.length, slots)
    expect(slots.every((slot, i) => slot === i)).toBe(true)
    for (let slot = 0; slot < 100_000; slot += 2) table.remove(slot)
    expect(table.count).toBe(50_000)
    table.find([{ form: 'numbers', data: keys, nulls: null }], keys.length, slots)
    expect(slots.every((slot, i) => slot === (i % 2 === 0 ? -1 : i))).toBe(true)
    table.resolve([{ form: 'numbers', data: keys, nulls: null }], keys.length, slots)
    expect(table.capacity).toBe(100_000)
  })
})

describe('key table of narrow keys', () => {
  const types = [bigintType, decimalType(38, 0), stringType]
  const narrow = [[-1, -2147483648, 'a'] as const, [2147483647, 0, 'b'] as const, [0, -5, 'a'] as const]

  const columnsOf = (rows: readonly (readonly unknown[])[]): Vector[] =>
    types.map((type, column) =>
      vectorOf(
        type,
        rows.map((row) => row[column]),
      ),
    )

  test.each([
    { what: 'more bits', wide: [2147483648, 1, 'a'] },
    { what: 'far more bits', wide: [1, 2n ** 100n, 'a'] },
    { what: 'NULL for a number', wide: [null, -1, 'a'] },
    { what: 'NULL for a text', wide: [0, 0, null] },
  ])('keeps slots and keys when one comes that has $what', ({ wide }) => {
    const table = new KeyTable(types)
    const slots = new Int32Array(4)
    table.resolve(columnsOf([...narrow, [7, 7, 'gone']]), 4, slots)
    table.remove(3)
    table.resolve(columnsOf([wide, ...narrow]), 4, slots)
    expect([...slots]).toEqual([3, 0, 1, 2])
    const vectors = table.keyVectors(slots, 4)
    expect([wide, ...narrow].map((_, row) => types.map((type, column) => valueAt(vectors[column] as Vector, row, type)))).toEqual([
      wide,
      ...narrow,
    ])
    table.remove(0)
    table.find(columnsOf([wide, ...narrow]), 4, slots)
    expect([...slots]).toEqual([3, -1, 1, 2])
  })
})

describe('key table of texts', () => {
  test('gives up the texts of removed keys and keeps the slots of the others', () => {
    const table = new KeyTable([stringType, integerType])
    const texts = new KeyTable([stringType])
    let stateBytesMax = 0
    const slots = new Int32Array(1000)
    const textSlots = new Int32Array(1000)
    const keep = new Map<number, string>()
    for (let round = 0; round < 60; round++) {
      const values = Array.from({ length: 1000 }, (_, i) => `text ${round} ${i} ${'x'.repeat(50)}`)
      const columns = [
        vectorOf(stringType, values),
        vectorOf(
          integerType,
          values.map((_, i) => (i % 7 === 0 ? null : i)),
        ),
      ]
      table.resolve(columns, 1000, slots)
      texts.resolve([bytesOf(values)], 1000, textSlots)
      for (let i = 1; i < 1000; i++) {
        table.remove(slots[i] ?? -1)
        texts.remove(textSlots[i] ?? -1)
      }
      keep.set(slots[0] ?? -1, values[0] ?? '')
      stateBytesMax = Math.max(stateBytesMax, table.stateBytes, texts.stateBytes)
    }
    expect(stateBytesMax).toBeLessThan(3_000_000)
    const kept = Int32Array.from(keep.keys())
    const vectors = table.keyVectors(kept, kept.length)
    for (const [i, slot] of kept.entries()) {
      expect(valueAt(vectors[0] as Vector, i, stringType)).toBe(keep.get(slot))
      expect(valueAt(vectors[1] as Vector, i, integerType)).toBe(null)
    }
    const [text] = texts.keyVectors(textSlots, 1)
    expect(valueAt(text as Vector, 0, stringType)).toBe(`text 59 0 ${'x'.repeat(50)}`)
  })
})

describe('key table that is cleared', () => {
  test('forgets everything', () => {
    const table = new KeyTable([stringType])
    const slots = new Int32Array(2)
    table.resolve([bytesOf(['a', null])], 2, slots)
    table.clear()
    expect([table.count, table.capacity]).toEqual([0, 0])
    table.find([asDictionary(['a', null])], 2, slots)
    expect([...slots]).toEqual([-1, -1])
  })
})
