/**
 * What generated CSV decoders call for everything that is not plain: quoted and escaped fields, NULL, odd spellings, and records that
 * cannot be read, which stop the work or, where the table says so, are set aside.
 */
import type { Schema } from '#data'
import { ColumnStore } from '../column-store.ts'
import { excerpt, mismatch, notUtf8, nullRefused } from '../faults.ts'
import { carriageReturn, lineFeed } from '../line-end.ts'
import { RecordState } from '../record-state.ts'
import { type TextReader, unreadable } from '../text-value.ts'
import { isUtf8 } from '../utf8.ts'
import { cellReader } from './cells.ts'
import { type CsvField, outcome } from './generate.ts'
import { type CsvScanner, incomplete } from './scanner.ts'
import type { CsvSettings } from './settings.ts'

/** The wanted columns, and how many fields a record has. */
export interface CsvColumns {
  readonly columns: Schema
  readonly fields: readonly CsvField[]
  readonly fieldCount: number
}
export interface CsvFrame {
  readonly rowsMax: number
  readonly stopsAtFault: boolean
}

export class CsvRows extends RecordState {
  /** Values of the current row in which quotes or escapes are to be undone. */
  pending = 0
  /** Whether the row that failed stays, with NULL for what is missing. */
  kept = false
  /** Whether a record that cannot be read ends the run, with `fault` set, as those of messages do. */
  readonly stopsAtFault: boolean
  /** What is wrong with the record that ended the run; empty when nothing is. */
  fault = ''

  readonly #fields: readonly CsvField[]
  readonly #scanner: CsvScanner
  readonly #settings: CsvSettings
  readonly #fieldCount: number
  readonly #cells: readonly TextReader[]
  readonly #nullLiteral: Uint8Array
  readonly #pendingSlots: number[] = []
  readonly #pendingQuoted: boolean[] = []
  /** What was wrong with the value that could not be read. */
  #fault = ''

  constructor({ columns, fields, fieldCount }: CsvColumns, scanner: CsvScanner, settings: CsvSettings, how: CsvFrame) {
    const stores = columns.map(({ name, type }) => new ColumnStore(name, type, how.rowsMax))
    super('csv', stores, settings.lenient)
    this.stopsAtFault = how.stopsAtFault
    this.#fields = fields
    this.#scanner = scanner
    this.#settings = settings
    this.#fieldCount = fieldCount
    this.#cells = stores.map((store) => cellReader(store.name, store.type, settings))
    this.#nullLiteral = new TextEncoder().encode(settings.nullLiteral ?? '')
  }

  /** The place after a blank line or comment. */
  skipLine(bytes: Uint8Array, start: number): number {
    let at = start
    while (bytes[at] !== lineFeed && bytes[at] !== carriageReturn) at++
    return this.#scanner.afterLine(bytes, at)
  }

  /** Goes on after the last column's value where no line feed follows; minus the outcome when something else is wrong. */
  endRecord(bytes: Uint8Array, at: number, end: number): number {
    const scanner = this.#scanner
    if (bytes[at] === carriageReturn) return scanner.afterLine(bytes, at)
    const after = bytes[at + 1]
    if (this.#settings.trailingDelimiter && (after === lineFeed || after === carriageReturn)) return scanner.afterLine(bytes, at + 1)
    if (!this.#settings.ignoresExtra) return -outcome.long
    const { next } = scanner.record(bytes, at + 1, end)
    return next < 0 ? -outcome.incomplete : next
  }

  /** Whether as many bytes as the NULL literal has are the literal. */
  isNull(bytes: Uint8Array, from: number): boolean {
    return this.#nullLiteral.every((byte, index) => bytes[from + index] === byte)
  }

  readNull(slot: number, row: number): boolean {
    const store = this.store(slot)
    if (store.type.nullable) store.setNull(row)
    else this.#fault = nullRefused(store)
    return store.type.nullable
  }

  /** Reads a value the careful way; false when the record is lost. */
  read(slot: number, bytes: Uint8Array, from: number, to: number, row: number): boolean {
    const cell = this.#cells[slot] as TextReader
    const value = cell(bytes, from, to)
    if (value === unreadable) return this.#isOverlooked(slot, row, () => describeValue(this.store(slot), bytes, from, to))
    if (value === null) return this.readNull(slot, row)
    this.store(slot).setBoxed(row, value)
    return true
  }

  /** Reads the field that the scanner just passed. */
  readScanned(slot: number, bytes: Uint8Array, row: number): boolean {
    const { from, to, dirty, inQuotes } = this.#scanner
    if (this.#isNullScanned(bytes)) return this.readNull(slot, row)
    const store = this.store(slot)
    if (store.form !== 'bytes') {
      if (!dirty) return this.read(slot, bytes, from, to, row)
      const copy = bytes.slice(from, to)
      return this.read(slot, copy, 0, this.#scanner.unescape(copy, 0, copy.length, inQuotes), row)
    }
    store.starts[row] = from
    store.ends[row] = to
    if (dirty) {
      this.#pendingSlots[this.pending] = slot
      this.#pendingQuoted[this.pending] = inQuotes
      this.pending++
    }
    return this.checkText(slot, bytes, from, to, row)
  }

  #isNullScanned(bytes: Uint8Array): boolean {
    const { from, to } = this.#scanner
    if (this.#settings.emptyIsNull && from === to) return true
    return this.#settings.nullLiteral !== null && to - from === this.#nullLiteral.length && this.isNull(bytes, from)
  }

  /** The next place where a field may end. */
  toStop(bytes: Uint8Array, start: number): number {
    const { stops } = this.#scanner
    let at = start
    while (stops[bytes[at] as number] === 0) at++
    return at
  }

  /** Text must be UTF-8; false when the record is lost. */
  checkText(slot: number, bytes: Uint8Array, from: number, to: number, row: number): boolean {
    if (isUtf8(bytes, from, to)) return true
    return this.#isOverlooked(slot, row, () => notUtf8(this.store(slot)))
  }

  /** Undoes quotes and escapes in the texts of a row that is whole. */
  settle(bytes: Uint8Array, row: number): void {
    for (let index = 0; index < this.pending; index++) {
      const store = this.store(this.#pendingSlots[index] as number)
      const start = store.starts[row] as number
      store.ends[row] = this.#scanner.unescape(bytes, start, store.ends[row] as number, this.#pendingQuoted[index] as boolean)
    }
    this.pending = 0
  }

  /** Sets a value that cannot be read to NULL where the table allows it. */
  #isOverlooked(slot: number, row: number, describe: () => string): boolean {
    const store = this.store(slot)
    if (this.lenient && store.type.nullable) {
      store.setNull(row)
      return true
    }
    this.#fault = describe()
    return false
  }

  /**
   * Deals with a record that is not as it should be: stops the work, or sets the row aside, or keeps it with NULL from the column at
   * `missing` on. Returns where the next record begins, or a negative number when it is not in the bytes yet.
   */
  fail(result: number, missing: number, bytes: Uint8Array, start: number, end: number, row: number): number {
    const { next, fields } = this.#scanner.record(bytes, start, end)
    if (next < 0) return incomplete
    this.kept = this.lenient && result === outcome.short && this.#fields.slice(missing).every(({ type }) => type.nullable)
    if (this.stopsAtFault && !this.kept) {
      this.fault = this.#describe(result, fields)
      return incomplete
    }
    if (!this.lenient) throw this.unreadable(row, this.#describe(result, fields))
    if (this.kept) {
      for (const { slot } of this.#fields.slice(missing)) this.store(slot).setNull(row)
      this.settle(bytes, row)
    } else {
      this.skip(row)
    }
    return next
  }

  override takeBack(row: number): void {
    super.takeBack(row)
    this.pending = 0
  }

  #describe(result: number, fields: number): string {
    switch (result) {
      case outcome.short:
      case outcome.long:
        return `Expected ${this.#fieldCount} fields, got ${fields}.`
      case outcome.malformed:
        return 'Expected a delimiter or the end of the line after a closing quote, got more text.'
      default:
        return this.#fault
    }
  }
}

function describeValue(store: ColumnStore, bytes: Uint8Array, from: number, to: number): string {
  const detail = mismatch(store, `"${excerpt(bytes, from, to)}"`)
  return from === to ? `${detail} Set 'csv.null-literal' = '' to read empty values as NULL.` : detail
}
