/**
 * Finds the fields of CSV: RFC 4180 with quotes, doubled quotes, an optional escape character, and lines that end with LF, CR LF or
 * CR. Generated code runs over plain fields itself and comes here for quotes and escapes.
 *
 * Every stretch it is given ends with a line feed, so that a loop over plain bytes needs no check of the end.
 */

import { carriageReturn, lineFeed } from '../line-end.ts'

const blank = 32
const none = -1

/** Answers of a scan that found no end of the field. */
export const incomplete = -1
const malformed = -2

export class CsvScanner {
  readonly delimiter: number
  /** −1 where quotes are off. */
  readonly quote: number
  /** −1 where there is none. */
  readonly escape: number
  /** 1 for every byte that ends a run of plain bytes. */
  readonly stops: Uint8Array
  /** The same, and the bytes that are not ASCII. */
  readonly textStops: Uint8Array
  /** Bounds of the content of the field last scanned. */
  from = 0
  to = 0
  /** Whether it stands in quotes. */
  inQuotes = false
  /** Whether that content has doubled quotes or escapes, to be undone by `unescape`. */
  dirty = false

  readonly #trims: boolean

  constructor(delimiter: number, quote: number, escapeByte: number, trims: boolean) {
    this.delimiter = delimiter
    this.quote = quote
    this.escape = escapeByte
    this.#trims = trims
    this.stops = new Uint8Array(256)
    for (const stop of [delimiter, lineFeed, carriageReturn, escapeByte]) if (stop >= 0) this.stops[stop] = 1
    this.textStops = this.stops.map((stop, byte) => (byte > 127 ? 1 : stop))
  }

  /** Scans a quoted field from its opening quote; returns the place of the delimiter or line end after it. */
  quoted(bytes: Uint8Array, start: number, end: number): number {
    const { quote, escape: escapeByte } = this
    let at = start + 1
    this.inQuotes = true
    this.dirty = false
    for (; at < end; at++) {
      const byte = bytes[at]
      if (byte === quote) {
        if (at + 1 >= end) return incomplete
        if (bytes[at + 1] !== quote) break
        this.dirty = true
        at++
      } else if (byte === escapeByte) {
        this.dirty = true
        at++
      }
    }
    if (at >= end) return incomplete
    this.from = start + 1
    this.to = at
    do at++
    while (bytes[at] === blank && this.delimiter !== blank)
    const after = bytes[at]
    return after === this.delimiter || after === lineFeed || after === carriageReturn ? at : malformed
  }

  /** Scans a field that has no quotes but may have escapes. */
  plain(bytes: Uint8Array, start: number, end: number): number {
    const { stops, escape: escapeByte } = this
    let at = start
    this.inQuotes = false
    this.dirty = false
    while (at < end) {
      const byte = bytes[at] as number
      if (byte === escapeByte) {
        this.dirty = true
        at += 2
      } else if (stops[byte] === 1) {
        this.from = start
        this.to = at
        return at
      } else {
        at++
      }
    }
    return incomplete
  }

  /** Scans a field of either sort, from the blanks before it. */
  #field(bytes: Uint8Array, start: number, end: number): number {
    let at = start
    if (this.#trims) while (bytes[at] === blank) at++
    return bytes[at] === this.quote ? this.quoted(bytes, at, end) : this.plain(bytes, at, end)
  }

  /** Where the record at `start` ends and the next one begins, and how many fields it has. A malformed field counts to its line end. */
  record(bytes: Uint8Array, start: number, end: number): { readonly next: number; readonly fields: number } {
    let at = start
    for (let fields = 1; ; fields++) {
      let stop = this.#field(bytes, at, end)
      if (stop === malformed) stop = this.plain(bytes, this.to, end)
      if (stop < 0) return { next: incomplete, fields }
      if (bytes[stop] !== this.delimiter) return { next: this.afterLine(bytes, stop), fields }
      at = stop + 1
    }
  }

  /** The place after the line end at `at`. */
  afterLine(bytes: Uint8Array, at: number): number {
    return bytes[at] === carriageReturn && bytes[at + 1] === lineFeed ? at + 2 : at + 1
  }

  /** Undoes escapes, and in a quoted field doubled quotes, in place; returns the new end. */
  unescape(bytes: Uint8Array, from: number, to: number, quoted: boolean): number {
    let write = from
    for (let read = from; read < to; read++) {
      let byte = bytes[read] as number
      if (byte === this.escape && read + 1 < to) {
        read++
        byte = unescaped(bytes[read] as number)
      } else if (quoted && byte === this.quote) {
        read++
      }
      bytes[write] = byte
      write++
    }
    return write
  }
}

/** What an escaped byte stands for. */
function unescaped(byte: number): number {
  switch (byte) {
    case 110:
      return lineFeed
    case 114:
      return carriageReturn
    case 116:
      return 9
    case 48:
      return 0
    default:
      return byte
  }
}

/** The code of a character option; −1 for none. */
export function codeOf(character: string | null): number {
  return character === null ? none : character.charCodeAt(0)
}
