/** Rows that wait to be sent, as texts, and which of them count: only the last change of a key does. */
import { type Batch, changeDelete, changeUpdateBefore, type Schema, type Vector } from '#data'
import { type EncodeCell, encodeColumn } from './cell-encoder.ts'

export class PendingRows {
  /** By column and row. */
  readonly texts: (string | null)[][]
  /** By row: whether the row with its key goes. */
  readonly removed: boolean[] = []
  /** About how much memory they take. */
  bytes = 0

  constructor(columns: number) {
    this.texts = Array.from({ length: columns }, () => [])
  }

  get length(): number {
    return this.removed.length
  }

  add(batch: Batch, schema: Schema, encoders: readonly EncodeCell[]): void {
    const { kinds, length, columns } = batch
    const from = this.length
    for (const [index, { type }] of schema.entries()) {
      const texts = this.texts[index] as (string | null)[]
      encodeColumn(columns[index] as Vector, length, type, encoders[index] as EncodeCell, texts)
      for (let row = from; row < texts.length; row++) this.bytes += (texts[row]?.length ?? 0) + 24
    }
    for (let row = 0; row < length; row++) {
      this.removed.push(kinds !== null && (kinds[row] === changeDelete || kinds[row] === changeUpdateBefore))
    }
  }

  /** The rows to put and those to remove. With a key each key is there once, and what came last says where. */
  latest(key: readonly number[]): { readonly puts: readonly number[]; readonly removes: readonly number[] } {
    const puts: number[] = []
    const removes: number[] = []
    if (key.length === 0) {
      for (let row = 0; row < this.length; row++) puts.push(row)
      return { puts, removes }
    }
    const last = new Map<string, number>()
    for (let row = 0; row < this.length; row++) last.set(this.#keyAt(key, row), row)
    for (const row of last.values()) (this.removed[row] === true ? removes : puts).push(row)
    return { puts, removes }
  }

  #keyAt(key: readonly number[], row: number): string {
    if (key.length === 1) return this.texts[key[0] as number]?.[row] ?? ''
    let text = ''
    for (const column of key) {
      const part = this.texts[column]?.[row] ?? ''
      text += `${part.length}:${part}`
    }
    return text
  }
}
