/** Writes rows as records of a schema, each a message of its own. */
import type { Schema } from '#data'
import { ByteWriter } from '../byte-writer.ts'
import { type CellWriter, type RowCells, TextCell, ValueCell } from '../cell-writer.ts'
import type { RecordSchema } from './schema.ts'
import { avroWriter, nullableOf, rowFields, unwritable, writeBytes, writeLong } from './write-value.ts'

/** How rows of columns become records; fails with Misfit where the schema does not take them. */
export function recordCells(record: RecordSchema, columns: Schema): RowCells {
  const fields = rowFields(record, columns, '').map(({ place, schema: given, type, path }) => {
    const { schema, branch, nullBranch } = nullableOf(given, type, path)
    const isText = (type.kind === 'char' || type.kind === 'varchar') && schema.kind !== 'enum'
    return { place, type, path, branch, nullBranch, isText, write: avroWriter(schema, type, path) }
  })
  const cellsOf = (out: ByteWriter) =>
    columns.map(() => new ValueCell({ kind: 'null', nullable: true }, () => undefined, out) as CellWriter)
  return {
    cells: (out) => {
      const cells = cellsOf(out)
      for (const { place, type, isText, write } of fields) {
        if (place >= 0) cells[place] = isText ? new TextCell(writeBytes, out, () => new ByteWriter(256)) : new ValueCell(type, write, out)
      }
      return cells
    },
    write: (row, cells, out) => {
      for (let index = 0; index < fields.length; index++) {
        const { place, branch, nullBranch, path } = fields[index] as (typeof fields)[number]
        const cell = cells[place]
        if (cell !== undefined && !cell.isNull(row)) {
          if (branch !== null) writeLong(branch, out)
          cell.write(row)
        } else if (nullBranch === null) {
          throw unwritable(path, 'It is NULL, and the schema has no NULL there.')
        } else if (branch !== null) {
          writeLong(nullBranch, out)
        }
      }
    },
  }
}
