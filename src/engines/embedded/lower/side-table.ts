/** A table that takes what a statement leaves aside: rows that are written together with those of its other outputs. */
import { batchOf, batchRows, type Schema } from '#data'
import type { ExchangeInputs, Output } from '#dataflow'

export class SideTable {
  readonly #schema: Schema
  /** By column of the table: its place in the rows that are added. */
  readonly #places: readonly number[]
  #output: Output | null = null
  #rows: unknown[][] = []

  /** `schema`: the table's columns; `names`: what the rows hold, in order. */
  constructor(schema: Schema, names: readonly string[]) {
    this.#schema = schema
    this.#places = schema.map(({ name }) => names.indexOf(name))
  }

  /** Rows go to an output from now on. */
  attach(output: Output | ExchangeInputs): void {
    this.#output = output
    if ('sendsHeld' in output) output.sendsHeld(() => this.flush())
  }

  add(row: readonly unknown[]): void {
    this.#rows.push(this.#places.map((place) => row[place]))
    if (this.#rows.length === batchRows) this.flush()
  }

  /** Sends what has come. */
  flush(): void {
    if (this.#rows.length === 0) return
    const rows = this.#rows
    this.#rows = []
    this.#output?.push(batchOf(this.#schema, rows))
  }

  /** Sends what has come, and tells that nothing comes any more. */
  end(): void {
    this.flush()
    this.#output?.finish()
  }
}
