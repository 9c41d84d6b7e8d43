/**
 * Makes conditions smaller: parts said twice or implied by others go (`x > 3 AND x > 5`), what all branches of an OR ask for stands
 * before it once, and parts that contradict one another make the whole FALSE.
 *
 * Right where only rows for which a condition is true count, so that unknown is as good as false: in filters, and in the conditions of
 * joins, whatever their kind. Only parts that give the same value each time are compared with one another.
 */
import {
  type Call,
  conjunctionOf,
  conjunctsOf,
  determinismOf,
  type Expression,
  type Filter,
  type Join,
  mapPlan,
  type Plan,
  printExpression,
} from '#plan'
import { falseLiteral, holdsAlways, holdsNever, trueLiteral } from '../literals.ts'
import { ColumnRange, comparisonIn } from '../ranges.ts'

export function simplifyConditions(plan: Plan): Plan {
  return mapPlan(plan, (relation) => {
    if (relation.kind === 'filter') return withCondition(relation, simplified(relation.condition))
    return relation.kind === 'join' && relation.condition !== null ? withJoinCondition(relation, simplified(relation.condition)) : relation
  })
}

function withCondition(filter: Filter, condition: Expression): Filter {
  return condition === filter.condition ? filter : { ...filter, condition }
}

function withJoinCondition(join: Join, condition: Expression): Join {
  if (condition === join.condition) return join
  return { ...join, condition: holdsAlways(condition) ? null : condition }
}

/** The same condition, as far as it is true; the condition itself when there is nothing to do. */
function simplified(condition: Expression): Expression {
  const written = conjunctsOf(condition)
  const parts = distinct(written.flatMap((part) => factored(part))).filter((part) => !holdsAlways(part))
  if (parts.some(holdsNever) || contradicts(parts)) return falseLiteral
  const needed = withoutImplied(parts)
  if (needed.length === written.length && needed.every((part, index) => part === written[index])) return condition
  return conjunctionOf(needed) ?? trueLiteral
}

function distinct(parts: readonly Expression[]): Expression[] {
  const seen = new Set<string>()
  return parts.filter((part) => {
    if (determinismOf(part) === 'row') return true
    const text = keyOf(part)
    if (seen.has(text)) return false
    seen.add(text)
    return true
  })
}

function keyOf(part: Expression): string {
  return printExpression(part)
}

/** `(a AND b) OR (a AND c)` as `a` and `b OR c`; any other part alone. */
function factored(part: Expression): Expression[] {
  if (part.kind !== 'call' || part.function !== 'OR' || determinismOf(part) === 'row') return [part]
  const branches = part.arguments.map((branch) => distinct(conjunctsOf(branch)))
  const [first, ...others] = branches
  if (first === undefined) return [part]
  const named = others.map((branch) => new Set(branch.map(keyOf)))
  const common = first.filter((each) => named.every((branch) => branch.has(keyOf(each))))
  if (common.length === 0) return [part]
  const names = new Set(common.map(keyOf))
  const rest = branches.map((branch) => conjunctionOf(branch.filter((each) => !names.has(keyOf(each)))))
  return rest.includes(null) ? common : [...common, anyOf(part, rest)]
}

function anyOf(or: Call, branches: readonly (Expression | null)[]): Expression {
  return { ...or, arguments: branches.flatMap((branch) => branch ?? []) }
}

/** Whether no row can make all parts true: ranges that do not meet, or a comparison with a column that is to be NULL. */
function contradicts(parts: readonly Expression[]): boolean {
  const ranges = rangesOf(parts)
  if ([...ranges.values()].some((range) => range.isEmpty)) return true
  return parts.some((part) => {
    const column = part.kind === 'call' && part.function === 'IS NULL' ? part.arguments[0] : undefined
    return column?.kind === 'column' && ranges.has(column.name)
  })
}

function rangesOf(parts: readonly Expression[]): Map<string, ColumnRange> {
  const ranges = new Map<string, ColumnRange>()
  for (const part of parts) {
    const comparison = comparisonIn(part)
    if (comparison === null) continue
    const range = ranges.get(comparison.column) ?? new ColumnRange()
    range.add(comparison, part)
    ranges.set(comparison.column, range)
  }
  return ranges
}

function withoutImplied(parts: readonly Expression[]): Expression[] {
  const ranges = rangesOf(parts)
  return parts.filter((part) => {
    const comparison = comparisonIn(part)
    return comparison === null || ranges.get(comparison.column)?.isImplied(part) === false
  })
}
