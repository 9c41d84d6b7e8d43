import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { batchOf, integerType, type Schema, stringType, type Vector, valueAt } from '#data'
import { Random } from '../check/random-changes.fixture.ts'
import { SavedParts } from '../check/saved-parts.fixture.ts'
import { grownNumbers } from './grown.ts'
import { KeyTable } from './key-table.ts'
import { KeyedPart, savedKeys } from './keyed-part.ts'
import { savedNumbersIn, savedTogether } from './saved-columns.ts'

const schema: Schema = [
  { name: 'name', type: stringType },
  { name: 'number', type: integerType },
]
const keyTypes = schema.map((column) => column.type)

/** A number for each key; keys with a negative one are not saved. */
class Numbers {
  readonly table = new KeyTable(keyTypes)
  readonly part = new KeyedPart({
    name: 'numbers',
    table: this.table,
    keyTypes,
    columns: [savedNumbersIn(() => this.#numbers)],
    holds: (slot) => (this.#numbers[slot] as number) >= 0,
    reserve: (slots) => {
      this.#numbers = grownNumbers(this.#numbers, slots)
    },
    enter: (slot) => this.entered.push(this.#numbers[slot] as number),
  })
  readonly entered: number[] = []
  #numbers = new Float64Array(0)

  slotOf(key: readonly unknown[]): number {
    const slots = new Int32Array(1)
    this.table.resolve(batchOf(schema, [key]).columns, 1, slots)
    return slots[0] as number
  }

  set(key: readonly unknown[], number: number): void {
    const slot = this.slotOf(key)
    this.#numbers = grownNumbers(this.#numbers, this.table.capacity)
    this.#numbers[slot] = number
    this.part.pages.mark(slot)
  }

  remove(key: readonly unknown[]): void {
    const slot = this.slotOf(key)
    this.table.remove(slot)
    this.part.pages.mark(slot)
  }

  saved(): Map<string, number> {
    const numbers = new Map<string, number>()
    for (let slot = 0; slot < this.table.capacity; slot++) {
      if (this.table.isLive(slot)) numbers.set(keyTextOf(this.table.keyVectors(Int32Array.of(slot), 1)), this.#numbers[slot] as number)
    }
    return new Map([...numbers].filter(([, number]) => number >= 0))
  }
}

function keyTextOf(columns: readonly Vector[]): string {
  return JSON.stringify(keyTypes.map((type, place) => valueAt(columns[place] as Vector, 0, type)))
}

describe('keyed part', () => {
  test('brings back what is kept for each key, whatever came and went before', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = new Random(seed)
        let numbers = new Numbers()
        let saved = new SavedParts([numbers.part], random.pick([1, 4, 128]))
        const expected = new Map<string, number>()
        for (let turn = 0; turn < 60; turn++) {
          const key = [random.pick(['a', 'b', null]), random.pick([1, 2, 3, null])]
          if (random.below(3) > 0) {
            const number = random.below(9) - 2
            numbers.set(key, number)
            expected.set(JSON.stringify(key), number)
          } else if (expected.delete(JSON.stringify(key))) numbers.remove(key)
          if (random.below(4) === 0) saved.update()
          if (random.below(8) > 0) continue
          saved.update()
          saved.compare()
          numbers = new Numbers()
          saved = saved.loadInto([numbers.part])
          for (const [text, number] of expected) if (number < 0) expected.delete(text)
          expect(numbers.entered.length).toBe(expected.size)
        }
        expect(numbers.saved()).toEqual(new Map([...expected].filter(([, number]) => number >= 0)))
      }),
      { numRuns: 300 },
    )
  })

  test('spreads by its keys', () => {
    const { part } = new Numbers()
    expect(part.keys).toEqual([0, 1])
    expect(part.types.length).toBe(3)
  })

  test('lets entries bring the keys that they know by slot', () => {
    const from = new KeyTable(keyTypes)
    const slots = new Int32Array(3)
    const keys = [
      ['a', 1],
      [null, 2],
      ['a', 1],
    ]
    from.resolve(batchOf(schema, keys).columns, 3, slots)
    const columns = savedKeys({ table: from, keyTypes, slotOf: (entry) => slots[entry - 10] as number, setSlot: () => undefined })
    const vectors = columns.save(Int32Array.of(12, 11, 10), 3)
    const to = new KeyTable(keyTypes)
    const found = new Map<number, number>()
    const loaded = savedKeys({ table: to, keyTypes, slotOf: () => 0, setSlot: (entry, slot) => found.set(entry, slot) })
    savedTogether([loaded]).load(Int32Array.of(2, 1, 0), vectors, 3)
    const textOf = (entry: number): string => keyTextOf(to.keyVectors(Int32Array.of(found.get(entry) as number), 1))
    expect([0, 1, 2].map(textOf)).toEqual(keys.map((key) => JSON.stringify(key)))
  })
})
