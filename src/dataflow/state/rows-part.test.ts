import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { batchOf, batchRows, numbersIn, type Vector, valueAt } from '#data'
import { Random, smallRow, smallSchema } from '../check/random-changes.fixture.ts'
import { SavedParts } from '../check/saved-parts.fixture.ts'
import { grownNumbers } from './grown.ts'
import { RowStore } from './row-store.ts'
import { RowsPart } from './rows-part.ts'
import { savedNumbersIn } from './saved-columns.ts'

const rowTypes = smallSchema.map((column) => column.type)

/** Rows with a number beside each, and the order in which they entered after they were loaded. */
class NumberedRows {
  readonly store = new RowStore(rowTypes)
  readonly part: RowsPart
  readonly entered: number[] = []
  readonly texts: string[] = []
  longest = 0
  ends = 0
  #numbers = new Float64Array(0)

  constructor(ordered: boolean) {
    this.part = new RowsPart({
      name: 'rows',
      store: this.store,
      rowTypes,
      keys: [1],
      columns: [savedNumbersIn(() => this.#numbers)],
      ordered,
      reserve: (ids) => {
        this.#numbers = grownNumbers(this.#numbers, ids)
      },
      enter: (ids, columns) => this.#enter(ids, columns),
      entered: () => {
        this.ends += 1
      },
    })
  }

  #enter(ids: Int32Array, columns: readonly Vector[]): void {
    this.longest = Math.max(this.longest, ids.length)
    for (const [row, id] of ids.entries()) {
      this.entered.push(id)
      this.texts.push(JSON.stringify(rowTypes.map((type, place) => valueAt(columns[place] as Vector, row, type))))
    }
  }

  come(rows: readonly (readonly unknown[])[], numbers: readonly number[]): Int32Array {
    const ids = new Int32Array(rows.length)
    this.store.append(batchOf(smallSchema, rows).columns, null, rows.length, ids)
    this.#numbers = grownNumbers(this.#numbers, this.store.capacity)
    for (const [i, id] of ids.entries()) this.#numbers[id] = numbers[i] as number
    this.part.come(ids, rows.length)
    return ids
  }

  go(id: number): void {
    this.part.go(id)
    this.store.free(id)
  }

  numberOf(id: number): number {
    return this.#numbers[id] as number
  }
}

interface Kept {
  readonly number: number
  readonly text: string
  id: number
}

describe('rows part', () => {
  test('brings rows back in order of arrival, over and over, whatever came and went before', () => {
    fc.assert(
      fc.property(fc.integer(), fc.boolean(), (seed, ordered) => {
        const random = new Random(seed)
        let rows = new NumberedRows(ordered)
        let saved = new SavedParts([rows.part], random.pick([1, 4, 128]))
        let kept: Kept[] = []
        for (let turn = 0; turn < 40; turn++) {
          const coming = Array.from({ length: random.below(5) }, () => smallRow(random))
          const numbers = coming.map((_, i) => turn * 100 + i)
          const ids = rows.come(coming, numbers)
          for (const [i, row] of coming.entries()) {
            kept.push({ number: numbers[i] as number, text: JSON.stringify(row), id: ids[i] as number })
          }
          const going = kept.filter(() => random.below(4) === 0)
          for (const { id } of going) rows.go(id)
          kept = kept.filter((row) => !going.includes(row))
          if (random.below(3) === 0) saved.update()
          if (random.below(6) > 0) continue
          saved.update()
          saved.compare()
          rows = new NumberedRows(ordered)
          saved = saved.loadInto([rows.part])
          expect(rows.entered.map((id) => rows.numberOf(id))).toEqual(kept.map(({ number }) => number))
          expect(rows.texts).toEqual(kept.map(({ text }) => text))
          for (const [i, row] of kept.entries()) row.id = rows.entered[i] as number
        }
      }),
      { numRuns: 300 },
    )
  })

  test('tells arrivals apart where it is ordered, those of rows that went as well', () => {
    const { part, store } = new NumberedRows(true)
    const ids = new Int32Array(3)
    store.append(
      batchOf(smallSchema, [
        [1, 'a'],
        [2, 'b'],
        [3, 'c'],
      ]).columns,
      null,
      3,
      ids,
    )
    const [a, b, c] = ids as unknown as [number, number, number]
    part.come(Int32Array.of(c, -1, a), 3)
    part.come(Int32Array.of(b), 1)
    part.go(a)
    expect(part.compareArrivals(c, a)).toBeLessThan(0)
    expect(part.compareArrivals(b, a)).toBeGreaterThan(0)
    expect([a, b, c].map((id) => part.has(id))).toEqual([false, true, true])
  })

  test('keeps nothing beside the rows where nobody tracks it and no order is asked', () => {
    const rows = new NumberedRows(false)
    rows.go(
      rows.come(
        [
          [1, 'a'],
          [2, 'b'],
        ],
        [1, 2],
      )[0] as number,
    )
    expect(rows.part.stateBytes).toBe(0)
  })

  test('lets as many rows enter at a time as a batch has, and tells when all have', () => {
    const rows = new NumberedRows(false)
    const saved = new SavedParts([rows.part], 128)
    for (let round = 0; round < 3; round++)
      rows.come(
        Array.from({ length: 2000 }, (_, i) => [i, 'a']),
        Array.from({ length: 2000 }, (_, i) => i),
      )
    saved.update()
    const fresh = new NumberedRows(false)
    saved.loadInto([fresh.part])
    expect(fresh.entered.length).toBe(6000)
    expect(fresh.longest).toBe(batchRows)
    expect(fresh.ends).toBe(1)
    expect(fresh.part.keys).toEqual([1])
    expect(fresh.part.types.length).toBe(4)
    expect(numbersIn(fresh.part.save(0).columns[3] as Vector).length).toBe(64)
  })
})
