/** How the blocks of object container files are compressed. */
import { crc32, deflateRawSync, inflateRawSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { snappyCompressor } from 'hysnappy'
import { snappyBlockBytes, unpackSnappyBlock } from '../snappy-block.ts'

export const fileCodecs = ['null', 'deflate', 'snappy', 'zstandard'] as const
export type FileCodec = (typeof fileCodecs)[number]

/** No block of a sane file has more, however well it is compressed. */
const blockBytesMax = 512 * 1024 * 1024
const checkBytes = 4

let snappyEncoder: ReturnType<typeof snappyCompressor> | undefined

export function packBlock(codec: FileCodec, bytes: Uint8Array): Uint8Array {
  switch (codec) {
    case 'null':
      return bytes.slice()
    case 'deflate':
      return deflateRawSync(bytes)
    case 'zstandard':
      return zstdCompressSync(bytes)
    case 'snappy': {
      snappyEncoder ??= snappyCompressor()
      const packed = snappyEncoder(bytes)
      const checked = new Uint8Array(packed.length + checkBytes)
      checked.set(packed)
      new DataView(checked.buffer).setUint32(packed.length, crc32(bytes))
      return checked
    }
  }
}

/** The bytes of a block; null where it is damaged. */
export function unpackBlock(codec: FileCodec, packed: Uint8Array): Uint8Array | null {
  const limit = { maxOutputLength: blockBytesMax }
  try {
    switch (codec) {
      case 'null':
        return packed
      case 'deflate':
        return plain(inflateRawSync(packed, limit))
      case 'zstandard':
        return plain(zstdDecompressSync(packed, limit))
      case 'snappy':
        return unpackSnappy(packed)
    }
  } catch {
    return null
  }
}

function unpackSnappy(packed: Uint8Array): Uint8Array | null {
  const end = packed.length - checkBytes
  if (end < 1) return null
  const block = packed.subarray(0, end)
  const size = snappyBlockBytes(block)
  if (size < 0 || size > blockBytesMax) return null
  const bytes = unpackSnappyBlock(block, size)
  return crc32(bytes) === new DataView(packed.buffer, packed.byteOffset + end).getUint32(0) ? bytes : null
}

function plain(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}
