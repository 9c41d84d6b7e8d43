/** Encodes each row as a message of its own. */
import { type Batch, changeInsert } from '#data'
import { ByteWriter } from './byte-writer.ts'
import { beginCells, type CellWriter, type RowCells } from './cell-writer.ts'
import type { MessageEncoder, Messages } from './format.ts'

export interface MessageCells {
  readonly cells: RowCells['cells']
  /** Writes one row, which stands for a kind of change. */
  readonly write: (row: number, cells: readonly CellWriter[], out: ByteWriter, kind: number) => void
  /** Whether a row gives no message; left out: none does. */
  readonly isAbsent?: (row: number, cells: readonly CellWriter[]) => boolean
}

export class CellMessageEncoder implements MessageEncoder {
  readonly #out = new ByteWriter()
  readonly #cells: readonly CellWriter[]
  readonly #write: MessageCells['write']
  readonly #isAbsent: MessageCells['isAbsent']
  #starts = new Int32Array(0)
  #ends = new Int32Array(0)

  constructor({ cells, write, isAbsent }: MessageCells) {
    this.#cells = cells(this.#out)
    this.#write = write
    this.#isAbsent = isAbsent
  }

  encode(batch: Batch): Messages {
    const { length } = batch
    const out = this.#out
    const cells = this.#cells
    out.length = 0
    if (this.#starts.length < length) {
      this.#starts = new Int32Array(length)
      this.#ends = new Int32Array(length)
    }
    beginCells(cells, batch)
    for (let row = 0; row < length; row++) {
      this.#starts[row] = out.length
      this.#ends[row] = -1
      if (this.#isAbsent?.(row, cells) === true) continue
      this.#write(row, cells, out, batch.kinds?.[row] ?? changeInsert)
      this.#ends[row] = out.length
      // The byte that belongs to nobody.
      out.byte(0)
    }
    return { bytes: out.data, starts: this.#starts, ends: this.#ends, length }
  }
}
