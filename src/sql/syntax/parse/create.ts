import type { Cursor } from '../cursor.ts'
import type { Token } from '../token.ts'
import type {
  CreateCatalog,
  CreateDatabase,
  CreateFunction,
  CreateView,
  FunctionLanguage,
  FunctionResource,
  Statement,
  ViewColumn,
} from '../tree.ts'
import { parseCreateConnection } from './connections.ts'
import { parseCreateTable } from './create-table.ts'
import { parseIdentifier, parseName, parseString, takeComment } from './names.ts'
import { parseOptions } from './options.ts'
import { parseOther } from './other.ts'

/** Takes CREATE and what it makes. */
export function parseCreate(cursor: Cursor): Statement {
  const first = cursor.expectWord('CREATE')
  const orReplace = cursor.takeWord('OR', 'REPLACE')
  const orAlter = !orReplace && cursor.takeWord('OR', 'ALTER')
  const temporary = cursor.takeWord('TEMPORARY')
  if (cursor.takeWord('TABLE')) return parseCreateTable(cursor, first, { temporary, orReplace })
  if (cursor.takeWord('VIEW')) return parseCreateView(cursor, first, { temporary, orReplace, orAlter })
  if (cursor.takeWord('FUNCTION')) return parseCreateFunction(cursor, first, { temporary, system: false })
  if (cursor.takeWord('SYSTEM', 'FUNCTION')) return parseCreateFunction(cursor, first, { temporary, system: true })
  if (cursor.takeWord('CATALOG')) return parseCreateCatalog(cursor, first)
  if (cursor.takeWord('DATABASE')) return parseCreateDatabase(cursor, first)
  if (cursor.isWord('MATERIALIZED', 'TABLE')) return parseOther(cursor, first, 'CREATE MATERIALIZED TABLE')
  if (cursor.isWord('MODEL')) return parseOther(cursor, first, 'CREATE MODEL')
  if (!orReplace && cursor.takeWord('CONNECTION')) return parseCreateConnection(cursor, first, temporary)
  if (cursor.isWord('SYSTEM', 'CONNECTION')) return parseOther(cursor, first, 'CREATE SYSTEM CONNECTION')
  throw cursor.failure('TABLE, VIEW, FUNCTION, CONNECTION, CATALOG or DATABASE', createHint(cursor.token))
}

function createHint(token: Token): string | undefined {
  if (token.kind !== 'word') return undefined
  if (token.text === 'EXTERNAL') return 'Tables are always external: write CREATE TABLE … WITH (…).'
  if (token.text === 'CONNECTION') return 'A connection that is there is changed with ALTER CONNECTION.'
  if (token.text === 'TEMP') return 'Write TEMPORARY.'
  if (token.text === 'SCHEMA') return 'Flink SQL calls a schema a database: CREATE DATABASE.'
  if (token.text === 'STREAM' || token.text === 'SOURCE' || token.text === 'SINK')
    return 'A source or a sink is a table: CREATE TABLE … WITH (…).'
  if (token.text === 'INDEX') return 'There are no indexes in Flink SQL.'
  return undefined
}

function parseCreateView(cursor: Cursor, first: Token, flags: Pick<CreateView, 'temporary' | 'orReplace' | 'orAlter'>): CreateView {
  const ifNotExists = cursor.takeWord('IF', 'NOT', 'EXISTS')
  const name = parseName(cursor, 'new-name', 'a view name')
  const columns = cursor.isSymbol('(') ? parseViewColumns(cursor) : []
  const comment = takeComment(cursor)
  cursor.expectWord('AS')
  const query = cursor.parseQuery()
  return {
    kind: 'create-view',
    ...flags,
    ifNotExists,
    name,
    columns,
    ...(comment !== undefined && { comment }),
    query,
    position: cursor.placeFrom(first),
  }
}

function parseViewColumns(cursor: Cursor): ViewColumn[] {
  const opening = cursor.expectSymbol('(')
  const columns: ViewColumn[] = []
  do {
    const first = cursor.token
    const name = parseIdentifier(cursor, 'new-name', 'a column name')
    const comment = takeComment(cursor)
    columns.push({ kind: 'view-column', name, ...(comment !== undefined && { comment }), position: cursor.placeFrom(first) })
  } while (cursor.takeSymbol(','))
  cursor.expectClosing(opening, ')', '"," or ')
  return columns
}

const languages: readonly FunctionLanguage[] = ['JAVA', 'SCALA', 'PYTHON', 'TYPESCRIPT', 'JAVASCRIPT']

export function takeLanguage(cursor: Cursor): FunctionLanguage | undefined {
  return cursor.takeWord('LANGUAGE') ? cursor.expectOneOf(languages) : undefined
}

function parseCreateFunction(cursor: Cursor, first: Token, flags: Pick<CreateFunction, 'temporary' | 'system'>): CreateFunction {
  const ifNotExists = cursor.takeWord('IF', 'NOT', 'EXISTS')
  const name = parseName(cursor, 'new-name', 'a function name')
  cursor.expectWord('AS')
  const className = parseString(cursor, 'the class or export of the function in quotes')
  const language = takeLanguage(cursor)
  const resources: FunctionResource[] = []
  if (cursor.takeWord('USING')) {
    do {
      const start = cursor.token
      const type = cursor.expectOneOf(['JAR', 'FILE', 'ARTIFACT'])
      const path = parseString(cursor, 'a path in quotes')
      resources.push({ kind: 'function-resource', type, path, position: cursor.placeFrom(start) })
    } while (cursor.takeSymbol(','))
  }
  return {
    kind: 'create-function',
    ...flags,
    ifNotExists,
    name,
    className,
    ...(language && { language }),
    resources,
    position: cursor.placeFrom(first),
  }
}

function parseCreateCatalog(cursor: Cursor, first: Token): CreateCatalog {
  const ifNotExists = cursor.takeWord('IF', 'NOT', 'EXISTS')
  const name = parseIdentifier(cursor, 'new-name', 'a catalog name')
  const comment = takeComment(cursor)
  const options = cursor.takeWord('WITH') ? parseOptions(cursor) : []
  const position = cursor.placeFrom(first)
  return { kind: 'create-catalog', ifNotExists, name, ...(comment !== undefined && { comment }), options, position }
}

function parseCreateDatabase(cursor: Cursor, first: Token): CreateDatabase {
  const ifNotExists = cursor.takeWord('IF', 'NOT', 'EXISTS')
  const name = parseName(cursor, 'new-name', 'a database name')
  const comment = takeComment(cursor)
  const options = cursor.takeWord('WITH') ? parseOptions(cursor) : []
  const position = cursor.placeFrom(first)
  return { kind: 'create-database', ifNotExists, name, ...(comment !== undefined && { comment }), options, position }
}
