/** Picks rows of vectors. */
import type { Batch } from './batch.ts'
import type { Nulls, Vector } from './vector.ts'

/** The rows of a vector at the first `count` places of `selection`, in that order. */
export function selectRows(vector: Vector, selection: Int32Array, count: number): Vector {
  const nulls = selectNulls(vector.nulls, selection, count)
  switch (vector.form) {
    case 'flags':
      return { form: 'flags', data: selectBytes(vector.data, selection, count), nulls }
    case 'integers':
      return { form: 'integers', data: selectIntegers(vector.data, selection, count), nulls }
    case 'numbers':
      return { form: 'numbers', data: selectNumbers(vector.data, selection, count), nulls }
    case 'bytes':
      return {
        form: 'bytes',
        data: vector.data,
        starts: selectIntegers(vector.starts, selection, count),
        ends: selectIntegers(vector.ends, selection, count),
        nulls,
      }
    case 'dictionary':
      return { form: 'dictionary', codes: selectIntegers(vector.codes, selection, count), words: vector.words, nulls }
    case 'wide':
      return { form: 'wide', data: selectItems(vector.data, selection, count), nulls }
    case 'text':
      return { form: 'text', data: selectItems(vector.data, selection, count), nulls }
    case 'values':
      return { form: 'values', data: selectItems(vector.data, selection, count), nulls }
  }
}

/** The change kinds and watermarks of the selected rows; a null selection keeps all. */
export function selectBatchParts(batch: Batch, selection: Int32Array | null, count: number): Pick<Batch, 'kinds' | 'watermarks'> {
  if (selection === null) return { kinds: batch.kinds, watermarks: batch.watermarks }
  return {
    kinds: batch.kinds === null ? null : selectBytes(batch.kinds, selection, count),
    watermarks: batch.watermarks === null ? null : selectNumbers(batch.watermarks, selection, count),
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

function selectNulls(nulls: Nulls, selection: Int32Array, count: number): Nulls {
  return nulls === null ? null : selectBytes(nulls, selection, count)
}

function selectBytes(data: Uint8Array, selection: Int32Array, count: number): Uint8Array {
  const selected = new Uint8Array(count)
  for (let i = 0; i < count; i++) selected[i] = data[selection[i] as number] as number
  return selected
}

function selectIntegers(data: Int32Array, selection: Int32Array, count: number): Int32Array {
  const selected = new Int32Array(count)
  for (let i = 0; i < count; i++) selected[i] = data[selection[i] as number] as number
  return selected
}

function selectNumbers(data: Float64Array, selection: Int32Array, count: number): Float64Array {
  const selected = new Float64Array(count)
  for (let i = 0; i < count; i++) selected[i] = data[selection[i] as number] as number
  return selected
}

function selectItems<T>(data: readonly T[], selection: Int32Array, count: number): T[] {
  const selected: T[] = []
  for (let i = 0; i < count; i++) selected.push(data[selection[i] as number] as T)
  return selected
}
