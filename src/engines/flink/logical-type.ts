/** Types as a gateway writes them, read. Numbers come as their text. */
import { assert } from '#base'
import { type DataType, type RowField, stringType } from '#data'

export interface WrittenType {
  readonly type: string
  readonly nullable?: boolean
  readonly length?: unknown
  readonly precision?: unknown
  readonly scale?: unknown
  readonly elementType?: WrittenType
  readonly keyType?: WrittenType
  readonly valueType?: WrittenType
  readonly fields?: readonly { readonly name: string; readonly fieldType: WrittenType }[]
}

/** A type that Millrace does not have is read as text. */
export function readLogicalType(written: WrittenType): DataType {
  const nullable = written.nullable !== false
  switch (written.type) {
    case 'CHAR':
    case 'VARCHAR':
    case 'BINARY':
    case 'VARBINARY':
      return { kind: written.type.toLowerCase() as 'char', length: Number(written.length), nullable }
    case 'BOOLEAN':
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
    case 'BIGINT':
    case 'FLOAT':
    case 'DOUBLE':
    case 'DATE':
      return { kind: written.type.toLowerCase() as 'boolean', nullable }
    case 'DECIMAL':
      return { kind: 'decimal', precision: Number(written.precision), scale: Number(written.scale), nullable }
    case 'TIME_WITHOUT_TIME_ZONE':
      return { kind: 'time', precision: Number(written.precision), nullable }
    case 'TIMESTAMP_WITHOUT_TIME_ZONE':
      return { kind: 'timestamp', precision: Number(written.precision), nullable }
    case 'TIMESTAMP_WITH_LOCAL_TIME_ZONE':
      return { kind: 'timestamp-ltz', precision: Number(written.precision), nullable }
    case 'INTERVAL_YEAR_MONTH':
      return { kind: 'interval-year-month', nullable }
    case 'INTERVAL_DAY_TIME':
      return { kind: 'interval-day-time', nullable }
    case 'ARRAY':
    case 'MULTISET':
      return { kind: written.type.toLowerCase() as 'array', element: part(written.elementType), nullable }
    case 'MAP':
      return { kind: 'map', key: part(written.keyType), value: part(written.valueType), nullable }
    case 'ROW':
      return {
        kind: 'row',
        fields: (written.fields ?? []).map((field): RowField => ({ name: field.name, type: part(field.fieldType) })),
        nullable,
      }
    case 'NULL':
      return { kind: 'null', nullable: true }
    default:
      return stringType
  }
}

function part(written: WrittenType | undefined): DataType {
  assert(written !== undefined, 'a container says of what')
  return readLogicalType(written)
}
