/** UNION, INTERSECT and EXCEPT. */
import { commonType, sameType, withNullable } from '#data'
import { type JoinKey, type NamedExpression, type Relation, schemaOf } from '#plan'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import { typeText } from './call.ts'
import { castTo } from './coerce.ts'
import type { BindContext, Rows } from './context.ts'
import { apart } from './joins.ts'
import { scopeColumns } from './scope.ts'

export function bindSetOperation(node: tree.SetOperation, bind: (input: tree.QueryBody) => Rows, context: BindContext): Rows {
  const word = node.operator.toUpperCase()
  if (node.all && node.operator !== 'union')
    throw sqlErrors.SQL_NOT_SUPPORTED({ what: `${word} ALL` }, { position: node.position, hint: `Use ${word}, without ALL.` })
  const rows = aligned(node, word, context.all(node.inputs.map((input) => () => bind(input))))
  const [first, ...others] = rows
  if (first === undefined) throw sqlErrors.SQL_NOT_SUPPORTED({ what: `an empty ${word}` }, { position: node.position })
  const relation =
    node.operator === 'union' ? union(rows, node.all) : others.reduce((left, right) => compared(left, right, node.operator), first)
  return { relation, columns: scopeColumns(schemaOf(relation)) }
}

function union(inputs: readonly Relation[], all: boolean): Relation {
  const relation: Relation = { kind: 'union', inputs }
  return all ? relation : { kind: 'distinct', input: relation }
}

/** The different rows of the left that are (INTERSECT) or are not (EXCEPT) among those of the right; NULL equals NULL. */
function compared(left: Relation, right: Relation, operator: tree.SetOperation['operator']): Relation {
  const other = apart(left, right)
  const names = schemaOf(other.relation).map(({ name }) => name)
  const equal = schemaOf(left).map(({ name }, index): JoinKey => ({ left: name, right: names[index] ?? '', nullsEqual: true }))
  const join: Relation = {
    kind: 'join',
    type: operator === 'intersect' ? 'semi' : 'anti',
    left,
    right: other.relation,
    equal,
    condition: null,
    asOf: null,
  }
  return { kind: 'distinct', input: join }
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
