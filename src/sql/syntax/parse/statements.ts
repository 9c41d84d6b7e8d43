import { closeNames } from '#base'
import type { Cursor } from '../cursor.ts'
import type { Token } from '../token.ts'
import type { Describe, Drop, Explain, ExplainDetail, Name, Reset, SetStatement, Statement, StatementSet, Use } from '../tree.ts'
import { parseAlter } from './alter.ts'
import { parseCreate } from './create.ts'
import { parseCreateTable } from './create-table.ts'
import { parseInsert, parseStatementSet } from './insert.ts'
import { isName, parseName } from './names.ts'
import { parseOther } from './other.ts'
import { parseShow } from './show.ts'

/** Statements by their first word. */
const parsers = new Map<string, (cursor: Cursor) => Statement>([
  ['SELECT', parseQueryStatement],
  ['INSERT', parseInsert],
  ['CREATE', parseCreate],
  ['WITH', parseQueryStatement],
  ['VALUES', parseQueryStatement],
  ['TABLE', parseQueryStatement],
  ['EXPLAIN', parseExplain],
  ['DESCRIBE', parseDescribe],
  ['DESC', parseDescribe],
  ['SHOW', parseShow],
  ['USE', parseUse],
  ['SET', parseSet],
  ['RESET', parseReset],
  ['DROP', parseDrop],
  ['ALTER', parseAlter],
  ['EXECUTE', parseExecute],
  ['BEGIN', parseBegin],
  ['REPLACE', parseReplace],
  ['ADD', parseJarStatement],
  ['ANALYZE', (cursor) => parseOther(cursor, cursor.token, 'ANALYZE TABLE')],
  ['CALL', (cursor) => parseOther(cursor, cursor.token, 'CALL')],
  ['COMPILE', (cursor) => parseOther(cursor, cursor.token, 'COMPILE PLAN')],
  ['DELETE', (cursor) => parseOther(cursor, cursor.token, 'DELETE')],
  ['LOAD', (cursor) => parseOther(cursor, cursor.token, 'LOAD MODULE')],
  ['MERGE', (cursor) => parseOther(cursor, cursor.token, 'MERGE')],
  ['REMOVE', parseJarStatement],
  ['STOP', (cursor) => parseOther(cursor, cursor.token, 'STOP JOB')],
  ['TRUNCATE', (cursor) => parseOther(cursor, cursor.token, 'TRUNCATE TABLE')],
  ['UNLOAD', (cursor) => parseOther(cursor, cursor.token, 'UNLOAD MODULE')],
  ['UPDATE', (cursor) => parseOther(cursor, cursor.token, 'UPDATE')],
  ['UPSERT', (cursor) => parseOther(cursor, cursor.token, 'UPSERT')],
])

/** Takes one statement, without the semicolon. */
export function parseStatement(cursor: Cursor): Statement {
  const { token } = cursor
  for (const word of parsers.keys()) if (token.kind === 'probe') cursor.isWord(word)
  const parse = cursor.isSymbol('(') ? parseQueryStatement : token.kind === 'word' ? parsers.get(token.text) : undefined
  if (parse === undefined) throw cursor.failure('a statement', statementHint(token))
  const statement = parse(cursor)
  if (!cursor.isAtEnd()) throw cursor.failure('the end of the statement')
  return statement
}

const shellWords = ['QUIT', 'EXIT', 'HELP', 'CLEAR', 'SOURCE', 'HISTORY']

function statementHint(token: Token): string | undefined {
  if (token.kind !== 'word') return undefined
  if (shellWords.includes(token.text)) return 'This is a command of the shell, not a statement.'
  if (token.text === 'END') return 'A statement set starts with EXECUTE STATEMENT SET BEGIN.'
  const close = closeNames(token.text, parsers.keys(), 1)
  if (close.length > 0) return `Did you mean ${close[0]}?`
  return 'A statement starts with a word such as SELECT, INSERT, CREATE or SHOW.'
}

function parseQueryStatement(cursor: Cursor): Statement {
  const query = cursor.parseQuery()
  return { kind: 'query-statement', query, position: query.position }
}

function parseExecute(cursor: Cursor): Statement {
  const first = cursor.expectWord('EXECUTE')
  if (cursor.isWord('INSERT')) return parseInsert(cursor, first)
  if (cursor.isWord('PLAN')) return parseOther(cursor, first, 'EXECUTE PLAN')
  if (cursor.takeWord('STATEMENT', 'SET')) return parseBegunSet(cursor, first)
  if (cursor.isSymbol('(') || ['SELECT', 'WITH', 'VALUES'].some((word) => cursor.isWord(word))) return parseQueryStatement(cursor)
  throw cursor.failure('INSERT, STATEMENT SET or a query after EXECUTE')
}

/** A forgotten BEGIN is reported, and what follows is still read as the set. */
function parseBegunSet(cursor: Cursor, first: Token): StatementSet {
  if (!cursor.takeWord('BEGIN')) {
    if (cursor.token.kind !== 'word') throw cursor.failure('"BEGIN" after STATEMENT SET')
    cursor.report(cursor.failure('"BEGIN" after STATEMENT SET'))
  }
  return parseStatementSet(cursor, first)
}

function parseBegin(cursor: Cursor): Statement {
  const first = cursor.expectWord('BEGIN', 'STATEMENT', 'SET')
  cursor.expectSymbol(';')
  return parseStatementSet(cursor, first)
}

/** `REPLACE TABLE t AS query`: CREATE OR REPLACE that the table must exist for; read as that. */
function parseReplace(cursor: Cursor): Statement {
  const first = cursor.expectWord('REPLACE')
  if (!cursor.takeWord('TABLE')) throw cursor.failure('TABLE after REPLACE', 'Rows are added with INSERT INTO.')
  return parseCreateTable(cursor, first, { temporary: false, orReplace: true })
}

function parseJarStatement(cursor: Cursor): Statement {
  const first = cursor.advance()
  if (!cursor.isWord('JAR')) throw cursor.failure(`JAR after ${first.text}`)
  return parseOther(cursor, first, `${first.text} JAR`)
}

const details: readonly ExplainDetail[] = ['ESTIMATED_COST', 'CHANGELOG_MODE', 'JSON_EXECUTION_PLAN', 'PLAN_ADVICE', 'GENERATED_CODE']

function parseExplain(cursor: Cursor): Explain {
  const first = cursor.expectWord('EXPLAIN')
  const found: ExplainDetail[] = []
  if (!cursor.takeWord('PLAN', 'FOR')) {
    let detail = cursor.takeOneOf(details)
    while (detail !== undefined) {
      found.push(detail)
      detail = cursor.takeSymbol(',') ? cursor.expectOneOf(details, 'a detail such as CHANGELOG_MODE or PLAN_ADVICE') : undefined
    }
  }
  return { kind: 'explain', details: found, statement: parseExplained(cursor), position: cursor.placeFrom(first) }
}

function parseExplained(cursor: Cursor): Explain['statement'] {
  const first = cursor.token
  if (cursor.takeWord('EXECUTE')) {
    if (cursor.isWord('INSERT')) return parseInsert(cursor, first)
    if (!cursor.isWord('STATEMENT')) throw cursor.failure('STATEMENT SET or INSERT after EXECUTE')
  }
  if (cursor.takeWord('STATEMENT', 'SET')) return parseBegunSet(cursor, first)
  if (cursor.isWord('INSERT')) return parseInsert(cursor)
  if (cursor.takeWord('CREATE')) {
    const orReplace = cursor.takeWord('OR', 'REPLACE')
    const temporary = cursor.takeWord('TEMPORARY')
    cursor.expectWord('TABLE')
    return parseCreateTable(cursor, first, { temporary, orReplace })
  }
  const startsQuery = ['SELECT', 'WITH', 'VALUES', 'TABLE'].some((word) => cursor.isWord(word)) || cursor.isSymbol('(')
  if (!startsQuery) throw cursor.failure('a query, INSERT or STATEMENT SET to explain')
  const query = cursor.parseQuery()
  return { kind: 'query-statement', query, position: query.position }
}

function parseDescribe(cursor: Cursor): Statement {
  const first = cursor.advance()
  if (cursor.isWord('JOB') && cursor.peek(1).kind === 'string') return parseOther(cursor, first, 'DESCRIBE JOB')
  if (cursor.isWord('MODEL') && isName(cursor.peek(1))) return parseOther(cursor, first, 'DESCRIBE MODEL')
  let object: Describe['object'] = 'table'
  for (const each of ['CATALOG', 'DATABASE', 'FUNCTION', 'CONNECTION'] as const) {
    const isExtended = cursor.peek(1).kind === 'word' && cursor.peek(1).text === 'EXTENDED'
    if (cursor.isWord(each) && (canBeName(cursor.peek(1)) || isExtended)) {
      cursor.advance()
      object = each.toLowerCase() as Describe['object']
    }
  }
  const extended = cursor.takeWord('EXTENDED')
  const name = parseName(cursor, object)
  return { kind: 'describe', object, extended, name, position: cursor.placeFrom(first) }
}

/** CATALOG, say, is a name unless another follows. */
function canBeName(token: Token): boolean {
  return isName(token) || token.kind === 'probe'
}

function parseUse(cursor: Cursor): Use {
  const first = cursor.expectWord('USE')
  if (cursor.isWord('CATALOG') && canBeName(cursor.peek(1))) {
    cursor.advance()
    return { kind: 'use', object: 'catalog', names: [parseName(cursor, 'catalog')], position: cursor.placeFrom(first) }
  }
  if (cursor.takeWord('MODULES')) {
    const names: Name[] = []
    do names.push(parseName(cursor, 'module'))
    while (cursor.takeSymbol(','))
    return { kind: 'use', object: 'modules', names, position: cursor.placeFrom(first) }
  }
  for (const word of ['CATALOG', 'MODULES']) cursor.isWord(word)
  return { kind: 'use', object: 'database', names: [parseName(cursor, 'database')], position: cursor.placeFrom(first) }
}

/** The lexer gives the key and the value of SET as one token each, quoted or raw. */
function parseSet(cursor: Cursor): SetStatement {
  const first = cursor.expectWord('SET')
  if (cursor.isAtEnd()) return { kind: 'set', position: cursor.placeFrom(first) }
  const key = takeSetting(cursor, 'a setting')
  if (!cursor.takeSymbol('=')) throw cursor.failure('"="', "A setting is written SET 'key' = 'value'.")
  const value = takeSetting(cursor, 'a value')
  return { kind: 'set', key, value, position: cursor.placeFrom(first) }
}

function takeSetting(cursor: Cursor, expected: string): string {
  cursor.expectName('setting')
  const { token } = cursor
  if (token.kind !== 'string' && token.kind !== 'raw' && token.kind !== 'double-quoted') throw cursor.failure(expected)
  return cursor.advance().text
}

/** An unquoted key is whatever stands up to the semicolon. */
function parseReset(cursor: Cursor): Reset {
  const first = cursor.expectWord('RESET')
  if (cursor.isAtEnd()) return { kind: 'reset', position: cursor.placeFrom(first) }
  cursor.expectName('setting')
  const { token } = cursor
  while (!cursor.isAtEnd()) cursor.advance()
  const isQuoted = token.kind === 'string' && cursor.previous === token
  const key = isQuoted ? token.text : cursor.source.slice(token.start, cursor.previous.end)
  return { kind: 'reset', key, position: cursor.placeFrom(first) }
}

function parseDrop(cursor: Cursor): Statement {
  const first = cursor.expectWord('DROP')
  const temporary = cursor.takeWord('TEMPORARY')
  const system = cursor.takeWord('SYSTEM')
  for (const object of ['TABLE', 'VIEW', 'FUNCTION', 'CONNECTION', 'CATALOG', 'DATABASE'] as const) {
    if (!cursor.takeWord(object)) continue
    const kind = object.toLowerCase() as Drop['object']
    const ifExists = cursor.takeWord('IF', 'EXISTS')
    const name = parseName(cursor, kind)
    // Tables never go with the connection that they use.
    const behavior = kind === 'connection' ? undefined : cursor.takeOneOf(['CASCADE', 'RESTRICT'])
    return {
      kind: 'drop',
      object: kind,
      temporary,
      system,
      ifExists,
      name,
      ...(behavior && { behavior: behavior === 'CASCADE' ? 'cascade' : 'restrict' }),
      position: cursor.placeFrom(first),
    }
  }
  for (const words of [['MATERIALIZED', 'TABLE'], ['MODEL']]) {
    if (cursor.isWord(...words)) return parseOther(cursor, first, `DROP ${words.join(' ')}`)
  }
  throw cursor.failure('TABLE, VIEW, FUNCTION, CONNECTION, CATALOG or DATABASE')
}
