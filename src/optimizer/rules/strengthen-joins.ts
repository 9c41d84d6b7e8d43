/**
 * Makes an outer join pad fewer rows, down to an inner join, where what reads it drops the padded rows anyway: a condition that is not
 * true of NULL, or a join above that compares a padded column with `=`.
 *
 * Right because the rows that are no longer made are dropped above, with each of their changes. An inner join sends no retraction when
 * a late partner comes, so that the result may become append-only. A join that others read too keeps its type.
 */
import {
  conjunctsOf,
  type Expression,
  type Join,
  type JoinType,
  mapPlan,
  type Plan,
  type Relation,
  rootsOf,
  scalarSignatures,
  schemaOf,
  sharedRelations,
} from '#plan'

type Names = ReadonlySet<string>

export function strengthenJoins(plan: Plan): Plan {
  const shared = sharedRelations(rootsOf(plan))
  const kept = new Set<Relation>()
  return mapPlan(plan, (relation, original) => {
    const strengthened = withStrongerInputs(relation, kept)
    if (shared.has(original)) kept.add(strengthened)
    return strengthened
  })
}

function withStrongerInputs(relation: Relation, kept: ReadonlySet<Relation>): Relation {
  if (relation.kind === 'filter') {
    const input = strengthened(relation.input, (names) => conjunctsOf(relation.condition).some((part) => rejectsNull(part, names)), kept)
    return input === relation.input ? relation : { ...relation, input }
  }
  if (relation.kind !== 'join' || relation.asOf !== null) return relation
  const drops = (side: 'left' | 'right') => (names: Names) =>
    relation.equal.some((key) => !key.nullsEqual && names.has(key[side])) ||
    conjunctsOf(relation.condition).some((part) => rejectsNull(part, names))
  const left = dropsUnmatched[relation.type].includes('left') ? strengthened(relation.left, drops('left'), kept) : relation.left
  const right = dropsUnmatched[relation.type].includes('right') ? strengthened(relation.right, drops('right'), kept) : relation.right
  return left === relation.left && right === relation.right ? relation : { ...relation, left, right }
}

/** The sides whose rows a join leaves out when they meet no partner. */
const dropsUnmatched: Readonly<Record<JoinType, readonly ('left' | 'right')[]>> = {
  inner: ['left', 'right'],
  left: ['right'],
  right: ['left'],
  full: [],
  semi: ['left', 'right'],
  anti: ['right'],
}

/** `dropsPadded` tells whether rows in which all of the named columns are NULL are dropped above. */
function strengthened(relation: Relation, dropsPadded: (names: Names) => boolean, kept: ReadonlySet<Relation>): Relation {
  if (relation.kind !== 'join' || kept.has(relation)) return relation
  const type = typeWithout(relation, dropsPadded)
  return type === relation.type ? relation : { ...relation, type }
}

function typeWithout(join: Join, dropsPadded: (names: Names) => boolean): JoinType {
  const drops = (side: Relation): boolean => dropsPadded(new Set(schemaOf(side).map(({ name }) => name)))
  switch (join.type) {
    case 'left':
      return drops(join.right) ? 'inner' : 'left'
    case 'right':
      return drops(join.left) ? 'inner' : 'right'
    case 'full': {
      const [withoutLeft, withoutRight] = [drops(join.left), drops(join.right)]
      if (withoutLeft && withoutRight) return 'inner'
      return withoutLeft ? 'left' : withoutRight ? 'right' : 'full'
    }
    default:
      return join.type
  }
}

/** Whether a condition is not true where all of the named columns are NULL. */
function rejectsNull(condition: Expression, names: Names): boolean {
  if (condition.kind !== 'call') return isNullWith(condition, names)
  const [first] = condition.arguments
  switch (condition.function) {
    case 'AND':
      return condition.arguments.some((part) => rejectsNull(part, names))
    case 'OR':
      return condition.arguments.every((part) => rejectsNull(part, names))
    case 'IS TRUE':
      return first !== undefined && rejectsNull(first, names)
    case 'IS NOT NULL':
    case 'IS FALSE':
    case 'IN':
      return first !== undefined && isNullWith(first, names)
    default:
      return isNullWith(condition, names)
  }
}

/** Whether an expression is NULL where all of the named columns are. */
function isNullWith(expression: Expression, names: Names): boolean {
  switch (expression.kind) {
    case 'column':
      return names.has(expression.name)
    case 'cast':
      return isNullWith(expression.value, names)
    case 'call':
      return (
        scalarSignatures[expression.function].nulls === 'strict' &&
        expression.user === undefined &&
        expression.arguments.some((part) => isNullWith(part, names))
      )
    default:
      return false
  }
}
