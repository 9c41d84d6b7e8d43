/** The end of a plan: rows go to a table's writer or to the caller. */
import { assert } from '#base'
import type { SinkWriter } from '#connectors'
import { type Batch, changeDelete, changeUpdateBefore, type Schema, selectBatch } from '#data'
import type { Output } from '#dataflow'
import { embeddedErrors } from '../errors.ts'

/** What the loop that drives a run waits for before it reads on. */
export class BackPressure {
  readonly #waits: Promise<void>[] = []

  add(wait: void | Promise<void>): void {
    if (wait === undefined) return
    this.#waits.push(wait)
    // Whoever drains sees a failure; until then, even if something else fails before, it is not an unhandled one.
    wait.catch(() => undefined)
  }

  /** A promise of all that has to drain; undefined when nothing has. */
  drain(): Promise<unknown> | undefined {
    return this.#waits.length === 0 ? undefined : Promise.all(this.#waits.splice(0))
  }
}

export interface TableSink {
  readonly name: string
  readonly schema: Schema
  readonly takes: 'append' | 'upsert' | 'all'
  /** Whether a row always replaces one of the same key, where the sink takes upserts. */
  readonly replaces: boolean
}

/** Writes rows to a table. The writer is opened when the run starts. */
export class SinkOutput implements Output {
  readonly #table: TableSink
  readonly #backPressure: BackPressure
  writer: SinkWriter | null = null
  rows = 0
  finished = false

  constructor(table: TableSink, backPressure: BackPressure) {
    this.#table = table
    this.#backPressure = backPressure
  }

  push(batch: Batch): void {
    const { writer } = this
    assert(writer !== null, 'the writer is open before rows arrive')
    checkNotNull(batch, this.#table)
    const taken = this.#table.takes === 'upsert' ? upsertsOf(batch, this.#table) : batch
    if (taken.length === 0) return
    this.rows += taken.length
    this.#backPressure.add(writer.write(taken))
  }

  advance(): void {}

  finish(): void {
    this.finished = true
  }
}

/** NULL in a NOT NULL column stops the run, as Flink's not-null enforcer does by default. */
function checkNotNull(batch: Batch, { name, schema }: TableSink): void {
  schema.forEach((column, index) => {
    if (column.type.nullable) return
    const nulls = batch.columns[index]?.nulls
    if (nulls === null || nulls === undefined) return
    for (let i = 0; i < batch.length; i++)
      if (nulls[i] === 1) throw embeddedErrors.ENGINE_NULL_NOT_ALLOWED({ column: column.name, table: name })
  })
}

/** An upsert by key says the same without the row that it replaces; a row that went from one key to another is deleted there. */
function upsertsOf(batch: Batch, { replaces }: TableSink): Batch {
  const { kinds } = batch
  if (kinds === null || !kinds.subarray(0, batch.length).includes(changeUpdateBefore)) return batch
  if (!replaces) return { ...batch, kinds: kinds.map((kind) => (kind === changeUpdateBefore ? changeDelete : kind)) }
  const selection = new Int32Array(batch.length)
  let count = 0
  for (let i = 0; i < batch.length; i++) if (kinds[i] !== changeUpdateBefore) selection[count++] = i
  return selectBatch(batch, selection, count)
}

/** Shows rows to the caller. */
export class CollectOutput implements Output {
  readonly #take: (batch: Batch) => void | Promise<void>
  readonly #backPressure: BackPressure
  rows = 0

  constructor(take: (batch: Batch) => void | Promise<void>, backPressure: BackPressure) {
    this.#take = take
    this.#backPressure = backPressure
  }

  push(batch: Batch): void {
    this.rows += batch.length
    this.#backPressure.add(this.#take(batch))
  }

  advance(): void {}

  finish(): void {}
}
