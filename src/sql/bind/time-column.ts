/** Checks that a column tells the time, where windows and time travel need one that does. */
import type { TextPosition } from '#base'
import { type Column, printType, withNullable } from '#data'
import { sqlErrors } from '../errors.ts'

/** Refuses a column that is neither event time nor processing time. */
export function checkTimeColumn(column: Column, written: string, what: string, position: TextPosition): void {
  if (column.role === 'event-time' || column.role === 'processing-time' || column.role === 'window-time') return
  const { type } = column
  const isTimestamp = type.kind === 'timestamp' || type.kind === 'timestamp-ltz'
  const type3 =
    isTimestamp && type.precision > 3 ? ` Its type must be ${printType({ ...type, precision: 3, nullable: true })} or coarser.` : ''
  const detail = `${what} needs event time or processing time, and "${written}" is a plain ${printType(withNullable(type, true))}.${type3}`
  const hint = isTimestamp
    ? `Declare it where the table is made: WATERMARK FOR ${written} AS ${written} - INTERVAL '5' SECOND.`
    : 'Compute a TIMESTAMP(3) or TIMESTAMP_LTZ(3) column from it in CREATE TABLE, and declare a WATERMARK for that one.'
  throw sqlErrors.SQL_TIME_COLUMN_NEEDED({ column: written }, { position, detail, hint })
}
