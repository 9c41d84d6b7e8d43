/**
 * The form of records in memory and on disk. A batch is one stretch of bytes that is written and checked as a whole:
 *
 * | bytes | what                                                                                                |
 * |-------|-----------------------------------------------------------------------------------------------------|
 * | 0–3   | the mark `MTB1`                                                                                     |
 * | 4–7   | length of the batch in bytes, this head included                                                    |
 * | 8–11  | number of its first record, counted from the start of the segment                                   |
 * | 12–15 | where in the segment the write began that it was part of: what lies before was safe by then         |
 * | 16–19 | where that write ended: what it wrote counts only as a whole                                        |
 * | 20–23 | CRC-32 of all that follows                                                                          |
 * | 24–31 | time of the first record, in epoch milliseconds                                                     |
 * | 32–39 | latest time of a record                                                                             |
 * | 40–43 | count of records                                                                                    |
 * | 44–47 | which columns there are: 1 keys, 2 headers, 4 times                                                 |
 * | 48–51 | where the columns begin                                                                             |
 * | 56–   | records: key, value and headers of each, one after another                                          |
 * | then  | columns: lengths of values, of keys, of headers as Int32 (−1: none); times as Float64, from 8 bytes |
 *
 * Numbers 3 to 5 change when a batch that was written elsewhere is put into a segment; the check sum leaves them out.
 */
import { crc32 } from 'node:zlib'

/** Strings of bytes in one array: a column of keys, values or headers. The same as what formats make and take. */
export interface ByteColumn {
  readonly bytes: Uint8Array
  readonly starts: Int32Array
  /** After the last byte of each; −1 where there is none. */
  readonly ends: Int32Array
  readonly length: number
}

export const headBytes = 56
/** Batches end at a multiple of it, so that columns of numbers can be read where they lie. */
const alignment = 8
const batchMark = 0x3142544d
export const hasKeys = 1
export const hasHeaders = 2
export const hasTimes = 4

/** The numbers at the head of a batch. */
export interface BatchHead {
  readonly bytes: number
  readonly firstRecord: number
  readonly writeStart: number
  readonly writeEnd: number
  readonly records: number
  readonly firstMs: number
  readonly latestMs: number
}

/** Reads the head of a batch; null where there is none. `bytes` has at least `headBytes` from `at` on. */
export function readHead(view: DataView, at: number): BatchHead | null {
  if (view.getUint32(at, true) !== batchMark) return null
  const bytes = view.getUint32(at + 4, true)
  if (bytes < headBytes || bytes % alignment !== 0) return null
  return {
    bytes,
    firstRecord: view.getUint32(at + 8, true),
    writeStart: view.getUint32(at + 12, true),
    writeEnd: view.getUint32(at + 16, true),
    records: view.getUint32(at + 40, true),
    firstMs: view.getFloat64(at + 24, true),
    latestMs: view.getFloat64(at + 32, true),
  }
}

/** Whether a batch, which lies in `bytes` whole, is as it was written. */
export function isSound(bytes: Uint8Array, at: number, length: number): boolean {
  const sum = new DataView(bytes.buffer, bytes.byteOffset + at + 20, 4).getUint32(0, true)
  return crc32(bytes.subarray(at + 24, at + length)) === sum
}

/** Gives a batch its place in a segment. */
export function placeBatch(
  bytes: Uint8Array,
  at: number,
  firstRecord: number,
  write: { readonly start: number; readonly end: number },
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, headBytes)
  view.setUint32(8, firstRecord, true)
  view.setUint32(12, write.start, true)
  view.setUint32(16, write.end, true)
}

/** The place of the first mark of a batch from `from` on; −1 where there is none. */
export function findMark(bytes: Buffer, from: number): number {
  return bytes.indexOf(markBytes, from)
}
const markBytes = Buffer.from('MTB1')

/** Writes the head of a batch whose records and columns are there, and its check sum. */
export function sealBatch(
  bytes: Uint8Array,
  view: DataView,
  head: { length: number; records: number; firstMs: number; latestMs: number; columns: number; columnsAt: number },
): void {
  view.setUint32(0, batchMark, true)
  view.setUint32(4, head.length, true)
  view.setFloat64(24, head.firstMs, true)
  view.setFloat64(32, head.latestMs, true)
  view.setUint32(40, head.records, true)
  view.setUint32(44, head.columns, true)
  view.setUint32(48, head.columnsAt, true)
  view.setUint32(20, crc32(bytes.subarray(24, head.length)), true)
}

export function aligned(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment
}

/** Bytes of the columns of a batch. */
export function columnBytes(records: number, columns: number): number {
  const lengths = 1 + ((columns & hasKeys) === 0 ? 0 : 1) + ((columns & hasHeaders) === 0 ? 0 : 1)
  const times = (columns & hasTimes) === 0 ? 0 : 8 * records
  return aligned(4 * records * lengths) + times
}

/** Records as they come out of a partition: places in an array of bytes, no object for each. */
export interface RecordBatch {
  readonly partition: number
  /** The number of the first record in its partition; the others follow without gaps. */
  readonly offset: number
  readonly length: number
  /** Where keys, values and headers are. */
  readonly bytes: Uint8Array
  /** Bytes that the batch takes on the disk. */
  readonly bytesRead: number
  readonly values: ByteColumn
  /** Null where no record has a key. */
  readonly keys: ByteColumn | null
  /** Headers of each record in one string of bytes, see headers.ts; null where no record has any. */
  readonly headers: ByteColumn | null
  /** Epoch milliseconds. */
  timeMs(record: number): number
}

/** The records of a sound batch that begins at `at` of `bytes`, from the record `skipped` on. `at` is a multiple of eight. */
export function decodeBatch(bytes: Uint8Array, at: number, skipped: number, partition: number, offset: number): RecordBatch {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at)
  const firstMs = view.getFloat64(24, true)
  const records = view.getUint32(40, true)
  const columns = view.getUint32(44, true)
  const columnsAt = bytes.byteOffset + at + view.getUint32(48, true)
  let columnAt = columnsAt
  const lengths = (): Int32Array => {
    columnAt += 4 * records
    return new Int32Array(bytes.buffer, columnAt - 4 * records, records)
  }
  const valueLengths = lengths()
  const keyLengths = (columns & hasKeys) === 0 ? null : lengths()
  const headerLengths = (columns & hasHeaders) === 0 ? null : lengths()
  const timesAt = columnsAt + aligned(columnAt - columnsAt)
  const times = (columns & hasTimes) === 0 ? null : new Float64Array(bytes.buffer, timesAt, records)
  const length = records - skipped
  const places = (): Places => ({ starts: new Int32Array(length), ends: new Int32Array(length) })
  const value = places()
  const key = keyLengths === null ? null : places()
  const header = headerLengths === null ? null : places()
  let next = at + headBytes
  for (let record = 0; record < records; record++) {
    const row = record - skipped
    if (keyLengths !== null && key !== null) next = place(key, row, next, keyLengths[record] as number)
    next = place(value, row, next, valueLengths[record] as number)
    if (headerLengths !== null && header !== null) next = place(header, row, next, headerLengths[record] as number)
  }
  const column = (placed: Places): ByteColumn => ({ bytes, ...placed, length })
  return {
    partition,
    offset: offset + skipped,
    length,
    bytes,
    bytesRead: view.getUint32(4, true),
    values: column(value),
    keys: key === null ? null : column(key),
    headers: header === null ? null : column(header),
    timeMs: (record) => (times === null ? firstMs : (times[skipped + record] ?? firstMs)),
  }
}

interface Places {
  readonly starts: Int32Array
  readonly ends: Int32Array
}

/** Notes where a string of bytes lies, unless its record is skipped; returns where the next one begins. */
function place({ starts, ends }: Places, row: number, at: number, length: number): number {
  const end = length < 0 ? at : at + length
  if (row >= 0) {
    starts[row] = at
    ends[row] = length < 0 ? -1 : end
  }
  return end
}
