/** Writes JSON, one object a line or a message. */
import type { Column } from '#data'
import type { ByteWriter } from '../byte-writer.ts'
import { type CellWriter, type RowCells, ValueCell } from '../cell-writer.ts'
import { compileSource } from '../compile.ts'
import type { FormatTable, MessageEncoder } from '../format.ts'
import { LineEncoder } from '../line-encoder.ts'
import { CellMessageEncoder } from '../message-encoder.ts'
import { rowWriterSource } from './generate-writer.ts'
import { openCell } from './open-cells.ts'
import { comma } from './scanner.ts'
import { type JsonSettings, jsonSettings } from './settings.ts'
import { jsonWriter, keyBytes, writeEscaped } from './write-value.ts'

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
  const keys = table.schema.map((column) => fieldStart(column.name))
  const writeField = (index: number, row: number, cells: readonly CellWriter[], out: ByteWriter): void => {
    const cell = cells[index] as CellWriter
    const isNull = cell.isNull(row)
    if (isNull && !keepsNull) return
    out.bytes(keys[index] as Uint8Array)
    if (isNull) out.bytes(nullBytes)
    else cell.write(row)
  }
  const fields = table.schema.map(({ type }, index) => ({ type, keyBytes: keys[index]?.length ?? 0 }))
  const slots = { words: wordsOf(keys), writeEscaped, writeField }
  return {
    cells: (out) => table.schema.map((column) => jsonCell(column, settings, out)),
    write: compileSource<RowCells['write']>(rowWriterSource(fields, keepsNull), slots),
  }
}

/** A key behind a comma, which a brace replaces at the first one. */
function fieldStart(name: string): Uint8Array {
  return Uint8Array.of(comma, ...keyBytes(name))
}

/** Bytes one after another as words in little-endian order, each filled up to whole ones. */
function wordsOf(texts: readonly Uint8Array[]): Int32Array {
  return Int32Array.from(
    texts.flatMap((bytes) => {
      const whole = new DataView(new ArrayBuffer((bytes.length + 3) & ~3))
      for (const [at, byte] of bytes.entries()) whole.setUint8(at, byte)
      return Array.from({ length: whole.byteLength / 4 }, (_, word) => whole.getInt32(4 * word, true))
    }),
  )
}

function jsonCell(column: Column, settings: JsonSettings, out: ByteWriter): CellWriter {
  const { name, type } = column
  const write = jsonWriter(name, type, settings)
  return openCell(type, write, out) ?? new ValueCell(type, write, out)
}
