/** Writes batches of records bit by bit, as KIP-98 describes them: for tests that share nothing with the code that reads them. */
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { CompressionAlgorithms, compressionsAlgorithms } from '@platformatic/kafka'

export interface WrittenRecord {
  readonly offset: number
  readonly timestamp?: number
  readonly key: string | null
  readonly value: string | null
  readonly headers?: readonly (readonly [string, string])[]
}

export interface WrittenBatch {
  readonly records: readonly WrittenRecord[]
  readonly compression?: 'none' | 'gzip' | 'snappy' | 'xerial' | 'lz4' | 'zstd'
  readonly leaderEpoch?: number
  readonly producer?: number
  readonly isTransactional?: boolean
  readonly isControl?: boolean
  /** All records have this time, which the broker gave them. */
  readonly appendTimestamp?: number
  /** Compaction may have taken the first or last records away. */
  readonly baseOffset?: number
  readonly lastOffset?: number
}

const codes = { none: 0, gzip: 1, snappy: 2, xerial: 2, lz4: 3, zstd: 4 }

export function writeBatch(batch: WrittenBatch): Buffer {
  const { records, compression = 'none', leaderEpoch = 3, producer = -1 } = batch
  const baseOffset = batch.baseOffset ?? records[0]?.offset ?? 0
  const lastOffset = batch.lastOffset ?? records.at(-1)?.offset ?? baseOffset
  const baseTimestamp = records[0]?.timestamp ?? 0
  const plain = Buffer.concat(records.map((each) => writeRecord(each, baseOffset, baseTimestamp)))
  const packed = pack(plain, compression)
  const flags =
    codes[compression] |
    (batch.appendTimestamp === undefined ? 0 : 8) |
    (batch.isTransactional === true ? 16 : 0) |
    (batch.isControl === true ? 32 : 0)
  const covered = Buffer.concat([
    int16(flags),
    int32(lastOffset - baseOffset),
    int64(baseTimestamp),
    int64(batch.appendTimestamp ?? Math.max(-1, ...records.map(({ timestamp = 0 }) => timestamp))),
    int64(producer),
    int16(0),
    int32(-1),
    int32(records.length),
    packed,
  ])
  const checked = Buffer.concat([int32(leaderEpoch), Buffer.from([2]), int32(checksum(covered)), covered])
  return Buffer.concat([int64(baseOffset), int32(checked.length), checked])
}

function writeRecord(
  { offset, timestamp = 0, key, value, headers = [] }: WrittenRecord,
  baseOffset: number,
  baseTimestamp: number,
): Buffer {
  const body = Buffer.concat([
    Buffer.from([0]),
    zigzag(timestamp - baseTimestamp),
    zigzag(offset - baseOffset),
    text(key),
    text(value),
    zigzag(headers.length),
    ...headers.flatMap(([name, content]) => [text(name), text(content)]),
  ])
  return Buffer.concat([zigzag(body.length), body])
}

function text(content: string | null): Buffer {
  return content === null ? zigzag(-1) : Buffer.concat([zigzag(Buffer.byteLength(content)), Buffer.from(content)])
}

function zigzag(value: number): Buffer {
  let rest = value < 0 ? -2n * BigInt(value) - 1n : 2n * BigInt(value)
  const bytes: number[] = []
  do {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0))
    rest >>= 7n
  } while (rest > 0n)
  return Buffer.from(bytes)
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}
function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value | 0)
  return bytes
}
function int64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(value))
  return bytes
}

function pack(plain: Buffer, compression: NonNullable<WrittenBatch['compression']>): Buffer {
  switch (compression) {
    case 'none':
      return plain
    case 'gzip':
      return gzipSync(plain)
    case 'zstd':
      return zstdCompressSync(plain)
    case 'snappy':
    case 'lz4':
      return compressionsAlgorithms[compression === 'lz4' ? CompressionAlgorithms.LZ4 : CompressionAlgorithms.SNAPPY].compressSync(plain)
    case 'xerial':
      return xerial(plain)
  }
}

/** As Java writes it: chunks of a stream. */
function xerial(plain: Buffer): Buffer {
  const parts: Buffer[] = [Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]), int32(1), int32(1)]
  for (let at = 0; at < plain.length; at += 100) {
    const chunk = compressionsAlgorithms.snappy.compressSync(plain.subarray(at, at + 100))
    parts.push(int32(chunk.length), chunk)
  }
  return Buffer.concat(parts)
}

/** CRC-32C, a bit at a time. */
function checksum(bytes: Buffer): number {
  let sum = -1
  for (const byte of bytes) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0x82f63b78 : 0)
  }
  return ~sum
}
