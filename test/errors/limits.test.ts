/** Statements larger or deeper than anyone writes by hand, and someone generates: an answer or a refusal, soon. */
import { describe, expect, test } from 'vitest'
import { MillraceError } from '#base'
import type { MemoryCatalog } from '#catalog'
import { optimize } from '#optimizer'
import { assertPlan } from '#plan'
import { bindStatement } from '#sql'
import { createCatalog, statementsOf } from '../plans/corpus.ts'

/** Each of these took from a minute to for ever once, and takes a second or two. */
const patienceMs = 30_000

/** Binds and optimises all statements; the code of the error that refuses one, or "fine". */
function outcome(text: string, catalog: MemoryCatalog = createCatalog()): string {
  try {
    for (const statement of statementsOf(text)) {
      const bound = bindStatement(statement, catalog)
      if (bound.kind === 'create-view') catalog.createView(bound.definition, bound.whenThere, bound.position)
      if (bound.kind !== 'query') continue
      assertPlan(bound.plan)
      assertPlan(optimize(bound.plan, { readsFields: () => false }))
    }
    return 'fine'
  } catch (error) {
    if (error instanceof MillraceError && error.blame === 'user') return error.code
    throw error
  }
}

function list(count: number, item: (index: number) => string, separator = ', '): string {
  return Array.from({ length: count }, (_, index) => item(index)).join(separator)
}

/** Each variable looks at the row of the one before it. */
function pattern(count: number): string {
  const variables = list(count, (i) => `v${i}`, ' ')
  const definitions = list(count, (i) => `v${i} AS v${i}.id > LAST(v${Math.max(i - 1, 0)}.id)`)
  return `SELECT * FROM orders MATCH_RECOGNIZE (ORDER BY placed_at MEASURES v1.id AS x PATTERN (${variables}) DEFINE ${definitions})`
}

describe('size costs no more than its share', { timeout: patienceMs }, () => {
  test.each([
    ['a name of 100,000 parts', `SELECT ${list(100_000, () => 'id', '.')} FROM orders`, 'SQL_FIELD_OF_PLAIN_TYPE'],
    ['an interval with 500,000 blanks', `SELECT INTERVAL '1${' '.repeat(500_000)}x' DAY`, 'SQL_LITERAL_MALFORMED'],
    ['50,000 columns of one name', `SELECT ${list(50_000, () => 'id')} FROM orders`, 'fine'],
    [
      '10,000 items to order by',
      `SELECT ${list(10_000, (i) => `id + ${i}`)} FROM orders ORDER BY ${list(10_000, (i) => `id + ${i}`)} LIMIT 1`,
      'fine',
    ],
    ['3,000 measures of a group', `SELECT customer, ${list(3000, (i) => `SUM(quantity + ${i})`)} FROM orders GROUP BY customer`, 'fine'],
    ['10,000 values to choose from', `SELECT id FROM orders WHERE id IN (${list(10_000, String)})`, 'fine'],
    ['a sum of 5,000 numbers', `SELECT ${list(5000, () => 'quantity', ' + ')} FROM orders`, 'fine'],
    ['a sum of 5,000 numbers, grouped', `SELECT quantity, ${list(5000, () => 'quantity', ' + ')} FROM orders GROUP BY quantity`, 'fine'],
    ['5,000 numbers added and subtracted', `SELECT ${list(2500, () => 'id - id', ' + ')} FROM orders`, 'SQL_NESTING_TOO_DEEP'],
    ['5,000 texts joined', `SELECT ${list(5000, () => 'customer', ' || ')} FROM orders`, 'fine'],
    ['5,000 conditions', `SELECT id FROM orders WHERE ${list(5000, (i) => `id <> ${i}`, ' AND ')}`, 'fine'],
    ['300 decimals added', `SELECT ${list(300, () => 'amount', ' + ')} FROM orders`, 'fine'],
    ['5,000 decimals added', `SELECT ${list(5000, () => 'amount', ' + ')} FROM orders`, 'SQL_NESTING_TOO_DEEP'],
    ['a pattern of 3,000 variables', pattern(3000), 'fine'],
    ['5,000 replacements of NULL', `SELECT COALESCE(${list(5000, (i) => `NULLIF(id, ${i})`)}) FROM orders`, 'fine'],
  ])('%s', (_what, text, expected) => {
    expect(outcome(text)).toBe(expected)
  })

  test.each([
    ['BETWEEN', `SELECT TRUE${' BETWEEN FALSE AND TRUE'.repeat(200)}`],
    ['CASE', `SELECT ${'CASE '.repeat(100)}id${' WHEN 1 THEN 1 WHEN 2 THEN 2 ELSE 3 END'.repeat(100)} FROM orders`],
    ['rows', `SELECT ${'CASE WHEN (id, '.repeat(60)}id${', 1) IN ((1, 1, 1), (2, 2, 2)) THEN 1 ELSE 2 END'.repeat(60)} FROM orders`],
    ['ANY', `SELECT ${'CASE WHEN '.repeat(60)}id${' = ANY (1, 2, 3) THEN 1 ELSE 2 END'.repeat(60)} FROM orders`],
  ])('%s inside its own operand, many times over', (_what, text) => {
    expect(outcome(text)).toBe('SQL_STATEMENT_TOO_LARGE')
  })

  test('queries upon queries, each of which doubles a value and filters by it', () => {
    const depth = 60
    expect(
      outcome(`SELECT id FROM ${'(SELECT id + id AS id FROM '.repeat(depth)}orders${' WHERE id > 0)'.repeat(depth)} WHERE id > 0`),
    ).toBe('fine')
  })

  test('1,000 views, one upon the other', () => {
    const first = 'CREATE VIEW v0 AS SELECT id, customer FROM orders'
    const others = list(999, (i) => `CREATE VIEW v${i + 1} AS SELECT id + 1 AS id, customer FROM v${i} WHERE id > ${i}`, ';\n')
    expect(outcome(`${first};\n${others};\nSELECT * FROM v999`)).toBe('fine')
  })
})
