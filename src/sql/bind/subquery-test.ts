/** EXISTS and IN with a query, as parts of a condition: they become semi and anti joins. */
import { counted, type TextPosition } from '#base'
import { booleanType, withNullable } from '#data'
import { columnsIn, type Expression, type Relation, referTo, schemaOf } from '#plan'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import { callOf } from './call.ts'
import type { BindContext, Rows } from './context.ts'
import { type Correlation, relatedConditions } from './correlation.ts'
import { joinWith } from './joins.ts'
import { constant } from './literals.ts'
import { compareValues, isRow } from './operators.ts'
import type { Place } from './place.ts'

/** A test whether a row has a partner in a relation. */
export interface SubqueryTest {
  readonly relation: Relation
  /** Over columns of the rows tested and of the relation. */
  readonly conditions: readonly Expression[]
  readonly negated: boolean
  /** The relation is one row, and this column of it is NULL when there are no rows at all: nothing relates them to those tested. */
  readonly found: string | null
  readonly position: TextPosition
}

export type TestNode = {
  readonly negated: boolean
  readonly operands: readonly tree.Expression[]
  readonly query: tree.Query
  readonly position: tree.Query['position']
}

/** The parts of a condition that must all hold. */
export function conjunctNodes(node: tree.Expression): readonly tree.Expression[] {
  return node.kind === 'logical' && node.operator === 'and' ? node.operands.flatMap(conjunctNodes) : [node]
}

/** A condition that tests with a subquery, or null for any other. */
export function subqueryTestOf(node: tree.Expression): TestNode | null {
  switch (node.kind) {
    case 'exists':
      return { negated: false, operands: [], query: node.query, position: node.position }
    case 'in-query':
      return {
        negated: node.negated,
        operands: isRow(node.operand) ? node.operand.items : [node.operand],
        query: node.query,
        position: node.position,
      }
    case 'quantified': {
      const isIn = node.operator === '=' && node.quantifier === 'any'
      const isNotIn = node.operator === '<>' && node.quantifier === 'all'
      return node.query !== undefined && (isIn || isNotIn)
        ? { negated: isNotIn, operands: [node.operand], query: node.query, position: node.position }
        : null
    }
    case 'unary': {
      const inner = node.operator === 'not' ? subqueryTestOf(node.operand) : null
      return inner === null ? null : { ...inner, negated: !inner.negated }
    }
    default:
      return null
  }
}

export interface TestedRows {
  readonly operands: readonly Expression[]
  /** The rows of the subquery, with a column for each operand. */
  readonly rows: Rows
  readonly correlation: Correlation
}

/** Binds what a test compares and the subquery that it looks into. */
export function bindTestedRows(node: TestNode, place: Place): TestedRows {
  const { context } = place
  const correlation: Correlation = { conditions: [], wanted: 'rows', countsRows: false }
  const bindRows = () =>
    context.steps.query(node.query, { outer: place.scope, commonTables: place.commonTables, isInner: true, correlation }, context)
  const [operands, rows] = context.both(() => place.bindAll(node.operands), bindRows)
  if (operands.length > 0 && operands.length !== rows.columns.length) {
    throw sqlErrors.SQL_IN_COLUMNS(
      { expected: counted(operands.length, 'value'), got: counted(rows.columns.length, 'column') },
      { position: node.query.position },
    )
  }
  return { operands, rows, correlation }
}

export function bindSubqueryTest(node: TestNode, place: Place): SubqueryTest {
  const { context } = place
  const { operands, rows, correlation } = bindTestedRows(node, place)
  if (operands.length === 0 && correlation.conditions.length === 0) return foundTest(context, rows.relation, node)
  const read = new Set([
    ...correlation.conditions.flatMap((condition) => [...columnsIn(condition)]),
    ...(operands.length > 0 ? rows.columns.map(({ column }) => column.name) : []),
  ])
  const kept = schemaOf(rows.relation).filter(({ name }, index) => read.has(name) || (read.size === 0 && index === 0))
  const names = new Map(kept.map(({ name }) => [name, context.freshName('in')]))
  const relation: Relation = {
    kind: 'project',
    input: rows.relation,
    columns: kept.map((column) => ({ name: names.get(column.name) ?? column.name, value: referTo(column) })),
  }
  const compared = operands.map((operand, index) => {
    const column = rows.columns[index]?.column
    const value: Expression = { kind: 'column', name: names.get(column?.name ?? '') ?? '', type: column?.type ?? operand.type }
    const equal = compareValues('=', operand, value, node.position)
    // NOT IN is unknown, and so not true, as soon as either side may be NULL.
    return node.negated && equal.type.nullable ? callOf('IS NOT FALSE', [equal], node.position) : equal
  })
  return {
    relation,
    conditions: [...compared, ...relatedConditions(correlation, names)],
    negated: node.negated,
    found: null,
    position: node.position,
  }
}

/** Whether there are any rows at all. It does not change with every row, as a count would. */
function foundTest(context: BindContext, relation: Relation, { negated, position }: TestNode): SubqueryTest {
  const found = context.freshName('found')
  const yes = constant(withNullable(booleanType, false), true)
  const measure = { name: found, function: 'MIN', arguments: [yes], distinct: false, filter: null, type: booleanType } as const
  const partners: Relation = { kind: 'aggregate', input: relation, keys: [], measures: [measure], window: null, groupingSets: null }
  return { relation: context.placed(partners, [position]), conditions: [], negated, found, position }
}

/** Keeps the rows that pass the test. */
export function tested(
  context: BindContext,
  relation: Relation,
  { relation: partners, conditions, negated, found, position }: SubqueryTest,
): Relation {
  if (found !== null) {
    const value: Expression = { kind: 'column', name: found, type: booleanType }
    const type = withNullable(booleanType, false)
    const condition: Expression = { kind: 'call', function: negated ? 'IS NULL' : 'IS NOT NULL', arguments: [value], type }
    return { kind: 'filter', input: context.placed(joinWith(context, 'inner', relation, partners, []), [position]), condition }
  }
  return context.placed(joinWith(context, negated ? 'anti' : 'semi', relation, partners, conditions), [position])
}
