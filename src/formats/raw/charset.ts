/** How text is written in bytes, by the names that Java has for it. */
import { shortened } from '#base'
import { formatErrors } from '../errors.ts'
import type { FormatTable } from '../format.ts'

export interface Charset {
  /** The text of bytes; null when they are none. */
  readonly decode: (bytes: Uint8Array) => string | null
  /** Null where text can only be read. What the charset has not becomes a question mark, as in Java. */
  readonly encode: ((text: string) => Uint8Array) | null
}

/** The charset of a table; null for UTF-8, which needs no change. */
export function charsetOf(table: FormatTable): Charset | null {
  const name = table.options.text('raw.charset') ?? 'UTF-8'
  const label = name.trim().toLowerCase()
  if (label === 'utf-8' || label === 'utf8') return null
  const charset = own[label] ?? foreignCharset(label)
  if (charset !== null) return charset
  throw charsetRefused(table, `Expected a charset such as UTF-8, ISO-8859-1 or UTF-16, got "${shortened(name, 40)}".`)
}

export function charsetRefused(table: FormatTable, detail: string): Error {
  return formatErrors.FORMATS_OPTION_MISMATCH({ key: 'raw.charset', owner: `table "${table.name}"` }, { detail })
}

const bigEndianMark = '\ufeff'

const latin1: Charset = { decode: (bytes) => Buffer.from(bytes).toString('latin1'), encode: (text) => narrow(text, 255) }
const ascii: Charset = {
  decode: (bytes) => (bytes.every((byte) => byte < 128) ? Buffer.from(bytes).toString('latin1') : null),
  encode: (text) => narrow(text, 127),
}

/** Those that a TextDecoder has not, or takes for others. */
const own: Readonly<Record<string, Charset>> = {
  'iso-8859-1': latin1,
  iso8859_1: latin1,
  latin1,
  'us-ascii': ascii,
  ascii,
  'utf-16le': { decode: decoderOf('utf-16le'), encode: wideLittle },
  'utf-16be': { decode: decoderOf('utf-16be'), encode: wideBig },
  'utf-16': {
    decode: (bytes) => (bytes[0] === 0xff && bytes[1] === 0xfe ? (decoderOf('utf-16le')(bytes)?.slice(1) ?? null) : withoutMark(bytes)),
    encode: (text) => wideBig(bigEndianMark + text),
  },
}

function withoutMark(bytes: Uint8Array): string | null {
  const text = decoderOf('utf-16be')(bytes)
  return text?.startsWith(bigEndianMark) === true ? text.slice(1) : text
}

function decoderOf(label: string): Charset['decode'] {
  const decoder = new TextDecoder(label, { fatal: true, ignoreBOM: true })
  return (bytes) => {
    try {
      return decoder.decode(bytes)
    } catch {
      // They are none of the charset.
      return null
    }
  }
}

function foreignCharset(label: string): Charset | null {
  try {
    const decode = decoderOf(label)
    return { decode, encode: narrowEncoder(decode) }
  } catch {
    // There is none of the name.
    return null
  }
}

/** A character that the charset has not takes one byte, even where it is a pair of code units. */
function narrow(text: string, most: number): Uint8Array {
  return Uint8Array.from(
    Array.from(text, (character) => ((character.codePointAt(0) ?? 0) <= most ? (character.codePointAt(0) ?? 0) : questionMark)),
  )
}

const questionMark = 63

/** Turns a charset of single bytes around; null for others. */
function narrowEncoder(decode: Charset['decode']): Charset['encode'] {
  const codes = new Map<string, number>()
  for (let byte = 0; byte < 256; byte++) {
    const character = decode(Uint8Array.of(byte))
    if (character !== null && character.length === 1) codes.set(character, byte)
    else if (byte < 128) return null
  }
  return codes.size < 160 ? null : (text) => Uint8Array.from(Array.from(text, (character) => codes.get(character) ?? questionMark))
}

function wideLittle(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.toWellFormed(), 'utf16le'))
}

function wideBig(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.toWellFormed(), 'utf16le').swap16())
}
