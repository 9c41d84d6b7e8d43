/** Reads batches row by row: for edges, tests and results. */
import type { Batch } from './batch.ts'
import type { Schema } from './schema.ts'
import { valueAt } from './vector.ts'

/** The boxed values of one row. */
export function rowAt(batch: Batch, schema: Schema, row: number): unknown[] {
  return schema.map((column, index) => {
    const vector = batch.columns[index]
    return vector === undefined ? null : valueAt(vector, row, column.type)
  })
}

/** The boxed values of all rows. */
export function rowsOf(batch: Batch, schema: Schema): unknown[][] {
  return Array.from({ length: batch.length }, (_, row) => rowAt(batch, schema, row))
}
