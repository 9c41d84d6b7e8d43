/** Picks rows of vectors, where −1 stands for a row of NULLs. */
import { type ArraySupply, newArrays, selectRows, type Vector } from '#data'

export function selectPadded(vectors: readonly Vector[], rows: Int32Array, count: number, arrays: ArraySupply = newArrays): Vector[] {
  const pads = new Uint8Array(count)
  const kept = new Int32Array(count)
  let padded = 0
  for (let i = 0; i < count; i++) {
    const row = rows[i] as number
    if (row < 0) padded = pads[i] = 1
    else kept[i] = row
  }
  const selected = vectors.map((vector) => selectRows(vector, kept, count, arrays))
  return padded === 0 ? selected : selected.map((vector) => withPads(vector, pads, count))
}

/** The same vector, NULL also where `pads` is 1. */
function withPads(vector: Vector, pads: Uint8Array, count: number): Vector {
  const nulls = new Uint8Array(count)
  for (let i = 0; i < count; i++) nulls[i] = (pads[i] as number) | (vector.nulls === null ? 0 : (vector.nulls[i] as number))
  return { ...vector, nulls }
}

/** Whether rows 0 to `length` − 1 are selected in their order, so that vectors can stay as they are. */
export function isWhole(rows: Int32Array, count: number, length: number): boolean {
  if (count !== length) return false
  for (let i = 0; i < count; i++) if (rows[i] !== i) return false
  return true
}
