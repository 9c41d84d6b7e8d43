/** Clauses of a SELECT as text: conditions of joins, keys of groups, windows of OVER, orders, and the constants of VALUES. */
import { commonType, type DataType, sameType } from '#data'
import type { Aggregate, Expression, Join, OverFrame, OverMeasure, SortKey } from '#plan'
import { expressionWriter, type Names } from './expression.ts'
import { plainLiteral, renderInterval } from './literal.ts'
import { hasNoFrame } from './measure.ts'
import { level } from './written.ts'

export function conditionTexts({ equal, condition }: Join, names: Names): string[] {
  const keys = equal.map(
    ({ left, right, nullsEqual }) => `${names.column(left)} ${nullsEqual ? 'IS NOT DISTINCT FROM' : '='} ${names.column(right)}`,
  )
  return condition === null ? keys : [...keys, expressionWriter(names).operand(condition, level.and)]
}

/** The texts of a column of VALUES: as people write them where that gives the same type. */
export function columnTexts(values: readonly (Expression | undefined)[], type: DataType, write: (value: Expression) => string): string[] {
  const known = values.flatMap((value) => (value === undefined ? [] : [value]))
  const natural = known.map((value) => (value.kind === 'literal' ? (plainLiteral(value)?.literal ?? value) : value))
  const common = commonType(natural.map((value) => value.type))
  const chosen = common !== null && sameType(common, type, true) ? natural : known
  return chosen.map(write)
}

export function groupByText({ keys, groupingSets, window }: Aggregate, column: (name: string) => string): string | null {
  if (groupingSets === null) return keys.length === 0 ? null : `GROUP BY ${keys.map(column).join(', ')}`
  const bounds = window === null ? [] : [window.start, window.end]
  const sets = groupingSets.sets.map(
    (set) =>
      `(${set
        .filter((key) => !bounds.includes(key))
        .map(column)
        .join(', ')})`,
  )
  return `GROUP BY ${[...bounds.map(column), `GROUPING SETS (${sets.join(', ')})`].join(', ')}`
}

interface WindowParts {
  readonly partitionBy: readonly string[]
  readonly orderBy: readonly SortKey[]
  readonly frame: string
}

export function windowText({ partitionBy, orderBy, frame }: WindowParts, column: (name: string) => string): string {
  const parts = [
    ...(partitionBy.length === 0 ? [] : [`PARTITION BY ${partitionBy.map(column).join(', ')}`]),
    ...(orderBy.length === 0 ? [] : [`ORDER BY ${orderBy.map((key) => column(key.column) + orderWords(key)).join(', ')}`]),
    ...(frame === '' ? [] : [frame]),
  ]
  return parts.join(' ')
}

/** As in Flink, NULL counts as less than everything. */
export function orderWords({ descending, nullsFirst }: SortKey): string {
  const nulls = nullsFirst === descending ? ` NULLS ${nullsFirst ? 'FIRST' : 'LAST'}` : ''
  return (descending ? ' DESC' : '') + nulls
}

export function frameText({ unit, preceding, following }: OverFrame, measure: OverMeasure, orderBy: readonly SortKey[]): string {
  if (hasNoFrame(measure) || orderBy.length === 0) return ''
  const length = (count: number): string => (unit === 'rows' ? String(count) : renderInterval(count))
  const start = preceding === null ? 'UNBOUNDED PRECEDING' : preceding === 0 ? 'CURRENT ROW' : `${length(preceding)} PRECEDING`
  const end = following === null ? 'UNBOUNDED FOLLOWING' : following === undefined ? 'CURRENT ROW' : `${length(following)} FOLLOWING`
  return `${unit.toUpperCase()} BETWEEN ${start} AND ${end}`
}
