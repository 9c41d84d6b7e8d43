/** Tells expressions from the other things that may be arguments. */
import type * as tree from '../syntax/tree.ts'

const others: ReadonlySet<string> = new Set(['star', 'symbol', 'named-argument', 'table-argument', 'model-argument', 'descriptor', 'default-argument'])

export function isExpression(argument: tree.Argument): argument is tree.Expression {
  return !others.has(argument.kind)
}
