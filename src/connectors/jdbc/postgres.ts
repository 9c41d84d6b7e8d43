/** PostgreSQL. */
import { arrayLiteral } from './array-literal.ts'
import {
  type ColumnFamily,
  cellText,
  type Dialect,
  quotedTarget,
  type RowStatements,
  type Statement,
  type TargetColumn,
  type TargetTable,
  type Texts,
  type WriteShape,
} from './dialect.ts'
import type { TargetName } from './options.ts'
import type { Login, Row, Session } from './session.ts'

const families: Readonly<Record<string, ColumnFamily>> = {
  bool: 'boolean',
  int2: 'integer',
  int4: 'integer',
  int8: 'integer',
  oid: 'integer',
  numeric: 'decimal',
  float4: 'float',
  float8: 'double',
  text: 'text',
  varchar: 'text',
  bpchar: 'text',
  name: 'text',
  bytea: 'bytes',
  date: 'date',
  time: 'time',
  timestamp: 'timestamp',
  timestamptz: 'instant',
}

/** Of a domain all but the printed type are those of the type that it is made of. */
const columnsSql = `
SELECT a.attname, format_type(a.atttypid, a.atttypmod), b.typname, bn.nspname, e.typname, en.nspname, a.attnotnull,
  a.atthasdef OR a.attidentity <> '', a.attgenerated <> '' OR a.attidentity = 'a', CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END,
  n.nspname, c.relname
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
JOIN pg_namespace bn ON bn.oid = b.typnamespace
LEFT JOIN pg_type e ON e.oid = b.typelem AND b.typcategory = 'A'
LEFT JOIN pg_namespace en ON en.oid = e.typnamespace
WHERE c.oid = to_regclass($1) ORDER BY a.attnum`

/** Only keys of whole columns over all rows. */
const keysSql = `
SELECT i.indexrelid::text, a.attname, i.indisprimary
FROM pg_index i
CROSS JOIN LATERAL unnest(i.indkey[0:i.indnkeyatts - 1]) WITH ORDINALITY AS k(attnum, place)
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
WHERE i.indrelid = to_regclass($1) AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
ORDER BY NOT i.indisprimary, i.indexrelid, k.place`

/** A statement of so many rows takes some milliseconds; longer ones are not faster. */
const rowsPerStatement = 5000

export const postgresDialect: Dialect = {
  name: 'postgresql',
  open: async (login: Login) => (await import('./postgres-session.ts')).openPostgresSession(login),
  quote,
  describe,
  tableNames: async (session, { schema }) => {
    const sql = `SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND CASE WHEN $1 = '' THEN pg_table_is_visible(c.oid) AND n.nspname NOT IN ('pg_catalog', 'information_schema')
      ELSE n.nspname = $1 END ORDER BY 1 LIMIT 1000`
    return (await session.query(sql, [schema ?? ''])).rows.map((row) => cellText(row[0]))
  },
  countRows: async (session, target) => {
    const sql = `SELECT CASE WHEN relkind = 'p' THEN (SELECT sum(c.reltuples) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = pg_class.oid AND c.reltuples >= 0) ELSE reltuples END FROM pg_class WHERE oid = to_regclass($1)`
    const count = Number((await session.query(sql, [quotedTarget(postgresDialect, target)])).rows[0]?.[0] ?? -1)
    return count >= 0 ? Math.round(count) : null
  },
  read: (column) => quote(column.name),
  placeholder: (column, index) => `$${index}::${column.castType}${column.family === 'array' ? '[]' : ''}`,
  parameter: (_column, text) => text,
  keyCondition: (columns, keys, rows) => {
    const names = columns.map(({ name }) => quote(name)).join(', ')
    const arrays = columns.map(({ castType }, index) => `$${index + 1}::${castType}[]`).join(', ')
    const values = keys.map((texts) => arrayLiteral(texts, rows))
    return { sql: `(${names}) IN (SELECT * FROM unnest(${arrays}))`, values }
  },
  keysMax: () => 10_000,
  rowStatements,
  beginReading: ['BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY'],
  createCommitTables: (commits, rows) => [
    `CREATE TABLE IF NOT EXISTS ${commits} (writer text PRIMARY KEY, id bigint NOT NULL)`,
    `CREATE TABLE IF NOT EXISTS ${rows} (writer text NOT NULL, batch text NOT NULL, chunk integer NOT NULL, payload text NOT NULL,
      PRIMARY KEY (writer, batch, chunk))`,
  ],
  insertMissing: (table, columns) => {
    const holders = columns.map(({ kind }, index) => `$${index + 1}::${kind === 'text' ? 'text' : 'bigint'}`)
    return `INSERT INTO ${table} (${columns.map(({ name }) => name).join(', ')}) VALUES (${holders.join(', ')}) ON CONFLICT DO NOTHING`
  },
  text: (index) => `$${index}::text`,
  integer: (index) => `$${index}::bigint`,
  probe: (shape) => {
    const empty = shape.columns.map(() => [])
    const statements = rowStatements(shape)
    return shape.key.length === 0 ? [statements.put(empty, [])] : [statements.put(empty, []), statements.remove(empty, [])]
  },
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

async function describe(session: Session, target: TargetName): Promise<TargetTable | null> {
  const found = (await describeExactly(session, target)) ?? (await describeExactly(session, folded(target)))
  return found
}

/** As the database reads names without quotes. */
function folded({ schema, name }: TargetName): TargetName {
  return { schema: schema === null ? null : schema.toLowerCase(), name: name.toLowerCase() }
}

async function describeExactly(session: Session, target: TargetName): Promise<TargetTable | null> {
  const path = quotedTarget(postgresDialect, target)
  const { rows } = await session.query(columnsSql, [path])
  const [first] = rows
  if (first === undefined) return null
  const keys = new Map<string, string[]>()
  let primaryKey: string[] = []
  for (const [index, column, isPrimary] of (await session.query(keysSql, [path])).rows) {
    const key = keys.get(cellText(index)) ?? []
    keys.set(cellText(index), key)
    key.push(cellText(column))
    if (isPrimary === 't') primaryKey = key
  }
  return {
    schema: cellText(first[10]),
    name: cellText(first[11]),
    columns: rows.map(columnOf),
    primaryKey,
    uniqueKeys: [...keys.values()],
  }
}

function columnOf(row: Row): TargetColumn {
  const [name, type, baseName, baseSchema, elementName, elementSchema, notNull, hasDefault, isGenerated, modifier] = row
  const element = elementName === null ? null : cellText(elementName)
  const family = element === null ? familyOf(cellText(baseName), baseSchema) : 'array'
  const packed = Number(modifier ?? -1)
  const scaled = packed < 0 ? null : packed
  const isTime = family === 'time' || family === 'timestamp' || family === 'instant'
  const base = family === 'array' ? [cellText(elementSchema), element ?? ''] : [cellText(baseSchema), cellText(baseName)]
  return {
    name: cellText(name),
    family,
    type: cellText(type),
    castType: base.map(quote).join('.'),
    elementFamily: element === null ? null : familyOf(element, elementSchema),
    nullable: notNull !== 't',
    hasDefault: hasDefault === 't',
    isGenerated: isGenerated === 't',
    precision: family === 'decimal' && scaled !== null ? ((scaled - 4) >> 16) & 0xffff : null,
    scale: family === 'decimal' && scaled !== null ? (scaled - 4) & 0xffff : isTime ? (scaled ?? 6) : null,
    isFlag: false,
    isPadded: cellText(baseName) === 'bpchar',
  }
}

function familyOf(name: string, schema: unknown): ColumnFamily {
  return schema === 'pg_catalog' && Object.hasOwn(families, name) ? (families[name] ?? 'as-text') : 'as-text'
}

/** One statement for any number of rows: each column is an array. */
function rowStatements({ target, columns, key }: WriteShape): RowStatements {
  const table = quotedTarget(postgresDialect, target)
  const names = columns.map(({ name }) => quote(name))
  // An array of arrays would be taken apart to its last element: arrays go as text.
  const arrays = columns.map(({ family, castType }, index) => `$${index + 1}::${family === 'array' ? 'text' : castType}[]`)
  const values = columns.map(({ family, castType }, index) => `u.c${index}${family === 'array' ? `::${castType}[]` : ''}`)
  const rows = `unnest(${arrays.join(', ')}) AS u(${columns.map((_, index) => `c${index}`).join(', ')})`
  const kept = names.filter((_, index) => !key.includes(index))
  const keyNames = key.map((index) => names[index]).join(', ')
  const update = kept.length === 0 ? 'NOTHING' : `UPDATE SET ${kept.map((name) => `${name} = EXCLUDED.${name}`).join(', ')}`
  const put = `INSERT INTO ${table} (${names.join(', ')}) SELECT ${values.join(', ')} FROM ${rows}${
    key.length === 0 ? '' : ` ON CONFLICT (${keyNames}) DO ${update}`
  }`
  const keyArrays = key.map((column, index) => `$${index + 1}::${columns[column]?.castType}[]`).join(', ')
  const remove = `DELETE FROM ${table} WHERE (${keyNames}) IN (SELECT * FROM unnest(${keyArrays}))`
  return {
    rowsPerStatement: () => rowsPerStatement,
    put: (texts, picked): Statement => ({ sql: put, values: texts.map((column) => arrayLiteral(column, picked)) }),
    remove: (texts: Texts, picked): Statement => ({ sql: remove, values: key.map((column) => arrayLiteral(texts[column] ?? [], picked)) }),
  }
}
