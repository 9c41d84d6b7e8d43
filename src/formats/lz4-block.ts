/** LZ4 blocks: what a file or a message is compressed with, whatever frames are around them. Each step is checked. */

/** So many bytes are copied one by one at most: a call costs more. */
const copiedBytesMax = 32

/**
 * Unpacks a block into `output` from `start` on, at most up to `end`. Its matches may reach back to `history`, where blocks before it
 * begin. Returns the offset after the last byte written; −1 where the block is damaged or longer.
 */
export function unpackLz4Block(input: Uint8Array, output: Uint8Array, start: number, end: number, history: number): number {
  let from = 0
  let to = start
  /** A length of 15 or more goes on in bytes until one is not 255; −1 where the bytes end before. */
  const readLength = (nibble: number): number => {
    let length = nibble
    for (let byte = nibble === 15 ? 255 : 0; byte === 255; ) {
      if (from >= input.length) return -1
      byte = input[from++] as number
      length += byte
    }
    return length
  }
  while (from < input.length) {
    const token = input[from++] as number
    const literals = readLength(token >> 4)
    if (literals < 0 || from + literals > input.length || to + literals > end) return -1
    if (literals > copiedBytesMax) {
      output.set(input.subarray(from, from + literals), to)
      from += literals
      to += literals
    } else {
      for (const last = from + literals; from < last; ) output[to++] = input[from++] as number
    }
    if (from === input.length) return to
    if (from + 2 > input.length) return -1
    const distance = (input[from] as number) | ((input[from + 1] as number) << 8)
    from += 2
    const length = readLength(token & 15)
    const last = to + length + 4
    if (length < 0 || distance === 0 || distance > to - history || last > end) return -1
    if (last - to > copiedBytesMax && distance >= last - to) output.copyWithin(to, to - distance, last - distance)
    else for (let at = to; at < last; at++) output[at] = output[at - distance] as number
    to = last
  }
  return to
}
