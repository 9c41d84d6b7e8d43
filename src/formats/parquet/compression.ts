/** Takes pages out of their compression, and puts them in. Sizes that cannot be right are refused before memory is taken for them. */
import { brotliCompressSync, brotliDecompressSync, constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { snappyCompressor } from 'hysnappy'
import { MillraceError } from '#base'
import { snappyBlockBytes, snappyRatioMax, unpackSnappyBlock } from '../snappy-block.ts'
import type { FileContext } from './errors.ts'
import { unpackLz4, unpackLz4Frames } from './lz4.ts'
import type { Codec } from './metadata.ts'
import type { WrittenCodec } from './options.ts'

/** No block can unpack to more than so many times its size: LZ4 adds 255 bytes a byte. */
const lz4RatioMax = 256

let snappyEncoder: ReturnType<typeof snappyCompressor> | undefined

/** The page's bytes, exactly `size` of them. */
export function decompress(codec: Codec, input: Uint8Array, size: number, context: FileContext): Uint8Array {
  if (size === 0) return new Uint8Array(0)
  const output = unpack(codec, input, size, context)
  if (output.length !== size) throw context.damaged(`a page unpacks to ${output.length} bytes instead of ${size}`)
  // A Buffer would hand out views where a Uint8Array hands out copies.
  return Buffer.isBuffer(output) ? new Uint8Array(output.buffer, output.byteOffset, output.length) : output
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
        return unpackSnappy(input, size, context)
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
    throw context.damaged(`a page is not well compressed with ${codec}`, error)
  }
}

function checkRatio(input: Uint8Array, size: number, ratioMax: number, context: FileContext): void {
  if (size > input.length * ratioMax) throw context.damaged(`a page of ${input.length} bytes should unpack to ${size} bytes`)
}

/** The library trusts the size that stands first. */
function unpackSnappy(input: Uint8Array, size: number, context: FileContext): Uint8Array {
  const stated = snappyBlockBytes(input)
  if (stated !== size) throw context.damaged(`a page unpacks to ${stated} bytes instead of ${size}`)
  return unpackSnappyBlock(input, size)
}

/** Bytes of our own. */
export function compress(codec: WrittenCodec, input: Uint8Array): Uint8Array {
  switch (codec) {
    case 'SNAPPY':
      snappyEncoder ??= snappyCompressor()
      return snappyEncoder(input)
    case 'ZSTD':
      return zstdCompressSync(input)
    case 'GZIP':
      return gzipSync(input)
    case 'BROTLI':
      return brotliCompressSync(input, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } })
    case 'UNCOMPRESSED':
      return input.slice()
  }
}
