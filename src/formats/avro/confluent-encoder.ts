/** Writes records behind a zero and the id of their schema, which is registered when the first of them is written. */
import type { Batch, Schema } from '#data'
import type { MessageEncoder, Messages } from '../format.ts'
import { CellMessageEncoder } from '../message-encoder.ts'
import { recordCells } from './encoder.ts'
import type { Registry } from './registry.ts'
import type { RecordSchema } from './schema.ts'

export interface WrittenSchema {
  readonly id: number
  readonly record: RecordSchema
  /** What has the schema, for errors. */
  readonly owner?: string
}

export class ConfluentEncoder implements MessageEncoder {
  readonly #columns: Schema
  readonly #registry: Registry
  readonly #fitting: <T>(make: () => T, owner?: string) => T
  readonly #agree: () => Promise<WrittenSchema>
  #encoder: CellMessageEncoder | null = null

  constructor(columns: Schema, registry: Registry, fitting: <T>(make: () => T, owner?: string) => T, agree: () => Promise<WrittenSchema>) {
    this.#columns = columns
    this.#registry = registry
    this.#fitting = fitting
    this.#agree = agree
  }

  encode(batch: Batch): Messages | Promise<Messages> {
    return this.#encoder === null ? this.#begin(batch) : this.#encoder.encode(batch)
  }

  async #begin(batch: Batch): Promise<Messages> {
    const { id, record, owner } = await this.#agree()
    const { cells, write } = this.#fitting(() => recordCells(record, this.#columns), owner)
    const prefix = Uint8Array.of(0, id >>> 24, id >>> 16, id >>> 8, id)
    this.#encoder = new CellMessageEncoder({
      cells,
      write: (row, made, out) => {
        out.bytes(prefix)
        write(row, made, out)
      },
    })
    return this.#encoder.encode(batch)
  }

  async close(): Promise<void> {
    await this.#registry.close()
  }
}
