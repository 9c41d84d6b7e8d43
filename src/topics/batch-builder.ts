/** Collects records of one partition as the batches that will lie on the disk. */
import { aligned, type ByteColumn, columnBytes, hasHeaders, hasKeys, hasTimes, headBytes, sealBatch } from './record-batch.ts'

/** A finished batch: bytes that only miss their place in a segment. */
export interface BuiltBatch {
  readonly bytes: Uint8Array
  readonly records: number
  readonly firstMs: number
  readonly latestMs: number
}

/** A batch of about this size is finished. */
const batchBytes = 256 * 1024
/** More records are not put into a batch. */
const batchRecords = 16_384
/** Above it `set` is faster than eight bytes at a time. */
const shortBytes = 160

export class BatchBuilder {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0)
  #view = new DataView(this.#bytes.buffer)
  #at = headBytes
  #records = 0
  #columns = 0
  #firstMs = 0
  #latestMs = 0
  #valueLengths = new Int32Array(256)
  #keyLengths = new Int32Array(256)
  #headerLengths = new Int32Array(256)
  #times = new Float64Array(256)
  #built: BuiltBatch[] = []
  #builtBytes = 0
  #source: Uint8Array = this.#bytes
  #sourceView: DataView = this.#view

  /** Bytes taken and not handed out. */
  get length(): number {
    return this.#builtBytes + (this.#records === 0 ? 0 : this.#at)
  }

  /** Adds the record at a place of columns of values and keys. `headers`: see headers.ts. */
  add(values: ByteColumn, keys: ByteColumn | null, row: number, timeMs: number, headers: Uint8Array | null = null): void {
    if (this.#records >= batchRecords || this.#at >= batchBytes) this.#finish()
    const record = this.#records++
    if (record >= this.#valueLengths.length) this.#growColumns()
    if (record === 0) {
      this.#firstMs = timeMs
      this.#latestMs = timeMs
    } else if (timeMs !== this.#firstMs) {
      this.#columns |= hasTimes
      if (timeMs > this.#latestMs) this.#latestMs = timeMs
    }
    this.#times[record] = timeMs
    const keyLength = keys === null ? -1 : this.#copy(keys.bytes, keys.starts[row] as number, keys.ends[row] as number)
    if (keyLength >= 0) this.#columns |= hasKeys
    this.#keyLengths[record] = keyLength
    this.#valueLengths[record] = this.#copy(values.bytes, values.starts[row] as number, values.ends[row] as number)
    const headerLength = headers === null ? -1 : this.#copy(headers, 0, headers.length)
    if (headerLength >= 0) this.#columns |= hasHeaders
    this.#headerLengths[record] = headerLength
  }

  /** Hands out everything added so far. */
  take(): BuiltBatch[] {
    this.#finish()
    const built = this.#built
    this.#built = []
    this.#builtBytes = 0
    return built
  }

  /** Copies a string of bytes behind the others; returns its length, −1 for none. */
  #copy(bytes: Uint8Array, start: number, end: number): number {
    if (end < 0) return -1
    const size = end - start
    if (this.#at + size > this.#bytes.length) this.#growBytes(size)
    const at = this.#at
    this.#at = at + size
    if (size > shortBytes) {
      this.#bytes.set(bytes.subarray(start, end), at)
      return size
    }
    if (size < 8) {
      for (let i = 0; i < size; i++) this.#bytes[at + i] = bytes[start + i] as number
      return size
    }
    if (bytes !== this.#source) {
      this.#source = bytes
      this.#sourceView = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    }
    const from = this.#sourceView
    const to = this.#view
    for (let i = 0; i < size - 8; i += 8) to.setBigInt64(at + i, from.getBigInt64(start + i, true), true)
    // The last eight may go over some that are there.
    to.setBigInt64(at + size - 8, from.getBigInt64(end - 8, true), true)
    return size
  }

  #growBytes(size: number): void {
    const wanted = Math.max(this.#at + size, this.#bytes.length * 2, 4096)
    const grown = new Uint8Array(wanted > batchBytes / 2 ? Math.max(wanted, batchBytes * 1.5) : wanted)
    grown.set(this.#bytes.subarray(0, this.#at))
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }

  #growColumns(): void {
    const grown = (column: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> => {
      const larger = new Int32Array(column.length * 2)
      larger.set(column)
      return larger
    }
    this.#valueLengths = grown(this.#valueLengths)
    this.#keyLengths = grown(this.#keyLengths)
    this.#headerLengths = grown(this.#headerLengths)
    const times = new Float64Array(this.#times.length * 2)
    times.set(this.#times)
    this.#times = times
  }

  #finish(): void {
    const records = this.#records
    if (records === 0) return
    const columns = this.#columns
    const columnsAt = aligned(this.#at)
    const length = columnsAt + columnBytes(records, columns)
    if (length > this.#bytes.length) this.#growBytes(length - this.#at)
    this.#bytes.fill(0, this.#at, columnsAt)
    let at = columnsAt
    const put = (column: Int32Array): void => {
      new Int32Array(this.#bytes.buffer, at, records).set(column.subarray(0, records))
      at += 4 * records
    }
    put(this.#valueLengths)
    if ((columns & hasKeys) !== 0) put(this.#keyLengths)
    if ((columns & hasHeaders) !== 0) put(this.#headerLengths)
    const timesAt = columnsAt + aligned(at - columnsAt)
    this.#bytes.fill(0, at, timesAt)
    if ((columns & hasTimes) !== 0) new Float64Array(this.#bytes.buffer, timesAt, records).set(this.#times.subarray(0, records))
    const [firstMs, latestMs] = [this.#firstMs, this.#latestMs]
    sealBatch(this.#bytes, this.#view, { length, records, firstMs, latestMs, columns, columnsAt })
    this.#built.push({ bytes: this.#bytes.subarray(0, length), records, firstMs, latestMs })
    this.#builtBytes += length
    this.#bytes = new Uint8Array(Math.min(batchBytes * 1.5, this.#bytes.length))
    this.#view = new DataView(this.#bytes.buffer)
    this.#at = headBytes
    this.#records = 0
    this.#columns = 0
  }
}
