/** Builds vectors from boxed values, one row after another: for edges, tests and results, where comfort counts more than speed. */
import type { Batch } from './batch.ts'
import type { Schema } from './schema.ts'
import { type DataType, isExactInteger } from './type.ts'
import { plainFormOf, type Vector } from './vector.ts'

/**
 * A vector of so many numbers, NULLs and bigints, which only exact integers can be; for results of aggregates. It may take the place of a
 * vector that nobody needs any more.
 */
export function numberVector(type: DataType, length: number, at: (row: number) => number | bigint | null, room?: Vector): Vector {
  const form = plainFormOf(type) === 'integers' ? 'integers' : 'numbers'
  const data = form === 'integers' ? integersOf(length, room) : numbersOf(length, room)
  let nulls: Uint8Array | null = null
  for (let row = 0; row < length; row++) {
    const value = at(row)
    if (typeof value === 'number') data[row] = value
    else if (value === null) {
      nulls ??= new Uint8Array(length)
      nulls[row] = 1
    } else {
      return vectorOf(
        type,
        Array.from({ length }, (_, each) => at(each)),
      )
    }
  }
  return { form, data, nulls } as Vector
}

/** An array for so many numbers: that of a vector that nobody needs any more, if it will do. */
export function numbersOf(length: number, room: Vector | undefined): Float64Array {
  return room?.form === 'numbers' && room.data.length >= length ? room.data : new Float64Array(length)
}

function integersOf(length: number, room: Vector | undefined): Int32Array {
  return room?.form === 'integers' && room.data.length >= length ? room.data : new Int32Array(length)
}

/** A vector of boxed values in the plain form of the type. */
export function vectorOf(type: DataType, values: readonly unknown[]): Vector {
  const nulls = nullsOf(values)
  const form = plainFormOf(type)
  switch (form) {
    case 'flags':
      return { form, data: Uint8Array.from(values, (value) => (value === true ? 1 : 0)), nulls }
    case 'integers':
      return { form, data: Int32Array.from(values, (value) => (typeof value === 'number' ? value : 0)), nulls }
    case 'numbers':
      if (isExactInteger(type) && values.some((value) => typeof value === 'bigint')) {
        return { form: 'wide', data: values.map((value) => (value === null ? 0n : BigInt(value as number | bigint))), nulls }
      }
      return { form, data: Float64Array.from(values, (value) => (typeof value === 'number' ? value : 0)), nulls }
    case 'text':
      return { form, data: values.map((value) => (typeof value === 'string' ? value : '')), nulls }
    default:
      return { form, data: values, nulls }
  }
}

function nullsOf(values: readonly unknown[]): Uint8Array | null {
  return values.some((value) => value === null) ? Uint8Array.from(values, (value) => (value === null ? 1 : 0)) : null
}

/** A batch of rows of boxed values; `kinds` gives their changes, all inserts when left out. */
export function batchOf(schema: Schema, rows: readonly (readonly unknown[])[], kinds?: readonly number[]): Batch {
  const columns = schema.map((column, index) =>
    vectorOf(
      column.type,
      rows.map((row) => row[index] ?? null),
    ),
  )
  return { length: rows.length, columns, kinds: kinds === undefined ? null : Uint8Array.from(kinds), watermarks: null }
}
