/** UNNEST and table functions: rows computed from each row of what stands left of them. */
import { counted, type TextPosition } from '#base'
import { type Column, type DataType, integerType, withNullable } from '#data'
import { type Expression, type FunctionDefinition, type Relation, schemaOf } from '#plan'
import { sqlErrors } from '../errors.ts'
import { nameText } from '../syntax/tree/name.ts'
import type * as tree from '../syntax/tree.ts'
import { boundArguments } from './arguments.ts'
import { typeText } from './call.ts'
import type { BindContext, Surroundings } from './context.ts'
import { namesOf, uniqueName } from './names.ts'
import { Place } from './place.ts'
import { emptyScope, joinScopes, type Scope, type ScopeColumn, tableScope } from './scope.ts'
import { bindUserFunction, findUserFunction } from './user-function.ts'

/** A relation and the names that it can be spoken of by. */
export interface FromRows {
  readonly relation: Relation
  readonly scope: Scope
}

/** One row, for what is computed from nothing. */
const oneRow: Relation = {
  kind: 'values',
  columns: [{ name: 'ZERO', type: withNullable(integerType, false) }],
  rows: [[{ kind: 'literal', value: 0, type: withNullable(integerType, false) }]],
}
export const fromNothing: FromRows = { relation: oneRow, scope: emptyScope }

export function bindUnnest(
  node: tree.Unnest,
  left: FromRows,
  join: 'inner' | 'left',
  surroundings: Surroundings,
  context: BindContext,
): FromRows {
  const [only, more] = node.expressions
  if (only === undefined || more !== undefined) {
    throw sqlErrors.SQL_NOT_SUPPORTED(
      { what: 'UNNEST of several collections' },
      { position: node.position, hint: 'Unnest them one by one.' },
    )
  }
  const place = new Place(context, left.scope, { clause: 'UNNEST', commonTables: surroundings.commonTables })
  const collection = place.bind(only)
  const columns = elementColumns(collection, only.position)
  const ordinality: Column[] = node.ordinality ? [{ name: 'ORDINALITY', type: withNullable(integerType, false) }] : []
  return attached(left, { collection, join, columns, ordinality }, node.alias, 'EXPR$0', node.position)
}

/** The columns of an element: its fields, the element itself, or key and value. */
function elementColumns(collection: Expression, position: TextPosition): Column[] {
  const { type } = collection
  switch (type.kind) {
    case 'array':
    case 'multiset':
      return rowColumns(type.element)
    case 'map':
      return [
        { name: 'KEY', type: type.key },
        { name: 'VALUE', type: type.value },
      ]
    default:
      throw sqlErrors.SQL_UNNEST_TYPE({ got: typeText(collection) }, { position })
  }
}

function rowColumns(type: DataType): Column[] {
  if (type.kind !== 'row') return [{ name: 'EXPR$0', type }]
  return type.fields.map((field) => ({ name: field.name, type: withNullable(field.type, field.type.nullable || type.nullable) }))
}

export function bindTableFunction(
  node: tree.TableFunction,
  left: FromRows,
  join: 'inner' | 'left',
  surroundings: Surroundings,
  context: BindContext,
): FromRows {
  const user = findUserFunction(node.call, context)
  if (user === null || user.signature.kind !== 'table') throw notTableFunction(node.call, user)
  const place = new Place(context, left.scope, { clause: 'the arguments of a table function', commonTables: surroundings.commonTables })
  const collection = bindUserFunction(user, boundArguments(node.call, place), node.call.position)
  return attached(
    left,
    { collection, join, columns: emittedColumns(user.signature.result), ordinality: [] },
    node.alias,
    nameText(node.call.name),
    node.position,
  )
}

/** A table function declares the rows that it gives as an array of them. */
function emittedColumns(type: DataType): Column[] {
  return rowColumns(type.kind === 'array' ? type.element : type)
}

function notTableFunction(call: tree.Call, user: FunctionDefinition | null): Error {
  const name = nameText(call.name)
  const { position } = call
  if (user !== null)
    return sqlErrors.SQL_NOT_A_TABLE_FUNCTION(
      { function: name },
      { position, hint: `"${name}" gives a value: call it where an expression stands.` },
    )
  const hint =
    'Table functions are TUMBLE, HOP, CUMULATE, SESSION, TO_CHANGELOG and FROM_CHANGELOG, and those made with CREATE FUNCTION. A collection is read with UNNEST(…).'
  return sqlErrors.SQL_NOT_A_TABLE_FUNCTION({ function: name }, { position, hint })
}

interface Attachment {
  readonly collection: Expression
  readonly join: 'inner' | 'left'
  readonly columns: readonly Column[]
  readonly ordinality: readonly Column[]
}

/** The rows on the left, each with what its collection holds. */
function attached(
  left: FromRows,
  { collection, join, columns, ordinality }: Attachment,
  alias: tree.TableAlias | undefined,
  name: string,
  position: TextPosition,
): FromRows {
  const taken = namesOf(schemaOf(left.relation))
  const names = aliasNames(
    alias,
    [...columns, ...ordinality].map((column) => column.name),
  )
  const unique = names.map((each) => uniqueName(each, taken))
  const relation: Relation = {
    kind: 'unnest',
    input: left.relation,
    collection,
    join,
    columns: columns.map((column, index) => ({ ...column, name: unique[index] ?? column.name })),
    ordinality: ordinality.length === 0 ? null : (unique.at(-1) ?? null),
  }
  const added = schemaOf(relation).slice(-names.length)
  const visible = added.map((column, index): ScopeColumn => ({ name: names[index] ?? column.name, column }))
  return { relation, scope: joinScopes(left.scope, tableScope(alias?.name.text ?? name, [], visible), position) }
}

/** The names of an alias such as `t(a, b)`, in the place of the given ones. */
export function aliasNames(alias: tree.TableAlias | undefined, names: readonly string[]): readonly string[] {
  if (alias === undefined || alias.columns.length === 0) return names
  if (alias.columns.length !== names.length) {
    throw sqlErrors.SQL_ALIAS_COLUMNS(
      { alias: alias.name.text, expected: names.length, got: counted(alias.columns.length, 'column') },
      { position: alias.position },
    )
  }
  return alias.columns.map((column) => column.text)
}
