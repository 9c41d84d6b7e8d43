import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { batchOf, bigintType, booleanType, bytesType, doubleType, integerType, type Schema, stringType, type Vector, valueAt } from '#data'
import { printValues } from '../check/print-rows.fixture.ts'
import { Random } from '../check/random-changes.fixture.ts'
import { varyForms } from '../check/vary-forms.fixture.ts'
import { hashRows } from './row-hash.ts'
import { RowIndex } from './row-index.ts'
import { RowStore } from './row-store.ts'

const schema: Schema = [
  { name: 'flag', type: booleanType },
  { name: 'small', type: integerType },
  { name: 'exact', type: bigintType },
  { name: 'ratio', type: doubleType },
  { name: 'text', type: stringType },
  { name: 'bytes', type: bytesType },
  { name: 'list', type: { kind: 'array', element: integerType, nullable: true } },
]
const types = schema.map((column) => column.type)

function randomRow(random: Random): readonly unknown[] {
  const values = [
    random.below(2) === 1,
    random.below(3) - 1,
    random.pick([0, -7, 2 ** 53 - 1, 2n ** 60n, -(2n ** 53n)]),
    random.pick([0.5, Number.NaN, Number.NEGATIVE_INFINITY]),
    random.pick(['', '\ufeffa', 'é', 'long '.repeat(20), '\u{1f600}']),
    random.pick([Uint8Array.of(), Uint8Array.of(0, 255)]),
    random.pick([[], [1, null], [2]]),
  ]
  return values.map((value) => (random.below(5) === 0 ? null : value))
}

function readRow(vectors: readonly Vector[], row: number): string {
  return printValues(types.map((type, column) => valueAt(vectors[column] as Vector, row, type)))
}

/** A store beside a map of the rows that it should hold; collects where they differ. */
class Comparison {
  readonly differences: string[] = []
  readonly random: Random
  readonly store = new RowStore(types)
  readonly index: RowIndex
  readonly expected = new Map<number, readonly unknown[]>()
  turn = 0

  constructor(seed: number, hashMask: number) {
    this.random = new Random(seed)
    this.index = new RowIndex(this.store, hashMask)
  }

  same(actual: unknown, expected: unknown): void {
    if (actual !== expected) this.differences.push(`${String(actual)} for ${String(expected)}`)
  }

  append(): void {
    const rows = Array.from({ length: 1 + this.random.below(20) }, () => randomRow(this.random))
    // Forms stay for a while, as those of a source do.
    const batch = varyForms(batchOf(schema, rows), schema, Math.floor(this.turn++ / 6))
    const selected = Int32Array.from(rows.keys()).filter(() => this.random.below(4) > 0)
    const ids = new Int32Array(selected.length)
    const hashes = new Int32Array(selected.length)
    this.store.append(batch.columns, selected, selected.length, ids)
    hashRows(types, batch.columns, selected, selected.length, hashes)
    for (const [i, id] of ids.entries()) {
      this.same(this.expected.has(id), false)
      this.expected.set(id, rows[selected[i] ?? 0] ?? [])
      this.index.add(id, hashes[i] ?? 0)
    }
  }

  takeAway(): void {
    const wanted = this.random.pick([...this.expected.values(), randomRow(this.random)])
    const batch = varyForms(batchOf(schema, [wanted]), schema, this.random.below(4))
    const hashes = new Int32Array(1)
    hashRows(types, batch.columns, null, 1, hashes)
    const id = this.index.find(batch.columns, 0, hashes[0] ?? 0)
    const there = [...this.expected.values()].some((row) => printValues(row) === printValues(wanted))
    this.same(id !== -1, there)
    if (id === -1) return
    this.same(printValues(this.expected.get(id) ?? []), printValues(wanted))
    this.index.remove(id)
    this.store.free(id)
    this.expected.delete(id)
  }

  compare(): void {
    const ids = Int32Array.from(this.expected.keys())
    this.same(this.store.count, ids.length)
    const vectors = this.store.gather(ids, ids.length)
    for (const [i, id] of ids.entries()) this.same(readRow(vectors, i), printValues(this.expected.get(id) ?? []))
    const padded = this.store.gather(Int32Array.of(-1, ids[0] ?? -1, -1), 3, true)
    const nothing = printValues(types.map(() => null))
    this.same(readRow(padded, 0), nothing)
    this.same(readRow(padded, 1), ids.length === 0 ? nothing : printValues(this.expected.get(ids[0] ?? 0) ?? []))
    for (let i = 1; i < ids.length; i++) {
      const [a, b] = [ids[i - 1] ?? 0, ids[i] ?? 0]
      this.same(this.store.same(a, b), printValues(this.expected.get(a) ?? []) === printValues(this.expected.get(b) ?? []))
    }
  }
}

describe('row store and index', () => {
  test('hold what a map holds, in whatever forms rows come and go', () => {
    fc.assert(
      fc.property(fc.integer(), fc.boolean(), (seed, weak) => {
        const comparison = new Comparison(seed, weak ? 0x40000000 : -1)
        for (let step = 0; step < 40; step++) {
          if (comparison.random.below(3) === 0) comparison.append()
          else for (let i = 0; i < 4; i++) comparison.takeAway()
        }
        comparison.compare()
        expect(comparison.differences).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  test('give up the bytes of rows that left', () => {
    const store = new RowStore([stringType])
    const ids = new Int32Array(100)
    const texts: Schema = [{ name: 'text', type: stringType }]
    for (let round = 0; round < 200; round++) {
      const rows = Array.from({ length: 100 }, (_, i) => [`${round} ${i} ${'x'.repeat(100)}`])
      store.append(varyForms(batchOf(texts, rows), texts, 1).columns, null, 100, ids)
      for (let i = round % 10 === 0 ? 1 : 0; i < 100; i++) store.free(ids[i] ?? 0)
    }
    expect(store.count).toBe(20)
    expect(store.stateBytes).toBeLessThan(100_000)
  })
  test('count the bytes of copies as their own, and not those that another store keeps', () => {
    const texts: Schema = [{ name: 'text', type: stringType }]
    const ids = Int32Array.of(0)
    const [store, borrowing, copying] = [new RowStore([stringType]), new RowStore([stringType]), new RowStore([stringType])]
    store.append(varyForms(batchOf(texts, [['x'.repeat(10_000)]]), texts, 1).columns, null, 1, ids)
    borrowing.append(store.gather(ids, 1), null, 1, ids)
    copying.appendCopies(store.gather(ids, 1), 1, ids)
    expect(borrowing.stateBytes).toBeLessThan(1000)
    expect(copying.stateBytes).toBeGreaterThan(10_000)
    expect([borrowing.valueAt(0, 0), copying.valueAt(0, 0)]).toEqual(['x'.repeat(10_000), 'x'.repeat(10_000)])
  })
})
