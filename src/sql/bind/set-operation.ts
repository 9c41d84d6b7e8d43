/** UNION, INTERSECT and EXCEPT. */
import { bigintType, booleanType, commonType, integerType, sameType, withNullable } from '#data'
import { type Expression, type JoinKey, type NamedExpression, type Relation, referTo, schemaOf, type TextSpan } from '#plan'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import { callOf, not, typeText } from './call.ts'
import { castTo } from './coerce.ts'
import type { BindContext, Rows } from './context.ts'
import { apart } from './joins.ts'
import { constant } from './literals.ts'
import { projected } from './names.ts'
import { scopeColumns } from './scope.ts'

export function bindSetOperation(node: tree.SetOperation, bind: (input: tree.QueryBody) => Rows, context: BindContext): Rows {
  const word = node.operator.toUpperCase()
  const rows = aligned(node, word, context.all(node.inputs.map((input) => () => bind(input))))
  const [first, ...others] = rows
  if (first === undefined) throw sqlErrors.SQL_NOT_SUPPORTED({ what: `an empty ${word}` }, { position: node.position })
  const relation =
    node.operator === 'union' ? union(rows, node, context) : others.reduce((left, right) => difference(left, right, node, context), first)
  return { relation, columns: scopeColumns(schemaOf(relation)) }
}

function union(inputs: readonly Relation[], node: tree.SetOperation, context: BindContext): Relation {
  const relation: Relation = { kind: 'union', inputs }
  return node.all ? relation : context.placed({ kind: 'distinct', input: relation }, wordsOf(node))
}

/** What stands between the inputs: UNION, INTERSECT or EXCEPT, and brackets. */
function wordsOf({ inputs }: tree.SetOperation): TextSpan[] {
  return inputs.slice(1).map((input, index) => ({ start: inputs[index]?.position.end ?? 0, end: input.position.start }))
}

function difference(left: Relation, right: Relation, node: tree.SetOperation, context: BindContext): Relation {
  return node.all ? countedOut(left, right, node, context) : compared(left, right, node, context)
}

/** The different rows of the left that are (INTERSECT) or are not (EXCEPT) among those of the right; NULL equals NULL. */
function compared(left: Relation, right: Relation, node: tree.SetOperation, context: BindContext): Relation {
  const other = apart(left, right)
  const names = schemaOf(other.relation).map(({ name }) => name)
  const equal = schemaOf(left).map(({ name }, index): JoinKey => ({ left: name, right: names[index] ?? '', nullsEqual: true }))
  const join: Relation = {
    kind: 'join',
    type: node.operator === 'intersect' ? 'semi' : 'anti',
    left,
    right: other.relation,
    equal,
    condition: null,
    asOf: null,
  }
  const spans = wordsOf(node)
  return context.placed({ kind: 'distinct', input: context.placed(join, spans) }, spans)
}

/** The inputs with each column of one type, the type that all have in common. */
function aligned(node: tree.SetOperation, word: string, inputs: readonly Rows[]): Relation[] {
  const [first] = inputs
  const width = first?.columns.length ?? 0
  const uneven = inputs.findIndex((rows) => rows.columns.length !== width)
  if (uneven >= 0) {
    const got = inputs[uneven]?.columns.length ?? 0
    throw sqlErrors.SQL_SET_WIDTH({ operator: word, left: width, right: got }, { position: node.inputs[uneven]?.position ?? node.position })
  }
  const types = Array.from({ length: width }, (_, index) => {
    const each = inputs.flatMap((rows) => rows.columns[index] ?? [])
    const type = commonType(each.map(({ column }) => column.type))
    if (type !== null) return type
    const names = [...new Set(each.map(({ column }) => typeText({ kind: 'column', name: column.name, type: column.type })))].join(' and ')
    const odd = inputs.findIndex(
      (rows) =>
        !sameType(
          rows.columns[index]?.column.type ?? first?.columns[index]?.column.type ?? { kind: 'null', nullable: true },
          first?.columns[index]?.column.type ?? { kind: 'null', nullable: true },
          true,
        ),
    )
    throw sqlErrors.SQL_SET_TYPES(
      { operator: word, column: each[0]?.name ?? index + 1, types: names },
      { position: node.inputs[odd]?.position ?? node.position },
    )
  })
  return inputs.map(({ relation, columns }) => {
    const values = columns.map(({ column }, index): NamedExpression => {
      const type = types[index] ?? column.type
      return {
        name: column.name,
        value: castTo({ kind: 'column', name: column.name, type: column.type }, withNullable(type, column.type.nullable)),
      }
    })
    const same = values.length === schemaOf(relation).length && values.every(({ value }) => value.kind === 'column')
    return same ? relation : { kind: 'project', input: relation, columns: values }
  })
}

/**
 * INTERSECT ALL and EXCEPT ALL: equal rows are counted on both sides, and repeated as often as they are on both, or as they are more
 * often on the left.
 */
function countedOut(left: Relation, right: Relation, node: tree.SetOperation, context: BindContext): Relation {
  const { position } = node
  const schema = schemaOf(left)
  const side = context.freshName('side')
  const sideType = withNullable(booleanType, false)
  const marked = (relation: Relation, isLeft: boolean): Relation => {
    const values = schemaOf(relation).map((column, index): NamedExpression => ({ name: schema[index]?.name ?? '', value: referTo(column) }))
    return { kind: 'project', input: relation, columns: [...values, { name: side, value: constant(sideType, isLeft) }] }
  }
  const isLeft: Expression = { kind: 'column', name: side, type: sideType }
  const countType = withNullable(bigintType, false)
  const count = (filter: Expression) =>
    ({ name: context.freshName('count'), function: 'COUNT', arguments: [], distinct: false, filter, type: countType }) as const
  const [lefts, rights] = [count(isLeft), count(not(isLeft))]
  const aggregate: Relation = {
    kind: 'aggregate',
    input: { kind: 'union', inputs: [marked(left, true), marked(right, false)] },
    keys: schema.map(({ name }) => name),
    measures: [lefts, rights],
    window: null,
    groupingSets: null,
  }
  const counted = context.placed(aggregate, wordsOf(node))
  const counts = [lefts, rights].map(({ name, type }): Expression => ({ kind: 'column', name, type }))
  const times = node.operator === 'intersect' ? callOf('LEAST', counts, position) : callOf('-', counts, position)
  const copies = callOf('COPIES', [times], position)
  const copy = { name: context.freshName('copy'), type: withNullable(integerType, false) }
  const repeated: Relation = { kind: 'unnest', input: counted, collection: copies, join: 'inner', columns: [copy], ordinality: null }
  return projected(
    repeated,
    schemaOf(counted)
      .slice(0, schema.length)
      .map((column) => ({ name: column.name, value: referTo(column) })),
  )
}
