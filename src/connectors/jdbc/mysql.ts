/** MySQL and MariaDB. */
import {
  type ColumnFamily,
  cellText,
  type Dialect,
  quotedTarget,
  type RowStatements,
  type TargetColumn,
  type TargetTable,
  type Texts,
  type WriteShape,
} from './dialect.ts'
import type { TargetName } from './options.ts'
import type { Cell, Login, Parameter, Row, Session } from './session.ts'

const families: Readonly<Record<string, ColumnFamily>> = {
  tinyint: 'integer',
  smallint: 'integer',
  mediumint: 'integer',
  int: 'integer',
  bigint: 'integer',
  year: 'integer',
  bit: 'integer',
  decimal: 'decimal',
  float: 'float',
  double: 'double',
  char: 'text',
  varchar: 'text',
  tinytext: 'text',
  text: 'text',
  mediumtext: 'text',
  longtext: 'text',
  binary: 'bytes',
  varbinary: 'bytes',
  tinyblob: 'bytes',
  blob: 'bytes',
  mediumblob: 'bytes',
  longblob: 'bytes',
  date: 'date',
  time: 'time',
  datetime: 'timestamp',
  timestamp: 'instant',
}

/** What a statement that the server prepares may have of them. */
const placeholdersMax = 60_000
/** Sizes of statements, so that few different ones are prepared. */
const statementSizes = [1024, 256, 64, 16, 4, 1]

export const mysqlDialect: Dialect = {
  name: 'mysql',
  open: async (login: Login) => (await import('./mysql-session.ts')).openMysqlSession(login),
  quote,
  describe,
  tableNames: async (session, { schema }) => {
    const sql = 'SELECT table_name FROM information_schema.tables WHERE table_schema = COALESCE(?, DATABASE()) ORDER BY 1 LIMIT 1000'
    return (await session.query(sql, [schema])).rows.map((row) => cellText(row[0]))
  },
  countRows: async (session, { schema, name }) => {
    const sql = "SELECT table_rows FROM information_schema.tables WHERE table_schema = ? AND table_name = ? AND table_type = 'BASE TABLE'"
    const count = (await session.query(sql, [schema, name])).rows[0]?.[0] ?? null
    return count === null ? null : Number(cellText(count))
  },
  read: (column) => (column.type.startsWith('bit') ? `CAST(${quote(column.name)} AS UNSIGNED)` : quote(column.name)),
  placeholder: (column) => placeholderOf(column),
  parameter,
  keyCondition: (columns, keys, rows) => keyCondition(columns, keys, rows),
  keysMax: (columns) => Math.min(1000, Math.floor(placeholdersMax / columns)),
  rowStatements,
  beginReading: ['SET TRANSACTION ISOLATION LEVEL REPEATABLE READ', 'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY'],
  createCommitTables: (commits, rows) => [
    `CREATE TABLE IF NOT EXISTS ${commits} (writer VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PRIMARY KEY, id BIGINT NOT NULL) ENGINE = InnoDB`,
    `CREATE TABLE IF NOT EXISTS ${rows} (writer VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
      batch VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, chunk INT NOT NULL, payload LONGTEXT CHARACTER SET utf8mb4 NOT NULL,
      PRIMARY KEY (writer, batch, chunk)) ENGINE = InnoDB`,
  ],
  insertMissing: (table, columns) => {
    const names = columns.map(({ name }) => name)
    const holders = columns.map(({ kind }) => (kind === 'text' ? '?' : 'CAST(? AS SIGNED)'))
    return `INSERT INTO ${table} (${names.join(', ')}) VALUES (${holders.join(', ')}) ON DUPLICATE KEY UPDATE ${names[0]} = ${names[0]}`
  },
  text: () => '?',
  integer: () => 'CAST(? AS SIGNED)',
  probe: ({ target, columns, key }) => {
    const table = quotedTarget(mysqlDialect, target)
    const names = columns.map(({ name }) => quote(name))
    const put = `EXPLAIN INSERT INTO ${table} (${names.join(', ')}) SELECT ${names.map(() => 'NULL').join(', ')} FROM DUAL WHERE 1 = 0${updateClause(names, key)}`
    const first = names[key[0] ?? 0]
    const remove = `EXPLAIN DELETE FROM ${table} WHERE ${first} IS NULL AND 1 = 0`
    return (key.length === 0 ? [put] : [put, remove]).map((sql) => ({ sql, values: [] }))
  },
}

function quote(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

const columnsSql = `
SELECT column_name, column_type, data_type, is_nullable, column_default, extra, numeric_precision, numeric_scale, datetime_precision,
  table_schema, table_name
FROM information_schema.columns WHERE table_schema = COALESCE(?, DATABASE()) AND table_name = ? ORDER BY ordinal_position`

const keysSql = `
SELECT index_name, column_name, sub_part
FROM information_schema.statistics WHERE table_schema = ? AND table_name = ? AND non_unique = 0 ORDER BY index_name <> 'PRIMARY', index_name, seq_in_index`

async function describe(session: Session, { schema, name }: TargetName): Promise<TargetTable | null> {
  const { rows } = await session.query(columnsSql, [schema, name])
  const [first] = rows
  if (first === undefined) return null
  const place = { schema: cellText(first[9]), name: cellText(first[10]) }
  const keys = new Map<string, string[]>()
  const partial = new Set<string>()
  for (const [index, column, part] of (await session.query(keysSql, [place.schema, place.name])).rows) {
    const key = keys.get(cellText(index)) ?? []
    keys.set(cellText(index), key)
    key.push(cellText(column))
    if (part !== null || column === null) partial.add(cellText(index))
  }
  const uniqueKeys = [...keys].filter(([index]) => !partial.has(index)).map(([, columns]) => columns)
  return { ...place, columns: rows.map(columnOf), primaryKey: keys.get('PRIMARY') ?? [], uniqueKeys }
}

function columnOf(row: Row): TargetColumn {
  const [name, fullType, dataType, isNullable, fallback, extra, precision, scale, fraction] = row
  const type = cellText(fullType).toLowerCase()
  const kind = cellText(dataType).toLowerCase()
  const family = Object.hasOwn(families, kind) ? (families[kind] ?? 'as-text') : 'as-text'
  const notes = cellText(extra).toLowerCase()
  return {
    name: cellText(name),
    family,
    type,
    castType: castTypeOf(family, type, numberOf(precision), numberOf(scale)),
    elementFamily: null,
    nullable: cellText(isNullable) === 'YES',
    hasDefault: fallback !== null || /auto_increment|default_generated/.test(notes),
    isGenerated: /(?:virtual|stored|persistent) generated|^(?:virtual|persistent|stored)/.test(notes),
    precision: family === 'decimal' ? numberOf(precision) : null,
    scale: family === 'decimal' ? numberOf(scale) : numberOf(fraction),
    isFlag: /^(?:tinyint\(1\)|bit\(1\))/.test(type),
    isPadded: false,
  }
}

function numberOf(cell: Cell | undefined): number | null {
  return cell === null || cell === undefined ? null : Number(cellText(cell))
}

function castTypeOf(family: ColumnFamily, type: string, precision: number | null, scale: number | null): string {
  switch (family) {
    case 'integer':
      return type.includes('unsigned') || type.startsWith('bit') ? 'UNSIGNED' : 'SIGNED'
    case 'decimal':
      return `DECIMAL(${precision ?? 65}, ${scale ?? 0})`
    case 'date':
      return 'DATE'
    case 'time':
      return 'TIME(6)'
    case 'timestamp':
    case 'instant':
      return 'DATETIME(6)'
    default:
      return ''
  }
}

/** Text is compared with numbers as doubles, unless it is cast. */
function placeholderOf({ castType }: TargetColumn): string {
  return castType === '' ? '?' : `CAST(? AS ${castType})`
}

function parameter(column: TargetColumn, text: string): Parameter {
  if (column.family === 'bytes') return Buffer.from(text, 'hex')
  // The digits of a text would be taken for the bits of their characters.
  return column.type.startsWith('bit') ? Number(text) : text
}

function parameterAt(column: TargetColumn, texts: readonly (string | null)[] | undefined, row: number): Parameter {
  const text = texts?.[row] ?? null
  return text === null ? null : parameter(column, text)
}

function keyCondition(columns: readonly TargetColumn[], keys: Texts, rows: readonly number[]): { sql: string; values: Parameter[] } {
  const names = columns.map(({ name }) => quote(name)).join(', ')
  const one = `(${columns.map(placeholderOf).join(', ')})`
  const values = rows.flatMap((row) => columns.map((column, index) => parameterAt(column, keys[index], row)))
  return { sql: `(${names}) IN (${rows.map(() => one).join(', ')})`, values }
}

function updateClause(names: readonly string[], key: readonly number[]): string {
  if (key.length === 0) return ''
  const kept = names.filter((_, index) => !key.includes(index))
  const [first = ''] = names
  const assignments = kept.length === 0 ? [`${first} = ${first}`] : kept.map((name) => `${name} = VALUES(${name})`)
  return ` ON DUPLICATE KEY UPDATE ${assignments.join(', ')}`
}

function rowStatements({ target, columns, key }: WriteShape): RowStatements {
  const table = quotedTarget(mysqlDialect, target)
  const names = columns.map(({ name }) => quote(name))
  const tuple = `(${names.map(() => '?').join(', ')})`
  const update = updateClause(names, key)
  const keyColumns = key.map((index) => columns[index] as TargetColumn)
  const puts = new Map<number, string>()
  const putSql = (count: number): string => {
    const known = puts.get(count)
    if (known !== undefined) return known
    const sql = `INSERT INTO ${table} (${names.join(', ')}) VALUES ${Array.from({ length: count }, () => tuple).join(', ')}${update}`
    puts.set(count, sql)
    return sql
  }
  return {
    rowsPerStatement: (waiting) => statementSizes.find((size) => size <= waiting && size * columns.length <= placeholdersMax) ?? 1,
    put: (texts, rows) => {
      const values: Parameter[] = []
      for (const row of rows)
        for (let index = 0; index < columns.length; index++) values.push(parameterAt(columns[index] as TargetColumn, texts[index], row))
      return { sql: putSql(rows.length), values }
    },
    remove: (texts, rows) => {
      const { sql, values } = keyCondition(
        keyColumns,
        key.map((index) => texts[index] ?? []),
        rows,
      )
      return { sql: `DELETE FROM ${table} WHERE ${sql}`, values }
    },
  }
}
