/** Reads type names in case files: the spellings of printType. */
import { assert } from '#base'
import {
  bigintType,
  booleanType,
  bytesType,
  type DataType,
  dateType,
  decimalType,
  doubleType,
  floatType,
  integerType,
  nullType,
  smallintType,
  stringType,
  tinyintType,
  withNullable,
} from './type.ts'

const plain: Readonly<Record<string, DataType>> = {
  BOOLEAN: booleanType,
  TINYINT: tinyintType,
  SMALLINT: smallintType,
  INT: integerType,
  BIGINT: bigintType,
  FLOAT: floatType,
  DOUBLE: doubleType,
  DATE: dateType,
  STRING: stringType,
  BYTES: bytesType,
  NULL: nullType,
  'INTERVAL YEAR TO MONTH': { kind: 'interval-year-month', nullable: true },
  'INTERVAL MONTH': { kind: 'interval-year-month', nullable: true },
  'INTERVAL DAY TO SECOND(3)': { kind: 'interval-day-time', nullable: true },
  'INTERVAL SECOND': { kind: 'interval-day-time', nullable: true },
}

export function typeOfText(text: string): DataType {
  const written = text.trim()
  if (written.endsWith(' NOT NULL')) return withNullable(typeOfText(written.slice(0, -9)), false)
  const known = plain[written]
  if (known !== undefined) return known
  const parts = /^(\w+)([(<])(.*)[)>]$/.exec(written)
  assert(parts !== null, `expected a type, got "${text}"`)
  const [, name = '', bracket, inside = ''] = parts
  return bracket === '<' ? nestedType(name, splitAtCommas(inside)) : sizedType(name, inside.split(',').map(Number))
}

function sizedType(name: string, [first = 0, second = 0]: number[]): DataType {
  switch (name) {
    case 'DECIMAL':
      return decimalType(first, second)
    case 'CHAR':
    case 'VARCHAR':
    case 'BINARY':
    case 'VARBINARY':
      return { kind: name.toLowerCase() as 'char' | 'varchar' | 'binary' | 'varbinary', length: first, nullable: true }
    default:
      return { kind: name.toLowerCase().replace('_', '-') as 'time' | 'timestamp' | 'timestamp-ltz', precision: first, nullable: true }
  }
}

function nestedType(name: string, parts: string[]): DataType {
  const [first = '', second = ''] = parts
  if (name === 'MAP') return { kind: 'map', key: typeOfText(first), value: typeOfText(second), nullable: true }
  if (name !== 'ROW') return { kind: name === 'ARRAY' ? 'array' : 'multiset', element: typeOfText(first), nullable: true }
  const fields = parts.map((part) => {
    const [, field = '', type = ''] = /^`?(\w+)`? (.*)$/.exec(part.trim()) ?? []
    return { name: field, type: typeOfText(type) }
  })
  return { kind: 'row', fields, nullable: true }
}

/** Commas between brackets do not count. */
function splitAtCommas(text: string): string[] {
  const parts = ['']
  let depth = 0
  for (const letter of text) {
    if ('<('.includes(letter)) depth++
    if ('>)'.includes(letter)) depth--
    if (letter === ',' && depth === 0) parts.push('')
    else parts[parts.length - 1] += letter
  }
  return parts
}
