import type { Cursor } from '../cursor.ts'
import { placeOf } from '../token.ts'
import type { Argument, Call, JsonBehavior, JsonClauses, OrderItem } from '../tree.ts'
import { parseDataType } from './data-types.ts'
import { wordIdentifier } from './names.ts'
import { parseOrderItems } from './windows.ts'

/** The JSON functions of the SQL standard, whose parentheses hold clauses after the arguments. */
export const jsonCalls: ReadonlyMap<string, (cursor: Cursor) => Call> = new Map([
  ['JSON_ARRAY', (cursor: Cursor) => parseJsonCall(cursor, parseElements)],
  ['JSON_ARRAYAGG', (cursor: Cursor) => parseJsonCall(cursor, parseAggregated)],
  ['JSON_EXISTS', (cursor: Cursor) => parseJsonCall(cursor, parsePathArguments, takePathClauses)],
  ['JSON_OBJECT', (cursor: Cursor) => parseJsonCall(cursor, parseEntries)],
  ['JSON_OBJECTAGG', (cursor: Cursor) => parseJsonCall(cursor, parseEntry)],
  ['JSON_QUERY', (cursor: Cursor) => parseJsonCall(cursor, parsePathArguments, takePathClauses)],
  ['JSON_VALUE', (cursor: Cursor) => parseJsonCall(cursor, parsePathArguments, takePathClauses)],
])

/** The clauses while they are being read. */
type OpenClauses = { -readonly [Key in Exclude<keyof JsonClauses, 'kind' | 'position'>]?: JsonClauses[Key] }

interface JsonArguments {
  readonly args: readonly Argument[]
  readonly orderBy?: readonly OrderItem[]
}

function parseJsonCall(
  cursor: Cursor,
  parseArguments: (cursor: Cursor) => JsonArguments,
  takeClauses: (cursor: Cursor, clauses: OpenClauses) => void = takeNullClause,
): Call {
  const first = cursor.advance()
  const name = { kind: 'name', parts: [wordIdentifier(cursor, first)], position: placeOf(first) } as const
  const opening = cursor.expectSymbol('(')
  const { args, orderBy } = cursor.nested(parseArguments)
  const firstClause = cursor.token
  const clauses: OpenClauses = {}
  takeClauses(cursor, clauses)
  const hasClauses = Object.keys(clauses).length > 0
  const json: JsonClauses | undefined = hasClauses
    ? { kind: 'json-clauses', ...clauses, position: cursor.placeFrom(firstClause) }
    : undefined
  cursor.expectClosing(opening, ')', '"," or ')
  return {
    kind: 'call',
    name,
    arguments: args,
    bare: false,
    ...(json && { json }),
    ...(orderBy && { withinGroup: orderBy }),
    position: cursor.placeFrom(first),
  }
}

function parsePathArguments(cursor: Cursor): JsonArguments {
  const args = [cursor.parseExpression()]
  cursor.expectSymbol(',')
  args.push(cursor.parseExpression())
  return { args }
}

/** Takes RETURNING, the wrapper, and what to do on an empty result or an error. */
function takePathClauses(cursor: Cursor, clauses: OpenClauses): void {
  if (cursor.takeWord('RETURNING')) clauses.returning = parseDataType(cursor)
  const wrapper = cursor.takeOneOf([
    ...(['WITHOUT ARRAY WRAPPER', 'WITHOUT WRAPPER', 'WITH CONDITIONAL ARRAY WRAPPER', 'WITH CONDITIONAL WRAPPER'] as const),
    ...(['WITH UNCONDITIONAL ARRAY WRAPPER', 'WITH UNCONDITIONAL WRAPPER', 'WITH ARRAY WRAPPER', 'WITH WRAPPER'] as const),
  ])
  if (wrapper !== undefined) {
    clauses.wrapper = wrapper.startsWith('WITHOUT') ? 'without' : wrapper.startsWith('WITH COND') ? 'conditional' : 'unconditional'
  }
  const quotes = cursor.takeOneOf(['KEEP QUOTES', 'OMIT QUOTES'])
  if (quotes !== undefined) clauses.quotes = quotes === 'KEEP QUOTES' ? 'keep' : 'omit'
  for (;;) {
    const behavior = takeBehavior(cursor)
    if (behavior === undefined) return
    cursor.expectWord('ON')
    if (cursor.expectOneOf(['EMPTY', 'ERROR']) === 'EMPTY') clauses.onEmpty = behavior
    else clauses.onError = behavior
  }
}

const behaviors = {
  NULL: 'null',
  ERROR: 'error',
  TRUE: 'true',
  FALSE: 'false',
  UNKNOWN: 'unknown',
  'EMPTY ARRAY': 'empty-array',
  'EMPTY OBJECT': 'empty-object',
} as const

function takeBehavior(cursor: Cursor): JsonBehavior | undefined {
  const first = cursor.token
  if (cursor.takeWord('DEFAULT')) {
    const value = cursor.parseExpression()
    return { kind: 'json-behavior', behavior: 'default', value, position: cursor.placeFrom(first) }
  }
  const found = cursor.takeOneOf(Object.keys(behaviors) as (keyof typeof behaviors)[])
  return found && { kind: 'json-behavior', behavior: behaviors[found], position: cursor.placeFrom(first) }
}

function takeNullClause(cursor: Cursor, clauses: OpenClauses): void {
  const found = cursor.takeOneOf(['NULL ON NULL', 'ABSENT ON NULL'])
  if (found !== undefined) clauses.onNull = found === 'NULL ON NULL' ? 'null' : 'absent'
}

/** Whether the arguments end here, with `)` or with the clause about nulls, which starts like a value. */
function endsArguments(cursor: Cursor): boolean {
  return cursor.isSymbol(')') || cursor.isWord('NULL', 'ON', 'NULL') || cursor.isWord('ABSENT', 'ON', 'NULL')
}

function parseElements(cursor: Cursor): JsonArguments {
  const args: Argument[] = []
  if (endsArguments(cursor)) return { args }
  do args.push(cursor.parseExpression())
  while (cursor.takeSymbol(','))
  return { args }
}

function parseAggregated(cursor: Cursor): JsonArguments {
  const args = [cursor.parseExpression()]
  return cursor.takeWord('ORDER', 'BY') ? { args, orderBy: parseOrderItems(cursor) } : { args }
}

function parseEntries(cursor: Cursor): JsonArguments {
  const args: Argument[] = []
  if (endsArguments(cursor)) return { args }
  do args.push(...parseEntry(cursor).args)
  while (cursor.takeSymbol(','))
  return { args }
}

/** `KEY k VALUE v`, `k VALUE v`, `k : v` and `k, v`: KEY is a word that may also be a column. */
function parseEntry(cursor: Cursor): JsonArguments {
  const next = cursor.peek(1)
  const isColumn = (next.kind === 'symbol' && next.text !== '(') || (next.kind === 'word' && next.text === 'VALUE')
  if (!isColumn) cursor.takeWord('KEY')
  const key = cursor.parseExpression()
  if (!cursor.takeWord('VALUE') && !cursor.takeSymbol(':') && !cursor.takeSymbol(',')) {
    throw cursor.failure('"VALUE"', 'Write KEY name VALUE value.')
  }
  return { args: [key, cursor.parseExpression()] }
}
