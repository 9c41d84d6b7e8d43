/** Takes the records of a batch out of their compression. Null where they are damaged; sizes that cannot be right take no memory. */
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { snappyBlockBytes, unpackLz4Block, unpackSnappyBlock } from '#formats'

/** By the number in the attributes of a batch. */
export const compressionNames = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

/** More than so many bytes of one batch are not unpacked. */
const unpackedBytesMax = 1_073_741_824

/** The records of a batch; `compression` is the number in its attributes, above 0. */
export function unpackRecords(compression: number, packed: Uint8Array): Uint8Array | null {
  const limit = { maxOutputLength: unpackedBytesMax }
  try {
    switch (compressionNames[compression]) {
      case 'gzip':
        return plain(gunzipSync(packed, limit))
      case 'snappy':
        return unpackSnappy(packed)
      case 'lz4':
        return unpackLz4Frame(packed)
      case 'zstd':
        return plain(zstdDecompressSync(packed, limit))
      default:
        return null
    }
  } catch {
    return null
  }
}

/** A Buffer would hand out views where a Uint8Array hands out copies. */
function plain(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}

const xerialMagic = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]

/** Java's clients write the chunks of a stream: each a size, big-endian, and a block. Others write one block. */
function unpackSnappy(packed: Uint8Array): Uint8Array | null {
  if (!xerialMagic.every((byte, at) => packed[at] === byte)) return unpackSnappyChunk(packed)
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  const output = new GrowingBytes()
  for (let at = 16; at < packed.length; ) {
    if (at + 4 > packed.length) return null
    const end = at + 4 + view.getUint32(at)
    if (end > packed.length) return null
    const chunk = unpackSnappyChunk(packed.subarray(at + 4, end))
    if (chunk === null || !output.makeRoom(chunk.length)) return null
    output.bytes.set(chunk, output.used)
    output.used += chunk.length
    at = end
  }
  return output.whole()
}

function unpackSnappyChunk(packed: Uint8Array): Uint8Array | null {
  const bytes = snappyBlockBytes(packed)
  if (bytes < 0 || bytes > unpackedBytesMax) return null
  const unpacked = unpackSnappyBlock(packed, bytes)
  return unpacked.length === bytes ? unpacked : null
}

const lz4Magic = 0x18_4d_22_04
const lz4Blocks = { '4': 65_536, '5': 262_144, '6': 1_048_576, '7': 4_194_304 } as const

/** A frame: a head, blocks of which each says its size, and 0. Checksums are left to that of the batch. */
function unpackLz4Frame(packed: Uint8Array): Uint8Array | null {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  if (packed.length < 7 || view.getUint32(0, true) !== lz4Magic) return null
  const flags = view.getUint8(4)
  const blockBytes: number | undefined = lz4Blocks[String((view.getUint8(5) >> 4) & 7) as keyof typeof lz4Blocks]
  const hasBlockChecksums = (flags & 16) !== 0
  // A dictionary, bit 0, would be nowhere.
  if (flags >> 6 !== 1 || (flags & 1) !== 0 || blockBytes === undefined) return null
  const areIndependent = (flags & 32) !== 0
  const output = scratch
  output.used = 0
  for (let at = 7 + ((flags & 8) !== 0 ? 8 : 0); at + 4 <= packed.length; ) {
    const word = view.getUint32(at, true)
    if (word === 0) return output.taken()
    const end = at + 4 + (word & 0x7f_ff_ff_ff)
    if (end > packed.length || !output.makeRoom(blockBytes)) return null
    const block = packed.subarray(at + 4, end)
    if (!appendLz4Block(output, block, word > 0x7f_ff_ff_ff, blockBytes, areIndependent)) return null
    at = end + (hasBlockChecksums ? 4 : 0)
  }
  return null
}

function appendLz4Block(output: GrowingBytes, block: Uint8Array, isStored: boolean, blockBytes: number, areIndependent: boolean): boolean {
  const { used } = output
  if (isStored) {
    if (block.length > blockBytes) return false
    output.bytes.set(block, used)
    output.used += block.length
    return true
  }
  const reached = unpackLz4Block(block, output.bytes, used, used + blockBytes, areIndependent ? used : 0)
  if (reached >= 0) output.used = reached
  return reached >= 0
}

class GrowingBytes {
  bytes = new Uint8Array(0)
  used = 0

  /** False where that would be too much. */
  makeRoom(more: number): boolean {
    const least = this.used + more
    if (least > unpackedBytesMax) return false
    if (least <= this.bytes.length) return true
    const longer = new Uint8Array(Math.max(least, 2 * this.bytes.length))
    longer.set(this.bytes.subarray(0, this.used))
    this.bytes = longer
    return true
  }

  whole(): Uint8Array {
    return this.bytes.subarray(0, this.used)
  }

  /** A copy, after which the bytes can be written again. */
  taken(): Uint8Array {
    const copy = this.bytes.slice(0, this.used)
    if (this.bytes.length > keptBytesMax) this.bytes = new Uint8Array(0)
    return copy
  }
}

/** More than so many bytes are not kept for the next batch. */
const keptBytesMax = 16_777_216

/** Blocks have room for far more than they hold: it is made once. */
const scratch = new GrowingBytes()
