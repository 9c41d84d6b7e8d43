/** Columns whose values are the same in all rows of a file: partition columns and what is known of the file itself. */
import path from 'node:path'
import { batchRows, type DataType, type Schema, stringType, timestampLtzType, type Vector, vectorOf, withNullable } from '#data'
import type { FoundFile } from './stores/file-store.ts'

const bigint: DataType = { kind: 'bigint', nullable: false }

/** Metadata columns, by Flink's keys. */
export const fileMetadata: Schema = [
  { name: 'file.path', type: withNullable(stringType, false) },
  { name: 'file.name', type: withNullable(stringType, false) },
  { name: 'file.size', type: bigint },
  { name: 'file.modification-time', type: withNullable(timestampLtzType, false) },
]

export function metadataValue(file: FoundFile, key: string): unknown {
  switch (key) {
    case 'file.path':
      return file.path
    case 'file.name':
      return path.basename(file.path)
    case 'file.size':
      return file.size
    case 'file.modification-time':
      return file.modifiedMs
    default:
      return null
  }
}

/** One value for every row; the vector grows with the batches. */
export class ConstantColumn {
  readonly #type: DataType
  readonly #value: unknown
  #vector: Vector
  #rows = batchRows

  constructor(type: DataType, value: unknown) {
    this.#type = type
    this.#value = value
    this.#vector = constantVector(type, value, this.#rows)
  }

  vector(rows: number): Vector {
    if (rows > this.#rows) {
      this.#rows = rows
      this.#vector = constantVector(this.#type, this.#value, rows)
    }
    return this.#vector
  }
}

function constantVector(type: DataType, value: unknown, rows: number): Vector {
  if (typeof value === 'string') return { form: 'dictionary', codes: new Int32Array(rows), words: [value], nulls: null }
  return vectorOf(
    type,
    Array.from({ length: rows }, () => value),
  )
}
