/**
 * The tables of versions that joins read as of an event time. Each row that such a table ever had is a version, so those who choose rows
 * by key have to send every change, and not only the last one of a batch.
 */
import { type Batch, type DataType, selectBatch, type Vector } from '#data'
import { KeyTable, type Output } from '#dataflow'
import { asOfTimeOf, type Plan, type Relation, rootsOf, walkRelations } from '#plan'

/** The Top-Ns whose rows are versions. */
export function versionedTops(plan: Plan): ReadonlySet<Relation> {
  const tops = new Set<Relation>()
  walkRelations(rootsOf(plan), (relation) => {
    if (relation.kind !== 'join' || asOfTimeOf(relation)?.kind !== 'event-time') return
    walkRelations([relation.right], (below) => {
      if (below.kind === 'top') tops.add(below)
    })
  })
  return tops
}

/** Cuts batches so that none has two rows of the same key. */
export class OneRowAKey implements Output {
  readonly #keys: readonly number[]
  readonly #output: Output
  readonly #table: KeyTable
  #slots = new Int32Array(0)

  /** `types` are those of all columns, `keys` the places of the key's. */
  constructor(types: readonly DataType[], keys: readonly number[], output: Output) {
    this.#keys = keys
    this.#output = output
    this.#table = new KeyTable(keys.map((key) => types[key] as DataType))
  }

  push(batch: Batch): void {
    const { length } = batch
    if (this.#slots.length < length) this.#slots = new Int32Array(length)
    this.#table.clear()
    this.#table.resolve(
      this.#keys.map((key) => batch.columns[key] as Vector),
      length,
      this.#slots,
    )
    /** By slot: the row in which the key was seen last, counted from 1. */
    const seen = new Int32Array(this.#table.capacity)
    let from = 0
    for (let row = 0; row < length; row++) {
      const slot = this.#slots[row] as number
      if ((seen[slot] as number) > from) {
        this.#output.push(partOf(batch, from, row))
        from = row
      }
      seen[slot] = row + 1
    }
    this.#output.push(partOf(batch, from, length))
  }

  advance(watermarkMs: number): void {
    this.#output.advance(watermarkMs)
  }

  finish(): void {
    this.#output.finish()
  }
}

function partOf(batch: Batch, from: number, to: number): Batch {
  if (from === 0 && to === batch.length) return batch
  const rows = Int32Array.from({ length: to - from }, (_, row) => from + row)
  return selectBatch(batch, rows, rows.length)
}
