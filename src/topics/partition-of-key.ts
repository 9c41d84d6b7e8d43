/** The partition of a key, as producers of Kafka choose it: murmur2 of its bytes. */

const seed = 0x9747b28c
const factor = 0x5bd1e995

export function partitionOfKey(bytes: Uint8Array, start: number, end: number, partitions: number): number {
  return (murmur2(bytes, start, end) & 0x7fffffff) % partitions
}

/** Austin Appleby's hash, in the form that Kafka uses. */
function murmur2(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start
  const words = start + (length & ~3)
  let hash = seed ^ length
  for (let at = start; at < words; at += 4) {
    let word = byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8) | (byteAt(bytes, at + 2) << 16) | (byteAt(bytes, at + 3) << 24)
    word = Math.imul(word, factor)
    word ^= word >>> 24
    hash = Math.imul(hash, factor) ^ Math.imul(word, factor)
  }
  const rest = length & 3
  for (let at = rest - 1; at >= 0; at--) hash ^= byteAt(bytes, words + at) << (8 * at)
  if (rest > 0) hash = Math.imul(hash, factor)
  hash = Math.imul(hash ^ (hash >>> 13), factor)
  return hash ^ (hash >>> 15)
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] as number
}
