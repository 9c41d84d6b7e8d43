/** Joins vectors and compares their values in place. */
import { numbersOf } from './builder.ts'
import { equality } from './compare.ts'
import { selectRows } from './select.ts'
import type { DataType } from './type.ts'
import { type Nulls, type Vector, valueAt } from './vector.ts'

/** The first `aLength` values of one vector followed by the first `bLength` values of another of the same type. */
export function concatVectors(a: Vector, aLength: number, b: Vector, bLength: number, type: DataType): Vector {
  const nulls = concatNulls(a.nulls, aLength, b.nulls, bLength)
  const length = aLength + bLength
  if (a.form === 'flags' && b.form === 'flags') {
    const data = new Uint8Array(length)
    data.set(a.data.subarray(0, aLength))
    data.set(b.data.subarray(0, bLength), aLength)
    return { form: 'flags', data, nulls }
  }
  if (a.form === 'integers' && b.form === 'integers') {
    const data = new Int32Array(length)
    data.set(a.data.subarray(0, aLength))
    data.set(b.data.subarray(0, bLength), aLength)
    return { form: 'integers', data, nulls }
  }
  if (a.form === 'numbers' && b.form === 'numbers') {
    const data = new Float64Array(length)
    data.set(a.data.subarray(0, aLength))
    data.set(b.data.subarray(0, bLength), aLength)
    return { form: 'numbers', data, nulls }
  }
  if ((a.form === 'wide' || a.form === 'numbers') && (b.form === 'wide' || b.form === 'numbers')) {
    return { form: 'wide', data: [...bigintsOf(a.data, aLength, a.nulls), ...bigintsOf(b.data, bLength, b.nulls)], nulls }
  }
  const values = [...boxedValues(a, aLength, type), ...boxedValues(b, bLength, type)]
  if (type.kind === 'char' || type.kind === 'varchar') return { form: 'text', data: values.map((value) => (value ?? '') as string), nulls }
  return { form: 'values', data: values, nulls }
}

/** Rows of two vectors of a type, where those of the second follow on the first. */
export interface BothVectors {
  readonly first: Vector
  readonly firstLength: number
  readonly second: Vector
  readonly secondLength: number
  readonly type: DataType
}

/** The rows at the first `count` places of `selection`; they may take the place of a vector that nobody needs any more. */
export function selectFromBoth(both: BothVectors, selection: Int32Array, count: number, room?: Vector): Vector {
  const { first, firstLength, second, secondLength, type } = both
  if (first.nulls === null && second.nulls === null) {
    if (first.form === 'numbers' && second.form === 'numbers') {
      const data = numbersOf(count, room)
      selectNumbersFromBoth(first.data, firstLength, second.data, selection, count, data)
      return { form: 'numbers', data, nulls: null }
    }
    if (first.form === 'text' && second.form === 'text') {
      return { form: 'text', data: textsFromBoth(first.data, firstLength, second.data, selection, count), nulls: null }
    }
  }
  return selectRows(concatVectors(first, firstLength, second, secondLength, type), selection, count)
}

function selectNumbersFromBoth(
  a: Float64Array,
  aLength: number,
  b: Float64Array,
  selection: Int32Array,
  count: number,
  selected: Float64Array,
): void {
  for (let i = 0; i < count; i++) {
    const row = selection[i] as number
    selected[i] = (row < aLength ? a[row] : b[row - aLength]) as number
  }
}

function textsFromBoth(a: readonly string[], aLength: number, b: readonly string[], selection: Int32Array, count: number): string[] {
  const data: string[] = []
  for (let i = 0; i < count; i++) {
    const row = selection[i] as number
    data.push((row < aLength ? a[row] : b[row - aLength]) as string)
  }
  return data
}

/** Sets the flag of each row where two vectors of a type hold different values, as `sameValueAt` tells them apart. */
export function markDifferences(a: Vector, b: Vector, length: number, type: DataType, flags: Uint8Array): void {
  if (a.form === 'numbers' && b.form === 'numbers' && a.nulls === null && b.nulls === null) {
    for (let row = 0; row < length; row++) {
      const before = a.data[row] as number
      const after = b.data[row] as number
      if (before !== after && (!Number.isNaN(before) || !Number.isNaN(after))) flags[row] = 1
    }
    return
  }
  for (let row = 0; row < length; row++) if (flags[row] === 0 && !sameValueAt(a, row, b, row, type)) flags[row] = 1
}

function boxedValues(vector: Vector, length: number, type: DataType): unknown[] {
  return Array.from({ length }, (_, row) => valueAt(vector, row, type))
}

function bigintsOf(data: readonly bigint[] | Float64Array, length: number, nulls: Nulls): bigint[] {
  return Array.from({ length }, (_, row) => (nulls !== null && nulls[row] === 1 ? 0n : BigInt(data[row] as number | bigint)))
}

function concatNulls(a: Nulls, aLength: number, b: Nulls, bLength: number): Nulls {
  if (a === null && b === null) return null
  const nulls = new Uint8Array(aLength + bLength)
  if (a !== null) nulls.set(a.subarray(0, aLength))
  if (b !== null) nulls.set(b.subarray(0, bLength), aLength)
  return nulls
}

/** Whether two places hold the same value; NULL and NaN are the same as themselves, and zero has no sign. */
export function sameValueAt(a: Vector, aRow: number, b: Vector, bRow: number, type: DataType): boolean {
  const aNull = a.nulls !== null && a.nulls[aRow] === 1
  const bNull = b.nulls !== null && b.nulls[bRow] === 1
  if (aNull || bNull) return aNull && bNull
  if (a.form === 'integers' && b.form === 'integers') return a.data[aRow] === b.data[bRow]
  if (a.form === 'text' && b.form === 'text') return a.data[aRow] === b.data[bRow]
  return equality(type)(valueAt(a, aRow, type), valueAt(b, bRow, type))
}
