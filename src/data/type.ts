/**
 * The types of SQL values, as Apache Flink documents them.
 *
 * How a value of each type looks in memory ("boxed": one value alone; a vector may pack it tighter, see vector.ts). NULL is `null`.
 *
 * | type                        | boxed value                                                             |
 * |-----------------------------|-------------------------------------------------------------------------|
 * | boolean                     | boolean                                                                 |
 * | tinyint, smallint, integer  | number                                                                  |
 * | bigint, decimal             | exact integer: number while it is safe (|v| ≤ 2^53 − 1), else bigint     |
 * |                             | (decimal: the unscaled value, so 1.50 as DECIMAL(3, 2) is 150)          |
 * | float, double               | number                                                                  |
 * | char, varchar               | string                                                                  |
 * | binary, varbinary           | Uint8Array                                                              |
 * | date                        | number: days since 1970-01-01                                           |
 * | time                        | number: milliseconds since midnight                                     |
 * | timestamp, timestamp-ltz    | precision 0–3: number, milliseconds since the epoch; 4–6: exact integer, |
 * |                             | microseconds; 7–9: exact integer, nanoseconds. A timestamp without time  |
 * |                             | zone counts as if its wall clock were UTC                               |
 * | interval-year-month         | number: months                                                          |
 * | interval-day-time           | number: milliseconds                                                    |
 * | array                       | array of boxed values                                                   |
 * | map, multiset               | Map from boxed value to boxed value (to its count)                      |
 * | row                         | array of boxed values, one per field; with a class name, a structured   |
 * |                             | type, which is a row but for its name                                   |
 * | bitmap                      | Uint8Array: its portable form (bitmap.ts)                               |
 * | variant                     | string: its JSON in one spelling (variant.ts)                            |
 */
export type DataType =
  | PlainType
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number; readonly nullable: boolean }
  | { readonly kind: LengthKind; readonly length: number; readonly nullable: boolean }
  | { readonly kind: PrecisionKind; readonly precision: number; readonly nullable: boolean }
  | { readonly kind: 'array' | 'multiset'; readonly element: DataType; readonly nullable: boolean }
  | { readonly kind: 'map'; readonly key: DataType; readonly value: DataType; readonly nullable: boolean }
  | { readonly kind: 'row'; readonly fields: readonly RowField[]; readonly nullable: boolean; readonly className?: string }

type PlainKind =
  | 'boolean'
  | 'tinyint'
  | 'smallint'
  | 'integer'
  | 'bigint'
  | 'float'
  | 'double'
  | 'date'
  | 'interval-year-month'
  | 'interval-day-time'
  | 'bitmap'
  | 'variant'
  | 'null'
type LengthKind = 'char' | 'varchar' | 'binary' | 'varbinary'
type PrecisionKind = 'time' | 'timestamp' | 'timestamp-ltz'
export type TypeKind = DataType['kind']

interface PlainType {
  readonly kind: PlainKind
  readonly nullable: boolean
}

export interface RowField {
  readonly name: string
  readonly type: DataType
}

/** The length of STRING and BYTES: as long as they like. */
export const unboundedLength = 2147483647
export const decimalPrecisionMax = 38

export const booleanType: DataType = { kind: 'boolean', nullable: true }
export const tinyintType: DataType = { kind: 'tinyint', nullable: true }
export const smallintType: DataType = { kind: 'smallint', nullable: true }
export const integerType: DataType = { kind: 'integer', nullable: true }
export const bigintType: DataType = { kind: 'bigint', nullable: true }
export const floatType: DataType = { kind: 'float', nullable: true }
export const doubleType: DataType = { kind: 'double', nullable: true }
export const stringType: DataType = { kind: 'varchar', length: unboundedLength, nullable: true }
export const bytesType: DataType = { kind: 'varbinary', length: unboundedLength, nullable: true }
export const dateType: DataType = { kind: 'date', nullable: true }
export const timeType: DataType = { kind: 'time', precision: 0, nullable: true }
export const timestampType: DataType = { kind: 'timestamp', precision: 3, nullable: true }
export const timestampLtzType: DataType = { kind: 'timestamp-ltz', precision: 3, nullable: true }
export const bitmapType: DataType = { kind: 'bitmap', nullable: true }
export const variantType: DataType = { kind: 'variant', nullable: true }
export const nullType: DataType = { kind: 'null', nullable: true }

export function decimalType(precision: number, scale: number): DataType {
  return { kind: 'decimal', precision, scale, nullable: true }
}

/** The same type, nullable or not. */
export function withNullable<T extends DataType>(type: T, nullable: boolean): T {
  return type.nullable === nullable ? type : { ...type, nullable }
}

/** Prints a type as Flink's DESCRIBE does, such as `DECIMAL(10, 2) NOT NULL`. */
export function printType(type: DataType): string {
  const text = printNullableType(type)
  return type.nullable || type.kind === 'null' ? text : `${text} NOT NULL`
}

const plainNames: Record<PlainKind, string> = {
  boolean: 'BOOLEAN',
  tinyint: 'TINYINT',
  smallint: 'SMALLINT',
  integer: 'INT',
  bigint: 'BIGINT',
  float: 'FLOAT',
  double: 'DOUBLE',
  date: 'DATE',
  'interval-year-month': 'INTERVAL YEAR TO MONTH',
  'interval-day-time': 'INTERVAL DAY TO SECOND(3)',
  bitmap: 'BITMAP',
  variant: 'VARIANT',
  null: 'NULL',
}

function printNullableType(type: DataType): string {
  switch (type.kind) {
    case 'decimal':
      return `DECIMAL(${type.precision}, ${type.scale})`
    case 'varchar':
      return type.length === unboundedLength ? 'STRING' : `VARCHAR(${type.length})`
    case 'varbinary':
      return type.length === unboundedLength ? 'BYTES' : `VARBINARY(${type.length})`
    case 'char':
    case 'binary':
      return `${type.kind.toUpperCase()}(${type.length})`
    case 'time':
    case 'timestamp':
      return `${type.kind.toUpperCase()}(${type.precision})`
    case 'timestamp-ltz':
      return `TIMESTAMP_LTZ(${type.precision})`
    case 'array':
    case 'multiset':
      return `${type.kind.toUpperCase()}<${printType(type.element)}>`
    case 'map':
      return `MAP<${printType(type.key)}, ${printType(type.value)}>`
    case 'row':
      return printRow(type.className, type.fields)
    default:
      return plainNames[type.kind]
  }
}

function printRow(className: string | undefined, fields: readonly RowField[]): string {
  const parts = fields.map((field) => `\`${field.name.replaceAll('`', '``')}\` ${printType(field.type)}`)
  return className === undefined ? `ROW<${parts.join(', ')}>` : `STRUCTURED<${[`'${className}'`, ...parts].join(', ')}>`
}

/** Compares types in full; with `ignoreNullable` NOT NULL makes no difference at any depth. */
export function sameType(a: DataType, b: DataType, ignoreNullable = false): boolean {
  if (a.kind !== b.kind || (!ignoreNullable && a.nullable !== b.nullable)) return false
  switch (a.kind) {
    case 'decimal':
      return b.kind === 'decimal' && a.precision === b.precision && a.scale === b.scale
    case 'char':
    case 'varchar':
    case 'binary':
    case 'varbinary':
      return 'length' in b && a.length === b.length
    case 'time':
    case 'timestamp':
    case 'timestamp-ltz':
      return 'precision' in b && a.precision === b.precision
    case 'array':
    case 'multiset':
      return 'element' in b && sameType(a.element, b.element, ignoreNullable)
    case 'map':
      return b.kind === 'map' && sameType(a.key, b.key, ignoreNullable) && sameType(a.value, b.value, ignoreNullable)
    case 'row':
      return b.kind === 'row' && a.className === b.className && sameFields(a.fields, b.fields, ignoreNullable)
    default:
      return true
  }
}

function sameFields(a: readonly RowField[], b: readonly RowField[], ignoreNullable: boolean): boolean {
  if (a.length !== b.length) return false
  return a.every((field, index) => {
    const other = b[index]
    return other !== undefined && field.name === other.name && sameType(field.type, other.type, ignoreNullable)
  })
}

export type TypeFamily =
  | 'boolean'
  | 'integer'
  | 'decimal'
  | 'approximate'
  | 'text'
  | 'bytes'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'interval'
  | 'collection'
  | 'row'
  | 'bitmap'
  | 'variant'
  | 'null'

const families: Record<TypeKind, TypeFamily> = {
  boolean: 'boolean',
  tinyint: 'integer',
  smallint: 'integer',
  integer: 'integer',
  bigint: 'integer',
  decimal: 'decimal',
  float: 'approximate',
  double: 'approximate',
  char: 'text',
  varchar: 'text',
  binary: 'bytes',
  varbinary: 'bytes',
  date: 'date',
  time: 'time',
  timestamp: 'timestamp',
  'timestamp-ltz': 'timestamp',
  'interval-year-month': 'interval',
  'interval-day-time': 'interval',
  array: 'collection',
  multiset: 'collection',
  map: 'collection',
  row: 'row',
  bitmap: 'bitmap',
  variant: 'variant',
  null: 'null',
}

/** The family that decides which conversions and operations make sense. */
export function familyOf(type: DataType): TypeFamily {
  return families[type.kind]
}

export function isNumeric(type: DataType): boolean {
  const family = families[type.kind]
  return family === 'integer' || family === 'decimal' || family === 'approximate'
}

/** Exact integers: their vectors are narrow (numbers) or wide (bigints), see vector.ts. */
export function isExactInteger(type: DataType): boolean {
  if (type.kind === 'timestamp' || type.kind === 'timestamp-ltz') return type.precision > 3
  return type.kind === 'bigint' || type.kind === 'decimal'
}
