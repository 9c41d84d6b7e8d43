/** The end of a plan: rows go to a table's writer or to the caller. */
import { assert } from '#base'
import type { SinkWriter } from '#connectors'
import {
  type Batch,
  changeDelete,
  changeUpdateAfter,
  changeUpdateBefore,
  equality,
  type Schema,
  selectBatch,
  type Vector,
  valueAt,
} from '#data'
import type { Output } from '#dataflow'
import { embeddedErrors } from '../errors.ts'

/** What the loop that drives a run waits for before it reads on. */
export class BackPressure {
  readonly #waits: { readonly wait: Promise<void>; readonly writer: object }[] = []
  readonly #observed: ObservedWaits | null
  #sendHeld: (() => void) | null = null

  /** Without `observed` nobody is told how long was waited. */
  constructor(observed: ObservedWaits | null = null) {
    this.#observed = observed
  }

  /** `writer` is who has to be waited for. */
  add(wait: void | Promise<void>, writer: object): void {
    if (wait === undefined) return
    this.#waits.push({ wait, writer })
    // Whoever drains sees a failure; until then, even if something else fails before, it is not an unhandled one.
    wait.catch(() => undefined)
  }

  /** What was kept back in the hope of more is sent before it is waited for. */
  sendsHeld(send: () => void): void {
    this.#sendHeld = send
  }

  /** A promise of all that has to drain; undefined when nothing has. */
  drain(): Promise<unknown> | undefined {
    this.#sendHeld?.()
    if (this.#waits.length === 0) return undefined
    const waits = this.#waits.splice(0)
    const observed = this.#observed
    if (observed === null) return Promise.all(waits.map(({ wait }) => wait))
    const startMs = observed.nowMs()
    const ends = waits.map(async ({ wait, writer }) => {
      await wait
      return { writer, ms: observed.nowMs() - startMs }
    })
    return Promise.all(ends).then((ended) => observed.waited(ended))
  }
}

/** Is told how long each writer was waited for. */
export interface ObservedWaits {
  nowMs(): number
  waited(ended: readonly { readonly writer: object; readonly ms: number }[]): void
}

export interface TableSink {
  readonly name: string
  readonly schema: Schema
  readonly takes: 'append' | 'upsert' | 'newest' | 'all'
  /** Places of the columns of the primary key; empty without one. */
  readonly key: readonly number[]
}

/** Writes rows to a table. The writer is opened when the run starts. */
export class SinkOutput implements Output {
  readonly #table: TableSink
  readonly #backPressure: BackPressure
  writer: SinkWriter | null = null
  rows = 0
  finished = false
  /** Sends what is held back for it, before what was written is prepared. */
  sendHeld: (() => void) | null = null

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
    this.#backPressure.add(writer.write(taken), this)
  }

  /** Makes all that was sent ready to commit. */
  async prepare(): Promise<unknown> {
    this.sendHeld?.()
    assert(this.writer !== null, 'the writer is open before anything is prepared')
    await this.#backPressure.drain()
    return this.writer.prepare()
  }

  advance(watermarkMs: number): void {
    this.writer?.advance?.(watermarkMs)
  }

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

/**
 * Upserts by key: a row says the same without the one that it replaces, which stands right before it. One that nothing replaces, such as a
 * row whose next version did not pass a filter, is deleted.
 */
function upsertsOf(batch: Batch, table: TableSink): Batch {
  const { kinds } = batch
  if (kinds === null || !kinds.subarray(0, batch.length).includes(changeUpdateBefore)) return batch
  const hasSameKey = keyComparison(batch, table)
  const given = new Uint8Array(batch.length)
  const selection = new Int32Array(batch.length)
  let count = 0
  for (let i = 0; i < batch.length; i++) {
    const kind = kinds[i] as number
    if (kind === changeUpdateBefore && i + 1 < batch.length && kinds[i + 1] === changeUpdateAfter && hasSameKey(i, i + 1)) continue
    given[i] = kind === changeUpdateBefore ? changeDelete : kind
    selection[count++] = i
  }
  return selectBatch({ ...batch, kinds: given }, selection, count)
}

function keyComparison({ columns }: Batch, { key, schema }: TableSink): (row: number, other: number) => boolean {
  const parts = key.flatMap((place) => {
    const type = schema[place]?.type
    return type === undefined ? [] : [{ type, vector: columns[place] as Vector, isSame: equality(type) }]
  })
  return (row, other) => parts.every(({ type, vector, isSame }) => isSame(valueAt(vector, row, type), valueAt(vector, other, type)))
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
    this.#backPressure.add(this.#take(batch), this)
  }

  advance(): void {}

  finish(): void {}
}
