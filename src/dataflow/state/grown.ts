/** Longer copies of typed arrays that hold a value for each id or slot. Lengths at least double, so that growth costs little a value. */

/** The array itself when it holds `length` values, else a longer one with the same start and `fill` behind. */
export function grownIntegers(array: Int32Array<ArrayBuffer>, length: number, fill = 0): Int32Array<ArrayBuffer> {
  if (array.length >= length) return array
  const longer = new Int32Array(Math.max(length, array.length * 2, 16))
  longer.set(array)
  if (fill !== 0) longer.fill(fill, array.length)
  return longer
}

/** The array itself when it holds `length` values, else a longer one with the same start and 0 behind. */
export function grownNumbers(array: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  if (array.length >= length) return array
  const longer = new Float64Array(Math.max(length, array.length * 2, 16))
  longer.set(array)
  return longer
}

/** The array itself when it holds `length` values, else a longer one with the same start and 0 behind. */
export function grownBytes(array: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  if (array.length >= length) return array
  const longer = new Uint8Array(Math.max(length, array.length * 2, 16))
  longer.set(array)
  return longer
}
