/** Stable 32-bit hashes of single values: FNV-1a over the bytes, then the finishing steps of MurmurHash3. */

const basis = 0x811c9dc5 | 0
const prime = 0x01000193

/** Spreads every bit of a 32-bit number over all the others. */
function hashMix(value: number): number {
  let hash = value ^ (value >>> 16)
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

/** The hash of a sequence that continues with one more value. */
export function hashCombine(hash: number, next: number): number {
  return hashMix(Math.imul(hash, 31) + next)
}

export function hashBytes(data: Uint8Array, start: number, end: number): number {
  let hash = basis
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (data[i] as number), prime)
  return hashMix(hash)
}

/** The hash of the text's UTF-8 bytes, without making them. */
export function hashText(text: string): number {
  let hash = basis
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) {
      hash = Math.imul(hash ^ unit, prime)
      continue
    }
    const point = text.codePointAt(i) as number
    if (point > 0xffff) i++
    hash = hashPoint(hash, point >= 0xd800 && point <= 0xdfff ? 0xfffd : point)
  }
  return hashMix(hash)
}

/** Feeds the two to four UTF-8 bytes of a code point beyond ASCII. */
function hashPoint(hash: number, point: number): number {
  if (point < 0x800) {
    hash = Math.imul(hash ^ (0xc0 | (point >> 6)), prime)
  } else {
    if (point < 0x10000) {
      hash = Math.imul(hash ^ (0xe0 | (point >> 12)), prime)
    } else {
      hash = Math.imul(hash ^ (0xf0 | (point >> 18)), prime)
      hash = Math.imul(hash ^ (0x80 | ((point >> 12) & 63)), prime)
    }
    hash = Math.imul(hash ^ (0x80 | ((point >> 6) & 63)), prime)
  }
  return Math.imul(hash ^ (0x80 | (point & 63)), prime)
}

const float = new Float64Array(1)
const words = new Int32Array(float.buffer)

/** The hash of a double; −0 hashes like 0 and every NaN alike. */
export function hashNumber(value: number): number {
  const small = value | 0
  if (small === value) return hashMix(small)
  float[0] = Number.isNaN(value) ? Number.NaN : value
  return hashCombine(words[0] as number, words[1] as number)
}

/** The hash of an exact integer: that of the number while it is safe. */
export function hashExact(value: number | bigint): number {
  if (typeof value === 'number') return hashNumber(value)
  let rest = value < 0n ? ~value : value
  let hash = value < 0n ? 1 : 0
  while (rest > 0n) {
    hash = hashCombine(hash, Number(rest & 0xffffffffn) | 0)
    rest >>= 32n
  }
  return hash
}
