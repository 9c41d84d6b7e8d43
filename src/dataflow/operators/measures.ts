/** The measures of an aggregation: accumulators and the columns of the input batch that feed them. */
import { type Batch, flagsIn, type Vector } from '#data'
import { type Accumulator, signsOf } from '../aggregates/accumulator.ts'
import { type AggregateShape, createInner, distinctOf, needsDistinct } from '../aggregates/create.ts'
import { type DistinctInput, DistinctValues, distinctMembersMax, signsOfMember } from '../aggregates/distinct-values.ts'
import { type SavedColumns, savedTogether } from '../state/saved-columns.ts'
import type { StatePart } from '../state/state-part.ts'
import { type DistinctGroups, DistinctPart } from './distinct-part.ts'

export interface MeasureShape {
  readonly aggregate: AggregateShape
  /** Places of the argument columns in the input batch. */
  readonly arguments: readonly number[]
  /** Place of a boolean column: only rows where it is true count. */
  readonly filter: number | null
}

/** Measures over the distinct values of the same arguments, by their places. */
interface DistinctMeasures {
  readonly values: DistinctValues
  readonly places: readonly number[]
}

export class Measures {
  readonly #shapes: readonly MeasureShape[]
  readonly #accumulators: readonly Accumulator[]
  /** Places of the measures that take rows as they come. */
  readonly #plain: readonly number[]
  readonly #distinct: readonly DistinctMeasures[]
  #signs = new Int8Array(0)
  #filter = new Uint8Array(0)
  /** By row, for distinct measures: its sign, and a bit for each measure. */
  #rowSigns = new Int8Array(0)
  #members = new Int32Array(0)
  /** Takes in states that come. */
  #scratch: Measures | null = null

  constructor(shapes: readonly MeasureShape[]) {
    this.#shapes = shapes
    this.#accumulators = shapes.map((shape) => createInner(shape.aggregate))
    this.#plain = [...shapes.keys()].filter((place) => !needsDistinct((shapes[place] as MeasureShape).aggregate))
    this.#distinct = distinctMeasures(shapes)
  }

  /** The state of all measures, slot by slot. */
  get saved(): SavedColumns {
    return savedTogether([this.savedApart, ...this.#distinct.map(({ values }) => values.saved)])
  }

  /** The same without distinct values, for those who save them as parts. */
  get savedApart(): SavedColumns {
    return savedTogether(this.#accumulators.map(({ saved }) => saved))
  }

  /** The distinct values, as parts of the state of groups. */
  parts(groups: DistinctGroups): StatePart[] {
    return this.#distinct.map(({ values }, index) => new DistinctPart(`distinct-${index}`, values, groups))
  }

  get stateBytes(): number {
    let bytes = 0
    for (const accumulator of this.#accumulators) bytes += accumulator.stateBytes
    for (const { values } of this.#distinct) bytes += values.stateBytes
    return bytes
  }

  reserve(slots: number): void {
    for (const accumulator of this.#accumulators) accumulator.reserve(slots)
    for (const { values } of this.#distinct) values.reserve(slots)
  }

  /** Adds each row to its slot. Rows with a negative slot are passed over. */
  add(batch: Batch, slots: Int32Array, skipsRows: boolean): void {
    const rows = batch.length
    this.#reserveRows(rows)
    const skipping = skipsRows ? slots : null
    for (const place of this.#plain) {
      const signs = this.#signsOf(batch, place, skipping)
      this.#accumulators[place]?.add({ slots, rows, arguments: this.#argumentsOf(batch, place), signs })
    }
    for (const distinct of this.#distinct) this.#addDistinct(batch, slots, skipping, distinct)
  }

  #reserveRows(rows: number): void {
    if (this.#signs.length >= rows) return
    this.#signs = new Int8Array(rows)
    this.#rowSigns = new Int8Array(rows)
    this.#filter = new Uint8Array(rows)
    this.#members = new Int32Array(rows)
  }

  #argumentsOf(batch: Batch, place: number): readonly Vector[] {
    return (this.#shapes[place] as MeasureShape).arguments.map((column) => batch.columns[column] as Vector)
  }

  /** What a measure is to do with each row; valid until the next call. */
  #signsOf(batch: Batch, place: number, skipping: Int32Array | null): Int8Array | null {
    const { filter, aggregate } = this.#shapes[place] as MeasureShape
    const flags = this.#filterOf(batch, filter, skipping)
    return signsOf(batch.length, batch.kinds, flags, aggregate.keepsNulls === true ? [] : this.#argumentsOf(batch, place), this.#signs)
  }

  #addDistinct(batch: Batch, slots: Int32Array, skipping: Int32Array | null, { values, places }: DistinctMeasures): void {
    const rows = batch.length
    const members = this.#members
    members.fill(0, 0, rows)
    for (const [member, place] of places.entries()) {
      const signs = this.#signsOf(batch, place, skipping)
      for (let row = 0; row < rows; row++) {
        // Both 1 and −1 have this bit.
        const isAsked = signs === null ? 1 : (signs[row] as number) & 1
        members[row] = (members[row] as number) | (isAsked << member)
      }
    }
    const signs = batch.kinds === null ? null : this.#rowSigns
    if (signs !== null) signsOf(rows, batch.kinds, null, [], signs)
    const input = { slots, rows, arguments: this.#argumentsOf(batch, places[0] as number), members, signs }
    this.#addChanges(input, places, values.add(input))
  }

  /** Tells each member for which something changed which values are new to it, and which are gone. */
  #addChanges(input: DistinctInput, places: readonly number[], changed: number): void {
    const { slots, rows, arguments: vectors } = input
    this.#reserveRows(rows)
    for (const [member, place] of places.entries()) {
      if (((changed >>> member) & 1) === 0) continue
      this.#accumulators[place]?.add({ slots, rows, arguments: vectors, signs: signsOfMember(member, input, this.#signs) })
    }
  }

  /** Adds to each slot the states that stand in the columns from `place` on, as `saved` gives them. */
  addStates(batch: Batch, slots: Int32Array, place: number): void {
    const { length } = batch
    const scratch = this.#scratch ?? new Measures(this.#shapes)
    this.#scratch = scratch
    scratch.reserve(length)
    const rows = Int32Array.from({ length }, (_, row) => row)
    scratch.saved.load(rows, batch.columns.slice(place), length)
    for (const row of rows) {
      const slot = slots[row] as number
      if (slot >= 0) this.merge(slot, scratch, row)
      scratch.clear(row)
    }
  }

  #filterOf(batch: Batch, column: number | null, slots: Int32Array | null): Uint8Array | null {
    if (column === null && slots === null) return null
    const filter = this.#filter
    if (column === null) filter.fill(1, 0, batch.length)
    else {
      const vector = batch.columns[column] as Vector
      const data = flagsIn(vector)
      const { nulls } = vector
      if (nulls === null && slots === null) return data
      for (let i = 0; i < batch.length; i++) filter[i] = data[i] === 1 && (nulls === null || nulls[i] === 0) ? 1 : 0
    }
    if (slots !== null) for (let i = 0; i < batch.length; i++) if ((slots[i] as number) < 0) filter[i] = 0
    return filter
  }

  merge(slot: number, from: Measures, fromSlot: number): void {
    for (const place of this.#plain) this.#accumulators[place]?.merge(slot, from.#accumulators[place] as Accumulator, fromSlot)
    for (const [index, { values, places }] of this.#distinct.entries()) {
      this.#addChanges(values.merge(slot, (from.#distinct[index] as DistinctMeasures).values, fromSlot), places, -1)
    }
  }

  clear(slot: number): void {
    for (const accumulator of this.#accumulators) accumulator.clear(slot)
    for (const { values } of this.#distinct) values.clear(slot)
  }

  /** The results of the first `count` slots listed, which may take the places of others that nobody needs any more. */
  results(slots: Int32Array, count: number, rooms: readonly Vector[] = []): Vector[] {
    return this.#accumulators.map((accumulator, place) => accumulator.results(slots, count, rooms[place]))
  }
}

function distinctMeasures(shapes: readonly MeasureShape[]): DistinctMeasures[] {
  const groups = new Map<string, number[]>()
  for (const [place, { aggregate, arguments: columns }] of shapes.entries()) {
    if (!needsDistinct(aggregate)) continue
    const { retracts, keepsNulls } = distinctOf(aggregate)
    const key = `${columns.join()} ${retracts} ${keepsNulls}`
    groups.set(key, [...(groups.get(key) ?? []), place])
  }
  return [...groups.values()].flatMap((all) =>
    Array.from({ length: Math.ceil(all.length / distinctMembersMax) }, (_, part) => {
      const places = all.slice(part * distinctMembersMax, (part + 1) * distinctMembersMax)
      const { aggregate } = shapes[places[0] as number] as MeasureShape
      return { places, values: new DistinctValues({ ...distinctOf(aggregate), members: places.length }) }
    }),
  )
}
