/**
 * Names of indexes: a text with columns in braces, with a pattern of dates behind a bar where they are times, and with the time of writing
 * as `{now()|yyyy-MM-dd}`.
 */
import { closeNames, listed, MillraceError } from '#base'
import {
  type Batch,
  columnIndex,
  type DataType,
  datePrinter,
  dayMs,
  printType,
  type Schema,
  timestampMs,
  valueAt,
  zoneOffsetAt,
} from '#data'
import { plainTextPrinter } from '#formats'
import type { ConnectorTable } from '../connector.ts'
import { mismatch, type OpenSearchSettings } from './options.ts'

type IndexName = { readonly index: string } | { readonly index: string; readonly refusal: string }

export interface IndexPattern {
  /** Whether it holds the time of writing. */
  readonly hasNow: boolean
  /** The index of a row. */
  of(batch: Batch, row: number): IndexName
}

/** One piece of a name; null where a column is NULL. */
type Piece = (batch: Batch, row: number) => string | null

const nameBytesMax = 255

/** Parses the option `index` for rows with these columns, and checks it. */
export function indexPattern({ table, options }: OpenSearchSettings, schema: Schema): IndexPattern {
  const text = options.text('index') ?? ''
  const pieces: Piece[] = []
  const literals: string[] = []
  let hasNow = false
  let at = 0
  for (const found of text.matchAll(/\{([^{}|]*)(?:\|([^{}]*))?\}/g)) {
    literals.push(text.slice(at, found.index))
    const [, name = '', dates] = found
    at = found.index + found[0].length
    hasNow ||= name === 'now()'
    pieces.push(name === 'now()' ? nowPiece(table, dates) : columnPiece(table, schema, name, dates))
  }
  literals.push(text.slice(at))
  checkLiterals(table, literals, pieces.length)
  if (hasNow && table.primaryKey.length > 0)
    throw mismatch(table, 'index', 'Changes of one row could land in different indexes, for {now()} is another each time.')
  return {
    hasNow,
    of: (batch, row) => {
      let index = literals[0] ?? ''
      for (const [place, piece] of pieces.entries()) {
        const part = piece(batch, row)
        if (part === null) return { index, refusal: 'A column that its index is named by is NULL.' }
        index += part + (literals[place + 1] ?? '')
      }
      const trouble = pieces.length === 0 ? null : (nameTrouble(index) ?? hiddenTrouble(index, literals[0] ?? ''))
      return trouble === null ? { index } : { index, refusal: trouble }
    },
  }
}

/** Indexes of the server's own begin with a dot: only the table itself may name one, and no row. */
function hiddenTrouble(index: string, first: string): string | null {
  return index.startsWith('.') && !first.startsWith('.') ? 'The name of its index begins with a dot.' : null
}

function checkLiterals(table: ConnectorTable, literals: readonly string[], pieces: number): void {
  if (literals.some((literal) => /[{}]/.test(literal)))
    throw mismatch(table, 'index', 'It has a brace without the other one.', 'Write {column}, {column|yyyy-MM-dd} or {now()|yyyy-MM-dd}.')
  // What stands for columns is checked with each row; here it is as harmless as can be.
  const trouble = nameTrouble(literals.join(pieces === 0 ? '' : 'x'))
  if (trouble !== null) throw mismatch(table, 'index', trouble)
}

function nowPiece(table: ConnectorTable, dates: string | undefined): Piece {
  const print = dateText(table, dates === undefined || dates === '' ? 'yyyy_MM_dd' : dates)
  return () => {
    const nowMs = table.clock.nowMs()
    return print(nowMs + zoneOffsetAt(table.timeZone, nowMs))
  }
}

function columnPiece(table: ConnectorTable, schema: Schema, name: string, dates: string | undefined): Piece {
  const place = columnIndex(schema, name)
  const type = schema[place]?.type
  if (type === undefined) {
    const names = table.schema.map((column) => column.name)
    const [nearest] = closeNames(name, names, 1)
    const hint = nearest === undefined ? undefined : `Use {${nearest}}.`
    throw mismatch(table, 'index', `Column "${name}" does not exist; the columns are ${listed(names)}.`, hint)
  }
  if (table.primaryKey.length > 0 && !table.primaryKey.includes(name))
    throw mismatch(
      table,
      'index',
      `Column "${name}" is not part of the primary key: a row in which it changes would stay in its former index as well.`,
      'Make it part of the primary key, or leave it out of the name.',
    )
  const print = dates === undefined ? plainPiece(table, name, type) : datePiece(table, name, type, dates)
  return (batch, row) => {
    const vector = batch.columns[place]
    const value = vector === undefined ? null : valueAt(vector, row, type)
    return value === null ? null : print(value)
  }
}

function plainPiece(table: ConnectorTable, name: string, type: DataType): (value: unknown) => string {
  const print = plainTextPrinter(type)
  if (print === null) throw mismatch(table, 'index', `Column "${name}" of type ${printType(type)} cannot be part of a name.`)
  return print
}

function datePiece(table: ConnectorTable, name: string, type: DataType, dates: string): (value: unknown) => string {
  const localMs = localTimeOf(table, type)
  if (localMs === null)
    throw mismatch(table, 'index', `Column "${name}" of type ${printType(type)} is no date or time.`, `Write {${name}}.`)
  const print = dateText(table, dates !== '' ? dates : type.kind === 'date' ? 'yyyy_MM_dd' : 'yyyy_MM_dd_HH_mm_ss')
  return (value) => print(localMs(value as number | bigint))
}

/** From a boxed value to the milliseconds that a clock shows; null where the type is no time. */
function localTimeOf(table: ConnectorTable, type: DataType): ((value: number | bigint) => number) | null {
  if (type.kind === 'date') return (value) => Number(value) * dayMs
  if (type.kind === 'timestamp') return (value) => timestampMs(value, type.precision)
  if (type.kind !== 'timestamp-ltz') return null
  return (value) => {
    const epochMs = timestampMs(value, type.precision)
    return epochMs + zoneOffsetAt(table.timeZone, epochMs)
  }
}

function dateText(table: ConnectorTable, pattern: string): (localMs: number) => string {
  try {
    const print = datePrinter(pattern)
    print(0, 0)
    return (localMs) => print(localMs, 0)
  } catch (error) {
    const detail = error instanceof MillraceError ? `${error.message}.` : 'Its pattern of dates cannot be read.'
    throw mismatch(table, 'index', `${detail.slice(0, 1).toUpperCase()}${detail.slice(1)}`)
  }
}

/** What the server would say against a name; null where it takes it. A name that it would take for something else is never sent. */
function nameTrouble(name: string): string | null {
  if (name === '' || name === '.' || name === '..') return 'A name of an index has letters or digits.'
  if (name !== name.toLowerCase()) return 'A name of an index has no capitals.'
  if (/[\\/*?"<>| ,#:\p{Cc}]/u.test(name)) return String.raw`A name of an index has none of \ / * ? " < > | , # : and no blanks.`
  if (/^[-_+]/.test(name)) return 'A name of an index does not begin with -, _ or +.'
  return Buffer.byteLength(name) > nameBytesMax ? `A name of an index has at most ${nameBytesMax} bytes.` : null
}
