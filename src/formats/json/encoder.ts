/** Writes JSON, one object a line. */
import type { Batch, Column } from '#data'
import { ByteWriter } from '../byte-writer.ts'
import { type CellWriter, TextCell, ValueCell } from '../cell-writer.ts'
import type { EncodedRows, FormatTable, RecordEncoder } from '../format.ts'
import { lineFeed } from './scanner.ts'
import { type JsonSettings, jsonSettings } from './settings.ts'
import { jsonWriter, keyBytes, writeString } from './write-value.ts'

const comma = 44
const nullBytes = new TextEncoder().encode('null')

export class JsonEncoder implements RecordEncoder {
  readonly header = null
  readonly #out = new ByteWriter()
  readonly #cells: readonly CellWriter[]
  readonly #keys: readonly Uint8Array[]
  readonly #keepsNull: boolean
  #ends = new Int32Array(0)

  constructor(table: FormatTable) {
    const settings = jsonSettings(table)
    this.#keepsNull = settings.nullFields === 'kept'
    this.#keys = table.schema.map((column) => keyBytes(column.name))
    this.#cells = table.schema.map((column) => jsonCell(column, settings, this.#out))
  }

  encode(batch: Batch): EncodedRows {
    const out = this.#out
    out.length = 0
    if (this.#ends.length < batch.length) this.#ends = new Int32Array(batch.length)
    this.#cells.forEach((cell, index) => {
      const vector = batch.columns[index]
      if (vector !== undefined) cell.begin(vector)
    })
    for (let row = 0; row < batch.length; row++) {
      this.#encodeRow(row)
      this.#ends[row] = out.length
    }
    return { data: out.data, ends: this.#ends, length: out.length }
  }

  #encodeRow(row: number): void {
    const out = this.#out
    const cells = this.#cells
    let first = true
    out.byte(123)
    for (let index = 0; index < cells.length; index++) {
      const cell = cells[index] as CellWriter
      const isNull = cell.isNull(row)
      if (isNull && !this.#keepsNull) continue
      if (!first) out.byte(comma)
      first = false
      out.bytes(this.#keys[index] as Uint8Array)
      if (isNull) out.bytes(nullBytes)
      else cell.write(row)
    }
    out.byte(125)
    out.byte(lineFeed)
  }
}

function jsonCell(column: Column, settings: JsonSettings, out: ByteWriter): CellWriter {
  const { name, type } = column
  if (type.kind === 'char' || type.kind === 'varchar') return new TextCell(writeString, out, () => new ByteWriter(256))
  return new ValueCell(type, jsonWriter(name, type, settings), out)
}
