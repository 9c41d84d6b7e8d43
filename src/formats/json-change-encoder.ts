/** Writes changes as messages of change capture: a row that is new, or one that is gone. An update is one after the other. */
import { changeDelete, changeUpdateBefore } from '#data'
import type { FormatTable, MessageEncoder } from './format.ts'
import { jsonCells } from './json/encoder.ts'
import { sharedJsonSettings } from './json/settings.ts'
import type { JsonChangeFormat } from './json-change.ts'
import { CellMessageEncoder } from './message-encoder.ts'

export function jsonChangeEncoder(format: JsonChangeFormat, table: FormatTable): MessageEncoder {
  const { cells, write } = jsonCells(table, sharedJsonSettings(table, format.name))
  const { inserted, deleted } = format.spelling(table)
  const encoder = new TextEncoder()
  const [insertedBefore, insertedBehind, deletedBefore, deletedBehind] = [...inserted, ...deleted].map((text) => encoder.encode(text)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ]
  return new CellMessageEncoder({
    cells,
    write: (row, writers, out, kind) => {
      const isGone = kind === changeDelete || kind === changeUpdateBefore
      out.bytes(isGone ? deletedBefore : insertedBefore)
      write(row, writers, out)
      out.bytes(isGone ? deletedBehind : insertedBehind)
    },
  })
}
