/**
 * Reads JSON values as boxed values of a type, the careful way, and takes all that Flink takes: numbers in strings, text from numbers,
 * literals and whole containers. The values are known to be well-formed JSON.
 */
import { boxExact, type DataType, decodeText, printType } from '#data'
import { formatErrors } from '../errors.ts'
import { type TextReader, textReader, unreadable } from '../text-value.ts'
import { unheldTypeHint } from '../unheld-type.ts'
import { isUtf8 } from '../utf8.ts'
import { backslash, closeArray, comma, type JsonScanner, letterN, openArray, openObject, quote } from './scanner.ts'
import type { JsonSettings } from './settings.ts'
import { compactInPlace, contentText } from './text.ts'

/** The types whose values may come as fractions, with their least and most. */
const wholeRanges: ReadonlyMap<DataType['kind'], readonly [least: bigint, most: bigint]> = new Map([
  ['integer', [-(2n ** 31n), 2n ** 31n - 1n]],
  ['interval-year-month', [-(2n ** 31n), 2n ** 31n - 1n]],
  ['bigint', [-(2n ** 63n), 2n ** 63n - 1n]],
  ['interval-day-time', [1n - 2n ** 53n, 2n ** 53n - 1n]],
])

/** Makes readers of values that lie between two places. NULL is null at any depth. */
export class JsonValues {
  readonly #scanner: JsonScanner
  readonly #settings: JsonSettings

  constructor(scanner: JsonScanner, settings: JsonSettings) {
    this.#scanner = scanner
    this.#settings = settings
  }

  reader(column: string, type: DataType): TextReader {
    const read = this.#notNullReader(column, type)
    return (bytes, start, end) => (bytes[start] === letterN ? null : read(bytes, start, end))
  }

  #notNullReader(column: string, type: DataType): TextReader {
    switch (type.kind) {
      case 'array':
        return this.#arrayReader(this.#nestedReader(column, type.element))
      case 'map':
        return this.#mapReader(column, type, type.key, this.#nestedReader(column, type.value))
      case 'multiset':
        return this.#mapReader(column, type, type.element, this.#nestedReader(column, { kind: 'integer', nullable: true }))
      case 'row':
        if (type.className !== undefined) throw typeUnsupported(column, type, this.#settings)
        return this.#rowReader(column, type)
      case 'char':
      case 'varchar':
        return readText
      case 'bitmap':
      case 'variant':
        throw typeUnsupported(column, type, this.#settings)
      default:
        return scalarReader(type, textReader(type, this.#settings.time) ?? (() => null))
    }
  }

  /** Within containers a value that cannot be read is NULL where the table is lenient. */
  #nestedReader(column: string, type: DataType): TextReader {
    const read = this.reader(column, type)
    if (!this.#settings.lenient) return read
    return (bytes, start, end) => {
      const value = read(bytes, start, end)
      return value === unreadable ? null : value
    }
  }

  #arrayReader(element: TextReader): TextReader {
    const scanner = this.#scanner
    return (bytes, start) => {
      if (bytes[start] !== openArray) return unreadable
      const values: unknown[] = []
      let at = scanner.blanks(bytes, start + 1)
      while (bytes[at] !== closeArray) {
        const end = scanner.value(bytes, at)
        const value = element(bytes, at, end)
        if (value === unreadable) return unreadable
        values.push(value)
        at = scanner.blanks(bytes, end)
        if (bytes[at] === comma) at = scanner.blanks(bytes, at + 1)
      }
      return values
    }
  }

  #mapReader(column: string, type: DataType, keyType: DataType, value: TextReader): TextReader {
    if (keyType.kind !== 'char' && keyType.kind !== 'varchar') throw keysUnsupported(column, type, this.#settings)
    return (bytes, start) => {
      const entries = new Map<unknown, unknown>()
      const whole = this.#eachEntry(bytes, start, (key, from, end) => {
        const entry = value(bytes, from, end)
        entries.set(key, entry)
        return entry !== unreadable
      })
      return whole ? entries : unreadable
    }
  }

  #rowReader(column: string, type: Extract<DataType, { kind: 'row' }>): TextReader {
    const readers = type.fields.map((field) => this.#nestedReader(column, field.type))
    const places = new Map(type.fields.map((field, index) => [field.name, index]))
    return (bytes, start) => {
      const values: unknown[] = readers.map(() => undefined)
      const whole = this.#eachEntry(bytes, start, (key, from, end) => {
        const place = places.get(key)
        if (place === undefined) return true
        values[place] = readers[place]?.(bytes, from, end)
        return values[place] !== unreadable
      })
      if (!whole || (this.#settings.failsOnMissing && values.includes(undefined))) return unreadable
      return values.map((value) => value ?? null)
    }
  }

  /** Calls back for every entry of an object until told to stop; false when stopped, or when the value is no object with keys in UTF-8. */
  #eachEntry(bytes: Uint8Array, start: number, take: (key: string, from: number, end: number) => boolean): boolean {
    if (bytes[start] !== openObject) return false
    const scanner = this.#scanner
    let at = scanner.blanks(bytes, start + 1)
    while (bytes[at] === quote) {
      const keyEnd = scanner.string(bytes, at)
      if (!isUtf8(bytes, at + 1, keyEnd - 1)) return false
      const from = scanner.afterColon(bytes, keyEnd)
      const end = scanner.value(bytes, from)
      if (!take(contentText(bytes, at + 1, keyEnd - 1), from, end)) return false
      at = scanner.blanks(bytes, end)
      if (bytes[at] === comma) at = scanner.blanks(bytes, at + 1)
    }
    return true
  }
}

export function keysUnsupported(column: string, type: DataType, { format }: JsonSettings): Error {
  return formatErrors.FORMATS_TYPE_UNSUPPORTED({ format, type: printType(type), column }, { detail: 'The keys of JSON objects are text.' })
}

export function typeUnsupported(column: string, type: DataType, { format }: JsonSettings): Error {
  return formatErrors.FORMATS_TYPE_UNSUPPORTED({ format, type: printType(type), column }, { hint: unheldTypeHint(type) })
}

function readText(bytes: Uint8Array, start: number, end: number): unknown {
  if (!isUtf8(bytes, start, end)) return unreadable
  if (bytes[start] === quote) return contentText(bytes, start + 1, end - 1)
  const copy = bytes.slice(start, end)
  return decodeText(copy, 0, isContainer(bytes, start) ? compactInPlace(copy, 0, copy.length) : copy.length)
}

function isContainer(bytes: Uint8Array, start: number): boolean {
  return bytes[start] === openObject || bytes[start] === openArray
}

/** Strings, numbers and literals alike by their text; whole numbers may have come as fractions, which are cut off. */
function scalarReader(type: DataType, read: TextReader): TextReader {
  const range = wholeRanges.get(type.kind)
  return (bytes, start, end) => {
    if (isContainer(bytes, start)) return unreadable
    if (bytes[start] === quote) return readContent(bytes, start + 1, end - 1, read)
    const value = read(bytes, start, end)
    return value === unreadable && range !== undefined ? truncated(decodeText(bytes, start, end), range) : value
  }
}

function readContent(bytes: Uint8Array, start: number, end: number, read: TextReader): unknown {
  if (bytes.subarray(start, end).indexOf(backslash) < 0) return read(bytes, start, end)
  const plain = new TextEncoder().encode(contentText(bytes, start, end))
  return read(plain, 0, plain.length)
}

function truncated(text: string, [least, most]: readonly [bigint, bigint]): unknown {
  const number = /[.eE]/.test(text) ? Math.trunc(Number(text)) : Number.NaN
  if (!Number.isFinite(number)) return unreadable
  const value = BigInt(number)
  return value >= least && value <= most ? boxExact(value) : unreadable
}
