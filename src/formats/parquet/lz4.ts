/**
 * LZ4 in pages. The decoder of hyparquet-compressors does not notice a block that ends early or makes too few bytes; a damaged file must
 * not turn into wrong values, so this one checks every step.
 */
import { unpackLz4Block } from '../lz4-block.ts'
import type { FileContext } from './errors.ts'

/** One block, which must make exactly `size` bytes. */
export function unpackLz4(input: Uint8Array, size: number, context: FileContext): Uint8Array {
  const output = new Uint8Array(size)
  unpackBlock(input, output, 0, size, context)
  return output
}

/** Hadoop's frames: each a size, a compressed size, both big-endian, and a block. Some writers leave the frames out. */
export function unpackLz4Frames(input: Uint8Array, size: number, context: FileContext): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength)
  const output = new Uint8Array(size)
  let from = 0
  let to = 0
  while (from + 8 <= input.length) {
    const frameBytes = view.getUint32(from)
    const blockBytes = view.getUint32(from + 4)
    if (to + frameBytes > size || from + 8 + blockBytes > input.length) return unpackLz4(input, size, context)
    unpackBlock(input.subarray(from + 8, from + 8 + blockBytes), output, to, to + frameBytes, context)
    from += 8 + blockBytes
    to += frameBytes
  }
  return to === size ? output : output.subarray(0, to)
}

function unpackBlock(input: Uint8Array, output: Uint8Array, start: number, end: number, context: FileContext): void {
  const reached = unpackLz4Block(input, output, start, end, start)
  if (reached !== end) throw context.damaged('a page is not well compressed with LZ4')
}
