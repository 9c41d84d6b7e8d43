/** Picks rows of vectors. */
import { type ArraySupply, newArrays } from './array-supply.ts'
import type { Batch } from './batch.ts'
import { ByteCopier } from './byte-copier.ts'
import type { BytesVector, Nulls, Vector } from './vector.ts'

/** The rows of a vector at the first `count` places of `selection`, in that order. */
export function selectRows(vector: Vector, selection: Int32Array, count: number, arrays: ArraySupply = newArrays): Vector {
  const nulls = selectNulls(vector.nulls, selection, count, arrays)
  switch (vector.form) {
    case 'flags':
      return { form: 'flags', data: selectBytes(vector.data, selection, count, arrays), nulls }
    case 'integers':
      return { form: 'integers', data: selectIntegers(vector.data, selection, count, arrays), nulls }
    case 'numbers':
      return { form: 'numbers', data: selectNumbers(vector.data, selection, count, arrays), nulls }
    case 'bytes':
      return selectTexts(vector, nulls, selection, count, arrays)
    case 'dictionary':
      return { form: 'dictionary', codes: selectIntegers(vector.codes, selection, count, arrays), words: vector.words, nulls }
    case 'wide':
      return { form: 'wide', data: selectItems(vector.data, selection, count), nulls }
    case 'text':
      return { form: 'text', data: selectItems(vector.data, selection, count), nulls }
    case 'values':
      return { form: 'values', data: selectItems(vector.data, selection, count), nulls }
  }
}

/** The same, of which nothing is filled again: they can be kept. */
export function keepRows(vector: Vector, selection: Int32Array, count: number): Vector {
  const selected = selectRows(vector, selection, count)
  return selected.form === 'bytes' ? ownTexts(selected, count) : selected
}

/** A batch with arrays of its own: it can be kept. */
export function keepBatch(batch: Batch): Batch {
  const { length } = batch
  const all = Int32Array.from({ length }, (_, row) => row)
  return { length, columns: batch.columns.map((vector) => keepRows(vector, all, length)), ...selectBatchParts(batch, all, length) }
}

function ownTexts({ data, starts, ends, nulls }: BytesVector, count: number): BytesVector {
  let size = 0
  for (let i = 0; i < count; i++) if (nulls === null || nulls[i] === 0) size += (ends[i] as number) - (starts[i] as number)
  const own = { data: new Uint8Array(size), starts: new Int32Array(count), ends: new Int32Array(count) }
  const copier = new ByteCopier(data, own.data)
  let at = 0
  for (let i = 0; i < count; i++) {
    own.starts[i] = at
    if (nulls === null || nulls[i] === 0) at = copier.copy(starts[i] as number, ends[i] as number, at)
    own.ends[i] = at
  }
  return { form: 'bytes', ...own, nulls }
}

/** The values of a vector from one row to before another; shares what it can. */
export function sliceVector(vector: Vector, from: number, to: number): Vector {
  const nulls = vector.nulls === null ? null : vector.nulls.subarray(from, to)
  switch (vector.form) {
    case 'bytes':
      return { ...vector, starts: vector.starts.subarray(from, to), ends: vector.ends.subarray(from, to), nulls }
    case 'dictionary':
      return { ...vector, codes: vector.codes.subarray(from, to), nulls }
    case 'flags':
      return { form: 'flags', data: vector.data.subarray(from, to), nulls }
    case 'integers':
      return { form: 'integers', data: vector.data.subarray(from, to), nulls }
    case 'numbers':
      return { form: 'numbers', data: vector.data.subarray(from, to), nulls }
    default:
      return { ...vector, data: vector.data.slice(from, to), nulls } as Vector
  }
}

/** The change kinds and watermarks of the selected rows; a null selection keeps all. */
export function selectBatchParts(
  batch: Batch,
  selection: Int32Array | null,
  count: number,
  arrays: ArraySupply = newArrays,
): Pick<Batch, 'kinds' | 'watermarks'> {
  if (selection === null) return { kinds: batch.kinds, watermarks: batch.watermarks }
  return {
    kinds: batch.kinds === null ? null : selectBytes(batch.kinds, selection, count, arrays),
    watermarks: batch.watermarks === null ? null : selectNumbers(batch.watermarks, selection, count, arrays),
  }
}

/** The selected rows of a batch. */
export function selectBatch(batch: Batch, selection: Int32Array, count: number): Batch {
  return {
    length: count,
    columns: batch.columns.map((vector) => selectRows(vector, selection, count)),
    ...selectBatchParts(batch, selection, count),
  }
}

function selectTexts(vector: BytesVector, nulls: Nulls, selection: Int32Array, count: number, arrays: ArraySupply): BytesVector {
  const { data, lasting } = vector
  const starts = selectIntegers(vector.starts, selection, count, arrays)
  const ends = selectIntegers(vector.ends, selection, count, arrays)
  return lasting === undefined ? { form: 'bytes', data, starts, ends, nulls } : { form: 'bytes', data, starts, ends, nulls, lasting }
}

function selectNulls(nulls: Nulls, selection: Int32Array, count: number, arrays: ArraySupply): Nulls {
  if (nulls === null) return null
  let any = 0
  for (let i = 0; i < count; i++) any |= nulls[selection[i] as number] as number
  return any === 0 ? null : selectBytes(nulls, selection, count, arrays)
}

function selectBytes(data: Uint8Array, selection: Int32Array, count: number, arrays: ArraySupply): Uint8Array {
  const selected = arrays.bytes(count)
  for (let i = 0; i < count; i++) selected[i] = data[selection[i] as number] as number
  return selected
}

function selectIntegers(data: Int32Array, selection: Int32Array, count: number, arrays: ArraySupply): Int32Array {
  const selected = arrays.integers(count)
  for (let i = 0; i < count; i++) selected[i] = data[selection[i] as number] as number
  return selected
}

function selectNumbers(data: Float64Array, selection: Int32Array, count: number, arrays: ArraySupply): Float64Array {
  const selected = arrays.numbers(count)
  for (let i = 0; i < count; i++) selected[i] = data[selection[i] as number] as number
  return selected
}

function selectItems<T>(data: readonly T[], selection: Int32Array, count: number): T[] {
  const selected: T[] = []
  for (let i = 0; i < count; i++) selected.push(data[selection[i] as number] as T)
  return selected
}
