/** The named, typed columns of a table or relation. */
import type { DataType } from './type.ts'

export interface Column {
  readonly name: string
  readonly type: DataType
  /**
   * What a time column stands for: the event time that watermarks speak of, the clock while processing, or the bounds of the window
   * that a row was assigned to.
   */
  readonly role?: ColumnRole
}

export type ColumnRole = 'event-time' | 'processing-time' | 'window-start' | 'window-end' | 'window-time'

export type Schema = readonly Column[]

/** The position of a column, or -1. */
export function columnIndex(schema: Schema, name: string): number {
  return schema.findIndex((column) => column.name === name)
}
