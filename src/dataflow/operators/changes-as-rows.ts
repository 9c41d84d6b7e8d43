/**
 * Changes as rows, and back: `ChangesToRows` puts a text before the columns of each row that tells what happened to it, and sends the row
 * as one that stays; `RowsToChanges` reads such a text and sends the row as the change that it tells of.
 *
 * State: none.
 * Emits each row at once, with its watermark. Changes whose kind has no text are left out.
 */
import { type Batch, changeInsert, type DictionaryVector, selectBatch, stringType, type Vector, valueAt } from '#data'
import type { Output } from '../operator.ts'
import { PassingOperator } from '../passing.ts'

/** The text for each kind of change, by its number; null leaves such changes out. */
export type ChangeTexts = readonly (string | null)[]

export class ChangesToRows extends PassingOperator {
  readonly #words: readonly string[]
  /** The place of the text of each kind among the words; −1 leaves the change out. */
  readonly #wordOf: Int32Array

  constructor(texts: ChangeTexts, output: Output) {
    super(output)
    this.#words = [...new Set(texts.filter((text) => text !== null))]
    this.#wordOf = Int32Array.from(texts, (text) => (text === null ? -1 : this.#words.indexOf(text)))
  }

  push(_input: number, batch: Batch): void {
    const rows = this.#told(batch)
    if (rows.length === 0) return
    const codes = new Int32Array(rows.length)
    for (let i = 0; i < rows.length; i++) codes[i] = this.#wordAt(batch, rows[i] as number)
    const { columns, watermarks } = rows.length === batch.length ? batch : selectBatch(batch, rows, rows.length)
    const text: DictionaryVector = { form: 'dictionary', codes, words: this.#words, nulls: null }
    this.output.push({ length: rows.length, columns: [text, ...columns], kinds: null, watermarks })
  }

  #told(batch: Batch): Int32Array {
    const rows = new Int32Array(batch.length)
    let count = 0
    for (let row = 0; row < batch.length; row++) if (this.#wordAt(batch, row) >= 0) rows[count++] = row
    return rows.subarray(0, count)
  }

  #wordAt({ kinds }: Batch, row: number): number {
    return this.#wordOf[kinds === null ? changeInsert : (kinds[row] as number)] as number
  }
}

export interface RowsToChangesShape {
  /** Place of the column that tells what happened. */
  readonly place: number
  /** The number of the kind of change that a text tells of, or NULL; throws where it tells of none. */
  readonly kindOf: (text: string | null) => number
}

export class RowsToChanges extends PassingOperator {
  readonly #shape: RowsToChangesShape

  constructor(shape: RowsToChangesShape, output: Output) {
    super(output)
    this.#shape = shape
  }

  push(_input: number, batch: Batch): void {
    const { place, kindOf } = this.#shape
    const told = batch.columns[place] as Vector
    const kinds = new Uint8Array(batch.length)
    for (let row = 0; row < batch.length; row++) kinds[row] = kindOf(valueAt(told, row, stringType) as string | null)
    this.output.push({ ...batch, columns: batch.columns.filter((_, index) => index !== place), kinds })
  }
}
