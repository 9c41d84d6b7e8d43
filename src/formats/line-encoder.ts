/** Encodes each row as a record that ends with a line feed: the other half of line-decoder.ts. */
import type { Batch } from '#data'
import { ByteWriter } from './byte-writer.ts'
import { beginCells, type CellWriter, type RowCells } from './cell-writer.ts'
import type { EncodedRows, RecordEncoder } from './format.ts'
import { lineFeed } from './line-end.ts'

export interface LineCells extends RowCells {
  readonly header: Uint8Array | null
}

export class LineEncoder implements RecordEncoder {
  readonly header: Uint8Array | null
  readonly #out = new ByteWriter()
  readonly #cells: readonly CellWriter[]
  readonly #write: RowCells['write']
  #ends = new Int32Array(0)

  constructor({ header, cells, write }: LineCells) {
    this.header = header
    this.#cells = cells(this.#out)
    this.#write = write
  }

  encode(batch: Batch): EncodedRows {
    const out = this.#out
    const cells = this.#cells
    out.length = 0
    if (this.#ends.length < batch.length) this.#ends = new Int32Array(batch.length)
    beginCells(cells, batch)
    for (let row = 0; row < batch.length; row++) {
      this.#write(row, cells, out)
      out.byte(lineFeed)
      this.#ends[row] = out.length
    }
    return { data: out.data, ends: this.#ends, length: out.length }
  }
}
