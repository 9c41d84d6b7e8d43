import { expect, test } from 'vitest'
import { expectedAt } from './expectation.ts'
import { parseScript } from './script.ts'
import { unparse } from './unparse/statement.ts'

/** Parses a text that is wrong in one way, and says which. */
function codeOf(text: string): string | undefined {
  const { diagnostics } = parseScript(text)
  expect(diagnostics.length).toBe(1)
  return diagnostics[0]?.code
}

const levels = 10_000

test.each([
  ['parentheses', '('.repeat(levels) + '1' + ')'.repeat(levels)],
  ['open parentheses', '('.repeat(levels)],
  ['calls', 'f('.repeat(levels) + '1' + ')'.repeat(levels)],
  ['subqueries', '(SELECT '.repeat(levels) + '1' + ')'.repeat(levels)],
  ['derived tables', '1 FROM ' + '(SELECT * FROM '.repeat(levels) + 't' + ')'.repeat(levels)],
  ['joins in parentheses', '1 FROM ' + '('.repeat(levels) + 't' + ')'.repeat(levels)],
  ['CASE', 'CASE WHEN '.repeat(levels)],
  ['NOT', 'NOT '.repeat(levels) + 'a'],
  ['signs', '- '.repeat(levels) + '1'],
  ['arrays', 'ARRAY['.repeat(levels)],
  ['types', 'CAST(a AS ' + 'ARRAY<'.repeat(levels)],
  ['intervals', 'INTERVAL ('.repeat(levels)],
  ['comparisons', 'a' + ' = a'.repeat(levels)],
  ['accesses', 'a' + '[1]'.repeat(levels)],
  ['fields', '(a)' + '.b'.repeat(levels)],
  ['joins', '1 FROM t' + ' CROSS JOIN t'.repeat(levels)],
  ['type suffixes', 'CAST(a AS INT' + ' ARRAY'.repeat(levels) + ')'],
  ['patterns', '1 FROM t MATCH_RECOGNIZE (PATTERN ' + '('.repeat(levels)],
  ['set operations', '1' + ' UNION SELECT 1 EXCEPT SELECT 1'.repeat(levels)],
])('ten thousand levels of %s are too deep', (_name, body) => {
  expect(codeOf(`SELECT ${body}`)).toBe('SQL_NESTING_TOO_DEEP')
})

test('nesting within the limit is parsed and written', () => {
  const { statements } = parseScript(`SELECT ${'('.repeat(150)}1${' + 1)'.repeat(150)}; SELECT 1${' + 1'.repeat(350)}`)
  expect(statements.length).toBe(2)
  for (const statement of statements) expect(unparse(statement)).toContain('1 + 1')
})

test('what is long but not deep has no limit', () => {
  const long = [
    `SELECT ${'a AND '.repeat(5_000)}b`,
    `SELECT 1${' + 1 - 2'.repeat(5_000)}`,
    `SELECT (((1${' + 1)'.repeat(3)}${' + 1'.repeat(5_000)}`,
    `SELECT a${" || 'x'".repeat(5_000)}`,
    `SELECT 1${' UNION ALL SELECT 1'.repeat(5_000)}`,
    `SELECT a IN (1${', 1'.repeat(5_000)})`,
    `VALUES (1)${', (1)'.repeat(5_000)}`,
    `SELECT CASE${' WHEN a THEN 1'.repeat(5_000)} END`,
  ]
  expect(long.map((text) => parseScript(text).statements.length)).toEqual(long.map(() => 1))
})

/** What parsing takes of the processor, so that what the machine does beside the test is not counted. */
function timeMs(parse: () => void): number {
  const before = process.threadCpuUsage()
  parse()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1000
}

/** The least of three times. */
function leastTimeMs(parse: () => void): number {
  return Math.min(timeMs(parse), timeMs(parse), timeMs(parse))
}

test('five thousand columns take less than a second', () => {
  const columns = Array.from({ length: 5_000 }, (_, i) => `column_${i} DECIMAL(10, 2) NOT NULL COMMENT 'c ${i}'`)
  const items = Array.from({ length: 5_000 }, (_, i) => `CAST(t.column_${i} AS STRING) || 'x' AS c${i}`)
  const text = `CREATE TABLE t (${columns.join(', ')}); SELECT ${items.join(', ')} FROM t;`
  expect(parseScript(text).statements.length).toBe(2)
  expect(leastTimeMs(() => parseScript(text))).toBeLessThan(1_000)
})

/** A quarter of a megabyte shows what grows with the square; THOROUGH takes four times as much. */
const bytes = process.env['THOROUGH'] ? 1_000_000 : 250_000

test.each([
  ['statements', 'SELECT a, b + 1 AS c FROM t WHERE d > 5;\n'],
  ['semicolons', ';'],
  ['wrong characters', '@'],
  ['double quotes', '"'],
  ['typographic quotes', '“'],
  ['backticks on lines', '`\n'],
  ['quotes', "'"],
  ['odd quotes', "'a\n"],
  ['opening parentheses', '('],
  ['commas', ','],
  ['comments', '/* a */ '],
  ['open comments', '/*'],
  ['open hints', '/*+'],
  ['words', 'word '],
  ['wrong statements', 'SELECT FORM; '],
  ['slashes', '/ '],
  ['dots', '.'],
  ['path', 'a.'],
])('much of %s has an answer, within 5 seconds a megabyte', (_name, unit) => {
  const text = unit.repeat(bytes / unit.length)
  let errors = 0
  const spentMs = timeMs(() => {
    errors = parseScript(text).diagnostics.length
    expectedAt(text, text.length >> 1)
  })
  expect(spentMs).toBeLessThan(bytes / 200)
  expect(errors).toBeLessThanOrEqual(101)
})

test('time grows with the text, not with its square', () => {
  const statement = `SELECT ${Array.from({ length: 200 }, (_, i) => `f(a.b${i}, 'x') + ${i} AS c${i}`).join(', ')} FROM t WHERE a IN (1, 2, 3);\n`
  const small = statement.repeat(20)
  const large = statement.repeat(160)
  parseScript(small)
  expect(leastTimeMs(() => parseScript(large))).toBeLessThan(8 * 5 * leastTimeMs(() => parseScript(small)))
})

test('a hundred errors are enough', () => {
  const { diagnostics } = parseScript('SELECT FROM t;\n'.repeat(1_000))
  expect(diagnostics.length).toBe(101)
  expect(diagnostics.at(-1)?.code).toBe('SQL_TOO_MANY_ERRORS')
})
