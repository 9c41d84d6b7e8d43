/** Takes pages out of their compression. Sizes that cannot be right are refused before memory is taken for them. */
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { decompressSnappy } from 'hyparquet-compressors'
import { MillraceError } from '#base'
import type { FileContext } from './errors.ts'
import { unpackLz4, unpackLz4Frames } from './lz4.ts'
import type { Codec } from './metadata.ts'

const pageBytesMax = 1 << 30
/** No block can unpack to more than so many times its size: a snappy copy makes 64 bytes of 3, LZ4 adds 255 bytes a byte. */
const snappyRatioMax = 24
const lz4RatioMax = 256

/** The page's bytes, exactly `size` of them. */
export function decompress(codec: Codec, input: Uint8Array, size: number, context: FileContext): Uint8Array {
  if (size > pageBytesMax) throw context.damaged(`a page should unpack to ${size} bytes, more than ${pageBytesMax}`)
  if (size === 0) return new Uint8Array(0)
  const output = unpack(codec, input, size, context)
  if (output.length !== size) throw context.damaged(`a page unpacks to ${output.length} bytes instead of ${size}`)
  return output
}

function unpack(codec: Codec, input: Uint8Array, size: number, context: FileContext): Uint8Array {
  const limit = { maxOutputLength: size }
  try {
    switch (codec) {
      case 'UNCOMPRESSED':
        return input
      case 'ZSTD':
        return zstdDecompressSync(input, limit)
      case 'GZIP':
        return gunzipSync(input, limit)
      case 'BROTLI':
        return brotliDecompressSync(input, limit)
      case 'SNAPPY':
        checkRatio(input, size, snappyRatioMax, context)
        return decompressSnappy(input, size)
      case 'LZ4_RAW':
        checkRatio(input, size, lz4RatioMax, context)
        return unpackLz4(input, size, context)
      case 'LZ4':
        checkRatio(input, size, lz4RatioMax, context)
        return unpackLz4Frames(input, size, context)
      case 'LZO':
        throw context.unsupported('LZO compression')
    }
  } catch (error) {
    if (error instanceof MillraceError) throw error
    const cause = error instanceof Error ? error.message : String(error)
    throw context.damaged(`a page is not well compressed with ${codec} (${cause})`, error)
  }
}

function checkRatio(input: Uint8Array, size: number, ratioMax: number, context: FileContext): void {
  if (size > input.length * ratioMax) throw context.damaged(`a page of ${input.length} bytes should unpack to ${size} bytes`)
}
