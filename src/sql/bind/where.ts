/** Keeps the rows for which conditions hold: in WHERE, HAVING and QUALIFY. */
import { conjunctionOf, conjunctsOf, type Expression, type Relation } from '#plan'
import type * as tree from '../syntax/tree.ts'
import { asCondition } from './call.ts'
import type { BindContext, Surroundings } from './context.ts'
import { readsOuter } from './correlation.ts'
import { joinWith, pushIntoJoins } from './joins.ts'
import { type PendingScalar, Place, scalarsOnly } from './place.ts'
import type { Scope } from './scope.ts'
import { bindSubqueryTest, conjunctNodes, type SubqueryTest, subqueryTestOf, tested } from './subquery-test.ts'
import { recogniseTop } from './top.ts'

export interface Conditions {
  readonly plain: readonly Expression[]
  readonly tests: readonly SubqueryTest[]
}

export const noConditions: Conditions = { plain: [], tests: [] }

/** Binds a condition; its parts that test with subqueries are kept apart. */
export function bindConditions(node: tree.Expression | undefined, place: Place): Conditions {
  if (node === undefined) return noConditions
  const plain: Expression[] = []
  const tests: SubqueryTest[] = []
  const bindPart = (part: tree.Expression) => () => {
    const test = subqueryTestOf(part)
    if (test === null) plain.push(...conjunctsOf(asCondition(place.bind(part), place.clause, part.position)))
    else tests.push(bindSubqueryTest(test, place))
  }
  place.context.all(conjunctNodes(node).map(bindPart))
  return { plain, tests }
}

export interface Filtered {
  readonly relation: Relation
  /** Conditions that relate the rows to those of the query around. */
  readonly related: readonly Expression[]
}

export function bindWhere(
  node: tree.Expression | undefined,
  relation: Relation,
  scope: Scope,
  surroundings: Surroundings,
  context: BindContext,
): Filtered {
  const scalars: PendingScalar[] = []
  const collector = scalarsOnly((scalar) => {
    scalars.push(scalar)
    return { kind: 'column', name: scalar.name, type: scalar.type }
  })
  const { commonTables, correlation } = surroundings
  const place = new Place(context, scope, { clause: 'WHERE', collector, commonTables, isCorrelated: correlation !== null })
  const { plain, tests } = bindConditions(node, place)
  const related = plain.filter(readsOuter)
  const own = plain.filter((condition) => !readsOuter(condition))
  return { relation: kept(context, joinScalars(context, relation, scalars), { plain: own, tests }), related }
}

/** The rows for which all conditions hold. Conditions on ranks make a Top-N, and those between two sides of a join become its keys. */
export function kept(context: BindContext, relation: Relation, { plain, tests }: Conditions): Relation {
  const top = recogniseTop(context, relation, plain)
  const pushed = top ?? pushIntoJoins(context, relation, plain)
  const condition = conjunctionOf(pushed.rest)
  const filtered: Relation = condition === null ? pushed.relation : { kind: 'filter', input: pushed.relation, condition }
  return tests.reduce((rows, test) => tested(context, rows, test), filtered)
}

/** Adds the values of subqueries as columns. A stream that has had no rows has no total either: its value is NULL. */
export function joinScalars(context: BindContext, relation: Relation, scalars: readonly PendingScalar[]): Relation {
  return scalars.reduce<Relation>(
    (rows, scalar) => context.placed(joinWith(context, 'left', rows, scalar.relation, scalar.conditions), [scalar.position]),
    relation,
  )
}
