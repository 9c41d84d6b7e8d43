/** What is measured over a frame of rows: aggregates, and functions that look at the rows before the current one. */
import { changeDelete, type DataType, numbersIn, type Vector, valueAt, vectorOf, withNullable } from '#data'
import { type Accumulator, type AccumulatorInput, boxedBytes, signsOf } from '../aggregates/accumulator.ts'
import { type AggregateShape, createAccumulator } from '../aggregates/create.ts'
import { grownNumbers } from '../state/grown.ts'
import { type SavedColumns, savedNumbersIn, savedTogether, savedValue } from '../state/saved-columns.ts'

type OverFunction =
  | { readonly kind: 'aggregate'; readonly aggregate: AggregateShape }
  /** Its argument is the time that rows are ordered by. */
  | { readonly kind: 'rank' | 'dense-rank' }
  /** Its arguments are the value and what stands for a missing row, if anything. */
  | { readonly kind: 'lag'; readonly offset: number; readonly type: DataType; readonly otherwiseType: DataType | null }

export interface OverMeasureShape {
  readonly function: OverFunction
  /** Places of the argument columns. */
  readonly arguments: readonly number[]
  readonly result: DataType
}

export class OverMeasures {
  readonly #shapes: readonly OverMeasureShape[]
  readonly #accumulators: readonly Accumulator[]
  #signs = new Int8Array(0)
  #deletes = new Uint8Array(0)

  constructor(shapes: readonly OverMeasureShape[]) {
    this.#shapes = shapes
    this.#accumulators = shapes.map((shape) => createFunction(shape))
  }

  /** The state of all measures, slot by slot. */
  get saved(): SavedColumns {
    return savedTogether(this.#accumulators.map((accumulator) => accumulator.saved))
  }

  get stateBytes(): number {
    return this.#accumulators.reduce((bytes, accumulator) => bytes + accumulator.stateBytes, 0)
  }

  reserve(slots: number): void {
    for (const accumulator of this.#accumulators) accumulator.reserve(slots)
  }

  /** Adds rows to their slots, or takes them back. `argumentsOf` gives the argument columns by place. */
  add(argumentsOf: (place: number) => Vector, slots: Int32Array, rows: number, change: 'add' | 'take-back'): void {
    if (this.#signs.length < rows) {
      this.#signs = new Int8Array(rows)
      this.#deletes = new Uint8Array(rows).fill(changeDelete)
    }
    const kinds = change === 'add' ? null : this.#deletes
    this.#shapes.forEach((shape, index) => {
      const vectors = shape.arguments.map(argumentsOf)
      const signs = shape.function.kind === 'aggregate' ? this.#signsOf(shape.function.aggregate, rows, kinds, vectors) : null
      this.#accumulators[index]?.add({ slots, rows, arguments: vectors, signs })
    })
  }

  #signsOf({ keepsNulls = false }: AggregateShape, rows: number, kinds: Uint8Array | null, vectors: readonly Vector[]): Int8Array | null {
    return signsOf(rows, kinds, null, keepsNulls ? [] : vectors, this.#signs)
  }

  clear(slot: number): void {
    for (const accumulator of this.#accumulators) accumulator.clear(slot)
  }

  results(slots: Int32Array, count: number): Vector[] {
    return this.#accumulators.map((accumulator) => accumulator.results(slots, count))
  }
}

function createFunction({ function: over, result }: OverMeasureShape): Accumulator {
  switch (over.kind) {
    case 'aggregate':
      return createAccumulator(over.aggregate)
    case 'lag':
      return new LagAccumulator(over.offset, over.type, over.otherwiseType, result)
    default:
      return new RankAccumulator(over.kind === 'dense-rank')
  }
}

/** RANK and DENSE_RANK by time. State: the rows so far, the time of the last one and its rank. */
class RankAccumulator implements Accumulator {
  readonly #isDense: boolean
  #rows = new Float64Array(16)
  #ranks = new Float64Array(16)
  #times = new Float64Array(16)
  readonly saved: SavedColumns = savedTogether([
    savedNumbersIn(() => this.#rows),
    savedNumbersIn(() => this.#ranks),
    savedNumbersIn(() => this.#times),
  ])

  constructor(isDense: boolean) {
    this.#isDense = isDense
  }

  get stateBytes(): number {
    return this.#rows.byteLength * 3
  }

  reserve(slots: number): void {
    this.#rows = grownNumbers(this.#rows, slots)
    this.#ranks = grownNumbers(this.#ranks, slots)
    this.#times = grownNumbers(this.#times, slots)
  }

  add({ slots, rows, arguments: [time] }: AccumulatorInput): void {
    const times = numbersIn(time as Vector)
    for (let i = 0; i < rows; i++) {
      const slot = slots[i] as number
      const before = this.#rows[slot] as number
      this.#rows[slot] = before + 1
      if (before > 0 && this.#times[slot] === times[i]) continue
      this.#times[slot] = times[i] as number
      this.#ranks[slot] = this.#isDense ? (this.#ranks[slot] as number) + 1 : before + 1
    }
  }

  merge(): void {}

  clear(slot: number): void {
    this.#rows[slot] = 0
    this.#ranks[slot] = 0
  }

  results(slots: Int32Array, count: number): Vector {
    const data = new Float64Array(count)
    for (let i = 0; i < count; i++) data[i] = this.#ranks[slots[i] as number] as number
    return { form: 'numbers', data, nulls: null }
  }
}

interface LastValues {
  readonly values: unknown[]
  otherwise: unknown
}

/** LAG. State: the last `offset` + 1 values of a slot. */
class LagAccumulator implements Accumulator {
  readonly #offset: number
  readonly #type: DataType
  readonly #otherwiseType: DataType | null
  readonly #result: DataType
  readonly #slots: (LastValues | undefined)[] = []
  readonly saved: SavedColumns

  constructor(offset: number, type: DataType, otherwiseType: DataType | null, result: DataType) {
    this.#offset = offset
    this.#type = type
    this.#otherwiseType = otherwiseType
    this.#result = result
    this.saved = savedTogether([
      savedValue(
        { kind: 'array', element: type, nullable: true },
        (slot) => this.#slots[slot]?.values,
        (slot, values) => {
          if (values !== null) this.#slots[slot] = { values: values as unknown[], otherwise: null }
        },
      ),
      savedValue(
        withNullable(otherwiseType ?? type, true),
        (slot) => this.#slots[slot]?.otherwise,
        (slot, otherwise) => {
          const last = this.#slots[slot]
          if (last !== undefined) last.otherwise = otherwise
        },
      ),
    ])
  }

  get stateBytes(): number {
    return this.#slots.length * (this.#offset + 1) * boxedBytes
  }

  reserve(): void {}

  add({ slots, rows, arguments: [value, otherwise] }: AccumulatorInput): void {
    for (let i = 0; i < rows; i++) {
      const slot = slots[i] as number
      const last = this.#slots[slot] ?? { values: [], otherwise: null }
      this.#slots[slot] = last
      last.values.push(valueAt(value as Vector, i, this.#type))
      if (last.values.length > this.#offset + 1) last.values.shift()
      if (otherwise !== undefined && this.#otherwiseType !== null) last.otherwise = valueAt(otherwise, i, this.#otherwiseType)
    }
  }

  merge(): void {}

  clear(slot: number): void {
    this.#slots[slot] = undefined
  }

  results(slots: Int32Array, count: number): Vector {
    return vectorOf(
      this.#result,
      Array.from({ length: count }, (_, i) => this.#resultOf(this.#slots[slots[i] as number])),
    )
  }

  #resultOf(last: LastValues | undefined): unknown {
    if (last === undefined) return null
    return last.values.length > this.#offset ? last.values[0] : last.otherwise
  }
}
