/** Functions between texts, bytes and codes. */
import { functionErrors } from './errors.ts'
import type { Evaluation } from './evaluation.ts'

export const encodingEvaluations = {
  ASCII: () => (text: string) => (text === '' ? 0 : signedByte(Buffer.from(text.slice(0, 2))[0] ?? 0)),
  CHR: () => (code: number | bigint) => (code < 0 ? '' : String.fromCharCode(Number(BigInt.asUintN(8, BigInt(code))))),
  ENCODE: () => (text: string, name: string) => encode(text, charsetNamed(name)),
  DECODE: () => (bytes: Uint8Array, name: string) => decode(bytes, charsetNamed(name)),
  TO_BASE64: () => (value: string | Uint8Array) => bytesOf(value).toString('base64'),
  FROM_BASE64: () => fromBase64,
  HEX: () => (value: string | number | bigint) =>
    typeof value === 'string' ? Buffer.from(value, 'utf8').toString('hex').toUpperCase() : unsigned(value).toString(16).toUpperCase(),
  UNHEX: () => unhex,
  BIN: () => (value: number | bigint) => unsigned(value).toString(2),
  ELT:
    () =>
    (index: number | bigint | null, ...values: unknown[]) =>
      index === null ? null : (values[Number(index) - 1] ?? null),
  INET_ATON: () => inetNumber,
  INET_NTOA: () => (address: number | bigint) => {
    if (address < 0 || address > 0xffffffff) return null
    const number = Number(address)
    return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.')
  },
} satisfies Record<string, Evaluation>

function signedByte(byte: number): number {
  return (byte << 24) >> 24
}

/** As a Java long without sign. */
function unsigned(value: number | bigint): bigint {
  return BigInt.asUintN(64, BigInt(value))
}

function bytesOf(value: string | Uint8Array): Buffer {
  return typeof value === 'string' ? Buffer.from(value, 'utf8') : Buffer.from(value.buffer, value.byteOffset, value.byteLength)
}

type Charset = 'ascii' | 'latin1' | 'utf-8' | 'utf-16' | 'utf-16be' | 'utf-16le'

const charsetNames: Readonly<Record<string, Charset>> = {
  'us-ascii': 'ascii',
  ascii: 'ascii',
  'iso-8859-1': 'latin1',
  iso8859_1: 'latin1',
  latin1: 'latin1',
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  'utf-16': 'utf-16',
  'utf-16be': 'utf-16be',
  'utf-16le': 'utf-16le',
}

function charsetNamed(name: string): Charset {
  const charset = charsetNames[name.toLowerCase()]
  if (charset === undefined) throw functionErrors.ENGINE_CHARSET_NOT_FOUND({ charset: name })
  return charset
}

function encode(text: string, charset: Charset): Uint8Array {
  switch (charset) {
    case 'ascii':
      return Uint8Array.from(text, (character) => codeUpTo(127, character))
    case 'latin1':
      return Uint8Array.from(text, (character) => codeUpTo(255, character))
    case 'utf-8':
      return Uint8Array.from(Buffer.from(text, 'utf8'))
    case 'utf-16le':
      return Uint8Array.from(Buffer.from(text, 'utf16le'))
    case 'utf-16be':
      return Uint8Array.from(Buffer.from(text, 'utf16le').swap16())
    case 'utf-16':
      return Uint8Array.from([0xfe, 0xff, ...encode(text, 'utf-16be')])
  }
}

/** A character that the set has not becomes a question mark. */
function codeUpTo(limit: number, character: string): number {
  const code = character.codePointAt(0) ?? 63
  return code <= limit ? code : 63
}

function decode(bytes: Uint8Array, charset: Charset): string {
  switch (charset) {
    case 'ascii':
      return Array.from(bytes, (byte) => (byte < 128 ? String.fromCharCode(byte) : '\ufffd')).join('')
    case 'latin1':
      return Buffer.from(bytes).toString('latin1')
    case 'utf-16': {
      const little = bytes[0] === 0xff && bytes[1] === 0xfe
      const marked = little || (bytes[0] === 0xfe && bytes[1] === 0xff)
      return decode(marked ? bytes.subarray(2) : bytes, little ? 'utf-16le' : 'utf-16be')
    }
    default:
      return new TextDecoder(charset, { ignoreBOM: true }).decode(bytes)
  }
}

/** Padding may be missing but not wrong; other characters are refused. */
function fromBase64(text: string): string {
  const end = text.indexOf('=')
  const digits = end < 0 ? text : text.slice(0, end)
  const spare = digits.length % 4
  const padded = end < 0 || text.slice(end) === '='.repeat((4 - spare) % 4)
  if (!/^[A-Za-z0-9+/]*$/.test(digits) || spare === 1 || !padded) throw functionErrors.ENGINE_TEXT_NOT_BASE64({ text: `"${text}"` })
  return Buffer.from(digits, 'base64').toString('utf8')
}

/** The first digit of an odd number of them is lost and leaves a zero byte, as in Flink. */
function unhex(text: string): Uint8Array | null {
  if (!/^[0-9A-Fa-f]*$/.test(text)) return null
  const odd = text.length % 2
  const bytes = Buffer.from(text.slice(odd), 'hex')
  return odd === 1 ? Uint8Array.from([0, ...bytes]) : Uint8Array.from(bytes)
}

/** One to four parts up to 255: the last is the last byte, and those before it are the first ones. */
function inetNumber(address: string): number | null {
  if (!/^\d{1,10}(?:\.\d{1,10}){0,3}$/.test(address)) return null
  const parts = address.split('.').map(Number)
  const last = parts.pop() ?? 0
  if (last > 255 || parts.some((part) => part > 255)) return null
  return parts.reduce((sum, part, index) => sum + part * 256 ** (3 - index), last)
}
