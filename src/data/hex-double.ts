/** Hexadecimal floating point, as Java's Double.toHexString prints it and its Double.parseDouble reads it. */

/** Hexadecimal digits that can make a difference, a last one standing for all that follow. */
const hexDigitsMax = 40

/** Reads `0x1.8p3`, the exponent required; NaN when it is none. */
export function parseHexDouble(text: string): number {
  const parts = /^([+-]?)0[xX]([\da-fA-F]*)(?:\.([\da-fA-F]*))?[pP]([+-]?\d{1,9})$/.exec(text)
  if (parts === null) return Number.NaN
  const [, sign, whole = '', fraction = '', exponent] = parts
  if (whole.length + fraction.length === 0) return Number.NaN
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const rest = /[^0]/.test(digits.slice(hexDigitsMax)) ? 1 : 0
  const value = BigInt(`0x0${digits.slice(0, hexDigitsMax)}${rest}`)
  const power = Number(exponent) + 4 * (Math.max(0, digits.length - hexDigitsMax) - fraction.length - 1)
  const size = timesPowerOfTwo(value, power)
  return sign === '-' ? -size : size
}

/** The double nearest to value × 2^power. */
function timesPowerOfTwo(value: bigint, power: number): number {
  const bits = value.toString(2).length + power
  if (value === 0n || bits < -1100) return 0
  if (bits > 1100) return Number.POSITIVE_INFINITY
  // 2^-n is 5^n × 10^-n, and text of any length is rounded once.
  return power < 0 ? Number(`${value * 5n ** BigInt(-power)}e${power}`) : Number(value << BigInt(power))
}
