/** The report for machines is XML that a parser takes, whatever the tests hold. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type FileReport, renderJunit, type TestResult } from '#sqltest'
import { runText } from './world.ts'
import { parseXml } from './xml.ts'

function reportOf(results: readonly TestResult[], trouble: string | null = null, name = 'a.sqltest'): FileReport {
  return { name, results, trouble, durationMs: 1234.5 }
}

test('suites, cases, times and what is wrong', async () => {
  const results = await runText(
    'test: right\nSELECT 1 AS n\nrows:\n| n |\n| 1 |\ntest: wrong\nSELECT 1 AS n\nrows:\n| n |\n| 2 |\ntest: open\nnotyet: "<soon>"\nSELECT 1 AS n\nrows:\n| n |\n| 2 |\n',
  )
  const report = parseXml(renderJunit([reportOf(results), reportOf([], 'error: it is broken\n  somewhere', 'b.sqltest')]))
  expect(report).toMatchObject({
    name: 'testsuites',
    attributes: { name: 'millrace test', tests: '4', failures: '1', errors: '1', skipped: '1', time: '2.469' },
  })
  const [first, second] = report.children
  expect(first?.attributes).toEqual({ name: 'a.sqltest', tests: '3', failures: '1', errors: '0', skipped: '1', time: '1.234' })
  expect(first?.children.map(({ attributes }) => attributes)).toMatchObject([
    { name: 'right', classname: 'a.sqltest', file: 'a.sqltest', line: '1' },
    { name: 'wrong', line: '6' },
    { name: 'open', line: '11' },
  ])
  for (const { attributes } of first?.children ?? []) expect(attributes['time']).toMatch(/^\d+\.\d{3}$/)
  const [right, wrong, open] = first?.children.map(({ children }) => children[0]) ?? []
  expect(right).toBeUndefined()
  expect(wrong).toMatchObject({ name: 'failure', attributes: { message: 'a.sqltest:8: wrong: the rows differ (- expected, + given)' } })
  expect(wrong?.text).toContain('  - | 2 |   line 10, missing\n  + | 1 |   unexpected\n')
  expect(open).toMatchObject({ name: 'skipped', attributes: { message: 'notyet: "<soon>"' } })
  expect(second?.children[0]).toMatchObject({
    attributes: { name: 'b.sqltest', classname: 'b.sqltest' },
    children: [{ name: 'error', attributes: { message: 'error: it is broken' }, text: 'error: it is broken\n  somewhere' }],
  })
})

test('texts of every kind', async () => {
  const [result] = await runText('test: a\nSELECT 1 AS n\nrows:\n| n |\n| 2 |\n')
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(']]>', '<!--', '&amp;', '\u0000\u0001\u001b[31m', '\ud800', '\ufffe', 'a\tb\nc\rd', '"\'<>&', '\u0085\u009b'),
  )
  fc.assert(
    fc.property(hostile, hostile, (name, failure) => {
      const report = parseXml(renderJunit([reportOf([{ ...result!, test: { ...result!.test, name }, failures: [failure] }], null, name)]))
      const [suite] = report.children
      const kept = name.replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, (char) => (/[\t\n\r\u007f-\u009f]/.test(char) ? char : '\ufffd'))
      expect(suite?.attributes['name']).toBe(kept)
      expect(suite?.children[0]?.children[0]?.name).toBe('failure')
    }),
  )
})

test('no file at all', () => {
  expect(parseXml(renderJunit([])).attributes).toMatchObject({ tests: '0', failures: '0' })
})
