/**
 * Who has to send every change of its rows, and not only the last one of a batch: who chooses rows by key for a table of versions, which
 * a join reads as of an event time, and whoever changes rows for TO_CHANGELOG, whose rows those changes are.
 */
import { type Batch, type DataType, selectBatch, type Vector } from '#data'
import { KeyTable, type Output, PassingOutput } from '#dataflow'
import { asOfTimeOf, type Plan, type Relation, rootsOf, walkRelations } from '#plan'

/** The relations that have to send every change. */
export function versionedRelations(plan: Plan): ReadonlySet<Relation> {
  const versioned = new Set<Relation>()
  walkRelations(rootsOf(plan), (relation) => {
    if (relation.kind === 'to-changelog') walkRelations([relation.input], (below) => versioned.add(below))
    if (relation.kind !== 'join' || asOfTimeOf(relation)?.kind !== 'event-time') return
    walkRelations([relation.right], (below) => {
      if (below.kind === 'top' || below.kind === 'normalise') versioned.add(below)
    })
  })
  return versioned
}

/** Cuts batches so that none has two rows of the same key. */
export class OneRowAKey extends PassingOutput {
  readonly #keys: readonly number[]
  readonly #table: KeyTable
  #slots = new Int32Array(0)

  /** `types` are those of all columns, `keys` the places of the key's. */
  constructor(types: readonly DataType[], keys: readonly number[], output: Output) {
    super(output)
    this.#keys = keys
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
        this.output.push(partOf(batch, from, row))
        from = row
      }
      seen[slot] = row + 1
    }
    this.output.push(partOf(batch, from, length))
  }
}

function partOf(batch: Batch, from: number, to: number): Batch {
  if (from === 0 && to === batch.length) return batch
  const rows = Int32Array.from({ length: to - from }, (_, row) => from + row)
  return selectBatch(batch, rows, rows.length)
}
