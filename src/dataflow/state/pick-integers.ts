import type { ArraySupply } from '#data'

/** The integers at the first `count` of these places. */
export function pickIntegers(data: Int32Array, places: Int32Array, count: number, arrays: ArraySupply): Int32Array {
  const picked = arrays.integers(count)
  for (let i = 0; i < count; i++) picked[i] = data[places[i] as number] as number
  return picked
}
