/**
 * Writes the source of a CSV decoder for the wanted columns of a table: one loop over the bytes of many records, where columns that
 * nobody wants are run over and the others are read on the way. Nothing of a user's text is in the source: names, characters and
 * literals are slots, and only the count and order of columns and the kinds of their types shape it.
 */
import type { DataType } from '#data'

/** A wanted column, in the order of fields. */
export interface CsvField {
  /** Place in the record. */
  readonly index: number
  /** Place among the stores. */
  readonly slot: number
  readonly type: DataType
}

/** What the options switch on. */
export interface CsvFeatures {
  readonly quotes: boolean
  readonly escapes: boolean
  /** An empty value is NULL. */
  readonly emptyNull: boolean
  /** A text of some length is NULL. */
  readonly nullLiteral: boolean
  readonly trims: boolean
  readonly comments: boolean
}

/** How a record came out; the numbers are in the source. */
export const outcome = { whole: 0, incomplete: 1, malformed: 2, short: 3, long: 4, unreadable: 5 } as const

/** Blocks of more columns than this become functions of their own, for one huge function is never optimised. */
const fieldsPerBlock = 24

/**
 * The body of a function of `slots` (stores, scanner, rows, and the values parser functions) that returns
 * `decode(bytes, start, end, rowsMax, firstRow)`: it fills the stores from a row on and returns the offset after the last record taken;
 * the count of rows is then in `rows.count`. The bytes end with a line feed.
 */
export function csvSource(fields: readonly CsvField[], fieldCount: number, features: CsvFeatures): string {
  const blocks = fieldBlocks(fields, fieldCount, features)
  const grouped = blocks.length > fieldsPerBlock
  const groups = grouped ? inGroups(blocks) : []
  return `'use strict'
const { stores, scanner, rows, parse, delimiter, quote, escape, nullLength } = slots
const stops = scanner.stops, textStops = scanner.textStops
${fields.map((field) => fieldConstants(field)).join('\n')}
let bytes, pos, end, row, result, missing, from, to, value, skipped
${groups.map((group, index) => `function group${index}() {\n${group}\n}`).join('\n')}
return function decode(givenBytes, start, givenEnd, rowsMax, firstRow) {
  ${grouped ? '' : 'let bytes, pos, end, row, result, missing, from, to, value, skipped'}
  bytes = givenBytes; pos = start; end = givenEnd; row = firstRow
  while (row < rowsMax && pos < end) {
    const first = bytes[pos], recordStart = pos
    if (${isSkippedLine(fieldCount, features)}) { pos = rows.skipLine(bytes, pos); continue }
    result = 0; missing = 0
    fields: {
${grouped ? groups.map((_, index) => `group${index}(); if (result !== 0) break fields`).join('\n') : blocks.join('\n')}
      if (bytes[pos] === 10) pos++
      else { pos = rows.endRecord(bytes, pos, end); if (pos < 0) result = -pos }
    }
    if (result === 0) {
      if (rows.pending !== 0) rows.settle(bytes, row)
      row++
    } else {
      pos = result === 1 ? -1 : rows.fail(result, missing, bytes, recordStart, end, row)
      if (pos < 0) { pos = recordStart; rows.pending = 0; break }
      if (rows.kept) row++
    }
  }
  rows.count = row
  return pos
}`
}

function isSkippedLine(fieldCount: number, features: CsvFeatures): string {
  const comment = features.comments ? 'first === 35' : 'false'
  return fieldCount > 1 ? `first === 10 || first === 13 || ${comment}` : comment
}

/** A block leaves with `result` set when the record does not go on as it should. */
function fieldBlocks(fields: readonly CsvField[], fieldCount: number, features: CsvFeatures): string[] {
  const exit = fields.length + 1 > fieldsPerBlock ? 'return' : 'break fields'
  const blocks: string[] = []
  let next = 0
  fields.forEach((field, ordinal) => {
    if (field.index > next) blocks.push(skipBlock(field.index - next, ordinal, false, exit, features))
    blocks.push(fieldBlock(field, ordinal, field.index === fieldCount - 1, exit, features))
    next = field.index + 1
  })
  if (next < fieldCount) blocks.push(skipBlock(fieldCount - next, fields.length, true, exit, features))
  return blocks
}

function inGroups(blocks: readonly string[]): string[] {
  const groups: string[] = []
  for (let at = 0; at < blocks.length; at += fieldsPerBlock) groups.push(blocks.slice(at, at + fieldsPerBlock).join('\n'))
  return groups
}

/** Runs over fields that nobody wants; the last field of a record has no delimiter after it. */
function skipBlock(count: number, ordinal: number, last: boolean, exit: string, features: CsvFeatures): string {
  const plain = features.escapes
    ? 'pos = scanner.plain(bytes, pos, end); if (pos < 0) { result = 1; EXIT }'
    : 'while (stops[bytes[pos]] === 0) pos++'
  const one = `${features.trims ? 'while (bytes[pos] === 32) pos++' : ''}
  ${features.quotes ? 'if (bytes[pos] === quote) { pos = scanner.quoted(bytes, pos, end); if (pos < 0) { result = -pos; EXIT } } else' : ''}
  { ${plain} }`
  const step = `if (bytes[pos] !== delimiter) { result = 3; missing = ${ordinal}; EXIT }\n  pos++`
  const loops = last ? count - 1 : count
  const run = loops === 0 ? '' : `for (skipped = ${loops}; skipped > 0; skipped--) {\n  ${one}\n  ${step}\n}`
  return `${run}\n${last ? `{\n${one}\n}` : ''}`.replaceAll('EXIT', exit)
}

function fieldBlock(field: CsvField, ordinal: number, last: boolean, exit: string, features: CsvFeatures): string {
  const { slot } = field
  const careful = (call: string) =>
    `${call}\n  if (pos < 0) { result = -pos; EXIT }\n  if (!rows.readScanned(${slot}, bytes, row)) { result = 5; EXIT }`
  const scan = isText(field) ? 'while (textStops[bytes[pos]] === 0) pos++' : 'while (stops[bytes[pos]] === 0) pos++'
  const trim = features.trims ? 'while (to > from && bytes[to - 1] === 32) to--' : ''
  const wide = isText(field)
    ? `if (bytes[pos] > 127) { pos = rows.toStop(bytes, pos); if (!rows.checkText(${slot}, bytes, from, pos, row)) { result = 5; EXIT } }`
    : ''
  const escaped = features.escapes ? `if (bytes[pos] === escape) { ${careful('pos = scanner.plain(bytes, from, end)')} } else` : ''
  const isNull = [
    features.emptyNull ? 'to === from' : '',
    features.nullLiteral ? '(to - from === nullLength && rows.isNull(bytes, from))' : '',
  ]
    .filter((test) => test !== '')
    .join(' || ')
  const plain = `from = pos
  ${scan}
  ${wide}
  ${escaped} {
    to = pos
    ${trim}
    ${isNull === '' ? '' : `if (${isNull}) { if (!rows.readNull(${slot}, row)) { result = 5; EXIT } } else`}
    { ${readField(field)} }
  }`
  const quoted = features.quotes ? `if (bytes[pos] === quote) { ${careful('pos = scanner.quoted(bytes, pos, end)')} } else` : ''
  const step = last ? '' : `if (bytes[pos] !== delimiter) { result = 3; missing = ${ordinal + 1}; EXIT }\npos++`
  return `${features.trims ? 'while (bytes[pos] === 32) pos++' : ''}\n${quoted} { ${plain} }\n${step}`.replaceAll('EXIT', exit)
}

function isText(field: CsvField): boolean {
  return field.type.kind === 'char' || field.type.kind === 'varchar'
}

function fieldConstants({ slot, type }: CsvField): string {
  const arrays = { text: 'starts', integer: 'integers', number: 'numbers' }
  const shape = 'precision' in type ? `, p${slot} = stores[${slot}].type.precision, c${slot} = stores[${slot}].type.scale` : ''
  if (type.kind === 'char' || type.kind === 'varchar') return `const s${slot} = stores[${slot}].starts, e${slot} = stores[${slot}].ends`
  return `const d${slot} = stores[${slot}].${type.kind === 'integer' ? arrays.integer : arrays.number}${shape}`
}

/** The quick way for the common types; everything odd goes to `rows.read`. */
function readField({ slot, type }: CsvField): string {
  const otherwise = `if (!rows.read(${slot}, bytes, from, to, row)) { result = 5; EXIT }`
  switch (type.kind) {
    case 'char':
    case 'varchar':
      return `s${slot}[row] = from; e${slot}[row] = to`
    case 'integer':
      return `value = parse.integer(bytes, from, to)
      if (value >= -2147483648 && value <= 2147483647) d${slot}[row] = value; else ${otherwise}`
    case 'bigint':
      return quick(slot, 'parse.integer(bytes, from, to)', otherwise)
    case 'double':
      return quick(slot, 'parse.double(bytes, from, to)', otherwise)
    case 'decimal':
      return quick(slot, `parse.decimal(bytes, from, to, p${slot}, c${slot})`, otherwise)
    case 'timestamp':
      return quick(slot, `parse.timestamp(bytes, from, to, p${slot}, 32)`, otherwise)
    default:
      return otherwise
  }
}

/** Takes a finite value; `value - value` is NaN for the rest. */
function quick(slot: number, call: string, otherwise: string): string {
  return `value = ${call}
      if (value - value === 0) d${slot}[row] = value; else ${otherwise}`
}
