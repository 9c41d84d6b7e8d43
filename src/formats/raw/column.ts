/** The one column of a raw table. */
import { assert } from '#base'
import { type DataType, printType, type Schema } from '#data'
import { formatErrors } from '../errors.ts'
import type { FormatTable } from '../format.ts'

/** An error when there are others, or when it is neither text nor bytes nor what `fits`, too. */
export function onlyColumn(table: FormatTable, fits: (type: DataType) => boolean, detail: string): Schema[number] {
  const [column, second] = table.schema
  assert(column !== undefined, 'a table has a column')
  const { kind } = column.type
  const isHeld = kind === 'char' || kind === 'varchar' || kind === 'binary' || kind === 'varbinary' || fits(column.type)
  if (isHeld && second === undefined) return column
  const odd = isHeld && second !== undefined ? second : column
  throw formatErrors.FORMATS_TYPE_UNSUPPORTED({ format: 'raw', type: printType(odd.type), column: odd.name }, { detail })
}
