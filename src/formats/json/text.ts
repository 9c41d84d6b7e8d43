/** The text of JSON strings: escapes undone in bytes or into a string. */
import { decodeText } from '#data'
import { backslash, quote } from './scanner.ts'

const encoder = new TextEncoder()

/** Undoes the escapes of a string's content in place; returns the new end. The escapes are known to be whole. */
export function unescapeInPlace(bytes: Uint8Array, start: number, end: number): number {
  let write = start
  let read = start
  while (read < end) {
    const byte = bytes[read] as number
    if (byte !== backslash) {
      bytes[write++] = byte
      read++
    } else if (bytes[read + 1] !== 117) {
      bytes[write++] = shortEscape(bytes[read + 1] as number)
      read += 2
    } else {
      const code = codeAt(bytes, read, end)
      write += encoder.encodeInto(String.fromCodePoint(code), bytes.subarray(write)).written
      read += code > 0xffff ? 12 : 6
    }
  }
  return write
}

/** The character of `\uXXXX`, or of the pair of them that makes one. */
function codeAt(bytes: Uint8Array, at: number, end: number): number {
  const high = hexAt(bytes, at + 2)
  if (high < 0xd800 || high > 0xdbff || at + 12 > end || bytes[at + 6] !== backslash || bytes[at + 7] !== 117) return high
  const low = hexAt(bytes, at + 8)
  return low < 0xdc00 || low > 0xdfff ? high : 0x10000 + (high - 0xd800) * 1024 + (low - 0xdc00)
}

function hexAt(bytes: Uint8Array, at: number): number {
  return Number.parseInt(decodeText(bytes, at, at + 4), 16)
}

function shortEscape(letter: number): number {
  switch (letter) {
    case 98:
      return 8
    case 102:
      return 12
    case 110:
      return 10
    case 114:
      return 13
    case 116:
      return 9
    default:
      return letter
  }
}

/** The text of a string's content. */
export function contentText(bytes: Uint8Array, start: number, end: number): string {
  if (bytes.subarray(start, end).indexOf(backslash) < 0) return decodeText(bytes, start, end)
  const copy = bytes.slice(start, end)
  return decodeText(copy, 0, unescapeInPlace(copy, 0, copy.length))
}

/** Takes out the blanks between the parts of a value and writes its strings with the fewest escapes, in place; returns the new end. */
export function compactInPlace(bytes: Uint8Array, start: number, end: number): number {
  let write = start
  let read = start
  while (read < end) {
    const byte = bytes[read] as number
    if (byte === quote) {
      const stop = contentEnd(bytes, read + 1)
      write = writeString(bytes, read, stop, write)
      read = stop + 1
    } else {
      if (byte > 32) bytes[write++] = byte
      read++
    }
  }
  return write
}

/** The closing quote of a string whose content begins at `start`. */
function contentEnd(bytes: Uint8Array, start: number): number {
  let at = start
  while (bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1
  return at
}

function writeString(bytes: Uint8Array, start: number, stop: number, write: number): number {
  const content = bytes.subarray(start + 1, stop)
  const spelled =
    content.indexOf(backslash) < 0 ? bytes.subarray(start, stop + 1) : encoder.encode(JSON.stringify(contentText(bytes, start + 1, stop)))
  bytes.set(spelled, write)
  return write + spelled.length
}
