/** Types as written, to types of data. */
import { bitmapType, bytesType, type DataType, decimalPrecisionMax, stringType, variantType, withNullable } from '#data'
import { sqlErrors } from '../errors.ts'
import { typeHint } from '../syntax/parse/data-types.ts'
import { nameText } from '../syntax/tree/name.ts'
import type * as tree from '../syntax/tree.ts'

/** The type that a type in the text means, with Flink's defaults for lengths and precisions. */
export function bindType(type: tree.DataType): DataType {
  return withNullable(bindNullableType(type), type.nullable)
}

function bindNullableType(type: tree.DataType): DataType {
  switch (type.kind) {
    case 'simple-type':
      return bindSimpleType(type)
    case 'interval-type':
      return { kind: isMonths(type.qualifier.start) ? 'interval-year-month' : 'interval-day-time', nullable: true }
    case 'array-type':
      return { kind: 'array', element: bindType(type.element), nullable: true }
    case 'multiset-type':
      return { kind: 'multiset', element: bindType(type.element), nullable: true }
    case 'map-type':
      return { kind: 'map', key: bindType(type.key), value: bindType(type.value), nullable: true }
    case 'row-type':
      return { kind: 'row', fields: bindFields(type.fields), nullable: true }
    case 'structured-type':
      return { kind: 'row', fields: bindFields(type.fields), nullable: true, className: type.className }
    case 'raw-type':
      throw sqlErrors.SQL_NOT_SUPPORTED({ what: 'the type RAW' }, { position: type.position })
    case 'named-type':
      throw typeNotFound(type)
  }
}

export function isMonths(unit: tree.TimeUnit): boolean {
  return unit === 'YEAR' || unit === 'QUARTER' || unit === 'MONTH'
}

function bindFields(fields: readonly tree.RowField[]) {
  const seen = new Set<string>()
  return fields.map(({ name, type }) => {
    if (seen.has(name.text)) throw sqlErrors.SQL_COLUMN_DUPLICATE({ column: name.text, owner: 'the row type' }, { position: name.position })
    seen.add(name.text)
    return { name: name.text, type: bindType(type) }
  })
}

function bindSimpleType(type: tree.SimpleType): DataType {
  const [first, second] = type.parameters
  switch (type.name) {
    case 'BOOLEAN':
      return { kind: 'boolean', nullable: true }
    case 'TINYINT':
      return { kind: 'tinyint', nullable: true }
    case 'SMALLINT':
      return { kind: 'smallint', nullable: true }
    case 'INT':
      return { kind: 'integer', nullable: true }
    case 'BIGINT':
      return { kind: 'bigint', nullable: true }
    case 'FLOAT':
      return { kind: 'float', nullable: true }
    case 'DOUBLE':
      return { kind: 'double', nullable: true }
    case 'DATE':
      return { kind: 'date', nullable: true }
    case 'STRING':
      return stringType
    case 'BYTES':
      return bytesType
    case 'CHAR':
      return { kind: 'char', length: lengthOf(type, first, 1), nullable: true }
    case 'VARCHAR':
      return first === undefined ? stringType : { kind: 'varchar', length: lengthOf(type, first, 1), nullable: true }
    case 'BINARY':
      return { kind: 'binary', length: lengthOf(type, first, 1), nullable: true }
    case 'VARBINARY':
      return first === undefined ? bytesType : { kind: 'varbinary', length: lengthOf(type, first, 1), nullable: true }
    case 'DECIMAL':
      return decimalOf(type, first ?? 10, second ?? 0)
    case 'TIME':
      return { kind: 'time', precision: fractionOf(type, first ?? 0), nullable: true }
    case 'TIMESTAMP':
      return { kind: 'timestamp', precision: fractionOf(type, first ?? 6), nullable: true }
    case 'TIMESTAMP_LTZ':
      return { kind: 'timestamp-ltz', precision: fractionOf(type, first ?? 6), nullable: true }
    case 'NULL':
      return { kind: 'null', nullable: true }
    case 'VARIANT':
      return variantType
    case 'BITMAP':
      return bitmapType
    case 'TIMESTAMP_TZ':
      throw sqlErrors.SQL_NOT_SUPPORTED({ what: `the type ${type.name}` }, { position: type.position })
  }
}

function lengthOf(type: tree.SimpleType, written: number | undefined, fallback: number): number {
  if (written !== undefined && written < 1) {
    throw sqlErrors.SQL_TYPE_PARAMETER(
      { type: type.name, parameter: 'length', expected: 'at least 1', got: written },
      { position: type.position },
    )
  }
  return written ?? fallback
}

function decimalOf(type: tree.SimpleType, precision: number, scale: number): DataType {
  const { position } = type
  if (precision < 1 || precision > decimalPrecisionMax) {
    throw sqlErrors.SQL_TYPE_PARAMETER(
      { type: 'DECIMAL', parameter: 'precision', expected: `1 to ${decimalPrecisionMax}`, got: precision },
      { position },
    )
  }
  if (scale > precision) {
    throw sqlErrors.SQL_TYPE_PARAMETER(
      { type: 'DECIMAL', parameter: 'scale', expected: `0 to ${precision}, the precision`, got: scale },
      { position },
    )
  }
  return { kind: 'decimal', precision, scale, nullable: true }
}

function fractionOf(type: tree.SimpleType, precision: number): number {
  if (precision <= 9) return precision
  throw sqlErrors.SQL_TYPE_PARAMETER(
    { type: type.name, parameter: 'precision', expected: '0 to 9', got: precision },
    { position: type.position },
  )
}

function typeNotFound({ name, position }: tree.NamedType): Error {
  const written = nameText(name)
  const hint =
    typeHint(written.toUpperCase()) ?? 'Types are STRING, INT, BIGINT, DOUBLE, DECIMAL(p, s), BOOLEAN, DATE, TIMESTAMP(3) and others.'
  return sqlErrors.SQL_TYPE_NOT_FOUND({ type: written }, { position, hint })
}
