/** The stores of wanted columns, and the programs that fill them, one for each schema that messages were written with. */
import { assert } from '#base'
import { batchRows } from '#data'
import { ColumnStore, decodedRowsMax } from '../column-store.ts'
import type { WantedField } from '../format.ts'
import { MessageRows } from '../message-rows.ts'
import { Cursor } from './cursor.ts'
import { AvroProgram } from './program.ts'
import type { AvroSchema } from './schema.ts'
import { Words } from './words.ts'

export class RecordReader {
  readonly rows: MessageRows
  readonly #cursor = new Cursor()
  readonly #reader: AvroSchema | null
  readonly #stores: readonly ColumnStore[]
  readonly #words: readonly Words[]

  constructor(wanted: readonly WantedField[], reader: AvroSchema | null) {
    const rowsMax = decodedRowsMax(wanted.length, batchRows)
    this.#reader = reader
    this.#stores = wanted.map(({ kind, key, type }) => {
      assert(kind === 'physical', 'Avro has no metadata')
      return new ColumnStore(key, type, rowsMax)
    })
    this.#words = wanted.map(() => new Words())
    this.rows = new MessageRows(this.#stores, rowsMax)
  }

  compile(writer: AvroSchema): AvroProgram {
    return new AvroProgram(writer, this.#reader, this.#stores, this.#words, this.#cursor)
  }

  /** Whether rows of a program may join those already read: columns hold text or places of words, not both. */
  takes(program: AvroProgram): boolean {
    return this.#stores.every((store, slot) => (store.words !== null) === program.holdsWords[slot])
  }

  /** Makes the stores ready for the rows of a program, while they are empty. */
  prepare(program: AvroProgram): void {
    for (const [slot, store] of this.#stores.entries())
      store.words = program.holdsWords[slot] === true ? (this.#words[slot] as Words).list : null
  }
}
