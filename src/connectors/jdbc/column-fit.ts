/** Which types of Flink fit which columns of a database, and the columns that a table means. */
import { suggestion } from '#base'
import { type DataType, printType, type Schema, withNullable } from '#data'
import type { ColumnFamily, TargetColumn, TargetTable } from './dialect.ts'
import { jdbcErrors } from './errors.ts'

const integers = ['tinyint', 'smallint', 'integer', 'bigint'] as const

const fitting: Readonly<Record<Exclude<ColumnFamily, 'array'>, readonly DataType['kind'][]>> = {
  boolean: ['boolean'],
  integer: [...integers, 'decimal'],
  decimal: ['decimal'],
  float: ['float', 'double'],
  double: ['double'],
  text: ['varchar', 'char'],
  'as-text': ['varchar', 'char'],
  bytes: ['varbinary', 'binary'],
  date: ['date'],
  time: ['time'],
  timestamp: ['timestamp', 'timestamp-ltz'],
  instant: ['timestamp-ltz', 'timestamp'],
}

function fits(type: DataType, column: TargetColumn, family: ColumnFamily): boolean {
  if (family === 'array') return type.kind === 'array' && column.elementFamily !== null && fitsElement(type.element, column)
  if (fitting[family].includes(type.kind)) return true
  if (type.kind === 'boolean') return column.isFlag
  // Whole numbers may be kept in a DECIMAL without digits after the point.
  return family === 'decimal' && column.scale === 0 && integers.some((kind) => kind === type.kind)
}

function fitsElement(type: DataType, column: TargetColumn): boolean {
  if (type.kind === 'array') return fitsElement(type.element, column)
  return column.elementFamily !== null && fits(type, { ...column, isFlag: false, scale: null }, column.elementFamily)
}

/** The type that a column of the database is best declared as; null where there is none. */
export function suggestedType(column: TargetColumn, family: ColumnFamily = column.family): DataType | null {
  const { precision, scale } = column
  switch (family) {
    case 'integer':
      return { kind: column.isFlag ? 'boolean' : integerKind(column.type), nullable: true }
    case 'decimal':
      if (column.type.startsWith('bigint unsigned')) return { kind: 'decimal', precision: 20, scale: 0, nullable: true }
      return { kind: 'decimal', precision: Math.min(38, precision ?? 38), scale: Math.min(38, scale ?? 18), nullable: true }
    case 'text':
    case 'as-text':
      return { kind: 'varchar', length: 2147483647, nullable: true }
    case 'bytes':
      return { kind: 'varbinary', length: 2147483647, nullable: true }
    case 'time':
      return { kind: 'time', precision: 0, nullable: true }
    case 'timestamp':
      return { kind: 'timestamp', precision: scale ?? 6, nullable: true }
    case 'instant':
      return { kind: 'timestamp-ltz', precision: scale ?? 6, nullable: true }
    case 'array': {
      const element = column.elementFamily === null ? null : suggestedType(column, column.elementFamily)
      return element === null ? null : { kind: 'array', element, nullable: true }
    }
    default:
      return { kind: family, nullable: true }
  }
}

function integerKind(type: string): (typeof integers)[number] {
  if (/^(?:tinyint|bit\(1\))/.test(type)) return type.includes('unsigned') ? 'smallint' : 'tinyint'
  if (/^(?:smallint|year)/.test(type)) return type.includes('unsigned') ? 'integer' : 'smallint'
  if (/^(?:int|mediumint)/.test(type)) return type.includes('unsigned') && !type.startsWith('medium') ? 'bigint' : 'integer'
  return 'bigint'
}

/** The columns of the database by the names of those of the table; a database may fold names to small letters. */
export function targetColumns(schema: Schema, target: TargetTable, table: string): readonly TargetColumn[] {
  return schema.map(({ name, type }) => {
    const column = findColumn(target, name)
    if (column === null) {
      const names = target.columns.map((each) => each.name)
      throw jdbcErrors.CONNECTORS_JDBC_COLUMN_NOT_FOUND(
        { column: name, table, target: target.name },
        suggestion(name, names, `columns of "${target.name}"`),
      )
    }
    checkFit(type, column, name, table)
    return column
  })
}

export function findColumn(target: TargetTable, name: string): TargetColumn | null {
  const exact = target.columns.find((column) => column.name === name)
  return exact ?? target.columns.find((column) => column.name === name.toLowerCase()) ?? null
}

function checkFit(type: DataType, column: TargetColumn, name: string, table: string): void {
  if (fits(type, column, column.family)) return
  const wanted = suggestedType(column)
  throw jdbcErrors.CONNECTORS_JDBC_TYPE_MISMATCH(
    { column: name, table, type: printType(withNullable(type, true)), actual: column.type },
    wanted === null ? {} : { hint: `Declare it as ${printType(wanted)}.` },
  )
}
