import type { Vector } from '#data'

/** Milliseconds of each row of a time column; a row without a time comes before all others. */
export function timesOf(vector: Vector, rows: number): Float64Array {
  const times = new Float64Array(rows)
  for (let row = 0; row < rows; row++) {
    if (vector.nulls !== null && vector.nulls[row] === 1) times[row] = Number.NEGATIVE_INFINITY
    else if (vector.form === 'numbers') times[row] = vector.data[row] as number
  }
  return times
}
