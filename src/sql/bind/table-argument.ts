/** Tables, and other arguments by name, of functions that take a table: the windows, and what turns changes into rows and back. */
import { suggestion } from '#base'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import { unparseExpression } from '../syntax/unparse/expression.ts'
import { type BindContext, type Rows, type Surroundings, scopeOfRows } from './context.ts'
import { type Scope, tableScope } from './scope.ts'
import { rowsNamed } from './tables.ts'

/** A function that takes a table, as errors speak of it. */
export interface TableUser {
  readonly name: string
  /** How to call it. */
  readonly usage: string
  /** In their order. */
  readonly parameters: readonly string[]
}

/** Arguments by their parameter in upper case, whether they were given by name or in order; null where there are too many. */
export function argumentsByName(call: tree.Call, { name, parameters }: TableUser): ReadonlyMap<string, tree.Argument> | null {
  const args = new Map<string, tree.Argument>()
  for (const [index, argument] of call.arguments.entries()) {
    if (argument.kind === 'named-argument') {
      const parameter = argument.name.text.toUpperCase()
      if (!parameters.some((each) => each.toUpperCase() === parameter)) {
        const extras = suggestion(argument.name.text, parameters, 'parameters')
        throw sqlErrors.SQL_PARAMETER_NOT_FOUND(
          { parameter: argument.name.text, function: name },
          { position: argument.name.position, ...extras },
        )
      }
      args.set(parameter, argument.value)
      continue
    }
    const parameter = parameters[index]
    if (parameter === undefined) return null
    args.set(parameter.toUpperCase(), argument)
  }
  return args
}

export interface TableInput {
  readonly rows: Rows
  readonly scope: Scope
  /** As written. */
  readonly partitionBy: readonly tree.Expression[]
}

/** The rows of `TABLE t`, or of a query. */
export function bindTableArgument(
  argument: tree.Argument,
  { name, usage }: TableUser,
  surroundings: Surroundings,
  context: BindContext,
): TableInput {
  const { commonTables } = surroundings
  const inner: Surroundings = { outer: null, commonTables, isInner: true, correlation: null }
  if (argument.kind === 'subquery') {
    const rows = context.steps.query(argument.query, inner, context)
    return { rows, scope: scopeOfRows(rows), partitionBy: [] }
  }
  if (argument.kind !== 'table-argument') {
    const hint = argument.kind === 'column-reference' ? `Write TABLE ${unparseExpression(argument)}.` : `Write ${usage}.`
    throw sqlErrors.SQL_TABLE_ARGUMENT({ function: name }, { position: argument.position, hint })
  }
  const { table, partitionBy } = argument
  const rows = table.kind === 'name' ? rowsNamed(table, {}, commonTables, context) : context.steps.query(table, inner, context)
  if (table.kind !== 'name') return { rows, scope: scopeOfRows(rows), partitionBy }
  const path = table.parts.map((part) => part.text)
  return { rows, scope: tableScope(path.at(-1) ?? '', path, rows.columns), partitionBy }
}
