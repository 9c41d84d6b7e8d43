import type { Cursor } from '../cursor.ts'
import type { Token } from '../token.ts'
import type { AlterCatalog, AlterFunction, AlterView, ChangeSchema, ColumnChange, Name, Statement, TableChange } from '../tree.ts'
import { parseAlterConnection } from './connections.ts'
import { takeLanguage } from './create.ts'
import {
  emptySchema,
  parseColumn,
  parseConstraint,
  parseWatermark,
  startsConstraint,
  startsWatermark,
  takeDistribution,
} from './create-table.ts'
import { parseIdentifier, parseName, parseString, takeComment } from './names.ts'
import { parseOptionKeys, parseOptions } from './options.ts'
import { parseOther } from './other.ts'

/** Takes ALTER and what it changes. */
export function parseAlter(cursor: Cursor): Statement {
  const first = cursor.expectWord('ALTER')
  if (cursor.takeWord('TABLE')) return parseAlterTable(cursor, first)
  if (cursor.takeWord('VIEW')) return parseAlterView(cursor, first)
  if (cursor.takeWord('DATABASE')) {
    const name = parseName(cursor, 'database')
    cursor.expectWord('SET')
    return { kind: 'alter-database', name, options: parseOptions(cursor), position: cursor.placeFrom(first) }
  }
  if (cursor.takeWord('CATALOG')) return parseAlterCatalog(cursor, first)
  for (const words of [['FUNCTION'], ['TEMPORARY', 'FUNCTION'], ['TEMPORARY', 'SYSTEM', 'FUNCTION']]) {
    if (cursor.takeWord(...words)) return parseAlterFunction(cursor, first, words)
  }
  if (cursor.isWord('MATERIALIZED', 'TABLE')) return parseOther(cursor, first, 'ALTER MATERIALIZED TABLE')
  if (cursor.isWord('MODEL')) return parseOther(cursor, first, 'ALTER MODEL')
  if (cursor.takeWord('CONNECTION')) return parseAlterConnection(cursor, first)
  throw cursor.failure('TABLE, VIEW, FUNCTION, CONNECTION, CATALOG or DATABASE')
}

function parseAlterView(cursor: Cursor, first: Token): AlterView {
  const ifExists = cursor.takeWord('IF', 'EXISTS')
  const name = parseName(cursor, 'view')
  if (cursor.takeWord('RENAME', 'TO')) {
    const renameTo = parseName(cursor, 'new-name', 'a view name')
    return { kind: 'alter-view', ifExists, name, renameTo, position: cursor.placeFrom(first) }
  }
  if (!cursor.takeWord('AS')) throw cursor.failure('RENAME TO or AS')
  const query = cursor.parseQuery()
  return { kind: 'alter-view', ifExists, name, query, position: cursor.placeFrom(first) }
}

function parseAlterCatalog(cursor: Cursor, first: Token): AlterCatalog {
  const name = parseIdentifier(cursor, 'catalog')
  if (cursor.takeWord('SET')) return { kind: 'alter-catalog', name, options: parseOptions(cursor), position: cursor.placeFrom(first) }
  if (cursor.takeWord('RESET')) return { kind: 'alter-catalog', name, reset: parseOptionKeys(cursor), position: cursor.placeFrom(first) }
  const comment = takeComment(cursor)
  if (comment === undefined) throw cursor.failure('SET, RESET or COMMENT')
  return { kind: 'alter-catalog', name, comment, position: cursor.placeFrom(first) }
}

function parseAlterFunction(cursor: Cursor, first: Token, words: readonly string[]): AlterFunction {
  const ifExists = cursor.takeWord('IF', 'EXISTS')
  const name = parseName(cursor, 'function')
  cursor.expectWord('AS')
  const className = parseString(cursor, 'the class or export of the function in quotes')
  const language = takeLanguage(cursor)
  return {
    kind: 'alter-function',
    temporary: words.includes('TEMPORARY'),
    system: words.includes('SYSTEM'),
    ifExists,
    name,
    className,
    ...(language && { language }),
    position: cursor.placeFrom(first),
  }
}

function parseAlterTable(cursor: Cursor, first: Token): Statement {
  const ifExists = cursor.takeWord('IF', 'EXISTS')
  const name = parseName(cursor, 'table')
  cursor.probe?.addName(name)
  for (const verb of ['ADD', 'DROP']) {
    const isPartition = cursor.isWord(verb, 'PARTITION') || cursor.isWord(verb, 'IF')
    if (isPartition) return parseOther(cursor, first, `ALTER TABLE ${verb} PARTITION`)
  }
  const change = parseTableChange(cursor, name)
  return { kind: 'alter-table', ifExists, name, change, position: cursor.placeFrom(first) }
}

function parseTableChange(cursor: Cursor, table: Name): TableChange {
  const first = cursor.token
  if (cursor.takeWord('RENAME', 'TO')) {
    return { kind: 'rename-table', to: parseName(cursor, 'new-name', 'a table name'), position: cursor.placeFrom(first) }
  }
  if (cursor.takeWord('RENAME')) {
    if (cursor.isWord('COLUMN')) throw cursor.failure('a column name', 'Write RENAME name TO name, without COLUMN.')
    const from = parseName(cursor, 'column')
    cursor.expectWord('TO')
    return { kind: 'rename-column', from, to: parseIdentifier(cursor, 'new-name', 'a column name'), position: cursor.placeFrom(first) }
  }
  if (cursor.takeWord('SET')) return { kind: 'set-options', options: parseOptions(cursor), position: cursor.placeFrom(first) }
  if (cursor.takeWord('RESET')) return { kind: 'reset-options', keys: parseOptionKeys(cursor), position: cursor.placeFrom(first) }
  if (cursor.takeWord('ADD')) return parseSchemaChange(cursor, first, 'add')
  if (cursor.takeWord('MODIFY')) return parseSchemaChange(cursor, first, 'modify')
  if (cursor.takeWord('DROP')) return parseDropChange(cursor, first)
  const hint = cursor.isWord('ALTER') ? `Write ALTER TABLE ${table.parts.at(-1)?.text} MODIFY column type.` : undefined
  throw cursor.failure('ADD, MODIFY, DROP, RENAME, SET or RESET', hint)
}

/** Takes what stands after ADD or MODIFY: one element, or several in parentheses. */
function parseSchemaChange(cursor: Cursor, first: Token, kind: ChangeSchema['kind']): ChangeSchema {
  const distribution = takeDistribution(cursor, ['DISTRIBUTION'])
  const schema = { ...emptySchema(), columns: [] as ColumnChange[] }
  const opening = cursor.token
  if (distribution === undefined && cursor.takeSymbol('(')) {
    do cursor.element(() => parseSchemaElement(cursor, schema))
    while (cursor.takeSymbol(','))
    cursor.expectClosing(opening, ')', '"," or ')
  } else if (distribution === undefined) parseSchemaElement(cursor, schema)
  return { kind, ...schema, ...(distribution && { distribution }), position: cursor.placeFrom(first) }
}

type OpenChange = { readonly columns: ColumnChange[] } & Omit<ReturnType<typeof emptySchema>, 'columns'>

function parseSchemaElement(cursor: Cursor, schema: OpenChange): void {
  if (startsConstraint(cursor)) schema.constraints.push(parseConstraint(cursor))
  else if (startsWatermark(cursor)) schema.watermarks.push(parseWatermark(cursor))
  else schema.columns.push(parseColumnChange(cursor))
}

function parseColumnChange(cursor: Cursor): ColumnChange {
  const start = cursor.token
  if (cursor.isWord('COLUMN')) throw cursor.failure('a column name', 'Write ADD name type, without COLUMN.')
  const column = parseColumn(cursor, false)
  const isFirst = cursor.takeWord('FIRST')
  const after = !isFirst && cursor.takeWord('AFTER') ? parseIdentifier(cursor, 'column') : undefined
  return { kind: 'column-change', column, first: isFirst, ...(after && { after }), position: cursor.placeFrom(start) }
}

function parseDropChange(cursor: Cursor, first: Token): TableChange {
  if (cursor.takeWord('PRIMARY', 'KEY')) return { kind: 'drop-key', position: cursor.placeFrom(first) }
  if (cursor.takeWord('WATERMARK')) return { kind: 'drop-watermark', position: cursor.placeFrom(first) }
  if (cursor.takeWord('DISTRIBUTION')) return { kind: 'drop-distribution', position: cursor.placeFrom(first) }
  if (cursor.takeWord('CONSTRAINT')) {
    const constraint = parseIdentifier(cursor, 'new-name', 'a constraint name')
    return { kind: 'drop-key', constraint, position: cursor.placeFrom(first) }
  }
  if (cursor.isWord('COLUMN')) throw cursor.failure('a column name', 'Write DROP name, without COLUMN.')
  const columns: Name[] = []
  const opening = cursor.token
  const isList = cursor.takeSymbol('(')
  do columns.push(parseName(cursor, 'column'))
  while (isList && cursor.takeSymbol(','))
  if (isList) cursor.expectClosing(opening, ')', '"," or ')
  return { kind: 'drop-columns', columns, position: cursor.placeFrom(first) }
}
