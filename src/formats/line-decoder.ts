/**
 * Decodes records that end with a line feed. Gives generated code stretches that surely end so, whatever way the input was cut, and
 * deals with what surrounds the records: a byte order mark, a header, a last line without an end, lines given up.
 */
import type { Batch } from '#data'
import { plainArray, type RunRecords } from './compile.ts'
import type { RecordDecoder } from './format.ts'
import { lineFeed } from './line-end.ts'
import type { RecordState } from './record-state.ts'

export interface LineRecords {
  readonly state: RecordState
  readonly run: RunRecords
  readonly rowsMax: number
  /** Where the header ends that begins at `start`, or a negative number when it is not whole; null when there is no header. */
  readonly passHeader: ((bytes: Uint8Array, start: number, end: number) => number) | null
  /** What is wrong with a record that the input ends in. */
  readonly unfinished: string
}

export class LineDecoder implements RecordDecoder {
  batch: Batch
  readonly lenient: boolean
  readonly #records: LineRecords
  readonly #state: RecordState
  #atStart = true
  #headerPending = false
  /** Whether the rest of a line that was given up is still to come. */
  #dropping = false

  constructor(records: LineRecords) {
    this.#records = records
    this.#state = records.state
    this.lenient = records.state.lenient
    this.batch = this.#batchOf(new Uint8Array(0))
  }

  get records(): number {
    return this.#state.records
  }
  get skippedRows(): number {
    return this.#state.skipped
  }

  begin(name: string, recordsBefore: number, isWithin = false): void {
    this.#state.begin(name, recordsBefore)
    this.#atStart = recordsBefore === 0 && !isWithin
    this.#headerPending = this.#atStart && this.#records.passHeader !== null
    this.#dropping = false
  }

  decode(given: Uint8Array, start: number, end: number, last: boolean): number {
    const bytes = plainArray(given)
    const state = this.#state
    for (const store of state.stores) store.reset()
    state.count = 0
    let at = this.#passStart(bytes, start, end, last)
    if (!this.#atStart && !this.#headerPending) {
      const limit = lastLineEnd(bytes, at, end)
      if (limit > at) at = this.#records.run(bytes, at, limit, this.#records.rowsMax, 0)
      if (last && at < end && state.count === 0) return this.#decodeTail(bytes.subarray(at, end), end)
    }
    this.#finish(bytes)
    return at
  }

  discard(bytes: Uint8Array, start: number, end: number): number {
    const stop = bytes.indexOf(lineFeed, start)
    this.#state.skip(0)
    this.#dropping = stop < 0 || stop >= end
    return this.#dropping ? end : stop + 1
  }

  #finish(bytes: Uint8Array): void {
    this.#state.records += this.#state.count
    this.batch = this.#batchOf(bytes)
  }

  #batchOf(bytes: Uint8Array): Batch {
    const { count, stores } = this.#state
    return { length: count, columns: stores.map((store) => store.vector(count, bytes)), kinds: null, watermarks: null }
  }

  /** The last record of an input need not have a line end; it gets one. */
  #decodeTail(tail: Uint8Array, end: number): number {
    const state = this.#state
    const bytes = withLineFeed(tail)
    const at = this.#records.run(bytes, 0, bytes.length, this.#records.rowsMax, 0)
    if (at < bytes.length && state.count === 0) this.#giveUp()
    this.#finish(bytes)
    return state.count === 0 ? end : Math.min(end, end - tail.length + at)
  }

  /** The input ends within a record. */
  #giveUp(): void {
    if (!this.lenient) throw this.#state.unreadable(0, this.#records.unfinished)
    this.#state.skip(0)
  }

  #passStart(bytes: Uint8Array, start: number, end: number, last: boolean): number {
    let at = start
    if (this.#dropping) {
      const stop = bytes.indexOf(lineFeed, at)
      if (stop < 0 || stop >= end) return end
      this.#dropping = false
      at = stop + 1
    }
    if (this.#atStart) {
      const length = markLength(bytes, at, end)
      // What may be the beginning of a mark must wait for the rest of it.
      this.#atStart = !last && length < byteOrderMark.length && length === end - at
      if (length === byteOrderMark.length) at += length
    }
    const { passHeader } = this.#records
    return passHeader !== null && this.#headerPending && !this.#atStart ? this.#passHeader(passHeader, bytes, at, end, last) : at
  }

  /** A header need not have a line end when it is all there is. */
  #passHeader(pass: NonNullable<LineRecords['passHeader']>, bytes: Uint8Array, start: number, end: number, last: boolean): number {
    let next = pass(bytes, start, lastLineEnd(bytes, start, end))
    if (next < 0 && !last) return start
    this.#headerPending = false
    if (next < 0) next = pass(withLineFeed(bytes.subarray(start, end)), 0, end - start + 1) + start
    if (next < start) this.#giveUp()
    else this.#state.records++
    return next < start ? end : Math.min(end, next)
  }
}

const byteOrderMark = Uint8Array.of(0xef, 0xbb, 0xbf)

/** How many bytes at `start` are those of a byte order mark. */
function markLength(bytes: Uint8Array, start: number, end: number): number {
  let length = 0
  while (length < byteOrderMark.length && start + length < end && bytes[start + length] === byteOrderMark[length]) length++
  return length
}

function withLineFeed(bytes: Uint8Array): Uint8Array {
  const longer = new Uint8Array(bytes.length + 1)
  longer.set(bytes)
  longer[bytes.length] = lineFeed
  return longer
}

function lastLineEnd(bytes: Uint8Array, start: number, end: number): number {
  return end > start ? Math.max(start, bytes.lastIndexOf(lineFeed, end - 1) + 1) : start
}
