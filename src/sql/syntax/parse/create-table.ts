import { isReserved } from '#plan'
import type { Cursor } from '../cursor.ts'
import { placeOf, type Token } from '../token.ts'
import type {
  ColumnDefinition,
  CreateTable,
  Distribution,
  Identifier,
  KeyConstraint,
  LikeOption,
  TableLike,
  WatermarkDefinition,
} from '../tree.ts'
import { takeUsedConnection } from './connections.ts'
import { parseDataType, startsType } from './data-types.ts'
import { parseIdentifier, parseIdentifierList, parseName, parseString, parseWholeNumber, reservedError, takeComment } from './names.ts'
import { parseOptions } from './options.ts'
import { startsQuery } from './query-starts.ts'

/** What the words before TABLE said. */
export interface CreateFlags {
  readonly temporary: boolean
  readonly orReplace: boolean
}

/** Takes CREATE TABLE from the name of the table on. */
export function parseCreateTable(cursor: Cursor, first: Token, flags: CreateFlags): CreateTable {
  const ifNotExists = cursor.takeWord('IF', 'NOT', 'EXISTS')
  const name = parseName(cursor, 'new-name', 'a table name')
  const schema = cursor.isSymbol('(') ? parseTableSchema(cursor, name.parts) : emptySchema()
  const comment = takeComment(cursor)
  const distribution = takeDistribution(cursor)
  const partitionedBy = cursor.takeWord('PARTITIONED', 'BY') ? parseIdentifierList(cursor, 'column') : []
  const connection = takeUsedConnection(cursor)
  const options = cursor.takeWord('WITH') ? parseOptions(cursor) : []
  const like = cursor.takeWord('LIKE') ? parseLike(cursor) : undefined
  const query = takeQuery(cursor, connection !== undefined)
  return {
    kind: 'create-table',
    ...flags,
    ifNotExists,
    name,
    ...schema,
    ...(comment !== undefined && { comment }),
    ...(distribution && { distribution }),
    partitionedBy,
    ...(connection && { connection }),
    options,
    ...(like && { like }),
    ...(query && { query }),
    position: cursor.placeFrom(first),
  }
}

/** As in Flink, a table that uses a connection is not made of a query. */
function takeQuery(cursor: Cursor, usesConnection: boolean): CreateTable['query'] {
  if (usesConnection && cursor.isWord('AS'))
    throw cursor.failure('no query after USING CONNECTION', 'Create the table first, and fill it with INSERT INTO.')
  if (cursor.takeWord('AS')) return cursor.parseQuery()
  if (startsQuery(cursor.token) && cursor.token.text === 'SELECT') throw cursor.failure('"AS" before the query')
  return undefined
}

/** The elements of a table's schema while they are read. */
export interface Schema {
  readonly columns: ColumnDefinition[]
  readonly constraints: KeyConstraint[]
  readonly watermarks: WatermarkDefinition[]
}

export function emptySchema(): Schema {
  return { columns: [], constraints: [], watermarks: [] }
}

function parseTableSchema(cursor: Cursor, table: readonly Identifier[]): Schema {
  const opening = cursor.expectSymbol('(')
  const schema = emptySchema()
  cursor.probe?.addSchema(table, schema)
  do {
    if (cursor.isSymbol(')') && cursor.previous.text === ',') {
      cursor.report(cursor.failure('a column after ","', 'Remove the comma before the parenthesis.'))
      break
    }
    cursor.element(() => parseSchemaElement(cursor, schema))
  } while (cursor.takeSymbol(','))
  cursor.expectClosing(opening, ')', '"," or ')
  return schema
}

function parseSchemaElement(cursor: Cursor, schema: Schema): void {
  if (startsConstraint(cursor)) schema.constraints.push(parseConstraint(cursor))
  else if (startsWatermark(cursor)) schema.watermarks.push(parseWatermark(cursor))
  else schema.columns.push(parseColumn(cursor, true))
  const { token } = cursor
  if (token.kind === 'symbol' || token.kind === 'end' || token.kind === 'probe') return
  // A clause after the columns means that their parenthesis is not closed, which the list will say.
  if (token.kind === 'word' && (token.text === 'WITH' || token.text === 'PARTITIONED')) return
  throw cursor.failure('"," or ")"')
}

export function startsConstraint(cursor: Cursor): boolean {
  const isOpen = cursor.peek(1).kind === 'symbol' && cursor.peek(1).text === '('
  if (cursor.isWord('CONSTRAINT') || cursor.isWord('PRIMARY', 'KEY')) return true
  return isOpen && (cursor.isWord('UNIQUE') || cursor.isWord('PRIMARY'))
}

/** A column may not be called watermark: the word is reserved. */
export function startsWatermark(cursor: Cursor): boolean {
  return cursor.isWord('WATERMARK')
}

/** Takes `CONSTRAINT n PRIMARY KEY (a, b) NOT ENFORCED` of a table. */
export function parseConstraint(cursor: Cursor): KeyConstraint {
  const first = cursor.token
  const name = cursor.takeWord('CONSTRAINT') ? parseIdentifier(cursor, 'new-name', 'a constraint name') : undefined
  const key = parseKeyKind(cursor)
  const columns = parseIdentifierList(cursor, 'column')
  return finishConstraint(cursor, first, { kind: 'key-constraint', ...(name && { name }), key, columns })
}

function parseKeyKind(cursor: Cursor): KeyConstraint['key'] {
  if (cursor.takePhrase('PRIMARY', 'KEY')) return 'primary'
  if (cursor.takeWord('UNIQUE')) return 'unique'
  throw cursor.failure('PRIMARY KEY or UNIQUE')
}

function finishConstraint(cursor: Cursor, first: Token, constraint: Omit<KeyConstraint, 'enforced' | 'position'>): KeyConstraint {
  const isNotEnforced = cursor.takeWord('NOT', 'ENFORCED')
  const isEnforced = !isNotEnforced && cursor.takeWord('ENFORCED')
  return { ...constraint, ...((isNotEnforced || isEnforced) && { enforced: isEnforced }), position: cursor.placeFrom(first) }
}

export function parseWatermark(cursor: Cursor): WatermarkDefinition {
  const first = cursor.expectWord('WATERMARK')
  if (!cursor.isWord('FOR')) throw cursor.failure('"FOR"', "Write WATERMARK FOR column AS column - INTERVAL '5' SECOND.")
  cursor.advance()
  const column = parseName(cursor, 'column')
  if (!cursor.isWord('AS')) throw cursor.failure('"AS"', "Write WATERMARK FOR column AS column - INTERVAL '5' SECOND.")
  cursor.advance()
  return { kind: 'watermark-definition', column, expression: cursor.parseExpression(), position: cursor.placeFrom(first) }
}

/** Takes one column; `allowsBare` where a name alone is one. */
export function parseColumn(cursor: Cursor, allowsBare: boolean): ColumnDefinition {
  const first = cursor.token
  const name = parseColumnName(cursor)
  if (cursor.takeWord('AS')) {
    const expression = cursor.parseExpression()
    const comment = takeComment(cursor)
    return { kind: 'computed-column', name, expression, ...(comment !== undefined && { comment }), position: cursor.placeFrom(first) }
  }
  const isBare = cursor.token.kind === 'symbol' && (cursor.token.text === ',' || cursor.token.text === ')')
  if (isBare && allowsBare) return { kind: 'listed-column', name, position: placeOf(first) }
  const type = parseDataType(cursor)
  const constraint = takeColumnConstraint(cursor, name)
  if (cursor.takeWord('METADATA')) {
    const key = cursor.takeWord('FROM') ? parseString(cursor, 'the metadata key in quotes') : undefined
    const virtual = cursor.takeWord('VIRTUAL')
    const comment = takeComment(cursor)
    return {
      kind: 'metadata-column',
      name,
      type,
      ...(constraint && { constraint }),
      ...(key && { key }),
      virtual,
      ...(comment !== undefined && { comment }),
      position: cursor.placeFrom(first),
    }
  }
  const comment = takeComment(cursor)
  refuseForeignClause(cursor)
  return {
    kind: 'physical-column',
    name,
    type,
    ...(constraint && { constraint }),
    ...(comment !== undefined && { comment }),
    position: cursor.placeFrom(first),
  }
}

function parseColumnName(cursor: Cursor): Identifier {
  const { token } = cursor
  if (token.kind === 'word' && isReserved(token.text) && (startsType(cursor.peek(1)) || cursor.peek(1).text === 'AS')) {
    throw reservedError(token, cursor, 'a column name')
  }
  if (token.kind === 'probe') for (const words of [['PRIMARY', 'KEY'], ['CONSTRAINT'], ['WATERMARK', 'FOR']]) cursor.isWord(...words)
  if (token.kind === 'string') throw cursor.failure('a column name', `Names are written in backticks: \`${token.text.slice(0, 30)}\`.`)
  return parseIdentifier(cursor, 'new-name', 'a column name')
}

function takeColumnConstraint(cursor: Cursor, column: Identifier): KeyConstraint | undefined {
  const first = cursor.token
  if (!cursor.isWord('CONSTRAINT') && !cursor.isWord('PRIMARY', 'KEY') && !cursor.isWord('UNIQUE')) return undefined
  const name = cursor.takeWord('CONSTRAINT') ? parseIdentifier(cursor, 'new-name', 'a constraint name') : undefined
  const key = parseKeyKind(cursor)
  return finishConstraint(cursor, first, { kind: 'key-constraint', ...(name && { name }), key, columns: [column] })
}

const foreignClauses: Readonly<Record<string, string>> = {
  AUTO_INCREMENT: 'Flink SQL numbers no rows by itself.',
  CHECK: 'Flink SQL checks no conditions on columns.',
  DEFAULT: 'Columns have no default values; use COALESCE where the table is read.',
  REFERENCES: 'Flink SQL has no foreign keys.',
  UNSIGNED: 'There are no unsigned numbers; use the next wider type.',
}

function refuseForeignClause(cursor: Cursor): void {
  const { token } = cursor
  const hint = token.kind === 'word' && Object.hasOwn(foreignClauses, token.text) ? foreignClauses[token.text] : undefined
  if (hint !== undefined) throw cursor.failure('"," or ")"', hint)
}

/** Takes `DISTRIBUTED BY HASH(a) INTO 4 BUCKETS` and its shorter forms, if one is there. */
export function takeDistribution(cursor: Cursor, words: readonly string[] = ['DISTRIBUTED']): Distribution | undefined {
  const first = cursor.token
  if (!cursor.takeWord(...words)) return undefined
  if (!cursor.takeWord('BY')) {
    cursor.expectWord('INTO')
    const buckets = parseWholeNumber(cursor)
    cursor.expectWord('BUCKETS')
    return { kind: 'distribution', columns: [], buckets, position: cursor.placeFrom(first) }
  }
  const method = cursor.takeWord('HASH') ? 'hash' : cursor.takeWord('RANGE') ? 'range' : undefined
  const columns = parseIdentifierList(cursor, 'column')
  const buckets = cursor.takeWord('INTO') ? parseWholeNumber(cursor) : undefined
  if (buckets !== undefined) cursor.expectWord('BUCKETS')
  return {
    kind: 'distribution',
    ...(method && { method }),
    columns,
    ...(buckets !== undefined && { buckets }),
    position: cursor.placeFrom(first),
  }
}

const likeMerges = { INCLUDING: 'including', EXCLUDING: 'excluding', OVERWRITING: 'overwriting' } as const
const likeFeatures = {
  ALL: 'all',
  CONSTRAINTS: 'constraints',
  DISTRIBUTION: 'distribution',
  GENERATED: 'generated',
  METADATA: 'metadata',
  OPTIONS: 'options',
  PARTITIONS: 'partitions',
  WATERMARKS: 'watermarks',
} as const

function parseLike(cursor: Cursor): TableLike {
  const first = cursor.token
  const table = parseName(cursor, 'table')
  const options: LikeOption[] = []
  const opening = cursor.token
  if (cursor.takeSymbol('(')) {
    do {
      const start = cursor.token
      const merge = likeMerges[cursor.expectOneOf(Object.keys(likeMerges) as (keyof typeof likeMerges)[])]
      const feature =
        likeFeatures[
          cursor.expectOneOf(Object.keys(likeFeatures) as (keyof typeof likeFeatures)[], 'ALL, OPTIONS, CONSTRAINTS or another feature')
        ]
      options.push({ kind: 'like-option', merge, feature, position: cursor.placeFrom(start) })
    } while (!cursor.isSymbol(')') && !cursor.isAtEnd())
    cursor.expectClosing(opening)
  } else if (Object.keys(likeMerges).some((word) => cursor.isWord(word))) {
    throw cursor.failure('"("', `Write LIKE table (${opening.text} …).`)
  }
  return { kind: 'table-like', table, options, position: cursor.placeFrom(first) }
}
