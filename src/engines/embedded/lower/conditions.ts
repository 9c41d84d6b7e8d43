/** Conditions of a scan in the form that readers understand: a column compared with constants. */
import type { ColumnCondition } from '#connectors'
import type { Expression, FunctionName, Scan } from '#plan'
import { literalValue } from '../generate/expression.ts'

const mirrored: Partial<Record<FunctionName, ColumnCondition['operator']>> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
}
const direct: Partial<Record<FunctionName, ColumnCondition['operator']>> = {
  '=': '=',
  '<>': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
}

/** The conditions of a scan that a reader can use; the others are only checked above it. */
export function conditionsOf(scan: Scan): ColumnCondition[] {
  return scan.conditions.flatMap((condition) => {
    const found = conditionOf(condition, scan)
    return found === undefined ? [] : [found]
  })
}

function conditionOf(condition: Expression, scan: Scan): ColumnCondition | undefined {
  if (condition.kind !== 'call') return undefined
  const [left, right] = condition.arguments
  if (condition.function === 'IN') return listCondition(condition.arguments, scan)
  if (left?.kind === 'column' && right?.kind === 'literal') return comparison(left, right, direct[condition.function], scan)
  if (left?.kind === 'literal' && right?.kind === 'column') return comparison(right, left, mirrored[condition.function], scan)
  return undefined
}

type Operator = ColumnCondition['operator'] | undefined

function comparison(column: Expression, literal: Expression, operator: Operator, scan: Scan): ColumnCondition | undefined {
  if (operator === undefined || column.kind !== 'column' || literal.kind !== 'literal' || literal.value === null) return undefined
  const source = scan.sources[column.name]
  if (source?.kind === 'metadata') return undefined
  return { column: source?.key ?? column.name, operator, values: [literalValue(literal)] }
}

function listCondition([column, ...items]: readonly Expression[], scan: Scan): ColumnCondition | undefined {
  if (column?.kind !== 'column' || scan.sources[column.name]?.kind === 'metadata') return undefined
  const values: unknown[] = []
  for (const item of items) {
    if (item.kind !== 'literal' || item.value === null) return undefined
    values.push(literalValue(item))
  }
  return { column: scan.sources[column.name]?.key ?? column.name, operator: 'in', values }
}
