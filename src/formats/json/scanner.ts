/**
 * Runs over JSON in bytes without decoding it, and checks on the way that it is JSON (RFC 8259): brackets that match, commas and
 * colons in place, whole strings, numbers and literals.
 *
 * Every stretch it is given ends with a line feed, which no string may hold and no value ends with, so that no loop needs a check of
 * the end; a message ends with a zero byte instead, and line feeds within it are blanks. Each method returns the place after what it
 * scanned, or a negative number; `failedAt` and `expected` say what was wrong.
 */

import { lineFeed } from '../line-end.ts'

export const quote = 34
export const backslash = 92
export const comma = 44
export const colon = 58
export const openArray = 91
export const closeArray = 93
export const openObject = 123
export const closeObject = 125
/** What null begins with, and nothing else. */
export const letterN = 110
/** Stands behind a message. */
export const messageEnd = 0
const failure = -1

/** 1 for bytes that end a run of plain bytes in a string: the quote, the backslash and control characters. */
export const stringStops: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 32 || byte === quote || byte === backslash ? 1 : 0,
)

export class JsonScanner {
  failedAt = 0
  expected = ''
  /** For each open bracket, which one closes it. */
  #closers = new Uint8Array(64)
  readonly #terminator: number
  /** What is a blank besides the others. */
  readonly #blank: number

  /** `terminator` is the byte that each stretch ends with. */
  constructor(terminator: typeof lineFeed | typeof messageEnd = lineFeed) {
    this.#terminator = terminator
    this.#blank = terminator === lineFeed ? 32 : lineFeed
  }

  fail(at: number, expected: string): number {
    this.failedAt = at
    this.expected = expected
    return failure
  }

  /** The next place that holds no blank. A line feed is none where it ends the record. */
  blanks(bytes: Uint8Array, start: number): number {
    const blank = this.#blank
    let at = start
    for (;;) {
      const byte = bytes[at]
      if (byte !== 32 && byte !== 9 && byte !== 13 && byte !== blank) return at
      at++
    }
  }

  /** Any value. */
  value(bytes: Uint8Array, start: number): number {
    const first = bytes[start]
    if (first === openObject || first === openArray) return this.#container(bytes, start)
    return this.#scalar(bytes, start)
  }

  #scalar(bytes: Uint8Array, start: number): number {
    switch (bytes[start]) {
      case quote:
        return this.string(bytes, start)
      case 116:
        return this.#word(bytes, start, trueBytes)
      case 102:
        return this.#word(bytes, start, falseBytes)
      case 110:
        return this.#word(bytes, start, nullBytes)
      default:
        return this.number(bytes, start)
    }
  }

  #word(bytes: Uint8Array, start: number, word: Uint8Array): number {
    for (let index = 0; index < word.length; index++) if (bytes[start + index] !== word[index]) return this.fail(start, 'a value')
    return start + word.length
  }

  /** A string from its opening quote. */
  string(bytes: Uint8Array, start: number): number {
    let at = start + 1
    for (;;) {
      while (stringStops[bytes[at] as number] === 0) at++
      const byte = bytes[at]
      if (byte === quote) return at + 1
      if (byte !== backslash) return this.fail(at, byte === this.#terminator ? 'a closing quote' : 'an escaped control character')
      at = this.#escape(bytes, at)
      if (at < 0) return failure
    }
  }

  #escape(bytes: Uint8Array, start: number): number {
    const letter = bytes[start + 1]
    if (letter !== 117) {
      return escapeLetters.includes(letter as number) ? start + 2 : this.fail(start, 'a letter that can be escaped')
    }
    for (let at = start + 2; at < start + 6; at++) if (!isHexDigit(bytes[at] as number)) return this.fail(at, 'four hexadecimal digits')
    return start + 6
  }

  number(bytes: Uint8Array, start: number): number {
    let at = bytes[start] === 45 ? start + 1 : start
    if (bytes[at] === 48) at++
    else if (isDigit(bytes[at])) at = passDigits(bytes, at)
    else return this.fail(start, 'a value')
    if (bytes[at] === 46) {
      if (!isDigit(bytes[at + 1])) return this.fail(at + 1, 'a digit')
      at = passDigits(bytes, at + 1)
    }
    if (bytes[at] === 101 || bytes[at] === 69) {
      const sign = bytes[at + 1] === 43 || bytes[at + 1] === 45 ? 1 : 0
      if (!isDigit(bytes[at + 1 + sign])) return this.fail(at + 1 + sign, 'a digit')
      at = passDigits(bytes, at + 1 + sign)
    }
    return at
  }

  #container(bytes: Uint8Array, start: number): number {
    let depth = 0
    let at = start
    for (;;) {
      const byte = bytes[at]
      if (byte === openObject || byte === openArray) {
        const closer = byte === openObject ? closeObject : closeArray
        at = this.#passBlanks(bytes, at + 1)
        if (bytes[at] === closer) {
          at++
        } else {
          this.#open(depth++, closer)
          if (closer === closeObject) at = this.#key(bytes, at)
          if (at < 0) return failure
          continue
        }
      } else {
        at = byte === quote ? this.#plainString(bytes, at) : this.#scalar(bytes, at)
        if (at < 0) return failure
      }
      for (;;) {
        if (depth === 0) return at
        at = this.#passBlanks(bytes, at)
        const closer = this.#closers[depth - 1] as number
        if (bytes[at] === comma) break
        if (bytes[at] !== closer) return this.fail(at, closer === closeObject ? '"," or "}"' : '"," or "]"')
        depth--
        at++
      }
      at = this.#passBlanks(bytes, at + 1)
      if (this.#closers[depth - 1] === closeObject) at = this.#key(bytes, at)
      if (at < 0) return failure
    }
  }

  /** Small enough to become a part of its callers: there are mostly no blanks. */
  #passBlanks(bytes: Uint8Array, at: number): number {
    return (bytes[at] as number) > 32 ? at : this.blanks(bytes, at)
  }

  /** A string, mostly one without escapes. */
  #plainString(bytes: Uint8Array, start: number): number {
    let at = start + 1
    while (stringStops[bytes[at] as number] === 0) at++
    return bytes[at] === quote ? at + 1 : this.string(bytes, start)
  }

  #open(depth: number, closer: number): void {
    if (depth === this.#closers.length) {
      const grown = new Uint8Array(depth * 2)
      grown.set(this.#closers)
      this.#closers = grown
    }
    this.#closers[depth] = closer
  }

  /** A key and its colon; returns the place of the value. */
  #key(bytes: Uint8Array, start: number): number {
    if (bytes[start] !== quote) return this.fail(start, 'a key in double quotes')
    const end = this.#plainString(bytes, start)
    if (bytes[end] === colon && (bytes[end + 1] as number) > 32) return end + 1
    return end < 0 ? failure : this.afterColon(bytes, end)
  }

  /** From the end of a key to its value. */
  afterColon(bytes: Uint8Array, start: number): number {
    const at = this.blanks(bytes, start)
    return bytes[at] === colon ? this.blanks(bytes, at + 1) : this.fail(at, '":"')
  }
}

const escapeLetters = new TextEncoder().encode('"\\/bfnrt')
const trueBytes = new TextEncoder().encode('true')
const falseBytes = new TextEncoder().encode('false')
const nullBytes = new TextEncoder().encode('null')

function passDigits(bytes: Uint8Array, start: number): number {
  let at = start
  while (isDigit(bytes[at])) at++
  return at
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte <= 57
}

function isHexDigit(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || ((byte | 32) >= 97 && (byte | 32) <= 102)
}
