/**
 * Many samples of one layout as a few bytes: a checksum, how many samples and columns there are, how long each column is, and the columns,
 * so that one of them is read without the others. The first column is the time.
 */
import { crc32 } from 'node:zlib'
import { ByteSink, ByteSource } from './byte-cursor.ts'
import { decodeColumn, encodeColumn } from './column.ts'
import { monitorErrors } from './errors.ts'

export interface ChunkRow {
  /** Epoch milliseconds. */
  readonly at: number
  /** As many in each row. */
  readonly values: Float64Array
}

const checksumBytes = 4

export function encodeChunk(rows: readonly ChunkRow[]): Uint8Array {
  const columns = (rows[0]?.values.length ?? 0) + 1
  const body = new ByteSink()
  const head = new ByteSink()
  head.varint(rows.length)
  head.varint(columns)
  const column = new Float64Array(rows.length)
  for (let index = 0; index < columns; index++) {
    for (const [place, { at, values }] of rows.entries()) column[place] = index === 0 ? at : (values[index - 1] ?? Number.NaN)
    const before = body.length
    encodeColumn(column, body)
    head.varint(body.length - before)
  }
  head.append(body.taken())
  const content = head.taken()
  const bytes = new Uint8Array(checksumBytes + content.length)
  new DataView(bytes.buffer).setUint32(0, crc32(content))
  bytes.set(content, checksumBytes)
  return bytes
}

export interface OpenedChunk {
  readonly times: Float64Array
  /** The values of a column, from 0. */
  column(index: number): Float64Array
}

/** Fails with MONITOR_CHUNK_DAMAGED where something else was stored. */
export function openChunk(bytes: Uint8Array): OpenedChunk {
  const { buffer, byteOffset, byteLength } = bytes
  const isWhole = byteLength > checksumBytes && new DataView(buffer, byteOffset).getUint32(0) === crc32(bytes.subarray(checksumBytes))
  if (!isWhole) throw monitorErrors.MONITOR_CHUNK_DAMAGED()
  const source = new ByteSource(bytes, checksumBytes)
  const count = source.varint()
  const lengths = Array.from({ length: source.varint() }, () => source.varint())
  const starts: number[] = []
  let at = source.at
  for (const length of lengths) {
    starts.push(at)
    at += length
  }
  const column = (index: number): Float64Array => decodeColumn(bytes, starts[index] ?? byteLength, count)
  return { times: column(0), column: (index) => column(index + 1) }
}

/** The numbers of one sample, as they are kept until they become part of a chunk. */
export function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** A copy, since numbers have to lie at even places. */
export function valuesOf(bytes: Uint8Array): Float64Array {
  return new Float64Array(bytes.slice(0, bytes.length - (bytes.length % 8)).buffer)
}
