import { describe, expect, test } from 'vitest'
import { type Batch, integerType, type Schema } from '#data'
import type { Operator, Output } from '../operator.ts'
import { grownNumbers } from '../state/grown.ts'
import { KeyTable } from '../state/key-table.ts'
import { KeyedPart } from '../state/keyed-part.ts'
import { savedNumber } from '../state/saved-columns.ts'
import { runOperator } from './run-operator.fixture.ts'

const schema: Schema = [{ name: 'number', type: integerType }]
const types = schema.map((column) => column.type)

type Fault = 'none' | 'forgets a mark' | 'marks late' | 'saves less' | 'repeats its end'

/** Sends each number with how often it came; at the end 0. Has one of the faults that the check is to notice. */
class Counting implements Operator {
  readonly #output: Output
  readonly #fault: Fault
  readonly #table = new KeyTable(types)
  #counts = new Float64Array(0)
  #sent = 0
  readonly #part: KeyedPart
  readonly state: readonly KeyedPart[]

  constructor(fault: Fault, output: Output) {
    this.#fault = fault
    this.#output = output
    this.#part = new KeyedPart({
      name: 'counts',
      table: this.#table,
      keyTypes: types,
      columns: [
        savedNumber(
          (slot) => this.#counts[slot] as number,
          (slot, count) => {
            this.#counts[slot] = fault === 'saves less' ? 0 : count
            this.#sent += 1
          },
        ),
      ],
      reserve: (slots) => {
        this.#counts = grownNumbers(this.#counts, slots)
      },
    })
    this.state = [this.#part]
  }

  push(_input: number, batch: Batch): void {
    const slots = new Int32Array(batch.length)
    const known = this.#table.capacity
    this.#table.resolve(batch.columns, batch.length, slots)
    this.#counts = grownNumbers(this.#counts, this.#table.capacity)
    for (const slot of slots) {
      const isMarked = slot >= known || this.#fault !== 'forgets a mark'
      if (isMarked && this.#fault !== 'marks late') this.#part.pages.mark(slot)
      this.#counts[slot] = (this.#counts[slot] as number) + 1
      if (this.#fault === 'marks late') this.#part.pages.mark(slot)
    }
    this.#sent += batch.length
    this.#send(slots.map((slot) => this.#counts[slot] as number))
  }

  #send(counts: Int32Array): void {
    this.#output.push({ length: counts.length, columns: [{ form: 'integers', data: counts, nulls: null }], kinds: null, watermarks: null })
  }

  advance(_input: number, watermarkMs: number): void {
    this.#output.advance(watermarkMs)
  }

  finish(): void {
    if (this.#sent === 0 || this.#fault === 'repeats its end') this.#send(Int32Array.of(0))
    this.#output.finish()
  }
}

function run(fault: Fault): number {
  const steps = [1, 2, 1, 1, 2, 3, 1, 2, 3, 1].map((number) => ({ rows: [[number], [number + 1]] }))
  const { changes } = runOperator({ inputs: [schema], output: schema, appends: true }, (output) => new Counting(fault, output), steps)
  return changes.length
}

describe('an operator that starts anew', () => {
  test('passes when its state is whole', () => {
    expect(run('none')).toBe(20)
  })

  test('is found out when it forgets a mark', () => {
    expect(() => run('forgets a mark')).toThrow('part "counts" marks page')
  })

  test('is found out when it marks what it has changed already', () => {
    expect(() => run('marks late')).toThrow('to be')
  })

  test('is found out when its answers differ', () => {
    expect(() => run('saves less')).toThrow('to be')
  })

  test('is found out when it sends rows again after its end', () => {
    expect(() => run('repeats its end')).toThrow('sends no rows when it is told again')
  })
})
