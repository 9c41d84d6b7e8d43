import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fillPlaces, fillVariables } from './fill-variables.ts'
import { scanned } from './scanned.fixture.ts'

describe('a value stays within its place', () => {
  test.each([
    ["SELECT '${a}'", { a: "it's" }, "SELECT 'it''s'"],
    ["SELECT 'x ${a} y'", { a: "'; DROP TABLE t; --" }, "SELECT 'x ''; DROP TABLE t; -- y'"],
    ['SELECT * FROM `${a}`', { a: 'or`ders' }, 'SELECT * FROM `or``ders`'],
    ['SELECT ${n}, ${b}', { n: '1.5e3', b: 'TRUE' }, 'SELECT 1.5e3, TRUE'],
    ['SELECT 1 -${n}', { n: '-1' }, 'SELECT 1 - -1'],
    ["SELECT '''${a}''' || '${a}'", { a: 'x' }, "SELECT '''x''' || 'x'"],
    ['-- ${a}\nSELECT 1 // ${a}\n/* ${a} */', {}, '-- ${a}\nSELECT 1 // ${a}\n/* ${a} */'],
    ["SELECT * FROM t /*+ OPTIONS('path' = '${a}') */", { a: "x'y" }, "SELECT * FROM t /*+ OPTIONS('path' = 'x''y') */"],
    ["'${secret:db}' '$${a}' '${1}' '${'", { a: 'x' }, "'${secret:db}' '${a}' '${1}' '${'"],
    ["SELECT '${a}'", { a: '${b}$&' }, "SELECT '${b}$&'"],
    ["'a -- ${a}' `b // ${a}`", { a: 'x' }, "'a -- x' `b // x`"],
    ["SELECT N'${a}', E'\\'', '${a}'", { a: 'x' }, "SELECT N'x', E'\\'', 'x'"],
    ["SELECT E'it''s', note'${a}'", { a: 'x' }, "SELECT E'it''s', note'x'"],
  ])('%s', (script, variables, filled) => {
    expect(fillVariables(script, variables)).toBe(filled)
  })

  test.each([
    ["SELECT\n '${b}'", 'JOBS_VARIABLE_VALUE', 'variable "b" of the script has no value', 2],
    ['SELECT ${a}', 'JOBS_VARIABLE_UNQUOTED', 'variable "a" stands without quotes, and its value is no number', 1],
    ['SELECT x${n}', 'JOBS_VARIABLE_TOUCHES', 'variable "n" stands without quotes right beside a word', 1],
    ["SELECT E'${n}'", 'JOBS_VARIABLE_PLACE', 'variable "n" cannot stand in a text with escapes', 1],
    ["SELECT U&'${n}'", 'JOBS_VARIABLE_PLACE', 'variable "n" cannot stand in a text with escapes', 1],
    ['SELECT "${n}"', 'JOBS_VARIABLE_PLACE', 'variable "n" cannot stand in a name in double quotes', 1],
    ['SELECT `${l}`', 'JOBS_VARIABLE_LINE_BREAK', 'variable "l" stands in a name, and its value has a line break', 1],
    ['SELECT ${constructor}', 'JOBS_VARIABLE_VALUE', 'variable "constructor" of the script has no value', 1],
  ])('%s', (script, code, message, line) => {
    const fill = () => fillVariables(script, { a: 'x; DROP TABLE t', n: '1', l: 'a\nb' })
    expect(fill).toThrow(expect.objectContaining({ code, message, blame: 'user', position: expect.objectContaining({ line }) }))
  })
})

test('whatever a value holds, it makes no token of SQL but the one that it stands in', () => {
  const value = fc.string({ unit: fc.constantFrom("'", '`', '-', '/', '*', ';', '\\', 'a', ' ', '\n', '$', '{', '}', '"', '+') })
  fc.assert(
    fc.property(value, (text) => {
      const script = "SELECT 'a ${v} b', x /* c */ FROM t -- d\nWHERE y = '${v}'"
      expect(scanned(fillVariables(script, { v: text }))).toEqual(scanned(script).map((part) => part.replaceAll('${v}', () => text)))
    }),
    { numRuns: 2000, seed: 1 },
  )
})

test('a long script of quotes is read once', () => {
  expect(fillVariables(`${"'".repeat(200_000)} ${'\\'.repeat(100_000)}`, {})).toHaveLength(300_001)
})

test('a long value that is named often is refused where it becomes too much', () => {
  const value = 'x'.repeat(100_000)
  expect(fillVariables("'${a}'".repeat(39), { a: value }).length).toBeGreaterThan(3_900_000)
  const error = expect.objectContaining({ code: 'JOBS_VARIABLES_LENGTH', position: { start: 235, end: 239, line: 1, column: 236 } })
  expect(() => fillVariables("'${a}'".repeat(100_000), { a: value })).toThrow(error)
})

test('the places that were filled are told in the text and in the script', () => {
  const script = "SELECT ${n}, '$${n}', '${city}' FROM t"
  const { text, places } = fillPlaces(script, { n: '12345', city: "O'Fallon" })
  expect(text).toBe("SELECT 12345, '${n}', 'O''Fallon' FROM t")
  expect(places.map(({ start, end, scriptStart, scriptEnd }) => [text.slice(start, end), script.slice(scriptStart, scriptEnd)])).toEqual([
    ['12345', '${n}'],
    ['${', '$${'],
    ["O''Fallon", '${city}'],
  ])
})
