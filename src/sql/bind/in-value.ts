/**
 * IN with a query where it is no condition of its own: below OR, in CASE, in the SELECT list. The rows around it are joined to the
 * different rows of the query, to find the one that is equal, and to one number that tells FALSE from unknown.
 */
import { booleanType, integerType, withNullable } from '#data'
import { columnsIn, type Expression, type NamedExpression, type Relation, schemaOf } from '#plan'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import { allOf, anyOf, callOf, not } from './call.ts'
import type { BindContext } from './context.ts'
import { type Correlation, outerNameOf, relatedConditions } from './correlation.ts'
import { constant, integerConstant } from './literals.ts'
import { compareValues } from './operators.ts'
import type { PendingScalar, Place } from './place.ts'
import { bindTestedRows, type TestNode } from './subquery-test.ts'

/** An operand and the value of the query that it is compared with, both of one type. */
interface Compared {
  readonly operand: Expression
  readonly inner: Expression
}

/** What the number tells of the query's rows; it is NULL when there are none. */
const someNull = 0
const noneNull = 1

export function bindInValue(node: TestNode, place: Place): Expression {
  const { position } = node
  const { collector, context } = place
  const misplaced = () => sqlErrors.SQL_SUBQUERY_PLACE({ what: 'IN with a query' }, { position })
  if (place.inside !== null || collector === null) throw misplaced()
  const { operands, rows, correlation } = bindTestedRows(node, place)
  const compared = operands.map((operand, index): Compared => {
    const column = rows.columns[index]?.column
    const inner: Expression = { kind: 'column', name: column?.name ?? '', type: column?.type ?? operand.type }
    const equal = compareValues('=', operand, inner, position)
    const [left = operand, right = inner] = equal.kind === 'call' ? equal.arguments : []
    return { operand: left, inner: right }
  })
  if (!correlation.conditions.every(isEquality)) {
    const hint = 'Relate it by equality, or make IN a condition of its own in WHERE.'
    throw sqlErrors.SQL_CORRELATION_SHAPE({}, { position, hint })
  }
  const match = collector.scalar(matches(rows.relation, compared, correlation, context, position))
  if (match === null) throw misplaced()
  const found = callOf('IS NOT NULL', [match], position)
  const isCertain = compared.every(({ operand, inner }) => !operand.type.nullable && !inner.type.nullable)
  if (isCertain) return node.negated ? not(found) : found
  const fact = collector.scalar(factOf(rows.relation, compared, correlation, context, position))
  if (fact === null) throw misplaced()
  const operandNull = anyOf(operands.map((operand) => callOf('IS NULL', [operand], position)))
  const unknown = anyOf([
    callOf('=', [fact, integerConstant(someNull)], position),
    allOf([operandNull, callOf('IS NOT NULL', [fact], position)]),
  ])
  const branches = [
    { when: found, then: constant(booleanType, true) },
    { when: unknown, then: constant(booleanType, null) },
  ]
  const value: Expression = { kind: 'case', branches, otherwise: constant(booleanType, false), type: booleanType }
  return node.negated ? not(value) : value
}

/** Whether a condition finds at most one value of the column that the query adds for it. */
function isEquality(condition: Expression): boolean {
  if (condition.kind !== 'call' || condition.function !== '=') return false
  const readsOwn = (part: Expression): boolean => [...columnsIn(part)].some((name) => outerNameOf(name) === null)
  const own = condition.arguments.filter(readsOwn)
  return own.length === 1 && own[0]?.kind === 'column'
}

/** The different rows of the query, with a column that is not NULL where one of them was found. */
function matches(
  relation: Relation,
  compared: readonly Compared[],
  correlation: Correlation,
  context: BindContext,
  position: tree.Query['position'],
): PendingScalar {
  const fresh = () => context.freshName('in')
  const values = compared.map(({ inner }): NamedExpression => ({ name: fresh(), value: inner }))
  const { columns, conditions } = relatedBy(relation, correlation, fresh)
  const name = fresh()
  const distinct: Relation = { kind: 'distinct', input: { kind: 'project', input: relation, columns: [...values, ...columns] } }
  const different = context.placed(distinct, [position])
  const passed = schemaOf(different).map((column): NamedExpression => ({ name: column.name, value: { kind: 'column', ...column } }))
  const equal = compared.map(({ operand }, index) => {
    const { name: column, value } = values[index] as NamedExpression
    return callOf('=', [operand, { kind: 'column', name: column, type: value.type }], position)
  })
  return {
    relation: {
      kind: 'project',
      input: different,
      columns: [...passed, { name, value: constant(withNullable(booleanType, false), true) }],
    },
    name,
    type: booleanType,
    conditions: [...equal, ...conditions],
    position,
  }
}

/** Whether there are rows, and whether there is NULL among them. It does not change with every row, as a count would. */
function factOf(
  relation: Relation,
  compared: readonly Compared[],
  correlation: Correlation,
  context: BindContext,
  position: tree.Query['position'],
): PendingScalar {
  const fresh = () => context.freshName('in')
  const nulls = compared.flatMap(({ inner }) => (inner.type.nullable ? [callOf('IS NULL', [inner], position)] : []))
  const type = withNullable(integerType, false)
  const none = constant(type, noneNull)
  const value: Expression =
    nulls.length === 0 ? none : { kind: 'case', branches: [{ when: anyOf(nulls), then: constant(type, someNull) }], otherwise: none, type }
  const { columns, conditions } = relatedBy(relation, correlation, fresh)
  const read: NamedExpression = { name: fresh(), value }
  const name = fresh()
  const argument: Expression = { kind: 'column', name: read.name, type }
  const measure = { name, function: 'MIN', arguments: [argument], distinct: false, filter: null, type: integerType } as const
  const aggregate: Relation = {
    kind: 'aggregate',
    input: { kind: 'project', input: relation, columns: [...columns, read] },
    keys: columns.map((column) => column.name),
    measures: [measure],
    window: null,
    groupingSets: null,
  }
  return { relation: context.placed(aggregate, [position]), name, type: integerType, conditions, position }
}

/** The columns that relate the query to the rows around it, under fresh names. */
function relatedBy(
  relation: Relation,
  correlation: Correlation,
  fresh: () => string,
): { readonly columns: NamedExpression[]; readonly conditions: Expression[] } {
  const read = new Set(
    correlation.conditions.flatMap((condition) => [...columnsIn(condition)]).filter((name) => outerNameOf(name) === null),
  )
  const own = schemaOf(relation).filter(({ name }) => read.has(name))
  const names = new Map(own.map(({ name }) => [name, fresh()]))
  const columns = own.map(
    (column): NamedExpression => ({ name: names.get(column.name) ?? column.name, value: { kind: 'column', ...column } }),
  )
  return { columns, conditions: relatedConditions(correlation, names) }
}
