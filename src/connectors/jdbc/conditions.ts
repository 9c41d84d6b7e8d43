/** Conditions that the database can check as we do, so that fewer rows come. They only leave rows out that would be left out anyway. */
import type { TimeZone } from '#data'
import type { ColumnCondition, ConnectorTable } from '../connector.ts'
import { cellEncoder } from './cell-encoder.ts'
import { findColumn } from './column-fit.ts'
import type { Dialect, TargetColumn, TargetTable } from './dialect.ts'
import type { Parameter } from './session.ts'

/** A condition in SQL whose placeholders count on from `values`, to which theirs are added; null when there is nothing to say. */
export function conditionSql(
  conditions: readonly ColumnCondition[],
  table: ConnectorTable,
  target: TargetTable,
  dialect: Dialect,
  zone: TimeZone,
  values: Parameter[],
): string | null {
  const parts = conditions.flatMap((condition) => {
    const type = table.schema.find(({ name }) => name === condition.column)?.type
    const column = findColumn(target, condition.column)
    if (type === undefined || column === null || !comparesAlike(condition, type, column)) return []
    const given = condition.values.filter((value) => value !== null)
    if (given.length === 0) return []
    const encode = cellEncoder(type, column, dialect.name, zone)
    const holders = given.map((value) => {
      values.push(dialect.parameter(column, encode(value)))
      return dialect.placeholder(column, values.length)
    })
    const name = dialect.quote(column.name)
    return [condition.operator === 'in' ? `${name} IN (${holders.join(', ')})` : `${name} ${condition.operator} ${holders[0]}`]
  })
  return parts.length === 0 ? null : parts.join(' AND ')
}

/** More values are not worth the trouble. */
const valuesMax = 1000

/**
 * Texts that are the same to us are so to any collation, and what else is, too, is left out later: equality alone can be asked for.
 * Digits that reading cuts off would make a difference, and so would values that are converted.
 */
function comparesAlike(condition: ColumnCondition, type: ConnectorTable['schema'][number]['type'], column: TargetColumn): boolean {
  if (condition.values.length > valuesMax) return false
  const { scale } = column
  switch (column.family) {
    case 'integer':
      return type.kind !== 'boolean' && type.kind !== 'decimal' && !column.type.startsWith('bit')
    case 'decimal':
      return type.kind === 'decimal' && scale !== null && scale <= type.scale
    case 'date':
      return true
    case 'timestamp':
      return type.kind === 'timestamp' && scale !== null && scale <= type.precision
    case 'instant':
      return type.kind === 'timestamp-ltz' && scale !== null && scale <= type.precision
    case 'text':
      return condition.operator === '=' || condition.operator === 'in'
    default:
      return false
  }
}

/** Joins conditions and their values. */
export function whereClause(parts: readonly (string | null)[]): string {
  const given = parts.filter((part) => part !== null)
  return given.length === 0 ? '' : ` WHERE ${given.map((part) => `(${part})`).join(' AND ')}`
}
