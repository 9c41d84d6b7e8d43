/**
 * Where a filter says that a column equals a constant, the projection above it uses the constant; CASE branches that can then no longer
 * be taken are dropped. The views of one stream by the kind of its events gain most.
 */
import { booleanType, sameType } from '#data'
import {
  type Case,
  conjunctsOf,
  type Expression,
  type Literal,
  mapExpression,
  mapPlan,
  type Plan,
  type Project,
  type Relation,
} from '#plan'

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
  return mapExpression(expression, (part) => {
    if (part.kind === 'column') return known.get(part.name) ?? part
    if (part.kind === 'case') return withoutDeadBranches(part)
    return comparedLiterals(part) ?? part
  })
}

/** A comparison of two literals of one plain type, decided. */
function comparedLiterals(expression: Expression): Literal | undefined {
  if (expression.kind !== 'call' || (expression.function !== '=' && expression.function !== '<>')) return undefined
  const [left, right] = expression.arguments
  if (left?.kind !== 'literal' || right?.kind !== 'literal' || !sameType(left.type, right.type, true)) return undefined
  if (typeof left.value !== typeof right.value || (typeof left.value !== 'number' && typeof left.value !== 'string')) return undefined
  return {
    kind: 'literal',
    value: (left.value === right.value) === (expression.function === '='),
    type: { ...booleanType, nullable: false },
  }
}

function withoutDeadBranches(expression: Case): Expression {
  const branches: Case['branches'][number][] = []
  for (const branch of expression.branches) {
    const decided = branch.when.kind === 'literal' ? branch.when.value : undefined
    if (decided === false || decided === null) continue
    if (decided === true) return rebuilt(expression, branches, branch.then)
    branches.push(branch)
  }
  return rebuilt(expression, branches, expression.otherwise)
}

function rebuilt(original: Case, branches: Case['branches'], otherwise: Expression): Expression {
  if (branches.length > 0) return { ...original, branches, otherwise }
  return sameType(otherwise.type, original.type, true) ? otherwise : original
}
