/**
 * Where a filter says that a column equals a constant, the projection above it uses the constant; CASE branches that can then no longer
 * be taken are dropped. The views of one stream by the kind of its events gain most.
 *
 * Right because the rows that reach the projection passed the filter, NULL did not. A column that is only handed on stays a column, and
 * so its role and its place in keys.
 */
import { sameType } from '#data'
import { conjunctsOf, type Expression, type Literal, mapPlan, type Plan, type Project, type Relation } from '#plan'
import { substituted } from '../substitute.ts'
import { folded } from './fold-constants.ts'

export function useKnownValues(plan: Plan): Plan {
  return mapPlan(plan, (relation) => (relation.kind === 'project' ? withKnownValues(relation) : relation))
}

function withKnownValues(project: Project): Relation {
  if (project.input.kind !== 'filter') return project
  const known = knownValues(project.input.condition)
  if (known.size === 0) return project
  const columns = project.columns.map(({ name, value }) => ({ name, value: value.kind === 'column' ? value : simplified(value, known) }))
  return { ...project, columns }
}

/** Columns that a condition holds equal to a literal. Zero and NaN are left alone: equal numbers of them print differently. */
function knownValues(condition: Expression): Map<string, Literal> {
  const known = new Map<string, Literal>()
  for (const conjunct of conjunctsOf(condition)) {
    if (conjunct.kind !== 'call' || conjunct.function !== '=') continue
    const [left, right] = conjunct.arguments
    const [column, literal] = left?.kind === 'column' ? [left, right] : [right, left]
    if (column?.kind !== 'column' || literal?.kind !== 'literal' || literal.value === null) continue
    const isFloat = column.type.kind === 'float' || column.type.kind === 'double'
    if (!isFloat && sameType(column.type, literal.type, true)) known.set(column.name, { ...literal, type: column.type })
  }
  return known
}

function simplified(expression: Expression, known: ReadonlyMap<string, Literal>): Expression {
  return folded(substituted(expression, known))
}
