/**
 * Hashes of packed keys. Tables take the upper bits of a hash as the place, so the last step of each hash is a multiplication, which
 * carries differences upwards.
 */

/** 2^32 divided by the golden ratio: neighbouring integers land far apart. */
const factor = 0x9e3779b1 | 0
const secondFactor = 0x85ebca6b | 0

export function hashWord(word: number): number {
  return Math.imul(word, factor)
}

export function hashPair(low: number, high: number): number {
  let hash = Math.imul(low, factor)
  hash ^= hash >>> 15
  hash = Math.imul(hash ^ high, secondFactor)
  hash ^= hash >>> 13
  return Math.imul(hash, factor)
}

/** The hash of `width` words from `offset` on. */
export function hashWords(words: Int32Array, offset: number, width: number): number {
  let hash = width
  for (let i = offset; i < offset + width; i++) {
    hash = Math.imul(hash ^ (words[i] as number), secondFactor)
    hash ^= hash >>> 15
  }
  return Math.imul(hash, factor)
}

/** The hash of the bytes from `start` to `end`, four at a time: the chain of multiplications is what takes time. */
export function hashBytes(data: Uint8Array, start: number, end: number): number {
  let hash = end - start
  let at = start
  for (; at + 4 <= end; at += 4) {
    const word =
      (data[at] as number) | ((data[at + 1] as number) << 8) | ((data[at + 2] as number) << 16) | ((data[at + 3] as number) << 24)
    hash = Math.imul(hash ^ word, secondFactor)
    hash ^= hash >>> 15
  }
  let rest = 0
  for (; at < end; at++) rest = (rest << 8) | (data[at] as number)
  hash = Math.imul(hash ^ rest, secondFactor)
  hash ^= hash >>> 13
  return Math.imul(hash, factor)
}
