/** Plans as Flink SQL: what the text says, and that the same plan is read from it, whatever the names. */
import { describe, expect, test } from 'vitest'
import { MemoryCatalog } from '#catalog'
import { bigintType, type DataType, doubleType, integerType, stringType, withNullable } from '#data'
import { assertSayable, renderPlan, whatLacks } from '#engines'
import type { Expression, LiteralValue, Plan, Relation } from '#plan'
import { bindStatement, parseScript } from '#sql'

function catalogOf(script: string): MemoryCatalog {
  const catalog = new MemoryCatalog()
  for (const statement of parseScript(script).statements) {
    const bound = bindStatement(statement, catalog)
    if (bound.kind === 'create-table') catalog.createTable(bound.definition, 'fail')
  }
  return catalog
}

function planOf(text: string, catalog: MemoryCatalog): Plan {
  const { statements, diagnostics } = parseScript(text)
  if (diagnostics[0] !== undefined) throw diagnostics[0]
  const bound = statements[0] === undefined ? null : bindStatement(statements[0], catalog)
  if (bound === null || !('plan' in bound)) throw new Error('no plan')
  return bound.plan
}

function rendered(plan: Plan, catalog: MemoryCatalog): string {
  return renderPlan(plan, { tables: catalog, current: catalog.current })
}

const shop = catalogOf(`
  CREATE TABLE orders (id INT, \`user\` STRING, amount DECIMAL(10, 2), ts TIMESTAMP(3), proc AS PROCTIME(), big AS amount * 2,
    WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'datagen');
  CREATE TABLE users (name STRING, city STRING, PRIMARY KEY (name) NOT ENFORCED) WITH ('connector' = 'datagen');
  CREATE TABLE sums (city STRING, total DECIMAL(38, 2)) WITH ('connector' = 'blackhole');
`)

describe('a query', () => {
  const queries: readonly (readonly [query: string, text: string])[] = [
    [
      "SELECT id AS i, big FROM orders WHERE amount > 5 AND `user` = 'x'",
      "SELECT id AS i, big\nFROM orders\nWHERE amount > 5 AND `user` = 'x'",
    ],
    [
      "SELECT o.id FROM orders /*+ OPTIONS('rows-per-second' = '1') */ AS o LEFT JOIN users AS u ON o.`user` = u.name WHERE u.city IS NULL",
      "SELECT orders.id\nFROM orders /*+ OPTIONS('rows-per-second' = '1') */\nLEFT JOIN users ON orders.`user` = users.name\nWHERE users.city IS NULL",
    ],
    [
      "SELECT window_end, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '200' SECOND)) GROUP BY window_start, window_end",
      "SELECT window_end, COUNT(*) AS n\nFROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '200' SECOND(3))) AS w\nGROUP BY window_start, window_end",
    ],
    [
      'SELECT id FROM orders WHERE `user` IN (SELECT name FROM users)',
      'SELECT id\nFROM orders\nWHERE EXISTS (\n  SELECT 1\n  FROM users\n  WHERE orders.`user` = users.name\n)',
    ],
    [
      'SELECT o.id, u.city FROM orders AS o JOIN users FOR SYSTEM_TIME AS OF o.proc AS u ON o.`user` = u.name',
      'SELECT orders.id, users.city\nFROM orders\nJOIN users FOR SYSTEM_TIME AS OF orders.proc AS users ON orders.`user` = users.name',
    ],
    [
      'SELECT id FROM orders ORDER BY amount DESC LIMIT 3 OFFSET 1',
      'SELECT id\nFROM orders\nORDER BY orders.amount DESC\nLIMIT 3\nOFFSET 1',
    ],
    ['SELECT name FROM users INTERSECT SELECT city FROM users', 'SELECT name\nFROM users\nINTERSECT\nSELECT city\nFROM users AS users_2'],
  ]

  test.each(queries)('%s', (query, text) => {
    expect(rendered(planOf(query, shop), shop)).toBe(text)
    expect(rendered(planOf(text, shop), shop)).toBe(text)
  })

  test('an INSERT, and a set of them', () => {
    const insert = 'INSERT INTO sums SELECT u.city, SUM(o.amount) FROM orders AS o JOIN users AS u ON o.`user` = u.name GROUP BY u.city'
    expect(rendered(planOf(insert, shop), shop)).toMatch(/^INSERT INTO sums\nSELECT users\.city, /)
    const both = rendered(planOf(`EXECUTE STATEMENT SET BEGIN ${insert}; ${insert}; END`, shop), shop)
    expect(both).toMatch(/^EXECUTE STATEMENT SET BEGIN\nINSERT INTO sums\n[^;]*;\nINSERT INTO sums\n[^;]*;\nEND$/)
    expect(planOf(both, shop).outputs).toHaveLength(2)
  })
})

describe('names', () => {
  const hostile = [
    'a`b',
    "quote'name",
    'two words',
    'select',
    'größe',
    '; DROP TABLE t',
    '--',
    '/*',
    '1st',
    'a.b',
    '$',
    '"x"',
    'pi',
    '日本',
  ]

  test.each(hostile)('%j is a column, a table, an option and a text', (name) => {
    const quoted = `\`${name.replaceAll('`', '``')}\``
    const text = `'${name.replaceAll("'", "''")}'`
    const catalog = catalogOf(`CREATE TABLE ${quoted} (${quoted} STRING, other INT) WITH ('connector' = 'datagen')`)
    const query = `SELECT ${quoted}, COUNT(*) AS ${quoted === '`n`' ? 'm' : 'n'} FROM ${quoted} /*+ OPTIONS(${text} = ${text}) */ WHERE ${quoted} <> ${text} GROUP BY ${quoted}`
    const plan = planOf(query, catalog)
    const once = rendered(plan, catalog)
    const again = planOf(once, catalog)
    expect(withoutPlaces(again)).toEqual(withoutPlaces(plan))
    expect(rendered(again, catalog)).toBe(once)
  })
})

function withoutPlaces(plan: Plan): unknown {
  return JSON.parse(JSON.stringify(plan, (key, value: unknown) => (key === 'origin' ? undefined : value)))
}

describe('constants', () => {
  const constants: readonly (readonly [value: LiteralValue, type: DataType, text: string])[] = [
    [5, integerType, '5'],
    [-5, bigintType, 'CAST(-5 AS BIGINT)'],
    [-9223372036854775808n, bigintType, '-9223372036854775808'],
    [150, { kind: 'decimal', precision: 3, scale: 2, nullable: false }, '1.50'],
    [150, { kind: 'decimal', precision: 10, scale: 2, nullable: false }, 'CAST(1.50 AS DECIMAL(10, 2))'],
    [
      12345678901234567890123n,
      { kind: 'decimal', precision: 30, scale: 2, nullable: false },
      "CAST('123456789012345678901.23' AS DECIMAL(30, 2))",
    ],
    [0.1, doubleType, '0.1E0'],
    [1e300, doubleType, '1E300'],
    [Number.NaN, doubleType, "CAST('NaN' AS DOUBLE)"],
    [-0, doubleType, "CAST('-0.0' AS DOUBLE)"],
    ["it's", stringType, "CAST('it''s' AS STRING)"],
    ['ab', { kind: 'char', length: 2, nullable: false }, "'ab'"],
    ['00ff', { kind: 'binary', length: 2, nullable: false }, "X'00ff'"],
    [null, integerType, 'CAST(NULL AS INT)'],
    [-1, { kind: 'date', nullable: false }, "DATE '1969-12-31'"],
    [1, { kind: 'time', precision: 3, nullable: false }, "TIME '00:00:00.001'"],
    [-1, { kind: 'timestamp', precision: 3, nullable: false }, "TIMESTAMP '1969-12-31 23:59:59.999'"],
    [1_000_000_001n, { kind: 'timestamp', precision: 9, nullable: false }, "TIMESTAMP '1970-01-01 00:00:01.000000001'"],
    [1500, { kind: 'timestamp-ltz', precision: 3, nullable: false }, 'TO_TIMESTAMP_LTZ(1500, 3)'],
    [86_400_000 * 100, { kind: 'interval-day-time', nullable: false }, "INTERVAL '100' DAY(3)"],
    [-1500, { kind: 'interval-day-time', nullable: false }, "INTERVAL -'1.500' SECOND(2, 3)"],
    [86_400_000 + 1500 * 1000, { kind: 'interval-day-time', nullable: false }, "INTERVAL '1 00:25:00.000' DAY(3) TO SECOND(3)"],
    [14, { kind: 'interval-year-month', nullable: false }, "INTERVAL '14' MONTH"],
  ]

  test.each(constants)('%s of %j', (value, type, text) => {
    const literal: Expression = { kind: 'literal', value, type: withNullable(type, value === null) }
    const input: Relation = { kind: 'values', columns: [{ name: 'x', type: literal.type }], rows: [[literal]] }
    expect(rendered({ outputs: [{ kind: 'collect', input }] }, shop)).toBe(`SELECT ${text} AS x`)
    const [output] = planOf(`SELECT ${text} AS x`, shop).outputs
    expect(output).toBeDefined()
  })

  test('half a character is refused', () => {
    const literal: Expression = { kind: 'literal', value: '\ud800', type: stringType }
    const input: Relation = { kind: 'values', columns: [{ name: 'x', type: stringType }], rows: [[literal]] }
    expect(() => rendered({ outputs: [{ kind: 'collect', input }] }, shop)).toThrow('cannot be said in Flink SQL: it has half a character')
  })
})

describe('what cannot be said', () => {
  test('a watermark other than that of the table', () => {
    const [output] = planOf('SELECT ts FROM orders', shop).outputs
    const lax = JSON.parse(JSON.stringify({ outputs: [output] }).replaceAll('5000', '6000')) as Plan
    expect(() => rendered(lax, shop)).toThrow('a watermark cannot be said in Flink SQL: it is not as the table declares it')
  })

  test('a time column without its watermark is none', () => {
    const [output] = planOf('SELECT ts FROM orders', shop).outputs
    const project = output?.input
    const below = project?.kind === 'project' && project.input.kind === 'watermark' ? project.input.input : null
    expect(below).not.toBeNull()
    if (project?.kind !== 'project' || below === null) return
    const text = rendered({ outputs: [{ kind: 'collect', input: { ...project, input: below } }] }, shop)
    expect(text).toBe('SELECT CAST(ts AS TIMESTAMP(3)) AS ts\nFROM orders')
  })

  test('a name with a line break', () => {
    const literal: Expression = { kind: 'literal', value: 1, type: integerType }
    const input: Relation = { kind: 'values', columns: [{ name: 'a\nb', type: integerType }], rows: [[literal]] }
    expect(() => rendered({ outputs: [{ kind: 'collect', input }] }, shop)).toThrow('it has a line break or half a character')
  })

  test('what came later than a version is named', () => {
    const plan = planOf("SELECT STARTSWITH(name, 'a') AS a, PARSE_JSON(city) AS v FROM users", shop)
    expect(whatLacks(plan, '1.20')).toEqual([
      { kind: 'function', name: 'STARTSWITH', since: '2.0' },
      { kind: 'function', name: 'PARSE_JSON', since: '2.1' },
      { kind: 'type', name: 'VARIANT', since: '2.1' },
    ])
    expect(whatLacks(plan, '2.1')).toEqual([])
    expect(() => {
      assertSayable(plan, '1.20')
    }).toThrow('version 1.20 of Flink has no function STARTSWITH')
  })
})
