/** Snappy blocks: what a file or a message is compressed with, whatever frames are around them. */
import { snappyUncompressor } from 'hysnappy'

/** No block can unpack to more than so many times its size: a copy makes 64 bytes of 3. */
export const snappyRatioMax = 24

let unpacker: ReturnType<typeof snappyUncompressor> | undefined

/** How many bytes a block says it unpacks to; −1 where that cannot be right, so that no memory is taken for it. */
export function snappyBlockBytes(input: Uint8Array): number {
  let bytes = 0
  let at = 0
  for (let factor = 1; factor <= 2 ** 28; factor *= 128) {
    const byte = input[at++] ?? 0
    bytes += (byte & 127) * factor
    if (byte < 128) return bytes > input.length * snappyRatioMax ? -1 : bytes
  }
  return -1
}

/** Unpacks a block to exactly so many bytes, which it must say itself. Fails where it is damaged. */
export function unpackSnappyBlock(input: Uint8Array, bytes: number): Uint8Array {
  unpacker ??= snappyUncompressor()
  return unpacker(input, bytes)
}
