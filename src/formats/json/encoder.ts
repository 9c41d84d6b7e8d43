/** Writes JSON, one object a line. */
import type { Column } from '#data'
import { ByteWriter } from '../byte-writer.ts'
import { type CellWriter, TextCell, ValueCell } from '../cell-writer.ts'
import type { FormatTable } from '../format.ts'
import { LineEncoder } from '../line-encoder.ts'
import { closeObject, comma, openObject } from './scanner.ts'
import { type JsonSettings, jsonSettings } from './settings.ts'
import { jsonWriter, keyBytes, writeString } from './write-value.ts'

const nullBytes = new TextEncoder().encode('null')

export function jsonEncoder(table: FormatTable): LineEncoder {
  const settings = jsonSettings(table)
  const keepsNull = settings.nullFields === 'kept'
  const keys = table.schema.map((column) => keyBytes(column.name))
  return new LineEncoder({
    header: null,
    cells: (out) => table.schema.map((column) => jsonCell(column, settings, out)),
    write: (row, cells, out) => {
      let first = true
      out.byte(openObject)
      for (let index = 0; index < cells.length; index++) {
        const cell = cells[index] as CellWriter
        const isNull = cell.isNull(row)
        if (isNull && !keepsNull) continue
        if (!first) out.byte(comma)
        first = false
        out.bytes(keys[index] as Uint8Array)
        if (isNull) out.bytes(nullBytes)
        else cell.write(row)
      }
      out.byte(closeObject)
    },
  })
}

function jsonCell(column: Column, settings: JsonSettings, out: ByteWriter): CellWriter {
  const { name, type } = column
  if (type.kind === 'char' || type.kind === 'varchar') return new TextCell(writeString, out, () => new ByteWriter(256))
  return new ValueCell(type, jsonWriter(name, type, settings), out)
}
