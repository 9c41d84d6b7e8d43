/** Partition columns: their values stand in the names of directories, as in `day=2001-01-31/hour=12`, and nowhere else. */
import path from 'node:path'
import { type Column, type DataType, printType, type Vector, valueAt } from '#data'
import { parsePlainText, plainTextPrinter } from '#formats'
import type { ColumnCondition } from '../connector.ts'
import { filesystemErrors } from './errors.ts'

/** What cannot stand in a name, in Hive's list, which Flink follows: it is written as %XX. */
const unsafe = new RegExp(`[${String.fromCharCode(0)}-${String.fromCharCode(31)}${String.fromCharCode(127)}"#%'*/:=?\\\\{}[\\]^]`, 'g')

function escapeName(text: string): string {
  return text.replace(unsafe, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
}

export function unescapeName(text: string): string {
  return text.replace(/%([\da-fA-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}

/** The values of partition columns that a file's path names. */
export function partitionValues(file: string, columns: readonly Column[], defaultName: string): Map<string, unknown> {
  const named = new Map<string, string>()
  for (const segment of path.dirname(file).split(path.sep)) {
    const equals = segment.indexOf('=')
    if (equals > 0) named.set(unescapeName(segment.slice(0, equals)), unescapeName(segment.slice(equals + 1)))
  }
  return new Map(columns.map((column) => [column.name, valueOfColumn(file, column, named.get(column.name), defaultName)]))
}

function valueOfColumn(file: string, column: Column, text: string | undefined, defaultName: string): unknown {
  if (text === defaultName) return null
  const value = text === undefined ? undefined : parsePlainText(column.type, text)
  if (value !== undefined) return value
  throw filesystemErrors.CONNECTORS_FILESYSTEM_PARTITION_UNREADABLE(
    { path: path.dirname(file), column: column.name },
    {
      detail: text === undefined ? `Expected a directory ${column.name}=….` : `Expected ${printType(column.type)}, got "${text}".`,
    },
  )
}

/** Whether rows with these values of partition columns can meet the conditions. Only what is sure is ruled out. */
export function canMeet(values: ReadonlyMap<string, unknown>, conditions: readonly ColumnCondition[]): boolean {
  return conditions.every((condition) => {
    if (!values.has(condition.column)) return true
    const value = values.get(condition.column)
    return value !== null && condition.values.length > 0 && meets(value, condition)
  })
}

function meets(value: unknown, { operator, values }: ColumnCondition): boolean {
  const [other] = values
  switch (operator) {
    case '=':
    case 'in':
      return values.some((candidate) => candidate === value)
    case '<>':
      return other !== value
    default:
      return !isOrdered(value) || !isOrdered(other) || compares(value, operator, other)
  }
}

function isOrdered(value: unknown): value is number | bigint {
  return typeof value === 'bigint' || (typeof value === 'number' && !Number.isNaN(value))
}

function compares(a: number | bigint, operator: '<' | '<=' | '>' | '>=', b: number | bigint): boolean {
  switch (operator) {
    case '<':
      return a < b
    case '<=':
      return a <= b
    case '>':
      return a > b
    case '>=':
      return a >= b
  }
}

/** Fails when a column cannot name directories. */
export function checkPartitionColumns(columns: readonly Column[]): void {
  for (const column of columns) printer(column)
}

/** Names the directory of each row. */
export class PartitionNames {
  readonly #columns: readonly PartitionColumn[]
  readonly #defaultName: string

  /** `places` are those of the columns in the batch. */
  constructor(columns: readonly Column[], places: readonly number[], defaultName: string) {
    this.#defaultName = defaultName
    this.#columns = columns.map((column, index) => ({
      ...column,
      place: places[index] as number,
      print: printer(column),
      names: new Map(),
    }))
  }

  nameOf(vectors: readonly Vector[], row: number): string {
    let name = ''
    for (const column of this.#columns) {
      const vector = vectors[column.place] as Vector
      const segment = this.#segment(column, valueAt(vector, row, column.type))
      name = name === '' ? segment : `${name}/${segment}`
    }
    return name
  }

  #segment(column: PartitionColumn, value: unknown): string {
    const known = column.names.get(value)
    if (known !== undefined) return known
    const text = value === null ? '' : column.print(value)
    const segment = `${escapeName(column.name)}=${text === '' ? this.#defaultName : escapeName(text)}`
    if (column.names.size < 10_000) column.names.set(value, segment)
    return segment
  }
}

interface PartitionColumn {
  readonly name: string
  readonly type: DataType
  readonly place: number
  readonly print: (value: unknown) => string
  /** Names made before, by value. */
  readonly names: Map<unknown, string>
}

function printer({ name, type }: Column): (value: unknown) => string {
  const print = plainTextPrinter(type)
  if (print === null) throw filesystemErrors.CONNECTORS_FILESYSTEM_PARTITION_UNSUPPORTED({ column: name, type: printType(type) })
  return print
}
