/** The door of binding: a statement of the tree to what it means, or every error in it. */
import { MillraceError } from '#base'
import type * as tree from '../syntax/tree.ts'
import type { BoundStatement } from './bound.ts'
import { BindContext, type NameUse } from './context.ts'
import type { Environment } from './environment.ts'
import { bindExpression } from './expressions.ts'
import { bindQuery } from './queries.ts'
import { bindAnyStatement } from './statements.ts'

/**
 * Finds what the names of a statement mean and the types of everything in it. Throws a MillraceError with a position; an AggregateError
 * of such when several things are wrong.
 */
export function bindStatement(statement: tree.Statement, environment: Environment): BoundStatement {
  return bindWithUses(statement, environment).bound
}

/** The same, and what each name of a table, a view or a function was found to mean; views are not looked into. */
export function bindWithUses(
  statement: tree.Statement,
  environment: Environment,
): { readonly bound: BoundStatement; readonly uses: readonly NameUse[] } {
  const context = new BindContext(environment, { expression: bindExpression, query: bindQuery })
  try {
    return { bound: bindAnyStatement(statement, context), uses: context.nameUses }
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error
    const errors = inOrder([...context.errors, error])
    throw errors.length === 1 ? error : new AggregateError(errors, `${errors.length} errors`)
  }
}

/** Each error once, in the order of the text. */
function inOrder(errors: readonly MillraceError[]): MillraceError[] {
  const unique = new Map<string, MillraceError>()
  for (const error of errors) unique.set(`${error.code} ${error.position?.start ?? -1} ${error.message}`, error)
  return [...unique.values()].sort((a, b) => (a.position?.start ?? 0) - (b.position?.start ?? 0))
}
