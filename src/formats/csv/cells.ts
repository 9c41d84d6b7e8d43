/** Reads the values of CSV fields: simple ones as text-value.ts has it, arrays and rows split at the element delimiter. */
import { blankStart, type DataType, decodeText, printType } from '#data'
import { formatErrors } from '../errors.ts'
import { sqlTime, type TextReader, textReader, unreadable } from '../text-value.ts'
import { unheldTypeHint } from '../unheld-type.ts'
import { isUtf8 } from '../utf8.ts'
import type { CsvSettings } from './settings.ts'

/** The reader of a column; an error when CSV cannot hold its type. */
export function cellReader(column: string, type: DataType, settings: CsvSettings): TextReader {
  if (type.kind === 'array') {
    const element = elementReader(column, type.element, settings)
    return splitReader(settings, (texts) => readArray(texts, element))
  }
  if (type.kind === 'row' && type.className === undefined) {
    const fields = type.fields.map((field) => elementReader(column, field.type, settings))
    return splitReader(settings, (texts) => readRow(texts, fields, settings))
  }
  return simpleReader(column, type)
}

function simpleReader(column: string, type: DataType): TextReader {
  const reader = textReader(type, sqlTime)
  if (reader !== null) return reader
  throw typeUnsupported(column, type)
}

export function typeUnsupported(column: string, type: DataType): Error {
  return formatErrors.FORMATS_TYPE_UNSUPPORTED(
    { format: 'csv', type: printType(type), column },
    {
      detail: 'CSV holds simple types, and arrays and rows of simple types.',
      hint: unheldTypeHint(type) ?? 'Use the format json or parquet.',
    },
  )
}

type ElementReader = (text: string) => unknown

function elementReader(column: string, type: DataType, settings: CsvSettings): ElementReader {
  const read = simpleReader(column, type)
  const encoder = new TextEncoder()
  return (text) => {
    if (isNullText(text, settings)) return null
    const bytes = encoder.encode(text)
    const value = read(bytes, 0, bytes.length)
    return value === unreadable && settings.lenient ? null : value
  }
}

function isNullText(text: string, settings: CsvSettings): boolean {
  return text === settings.nullLiteral || (settings.emptyIsNull && text === '')
}

/** Reads the texts of elements; blanks alone are none. */
function splitReader(settings: CsvSettings, read: (texts: readonly string[]) => unknown): TextReader {
  return (data, start, end) => {
    if (!isUtf8(data, start, end)) return unreadable
    const isBlank = blankStart(data, start, end) === end
    return read(isBlank ? [] : decodeText(data, start, end).split(settings.elementDelimiter))
  }
}

function readArray(texts: readonly string[], element: ElementReader): unknown {
  const values = texts.map(element)
  return values.includes(unreadable) ? unreadable : values
}

/** No elements at all stand for NULL, as in Flink. */
function readRow(texts: readonly string[], fields: readonly ElementReader[], settings: CsvSettings): unknown {
  if (texts.length === 0) return null
  if (texts.length !== fields.length && !settings.lenient) return unreadable
  const values = fields.map((field, index) => {
    const text = texts[index]
    return text === undefined ? null : field(text)
  })
  return values.includes(unreadable) ? unreadable : values
}
