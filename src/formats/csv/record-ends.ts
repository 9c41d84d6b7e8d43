/** Where records of CSV end: at line feeds that do not stand in quotes. Behind a quoted value that is none, nothing is certain. */
import type { FormatTable } from '../format.ts'
import { carriageReturn, lineFeed } from '../line-end.ts'
import type { RecordEnds } from '../record-ends.ts'
import { codeOf } from './scanner.ts'
import { csvSettings } from './settings.ts'

/** Where in a record a byte stands. */
const fieldStart = 0
const plain = 1
const quoted = 2
const behindQuote = 3
const behindBlanks = 4

const blank = 32

/** Null where lines may be comments, which hold any quotes. */
export function csvRecordEnds(table: FormatTable): RecordEnds | null {
  const { comments, delimiter, quote, escape: escapeCharacter, trims } = csvSettings(table)
  return comments ? null : new CsvRecordEnds(codeOf(delimiter), codeOf(quote), codeOf(escapeCharacter), trims)
}

class CsvRecordEnds implements RecordEnds {
  readonly needsAll = true
  readonly #delimiter: number
  readonly #quote: number
  readonly #escape: number
  readonly #trims: boolean
  #place = fieldStart
  /** Whether the next byte has no meaning of its own. */
  #isEscaped = false

  constructor(delimiter: number, quote: number, escapeByte: number, trims: boolean) {
    this.#delimiter = delimiter
    this.#quote = quote
    this.#escape = escapeByte
    this.#trims = trims
  }

  find(bytes: Uint8Array, start: number, end: number, from: number): number | null {
    const [quote, escapeByte] = [this.#quote, this.#escape]
    let at = this.#passPlain(bytes, start, end, from)
    let place = this.#place
    let found = -1
    if (this.#isEscaped && at < end) {
      this.#isEscaped = false
      at++
    }
    while (at < end && found < 0) {
      const byte = bytes[at++] as number
      if (place === quoted) {
        if (byte === quote) place = behindQuote
        else if (byte === escapeByte) at++
      } else if (byte === this.#delimiter || byte === carriageReturn) place = fieldStart
      else if (byte === lineFeed) {
        place = fieldStart
        if (at > from) found = at
      } else if (place !== plain || byte === escapeByte) {
        place = this.#next(place, byte)
        if (place < 0) return null
        if (place === plain && byte === escapeByte) at++
      }
    }
    this.#place = place
    this.#isEscaped = at > end
    return found
  }

  /** The place behind a byte that ends no field; negative when it does not fit. */
  #next(place: number, byte: number): number {
    if (place === behindQuote || place === behindBlanks) {
      // A doubled quote stands for one.
      if (byte === this.#quote && place === behindQuote) return quoted
      return byte === blank ? behindBlanks : -1
    }
    if (place === fieldStart && byte === this.#quote) return quoted
    return place === fieldStart && byte === blank && this.#trims ? fieldStart : plain
  }

  /** Passes the whole lines before `from` at once, where none of the bytes can hide an end. */
  #passPlain(bytes: Uint8Array, start: number, end: number, from: number): number {
    if ((this.#place !== fieldStart && this.#place !== plain) || this.#isEscaped) return start
    const stretch = bytes.subarray(start, end)
    if ([this.#quote, this.#escape].some((byte) => byte >= 0 && stretch.includes(byte))) return start
    const last = stretch.lastIndexOf(lineFeed, Math.min(end, from) - start - 1)
    if (from <= start || last < 0) return start
    this.#place = fieldStart
    return start + last + 1
  }
}
