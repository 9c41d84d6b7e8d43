/** Texts that the catalog keeps: with full names of tables and functions, so that they mean the same from everywhere. */
import type { TablePath } from '#plan'
import type * as tree from '../syntax/tree.ts'
import { unparseExpression } from '../syntax/unparse/expression.ts'
import type { BindContext } from './context.ts'

/** A part of a statement that was bound, with every name of a table or function in full. */
export function withFullNames<T extends tree.Query | tree.Expression>(part: T, { nameUses }: BindContext): T {
  const paths = new Map<object, TablePath>(nameUses.map(({ name, path }) => [name, path]))
  return rewrite(part, (each) => {
    const path = paths.get(each)
    return path === undefined ? null : fullName(each as tree.Name, path)
  }) as T
}

/** An expression over the columns of a table, once it was bound. As in Flink, every column stands in backticks. */
export function expressionText(expression: tree.Expression, context: BindContext): string {
  const quoted = rewrite(withFullNames(expression, context), (part) => {
    if (!('kind' in part)) return null
    if (part.kind === 'column-reference') return { ...part, parts: (part as tree.ColumnReference).parts.map(inBackticks) }
    return null
  })
  return unparseExpression(quoted as tree.Expression)
}

/** Copies a tree. What the function gives instead of a part is taken as it is. */
function rewrite(part: unknown, replace: (part: object) => object | null): unknown {
  if (Array.isArray(part)) return part.map((each) => rewrite(each, replace))
  if (typeof part !== 'object' || part === null) return part
  const replaced = replace(part)
  if (replaced !== null) return replaced
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, key === 'position' ? value : rewrite(value, replace)]))
}

function fullName(name: tree.Name, path: TablePath): tree.Name {
  return { ...name, parts: path.map((text): tree.Identifier => ({ kind: 'identifier', text, quoted: true, position: name.position })) }
}

function inBackticks(identifier: tree.Identifier): tree.Identifier {
  return { ...identifier, quoted: true }
}
