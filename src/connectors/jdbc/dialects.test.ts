import { describe, expect, test } from 'vitest'
import { systemClock } from '#base'
import { bigintType, decimalType, doubleType, stringType, timeZone } from '#data'
import type { ColumnCondition, ConnectorTable } from '../connector.ts'
import { columnOf, tableOf } from './column.fixture.ts'
import { suggestedType, targetColumns } from './column-fit.ts'
import { conditionSql, whereClause } from './conditions.ts'
import { mysqlDialect } from './mysql.ts'
import { postgresDialect } from './postgres.ts'
import type { Parameter } from './session.ts'

const id = columnOf('id')
const name = columnOf('na"`me', { family: 'text', type: 'text', castType: '"pg_catalog"."text"' })
const list = columnOf('list', { family: 'array', type: 'integer[]', castType: '"pg_catalog"."int4"', elementFamily: 'integer' })
const texts = [
  ['1', '2', '3'],
  ['a', null, 'c"\\'],
  ['{1}', '{2}', '{3}'],
]

describe('postgresql', () => {
  const shape = { target: tableOf([id, name, list], ['id']), columns: [id, name, list], key: [0] }
  test('puts any number of rows by one statement', () => {
    expect(postgresDialect.rowStatements(shape).put(texts, [2, 0])).toEqual({
      sql:
        'INSERT INTO "s"."t""`" ("id", "na""`me", "list") SELECT u.c0, u.c1, u.c2::"pg_catalog"."int4"[]' +
        ' FROM unnest($1::"pg_catalog"."int8"[], $2::"pg_catalog"."text"[], $3::text[]) AS u(c0, c1, c2)' +
        ' ON CONFLICT ("id") DO UPDATE SET "na""`me" = EXCLUDED."na""`me", "list" = EXCLUDED."list"',
      values: ['{3,1}', '{"c\\"\\\\",a}', '{"{3}","{1}"}'],
    })
  })
  test('removes by key', () => {
    expect(postgresDialect.rowStatements({ ...shape, key: [1, 0] }).remove(texts, [1])).toEqual({
      sql: 'DELETE FROM "s"."t""`" WHERE ("na""`me", "id") IN (SELECT * FROM unnest($1::"pg_catalog"."text"[], $2::"pg_catalog"."int8"[]))',
      values: ['{NULL}', '{2}'],
    })
  })
  test('rows without a key are added, and rows of keys alone change nothing', () => {
    expect(postgresDialect.rowStatements({ ...shape, key: [] }).put(texts, [0]).sql).not.toContain('CONFLICT')
    const keys = { target: tableOf([id], ['id']), columns: [id], key: [0] }
    expect(postgresDialect.rowStatements(keys).put([['1']], [0]).sql).toMatch(/ON CONFLICT \("id"\) DO NOTHING$/)
  })
})

describe('mysql', () => {
  const number = columnOf('id', { castType: 'SIGNED' })
  const bytes = columnOf('b', { family: 'bytes', type: 'blob', castType: '' })
  const shape = { target: tableOf([number, bytes], ['id']), columns: [number, bytes], key: [0] }
  test('puts rows with a placeholder for each value', () => {
    const statements = mysqlDialect.rowStatements(shape)
    expect(
      statements.put(
        [
          ['1', '2'],
          ['00ff', null],
        ],
        [0, 1],
      ),
    ).toEqual({
      sql: 'INSERT INTO `s`.`t"``` (`id`, `b`) VALUES (?, ?), (?, ?) ON DUPLICATE KEY UPDATE `b` = VALUES(`b`)',
      values: ['1', Buffer.from([0, 255]), '2', null],
    })
    expect([5000, 1000, 255, 3, 1].map((rows) => statements.rowsPerStatement(rows))).toEqual([1024, 256, 64, 1, 1])
    const wide = mysqlDialect.rowStatements({ ...shape, columns: Array.from({ length: 300 }, () => number) })
    expect(wide.rowsPerStatement(5000)).toBe(64)
  })
  test('removes by key, comparing numbers as numbers', () => {
    expect(mysqlDialect.rowStatements(shape).remove([['1', '9007199254740993'], []], [0, 1])).toEqual({
      sql: 'DELETE FROM `s`.`t"``` WHERE (`id`) IN ((CAST(? AS SIGNED)), (CAST(? AS SIGNED)))',
      values: ['1', '9007199254740993'],
    })
  })
})

describe('conditions', () => {
  const columns = [
    id,
    columnOf('word', { family: 'text', castType: '"pg_catalog"."text"' }),
    columnOf('price', { family: 'decimal', castType: '"pg_catalog"."numeric"', precision: 10, scale: 4 }),
    columnOf('free', { family: 'decimal', castType: '"pg_catalog"."numeric"' }),
    columnOf('x', { family: 'double', castType: '"pg_catalog"."float8"' }),
  ]
  const types = [bigintType, stringType, decimalType(10, 4), decimalType(10, 2), doubleType]
  const table: ConnectorTable = {
    name: 't',
    schema: columns.map((column, index) => ({ name: column.name, type: types[index] ?? bigintType })),
    options: {},
    primaryKey: [],
    partitionedBy: [],
    metadataColumns: [],
    timeZone: 'UTC',
    clock: systemClock,
  }
  const sqlOf = (conditions: readonly ColumnCondition[]) => {
    const values: Parameter[] = ['before']
    return [conditionSql(conditions, table, tableOf(columns), postgresDialect, timeZone('UTC'), values), values.slice(1)]
  }
  const is = (column: string, operator: ColumnCondition['operator'], ...values: unknown[]): ColumnCondition => ({
    column,
    operator,
    values,
  })

  test('are asked where the database compares as we do', () => {
    expect(sqlOf([is('id', '>=', 9007199254740993n), is('word', 'in', 'a', "b'; --")])).toEqual([
      '"id" >= $2::"pg_catalog"."int8" AND "word" IN ($3::"pg_catalog"."text", $4::"pg_catalog"."text")',
      ['9007199254740993', 'a', "b'; --"],
    ])
    expect(sqlOf([is('price', '<', 12345)])).toEqual(['"price" < $2::"pg_catalog"."numeric"', ['1.2345']])
  })
  test.each([
    ['the order of texts is one of a collation', is('word', '<', 'a')],
    ['other texts may be the same to a collation', is('word', '<>', 'a')],
    ['digits are cut off that the database compares', is('free', '=', 100)],
    ['NaN is compared otherwise', is('x', '>', 1)],
    ['there is no value', is('id', '=', null)],
  ])('are left out where %s', (_, condition) => {
    expect(sqlOf([condition])).toEqual([null, []])
  })
  test('are joined', () => {
    expect(whereClause([null, 'a OR b', 'c'])).toBe(' WHERE (a OR b) AND (c)')
    expect(whereClause([null])).toBe('')
  })
})

describe('columns', () => {
  const target = tableOf([id, columnOf('user_id', { family: 'decimal', type: 'numeric(10,2)', precision: 10, scale: 2 })])
  test('are found by name, also where the database folds it', () => {
    expect(targetColumns([{ name: 'User_Id', type: decimalType(10, 2) }], target, 't')[0]?.name).toBe('user_id')
  })
  test('that do not fit say what would', () => {
    const failing = () => targetColumns([{ name: 'user_id', type: bigintType }], target, 't')
    expect(failing).toThrow('column "user_id" of table "t" cannot be BIGINT: it is numeric(10,2) in the database')
    expect(suggestedType(target.columns[1] ?? id)).toEqual(decimalType(10, 2))
  })
})
