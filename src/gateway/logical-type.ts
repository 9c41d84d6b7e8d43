/** Types as Flink's gateway writes them. */
import type { DataType } from '#data'

/** The root of a type, such as `TIMESTAMP_WITHOUT_TIME_ZONE`, whether it may be NULL, and what the root needs besides. */
export interface LogicalType {
  readonly type: string
  readonly nullable?: boolean
  readonly [part: string]: unknown
}

/** Digits of the years of an interval, of its days and of its seconds: what Flink says where a type does not. */
const yearPrecision = 2
const dayPrecision = 2
const secondPrecision = 3

export function logicalType(type: DataType): LogicalType {
  const { nullable } = type
  switch (type.kind) {
    case 'char':
    case 'varchar':
    case 'binary':
    case 'varbinary':
      return { type: type.kind.toUpperCase(), nullable, length: type.length }
    case 'decimal':
      return { type: 'DECIMAL', nullable, precision: type.precision, scale: type.scale }
    case 'time':
      return { type: 'TIME_WITHOUT_TIME_ZONE', nullable, precision: type.precision }
    case 'timestamp':
      return { type: 'TIMESTAMP_WITHOUT_TIME_ZONE', nullable, precision: type.precision }
    case 'timestamp-ltz':
      return { type: 'TIMESTAMP_WITH_LOCAL_TIME_ZONE', nullable, precision: type.precision }
    case 'interval-year-month':
      return { type: 'INTERVAL_YEAR_MONTH', nullable, precision: yearPrecision, resolution: 'YEAR_TO_MONTH' }
    case 'interval-day-time':
      return {
        type: 'INTERVAL_DAY_TIME',
        nullable,
        precision: dayPrecision,
        fractionalPrecision: secondPrecision,
        resolution: 'DAY_TO_SECOND',
      }
    case 'array':
    case 'multiset':
      return { type: type.kind.toUpperCase(), nullable, elementType: logicalType(type.element) }
    case 'map':
      return { type: 'MAP', nullable, keyType: logicalType(type.key), valueType: logicalType(type.value) }
    case 'row':
      return { type: 'ROW', nullable, fields: type.fields.map(({ name, type: field }) => ({ name, fieldType: logicalType(field) })) }
    case 'null':
      return { type: 'NULL' }
    default:
      return { type: type.kind.toUpperCase(), nullable }
  }
}
