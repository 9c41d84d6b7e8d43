import { Cursor, type Grammar } from './cursor.ts'
import { parseExpression, parseOperand } from './parse/expressions.ts'
import { continueQuery, parseQuery } from './parse/queries.ts'
import { parseFrom } from './parse/tables.ts'
import type { Probe } from './probe.ts'
import type { Token } from './token.ts'

const grammar: Grammar = { parseExpression, parseOperand, parseQuery, continueQuery, parseFrom }

/** Creates a cursor at the first token, with the whole grammar behind it. */
export function openCursor(source: string, tokens: readonly Token[], probe?: Probe): Cursor {
  return new Cursor(source, tokens, grammar, probe)
}
