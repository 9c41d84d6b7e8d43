import { closeNames } from '#base'
import { isReserved } from '#plan'
import type { Cursor } from '../cursor.ts'
import type { Token } from '../token.ts'
import type { DataType, RowField, SimpleTypeName } from '../tree.ts'
import { parseIntervalQualifier } from './literals.ts'
import { isName, parseIdentifier, parseName, parseString, parseWholeNumber } from './names.ts'

type WithoutNullability<Type> = Type extends DataType ? Omit<Type, 'nullable'> : never
type BareType = WithoutNullability<DataType>

/** Simple types by word, with how many numbers may follow in parentheses. */
const simpleTypes: Readonly<Record<string, readonly [SimpleTypeName, parameterCountMax: number]>> = {
  BIGINT: ['BIGINT', 0],
  BINARY: ['BINARY', 1],
  BITMAP: ['BITMAP', 0],
  BOOLEAN: ['BOOLEAN', 0],
  BYTES: ['BYTES', 0],
  CHAR: ['CHAR', 1],
  CHARACTER: ['CHAR', 1],
  DATE: ['DATE', 0],
  DEC: ['DECIMAL', 2],
  DECIMAL: ['DECIMAL', 2],
  DOUBLE: ['DOUBLE', 0],
  FLOAT: ['FLOAT', 0],
  INT: ['INT', 0],
  INTEGER: ['INT', 0],
  NULL: ['NULL', 0],
  NUMERIC: ['DECIMAL', 2],
  REAL: ['FLOAT', 0],
  SMALLINT: ['SMALLINT', 0],
  STRING: ['STRING', 0],
  TIME: ['TIME', 1],
  TIMESTAMP: ['TIMESTAMP', 1],
  TIMESTAMP_LTZ: ['TIMESTAMP_LTZ', 1],
  TINYINT: ['TINYINT', 0],
  VARBINARY: ['VARBINARY', 1],
  VARCHAR: ['VARCHAR', 1],
  VARIANT: ['VARIANT', 0],
}

/** What types of other systems are called here. */
const foreignTypes: Readonly<Record<string, string>> = {
  BLOB: 'BYTES',
  BOOL: 'BOOLEAN',
  BYTEA: 'BYTES',
  CLOB: 'STRING',
  DATETIME: 'TIMESTAMP(3)',
  FLOAT32: 'FLOAT',
  FLOAT4: 'FLOAT',
  FLOAT64: 'DOUBLE',
  FLOAT8: 'DOUBLE',
  INT16: 'SMALLINT',
  INT2: 'SMALLINT',
  INT32: 'INT',
  INT4: 'INT',
  INT64: 'BIGINT',
  INT8: 'BIGINT',
  JSON: 'STRING',
  LONG: 'BIGINT',
  MONEY: 'DECIMAL(19, 4)',
  NUMBER: 'DECIMAL(p, s)',
  NVARCHAR: 'VARCHAR',
  SHORT: 'SMALLINT',
  STRUCT: 'ROW<…>',
  TEXT: 'STRING',
  TIMESTAMPTZ: 'TIMESTAMP_LTZ(3)',
  UINT64: 'DECIMAL(20, 0)',
  UUID: 'STRING',
  VARCHAR2: 'VARCHAR',
}

const typeWords = [...Object.keys(simpleTypes), 'ARRAY', 'MAP', 'MULTISET', 'ROW', 'RAW', 'INTERVAL', 'STRUCTURED']

/** Whether a type may start with the token; any name may. */
export function startsType(token: Token): boolean {
  return isName(token) || (token.kind === 'word' && typeWords.includes(token.text))
}

/** Takes a type, with its suffixes: `INT NOT NULL ARRAY NULL`. */
export function parseDataType(cursor: Cursor): DataType {
  return cursor.nested(parseNestedType)
}

function parseNestedType(cursor: Cursor): DataType {
  const first = cursor.token
  let bare: BareType = parseBareType(cursor)
  let type: DataType = withNullability(cursor, first, bare)
  for (;;) {
    const kind = cursor.takeWord('ARRAY') ? 'array-type' : cursor.takeWord('MULTISET') ? 'multiset-type' : undefined
    if (kind === undefined) return type
    bare = { kind, element: type, position: cursor.placeFrom(first) }
    type = withNullability(cursor, first, bare)
    cursor.hasLongChain = true
  }
}

/** NULL before ON belongs to a JSON function: `RETURNING STRING NULL ON EMPTY`. */
function withNullability(cursor: Cursor, first: Token, bare: BareType): DataType {
  const isNotNull = cursor.takeWord('NOT', 'NULL')
  if (!isNotNull && cursor.peek(1).text !== 'ON') cursor.takeWord('NULL')
  return { ...bare, nullable: !isNotNull, position: cursor.placeFrom(first) }
}

function parseBareType(cursor: Cursor): BareType {
  const { token } = cursor
  cursor.expectName('type')
  if (cursor.probe !== undefined) for (const word of typeWords) cursor.isWord(word)
  if (token.kind === 'word') {
    switch (token.text) {
      case 'ARRAY':
      case 'MULTISET':
        return parseElementType(cursor)
      case 'INTERVAL':
        return parseIntervalType(cursor)
      case 'MAP':
        return parseMapType(cursor)
      case 'RAW':
        return parseRawType(cursor)
      case 'ROW':
        return parseRowType(cursor)
      case 'STRUCTURED':
        return parseStructuredType(cursor)
    }
    const simple = Object.hasOwn(simpleTypes, token.text) ? simpleTypes[token.text] : undefined
    if (simple !== undefined) return parseSimpleType(cursor, simple[0], simple[1])
  }
  return parseNamedType(cursor)
}

function parseSimpleType(cursor: Cursor, written: SimpleTypeName, parameterCountMax: number): BareType {
  const first = cursor.advance()
  let name = written
  if (name === 'DOUBLE') cursor.takeWord('PRECISION')
  if ((name === 'CHAR' || name === 'BINARY') && cursor.takeWord('VARYING')) name = name === 'CHAR' ? 'VARCHAR' : 'VARBINARY'
  const parameters = parseTypeParameters(cursor, first, parameterCountMax)
  if (name === 'TIME' && cursor.isWord('WITH')) throw cursor.failure('TIME without a time zone')
  if (name === 'TIME' || name === 'TIMESTAMP') cursor.takeWord('WITHOUT', 'TIME', 'ZONE')
  if (name === 'TIMESTAMP' && cursor.takeWord('WITH', 'LOCAL', 'TIME', 'ZONE')) name = 'TIMESTAMP_LTZ'
  if (name === 'TIMESTAMP' && cursor.takeWord('WITH', 'TIME', 'ZONE')) name = 'TIMESTAMP_TZ'
  return { kind: 'simple-type', name, parameters, position: cursor.placeFrom(first) }
}

function parseTypeParameters(cursor: Cursor, type: Token, countMax: number): number[] {
  const parameters: number[] = []
  if (!cursor.isSymbol('(')) return parameters
  if (countMax === 0) throw cursor.failure(`nothing in parentheses after ${type.text}`, `${type.text} takes no length or precision.`)
  const opening = cursor.expectSymbol('(')
  parameters.push(parseWholeNumber(cursor))
  if (countMax === 2 && cursor.takeSymbol(',')) parameters.push(parseWholeNumber(cursor))
  cursor.expectClosing(opening)
  return parameters
}

function parseElementType(cursor: Cursor): BareType {
  const first = cursor.advance()
  expectAngle(cursor, first, 'INT')
  const element = parseDataType(cursor)
  cursor.expectSymbol('>')
  return { kind: first.text === 'ARRAY' ? 'array-type' : 'multiset-type', element, position: cursor.placeFrom(first) }
}

function expectAngle(cursor: Cursor, type: Token, example: string): void {
  if (!cursor.takeSymbol('<')) throw cursor.failure(`"<" after ${type.text}`, `Write ${type.text}<${example}>.`)
}

function parseMapType(cursor: Cursor): BareType {
  const first = cursor.advance()
  expectAngle(cursor, first, 'STRING, INT')
  const key = parseDataType(cursor)
  cursor.expectSymbol(',')
  const value = parseDataType(cursor)
  cursor.expectSymbol('>')
  return { kind: 'map-type', key, value, position: cursor.placeFrom(first) }
}

function parseIntervalType(cursor: Cursor): BareType {
  const first = cursor.advance()
  const qualifier = parseIntervalQualifier(cursor)
  return { kind: 'interval-type', qualifier, position: cursor.placeFrom(first) }
}

function parseRawType(cursor: Cursor): BareType {
  const first = cursor.advance()
  const opening = cursor.expectSymbol('(')
  const className = parseString(cursor, 'the class name in quotes').value
  cursor.expectSymbol(',')
  const serializer = parseString(cursor, 'the serializer in quotes').value
  cursor.expectClosing(opening)
  return { kind: 'raw-type', className, serializer, position: cursor.placeFrom(first) }
}

/** `ROW<a INT>`, `ROW(a INT)`, and `ROW<>`, whose brackets look like "not equal" to the lexer. */
function parseRowType(cursor: Cursor): BareType {
  const first = cursor.advance()
  const fields: RowField[] = []
  if (!cursor.takeSymbol('<>')) {
    const isAngled = cursor.isSymbol('<')
    const opening = cursor.expectSymbol(isAngled ? '<' : '(')
    const closing = isAngled ? '>' : ')'
    if (!cursor.isSymbol(closing)) fields.push(...parseFields(cursor))
    cursor.expectClosing(opening, closing, '"," or ')
  }
  return { kind: 'row-type', fields, position: cursor.placeFrom(first) }
}

function parseStructuredType(cursor: Cursor): BareType {
  const first = cursor.advance()
  const opening = cursor.expectSymbol('<')
  const className = parseString(cursor, 'the class name in quotes').value
  const fields = cursor.takeSymbol(',') ? parseFields(cursor) : []
  cursor.expectClosing(opening, '>', '"," or ')
  return { kind: 'structured-type', className, fields, position: cursor.placeFrom(first) }
}

function parseFields(cursor: Cursor): RowField[] {
  const fields: RowField[] = []
  do {
    const first = cursor.token
    const name = parseIdentifier(cursor, 'new-name', 'a field name')
    const type = parseDataType(cursor)
    const comment = cursor.token.kind === 'string' ? cursor.advance().text : undefined
    fields.push({ kind: 'row-field', name, type, ...(comment !== undefined && { comment }), position: cursor.placeFrom(first) })
  } while (cursor.takeSymbol(','))
  return fields
}

/** A lone word that is no type is a mistake, not a user's type: those have a path, or backticks. */
function parseNamedType(cursor: Cursor): BareType {
  const first = cursor.token
  const isLoneWord = first.kind === 'word' && !(cursor.peek(1).kind === 'symbol' && cursor.peek(1).text === '.')
  if (isLoneWord) throw cursor.failure('a data type', typeHint(first.text))
  if (!isName(first)) throw cursor.failure('a data type')
  const name = parseName(cursor, 'type')
  return { kind: 'named-type', name, position: cursor.placeFrom(first) }
}

/** What a word may have meant that is no type; it comes in upper case. */
export function typeHint(word: string): string | undefined {
  const foreign = Object.hasOwn(foreignTypes, word) ? foreignTypes[word] : undefined
  if (foreign !== undefined) return `In Flink SQL it is ${foreign}.`
  const [close] = isReserved(word) ? [] : closeNames(word, typeWords, 1)
  return close === undefined ? undefined : `Did you mean ${close}?`
}
