import { MillraceError } from '#base'
import { sqlErrors } from '../errors.ts'
import { type Cursor, nestingLimit } from './cursor.ts'
import { openCursor } from './grammar.ts'
import { readTokens } from './lexer.ts'
import { explainErrors } from './mistakes.ts'
import { parseStatement } from './parse/statements.ts'
import type { Comment } from './token.ts'
import type { Statement, SyntaxNode } from './tree.ts'

export interface Script {
  /** The statements that have no errors, in order. */
  readonly statements: readonly Statement[]
  /** Every error, in the order of the text. */
  readonly diagnostics: readonly MillraceError[]
  readonly comments: readonly Comment[]
}

/**
 * Parses a text of statements that are separated by semicolons. It never throws for what the text says: a wrong
 * statement becomes one or more diagnostics, and the next is parsed.
 */
export function parseScript(text: string): Script {
  const { tokens, comments } = readTokens(text)
  const cursor = openCursor(text, tokens)
  const statements: Statement[] = []
  try {
    for (;;) {
      while (cursor.takeSymbol(';'));
      if (cursor.token.kind === 'end') break
      const statement = cursor.statement(() => parseShallow(cursor))
      if (statement !== undefined) statements.push(statement)
    }
  } catch (error) {
    if (!(error instanceof MillraceError) || error.code !== 'SQL_TOO_MANY_ERRORS') throw error
    cursor.errors.push(error)
  }
  return { statements, diagnostics: explainErrors(text, tokens, cursor.errors), comments }
}

function parseShallow(cursor: Cursor): Statement {
  cursor.hasLongChain = false
  const statement = parseStatement(cursor)
  if (cursor.hasLongChain) refuseDeepTree(statement)
  return statement
}

/**
 * Refuses a tree deeper than the limit: a chain of operators nests in the tree, though not in the text. Whoever walks
 * the tree may therefore recurse.
 */
function refuseDeepTree(statement: Statement): void {
  let nodes: SyntaxNode[] = [statement]
  for (let depth = 0; nodes.length > 0; depth++) {
    const [first] = nodes
    if (depth > nestingLimit && first !== undefined) {
      throw sqlErrors.SQL_NESTING_TOO_DEEP({ limit: nestingLimit }, { position: first.position })
    }
    nodes = nodes.flatMap(childrenOf)
  }
}

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = []
  for (const value of Object.values(node)) collectNodes(value, children)
  return children
}

function collectNodes(value: unknown, nodes: SyntaxNode[]): void {
  if (Array.isArray(value)) for (const item of value) collectNodes(item, nodes)
  else if (typeof value === 'object' && value !== null && 'kind' in value) nodes.push(value as SyntaxNode)
}
