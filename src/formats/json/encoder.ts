/** Writes JSON, one object a line or a message. */
import type { Column } from '#data'
import { ByteWriter } from '../byte-writer.ts'
import { type CellWriter, type RowCells, TextCell, ValueCell } from '../cell-writer.ts'
import type { FormatTable, MessageEncoder } from '../format.ts'
import { LineEncoder } from '../line-encoder.ts'
import { CellMessageEncoder } from '../message-encoder.ts'
import { closeObject, comma, openObject } from './scanner.ts'
import { type JsonSettings, jsonSettings } from './settings.ts'
import { jsonWriter, keyBytes, writeString } from './write-value.ts'

const nullBytes = new TextEncoder().encode('null')

export function jsonEncoder(table: FormatTable): LineEncoder {
  return new LineEncoder({ header: null, ...jsonCells(table, jsonSettings(table)) })
}

export function jsonMessageEncoder(table: FormatTable): MessageEncoder {
  return new CellMessageEncoder(jsonCells(table, jsonSettings(table)))
}

/** Writes each row as an object. */
export function jsonCells(table: FormatTable, settings: JsonSettings): RowCells {
  const keepsNull = settings.nullFields === 'kept'
  const keys = table.schema.map((column) => keyBytes(column.name))
  return {
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
  }
}

function jsonCell(column: Column, settings: JsonSettings, out: ByteWriter): CellWriter {
  const { name, type } = column
  if (type.kind === 'char' || type.kind === 'varchar') return new TextCell(writeString, out, () => new ByteWriter(256))
  return new ValueCell(type, jsonWriter(name, type, settings), out)
}
