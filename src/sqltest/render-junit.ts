/** Writes what became of tests in the XML that JUnit has made common: a suite for each file, a case for each test. */
import { countTests, type FileReport } from './report.ts'
import type { TestResult } from './run-test.ts'

export function renderJunit(reports: readonly FileReport[]): string {
  const suites = reports.map(renderSuite)
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${attributes({ name: 'millrace test', ...totals(reports) })}>\n${suites.join('')}</testsuites>\n`
}

function totals(reports: readonly FileReport[]): Readonly<Record<string, string | number>> {
  const { passed, failed, gaps } = countTests(reports)
  const errors = reports.filter(({ trouble }) => trouble !== null).length
  const time = seconds(reports.reduce((sum, { durationMs }) => sum + durationMs, 0))
  return { tests: passed + failed, failures: failed - errors, errors, skipped: gaps, time }
}

function renderSuite(report: FileReport): string {
  const { name, results, trouble, durationMs } = report
  const cases = results.map((result) => renderCase(name, result))
  if (trouble !== null) {
    const head = attributes({ name, classname: name, file: name, time: seconds(durationMs) })
    cases.push(`    <testcase${head}>\n      ${element('error', trouble)}\n    </testcase>\n`)
  }
  return `  <testsuite${attributes({ name, ...totals([report]) })}>\n${cases.join('')}  </testsuite>\n`
}

function renderCase(file: string, { test, outcome, failures, durationMs }: TestResult): string {
  const head = attributes({ name: test.name, classname: file, file, line: test.line, time: seconds(durationMs) })
  if (outcome === 'passed') return `    <testcase${head}/>\n`
  const gap = test.gap === null ? '' : `${test.gap.kind}: ${test.gap.why}`
  const inside = outcome === 'gap' ? `<skipped${attributes({ message: gap })}/>` : element('failure', failures.join('\n\n'))
  return `    <testcase${head}>\n      ${inside}\n    </testcase>\n`
}

/** The first line is the message. */
function element(name: string, text: string): string {
  return `<${name}${attributes({ message: text.split('\n', 1)[0] ?? '' })}>${escaped(text)}</${name}>`
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(String(value)).replace(/[\t\n\r]/g, (char) => `&#${char.charCodeAt(0)};`)}"`)
    .join('')
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

/** What XML cannot hold, not even escaped, becomes a replacement character: most control characters, lone surrogates, U+FFFE and U+FFFF. */
function escaped(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, (char) =>
      char >= '\u007f' && char <= '\u009f' ? char : '\t\n\r'.includes(char) ? char : '\ufffd',
    )
    .replace(/[&<>"']/g, (char) => entities[char] ?? char)
}
