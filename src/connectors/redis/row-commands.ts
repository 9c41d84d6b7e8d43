/**
 * What a row becomes: the commands that write it or delete it, and what tells it from others.
 *
 * | structure  | is             | written by                                  | deleted by |
 * |------------|----------------|---------------------------------------------|------------|
 * | hash       | upsert, by key | HSET, and HDEL of the columns that are NULL | DEL        |
 * | string     | upsert, by key | SET                                         | DEL        |
 * | sorted-set | upsert, by key | ZADD                                        | ZREM       |
 * |            | and member     |                                             |            |
 * | stream     | append         | XADD                                        |            |
 * | list       | append         | RPUSH                                       |            |
 *
 * A hash whose columns are all NULL has a field without a name, so that it is there.
 */
import { type Batch, changeDelete, columnIndex, isNumeric, printDecimal, printType, type Schema, type Vector, valueAt } from '#data'
import type { Messages } from '#formats'
import type { RedisCommand, Word } from './connection.ts'
import { redisErrors } from './errors.ts'
import { PatternPrinter, parseKeyPattern, patternOfColumns } from './key-pattern.ts'
import { mismatch, otherColumns, type RedisTable } from './options.ts'
import { rowCodecOf, rowEncoder } from './row-codec.ts'
import { valuePrinter } from './value.ts'

export interface RowCommands {
  /** What is the same for rows of which the newest alone counts; '' where all count. */
  readonly identity: string
  /** The key in Redis. */
  readonly key: string
  readonly commands: readonly RedisCommand[]
}

/** Why a row cannot be kept, as sentences. */
interface RowRefusal {
  readonly refusal: string
  readonly key: string
}

export interface RowMapping {
  /** Reads what has to be read of all rows at once. */
  begin(batch: Batch): void | Promise<void>
  /** What a row of the batch given last becomes, or of a copy of it. */
  row(batch: Batch, row: number): RowCommands | RowRefusal
}

/** The field of a hash that has no other. */
const emptyHashField = ''

type Mapper = (settings: RedisTable, schema: Schema) => RowMapping

const mappers: Readonly<Record<RedisTable['structure'], Mapper>> = {
  hash: hashMapping,
  string: stringMapping,
  'sorted-set': sortedSetMapping,
  stream: appendMapping,
  list: appendMapping,
}

/** `schema`: the columns of the batches. Fails where the table cannot be kept so. */
export function rowMapping(settings: RedisTable, schema: Schema): RowMapping {
  return mappers[settings.structure](settings, schema)
}

/** Whether rows are changes by key. */
export function isKeyed({ structure }: RedisTable): boolean {
  return structure !== 'stream' && structure !== 'list'
}

function isDelete(batch: Batch, row: number): boolean {
  return batch.kinds?.[row] === changeDelete
}

const nullKey = 'A column of its key is NULL.'

/** Other columns in the key would leave the old key behind when they change; fewer would let rows share a key. */
function checkKeyColumns({ table, structure }: RedisTable, named: readonly string[]): void {
  const missing = table.primaryKey.find((name) => !named.includes(name))
  const strange = named.find((name) => !table.primaryKey.includes(name))
  if (missing === undefined && strange === undefined) return
  const detail =
    missing === undefined
      ? `Column "${strange}" names a key, and is not part of the primary key: when it changes, the old key would stay.`
      : `Column "${missing}" of the primary key names no key: rows that differ in it would take each other's place.`
  const hint = "Declare a primary key of the columns in 'key.pattern'."
  throw redisErrors.CONNECTORS_REDIS_STRUCTURE_MISMATCH({ table: table.name, structure }, { detail, hint })
}

function expiry({ ttlMs }: RedisTable, key: string): readonly RedisCommand[] {
  return ttlMs === null ? [] : [['PEXPIRE', key, ttlMs]]
}

function hashMapping(settings: RedisTable, schema: Schema): RowMapping {
  checkKeyColumns(settings, settings.key.columns)
  const keys = new PatternPrinter(settings.key, schema)
  const fields = otherColumns(schema, settings.key.columns).map((column) => {
    return { name: column.name, type: column.type, place: columnIndex(schema, column.name), print: valuePrinter(column, 'hash') }
  })
  const write = (key: string, rows: Batch, row: number): RedisCommand[] => {
    const held: Word[] = []
    const absent: Word[] = []
    for (const { name, type, place, print } of fields) {
      const value = valueAt(rows.columns[place] as Vector, row, type)
      if (value === null) absent.push(name)
      else held.push(name, print(value))
    }
    if (held.length === 0) held.push(emptyHashField, '')
    else absent.push(emptyHashField)
    const gone: RedisCommand[] = absent.length === 0 ? [] : [['HDEL', key, ...absent]]
    return [['HSET', key, ...held], ...gone, ...expiry(settings, key)]
  }
  return {
    begin: () => undefined,
    row: (rows, row) => {
      const key = keys.textOf(rows, row)
      if (key === null) return { refusal: nullKey, key: '' }
      return { identity: key, key, commands: isDelete(rows, row) ? [['DEL', key]] : write(key, rows, row) }
    },
  }
}

interface WholeRow {
  begin(batch: Batch): void | Promise<void>
  /** Null where the value is NULL. */
  at(batch: Batch, row: number): string | Buffer | null
}

/** The text of a row as a whole: of its format, or that of the one column that is not in the key. */
function wholeRow(settings: RedisTable, schema: Schema): WholeRow {
  if (settings.valueFormat !== null) return encodedRow(settings, schema)
  const [column, ...others] = otherColumns(schema, settings.key.columns)
  if (column === undefined || others.length > 0) {
    const detail = 'Without a format, the table has one column besides those of the key.'
    throw redisErrors.CONNECTORS_REDIS_STRUCTURE_MISMATCH(
      { table: settings.table.name, structure: settings.structure },
      { detail, hint: "Give 'value.format' = 'json'." },
    )
  }
  const print = valuePrinter(column, settings.structure)
  const place = columnIndex(schema, column.name)
  return {
    begin: () => undefined,
    at: (batch, row) => {
      const value = valueAt(batch.columns[place] as Vector, row, column.type)
      return value === null ? null : print(value)
    },
  }
}

function encodedRow(settings: RedisTable, schema: Schema): WholeRow {
  const encode = rowEncoder(rowCodecOf(settings), schema)
  let messages: Messages | null = null
  return {
    begin: (batch) => {
      const next = encode(batch)
      if (!(next instanceof Promise)) {
        messages = next
        return undefined
      }
      return next.then((encoded) => {
        messages = encoded
      })
    },
    at: (_, row) => {
      const start = messages?.starts[row] ?? 0
      const end = messages?.ends[row] ?? -1
      return messages === null || end < 0 ? null : Buffer.from(messages.bytes.slice(start, end))
    },
  }
}

function stringMapping(settings: RedisTable, schema: Schema): RowMapping {
  checkKeyColumns(settings, settings.key.columns)
  const keys = new PatternPrinter(settings.key, schema)
  const content = wholeRow(settings, schema)
  const { ttlMs } = settings
  return {
    begin: (batch) => content.begin(batch),
    row: (rows, row) => {
      const key = keys.textOf(rows, row)
      if (key === null) return { refusal: nullKey, key: '' }
      if (isDelete(rows, row)) return { identity: key, key, commands: [['DEL', key]] }
      const value = content.at(rows, row)
      if (value === null) return { refusal: 'A string cannot hold NULL.', key }
      return { identity: key, key, commands: [ttlMs === null ? ['SET', key, value] : ['SET', key, value, 'PX', ttlMs]] }
    },
  }
}

function sortedSetMapping(settings: RedisTable, schema: Schema): RowMapping {
  const { table, options, key } = settings
  const member = parseKeyPattern(options.text('sorted-set.member') ?? defaultMember(settings), {
    table: table.name,
    option: 'sorted-set.member',
    schema: table.schema,
  })
  checkKeyColumns(settings, [...key.columns, ...member.columns])
  const score = scoreOf(settings, schema)
  const keys = new PatternPrinter(key, schema)
  const members = new PatternPrinter(member, schema)
  const lost = otherColumns(schema, [...key.columns, ...member.columns, score.name])
  if (lost.length > 0) {
    const detail = `Nothing keeps column "${lost[0]?.name}": a sorted set has keys, members and scores.`
    throw redisErrors.CONNECTORS_REDIS_STRUCTURE_MISMATCH({ table: table.name, structure: 'sorted-set' }, { detail })
  }
  return {
    begin: () => undefined,
    row: (rows, row) => {
      const name = keys.textOf(rows, row)
      const text = members.textOf(rows, row)
      if (name === null || text === null) return { refusal: nullKey, key: name ?? '' }
      // Lengths tell where the key ends.
      const identity = `${name.length}:${name}${text}`
      if (isDelete(rows, row)) return { identity, key: name, commands: [['ZREM', name, text]] }
      const value = score.at(rows, row)
      if (value === null) return { refusal: `A score must be a number, and "${score.name}" is none.`, key: `${name} ${text}` }
      return { identity, key: name, commands: [['ZADD', name, value, text], ...expiry(settings, name)] }
    },
  }
}

/** The columns of the primary key that are not in the key. */
function defaultMember({ table, key }: RedisTable): string {
  return patternOfColumns(
    table.schema.flatMap(({ name }) => (table.primaryKey.includes(name) && !key.columns.includes(name) ? [name] : [])),
  )
}

/** Scores are doubles: exact integers beyond 2^53 are rounded, as Redis rounds them. */
function scoreOf({ table, options }: RedisTable, schema: Schema): { readonly name: string; at(batch: Batch, row: number): string | null } {
  const name = options.text('sorted-set.score')
  if (name === undefined) throw mismatch(table, 'sorted-set.score', 'It is missing.', 'Name the column that is the score.')
  const place = columnIndex(schema, name)
  const type = schema[place]?.type
  if (type === undefined) throw mismatch(table, 'sorted-set.score', `Column "${name}" does not exist.`)
  if (!isNumeric(type)) throw mismatch(table, 'sorted-set.score', `Column "${name}" of type ${printType(type)} is no number.`)
  if (table.primaryKey.includes(name)) throw mismatch(table, 'sorted-set.score', `Column "${name}" is part of the primary key.`)
  return {
    name,
    at: (batch, row) => {
      const value = valueAt(batch.columns[place] as Vector, row, type) as number | bigint | null
      if (value === null || Number.isNaN(value)) return null
      if (type.kind === 'decimal') return printDecimal(value, type.scale)
      return value === Number.POSITIVE_INFINITY ? '+inf' : value === Number.NEGATIVE_INFINITY ? '-inf' : String(value)
    },
  }
}

/** Entries of streams, with a field for each column or one for all, and elements of lists. */
function appendMapping(settings: RedisTable, schema: Schema): RowMapping {
  const { structure, valueFormat } = settings
  const keys = new PatternPrinter(settings.key, schema)
  const content = structure === 'list' || valueFormat !== null ? wholeRow(settings, schema) : null
  const fields = content === null ? fieldsOf(settings, schema) : []
  const valueField = settings.options.text('stream.value-field') ?? 'value'
  const length = settings.options.number('stream.max-length')
  if (length !== undefined && length < 1) throw mismatch(settings.table, 'stream.max-length', 'Expected a number of 1 or more.')
  const limit: readonly Word[] = length === undefined ? [] : ['MAXLEN', '~', length]
  const entry = (rows: Batch, row: number): readonly Word[] =>
    fields.flatMap(({ name, type, place, print }): Word[] => {
      const value = valueAt(rows.columns[place] as Vector, row, type)
      return value === null ? [] : [name, print(value)]
    })
  return {
    begin: (batch) => content?.begin(batch),
    row: (rows, row) => {
      const key = keys.textOf(rows, row)
      if (key === null) return { refusal: nullKey, key: '' }
      const value = content?.at(rows, row) ?? null
      if (content !== null && value === null) return { refusal: `A ${structure} cannot hold NULL.`, key }
      if (structure === 'list') return { identity: '', key, commands: [['RPUSH', key, value ?? ''], ...expiry(settings, key)] }
      const held = value === null ? entry(rows, row) : [valueField, value]
      if (held.length === 0) return { refusal: 'An entry needs a column that is not NULL.', key }
      return { identity: '', key, commands: [['XADD', key, ...limit, '*', ...held], ...expiry(settings, key)] }
    },
  }
}

function fieldsOf({ structure }: RedisTable, schema: Schema) {
  return schema.map((column, place) => ({ name: column.name, type: column.type, place, print: valuePrinter(column, structure) }))
}
