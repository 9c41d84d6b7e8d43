/**
 * What generated JSON decoders call for everything that is not plain: keys that are not where they were, strings with escapes, odd
 * values, missing fields, and records that cannot be read, which stop the work or, where the table says so, are set aside.
 */
import type { ColumnStore } from '../column-store.ts'
import { excerpt, mismatch, notUtf8, nullRefused } from '../faults.ts'
import { lineFeed } from '../line-end.ts'
import { RecordState } from '../record-state.ts'
import { type TextReader, unreadable } from '../text-value.ts'
import { isUtf8 } from '../utf8.ts'
import { bitsMax, keyBytesMax, keyPlaces } from './generate.ts'
import { backslash, closeArray, comma, type JsonScanner, letterN, openArray, openObject, quote } from './scanner.ts'
import type { JsonSettings } from './settings.ts'
import { compactInPlace, contentText, unescapeInPlace } from './text.ts'
import { JsonValues } from './values.ts'

const unknownSlot = -1
const unlearned = -2
const failure = -1

/** The keys that the last record had, by place: their bytes with the closing quote, in words of four, and the columns they name. */
export interface JsonKeys {
  readonly words: Int32Array
  readonly lengths: Int32Array
  readonly slots: Int32Array
}

export class JsonRows extends RecordState {
  /** The column of the key found last; −1 when nobody wants it. */
  slot = unknownSlot
  /** Whether the next record is an element of the array that its line holds. */
  inArray = false
  /** Whether the input was taken up behind its start, perhaps within such an array. */
  resumed = false
  /** Counts records, so that columns seen need not be reset. */
  serial = 0
  /** For each column the serial of the record that had it last. */
  readonly seen: Float64Array
  readonly keys: JsonKeys = {
    words: new Int32Array((keyPlaces * keyBytesMax) / 4 + 1),
    lengths: new Int32Array(keyPlaces),
    slots: new Int32Array(keyPlaces).fill(unlearned),
  }

  readonly #scanner: JsonScanner
  readonly #settings: JsonSettings
  readonly #slots: ReadonlyMap<string, number>
  readonly #readers: readonly TextReader[]
  /** What was wrong with a value, where the JSON is right. */
  #fault = ''

  constructor(stores: readonly ColumnStore[], scanner: JsonScanner, settings: JsonSettings) {
    super(settings.format, stores, settings.lenient)
    const values = new JsonValues(scanner, settings)
    this.#scanner = scanner
    this.#settings = settings
    this.#slots = new Map(stores.map((store, slot) => [store.name, slot]))
    this.#readers = stores.map((store) => values.reader(store.name, store.type))
    this.seen = new Float64Array(stores.length)
  }

  override begin(input: string, recordsBefore: number): void {
    super.begin(input, recordsBefore)
    this.inArray = false
    this.resumed = recordsBefore > 0
  }

  /** Goes on after a record that is not the last thing of its line, or may be one of an array. */
  endRecord(bytes: Uint8Array, start: number, mayBeInArray: boolean): number {
    const at = this.#scanner.blanks(bytes, start)
    this.inArray = mayBeInArray && bytes[at] === comma
    if (this.inArray) {
      const next = this.#scanner.blanks(bytes, at + 1)
      return bytes[next] === openObject ? next : this.#scanner.fail(next, '"{"')
    }
    if (mayBeInArray && bytes[at] === closeArray) return this.endLine(bytes, at + 1)
    return mayBeInArray && !this.resumed ? this.#scanner.fail(at, '"," or "]"') : this.endLine(bytes, at)
  }

  /** The place after the end of the line, which must be next. */
  endLine(bytes: Uint8Array, start: number): number {
    const at = this.#scanner.blanks(bytes, start)
    return bytes[at] === lineFeed ? at + 1 : this.#scanner.fail(at, 'the end of the line')
  }

  /** Finds the column of the key whose opening quote is at `start`, and remembers it for its place; returns the closing quote. */
  findKey(bytes: Uint8Array, start: number, place: number): number {
    const end = this.#scanner.string(bytes, start)
    if (end < 0) return failure
    this.slot = this.#slots.get(contentText(bytes, start + 1, end - 1)) ?? unknownSlot
    if (place < keyPlaces && end - start <= keyBytesMax) this.#learn(bytes.subarray(start + 1, end), place)
    return end - 1
  }

  #learn(key: Uint8Array, place: number): void {
    const first = (place * keyBytesMax) / 4
    const padded = new Uint8Array(keyBytesMax)
    padded.set(key)
    const view = new DataView(padded.buffer)
    for (let word = 0; word < keyBytesMax / 4; word++) this.keys.words[first + word] = view.getInt32(word * 4, true)
    this.keys.lengths[place] = key.length
    this.keys.slots[place] = this.slot
  }

  /** A column came twice in a record: the last one counts. */
  forget(slot: number, row: number): void {
    this.store(slot).clear(row)
  }

  /** A text column's string that is not plain ASCII. */
  string(slot: number, bytes: Uint8Array, start: number, row: number): number {
    const end = this.#scanner.string(bytes, start)
    if (end < 0) return failure
    const from = start + 1
    if (!isUtf8(bytes, from, end - 1)) return this.#overlook(slot, row, start, end, () => notUtf8(this.store(slot)))
    const escaped = bytes.subarray(from, end - 1).indexOf(backslash) >= 0
    const store = this.store(slot)
    store.starts[row] = from
    store.ends[row] = escaped ? unescapeInPlace(bytes, from, end - 1) : end - 1
    return end
  }

  /** Any value of any column; returns the place after it. */
  value(slot: number, bytes: Uint8Array, start: number, row: number): number {
    const store = this.store(slot)
    const end = this.#scanner.value(bytes, start)
    if (end < 0) return failure
    if (bytes[start] === letterN) return this.#readNull(slot, row, start, end)
    if (store.form === 'bytes') return this.#text(slot, bytes, start, end, row)
    const value = (this.#readers[slot] as TextReader)(bytes, start, end)
    if (value === unreadable) return this.#overlook(slot, row, start, end, () => mismatch(store, excerpt(bytes, start, end)))
    if (value === null) return this.#readNull(slot, row, start, end)
    store.setBoxed(row, value)
    return end
  }

  /** A text column takes the text of whatever stands there. */
  #text(slot: number, bytes: Uint8Array, start: number, end: number, row: number): number {
    if (bytes[start] === quote) return this.string(slot, bytes, start, row)
    const store = this.store(slot)
    if (!isUtf8(bytes, start, end)) return this.#overlook(slot, row, start, end, () => notUtf8(store))
    store.starts[row] = start
    store.ends[row] = bytes[start] === openObject || bytes[start] === openArray ? compactInPlace(bytes, start, end) : end
    return end
  }

  #readNull(slot: number, row: number, start: number, end: number): number {
    const store = this.store(slot)
    if (!store.type.nullable) return this.#fail(start, nullRefused(store))
    store.setNull(row)
    return end
  }

  /** Sets a value that cannot be read to NULL where the table allows it. */
  #overlook(slot: number, row: number, start: number, end: number, describe: () => string): number {
    const store = this.store(slot)
    if (!this.lenient || !store.type.nullable) return this.#fail(start, describe())
    store.setNull(row)
    return end
  }

  #fail(at: number, fault: string): number {
    this.#fault = fault
    this.#scanner.failedAt = at
    return failure
  }

  /** Sets the columns that a record does not have to NULL; false when that is not allowed. `seen` is a set of bits or a serial. */
  fillMissing(seen: number, row: number): boolean {
    for (let slot = 0; slot < this.stores.length; slot++) {
      if (this.#isSeen(slot, seen)) continue
      const store = this.store(slot)
      if (this.#settings.failsOnMissing || !store.type.nullable) {
        this.#fault = `Expected a field "${store.name}", got none.`
        return false
      }
      store.setNull(row)
    }
    return true
  }

  /** Notes the row, and the column, for each column that a record does not have. */
  noteMissing(seen: number, row: number, notes: number[]): void {
    for (let slot = 0; slot < this.stores.length; slot++) if (!this.#isSeen(slot, seen)) notes.push(row, slot)
  }

  #isSeen(slot: number, seen: number): boolean {
    return this.stores.length <= bitsMax ? (seen & (2 ** slot)) !== 0 : this.seen[slot] === seen
  }

  /** Deals with a record that is not as it should be: stops the work or sets the row aside. Returns where the next record begins. */
  fail(bytes: Uint8Array, start: number, row: number): number {
    const detail = this.describeFault(start)
    if (!this.lenient) throw this.unreadable(row, detail)
    this.skip(row)
    // Escapes before the failure may have been undone and left line feeds there; behind it the bytes are as they came.
    return bytes.indexOf(lineFeed, this.#scanner.failedAt) + 1
  }

  /** What was wrong last; bytes count from `start`. */
  describeFault(start: number): string {
    const { failedAt, expected } = this.#scanner
    const detail = this.#fault === '' ? `Expected ${expected} at byte ${failedAt - start + 1}.` : this.#fault
    this.#fault = ''
    return detail
  }

  /** The end of a message, which must come after what was read. */
  endMessage(bytes: Uint8Array, start: number, end: number): number {
    const at = this.#scanner.blanks(bytes, start)
    return at === end ? at : this.#scanner.fail(at, 'the end of the message')
  }
}
