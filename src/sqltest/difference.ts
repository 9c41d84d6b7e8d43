/** Compares what was expected with what was given, and says what differs in a way that explains itself. */
import { counted } from '#base'
import { type AlignedRow, alignOrdered, alignUnordered, type Cells, isSameRow } from './align-rows.ts'
import { type Answer, printAnswer } from './answer.ts'
import type { ExpectationKind } from './test-file.ts'
import { isSameCell, printTable, readCell } from './text-table.ts'

/** What is compared with an answer: an expectation, or the answer of another run. */
export interface Expected {
  readonly kind: ExpectationKind
  readonly detail: string
  readonly rows: readonly { readonly cells: Cells; readonly line?: number }[]
}

/** Rows that are shown at most. */
const shownMax = 30

/** Lines that say what differs; null when nothing does. */
export function differenceOf(expected: Expected, answer: Answer): string[] | null {
  if (expected.kind === 'error' || answer.kind === 'error') return errorDifference(expected, answer)
  // Files have no header.
  const headers = expected.kind === 'files' ? 0 : 1
  const header = expected.rows.slice(0, headers)[0]?.cells
  const given = answer.rows.slice(0, headers)[0]
  if (!isSameHeader(header, given)) return headerDifference(header, given, answer)
  const rows = expected.rows.slice(headers)
  const givenRows = answer.rows.slice(headers)
  const before = rows.map(({ cells }) => cells)
  const isOrdered = expected.kind === 'rows in order' || expected.kind === 'changelog'
  const aligned = isOrdered ? alignOrdered(before, givenRows) : alignUnordered(before, givenRows)
  if (aligned.every(({ kind }) => kind === 'same')) return null
  const tables = { header, expected: rows, actual: givenRows }
  const notes = isOrdered && isSameInOtherOrder(before, givenRows) ? ['The rows are as expected, but not their order.'] : []
  return [...rowLines(aligned, tables, expected.kind === 'files'), ...notes, summaryOf(aligned)]
}

function isSameHeader(a: Cells | undefined, b: Cells | undefined): boolean {
  return a === undefined || b === undefined ? a === b : isSameRow(a, b)
}

function isSameInOtherOrder(expected: readonly Cells[], actual: readonly Cells[]): boolean {
  return alignUnordered(expected, actual).every(({ kind }) => kind === 'same')
}

function errorDifference(expected: Expected, answer: Answer): string[] | null {
  if (expected.kind === answer.kind && isExpectedError(expected.detail, answer.detail)) return null
  const wanted =
    expected.kind === 'error' ? [`  - error: ${expected.detail}`] : [`  - ${expected.kind}: ${counted(rowCount(expected), 'row')}`]
  const shown = printAnswer(answer)
  const given = answer.kind === 'error' ? shown : answer.rows.length === 0 ? ['no error, and no rows'] : shown
  return [...wanted, ...cut(given.map((line) => `  + ${line}`))]
}

/** An expected error may leave out its place. */
function isExpectedError(expected: string, actual: string): boolean {
  return expected === actual || (!/\sat\s/.test(expected) && actual.startsWith(`${expected} at `))
}

function rowCount({ kind, rows }: Expected): number {
  return Math.max(0, rows.length - (kind === 'files' ? 0 : 1))
}

function headerDifference(expected: Cells | undefined, given: Cells | undefined, answer: Answer): string[] {
  if (given === undefined) return [`  - ${(expected ?? []).join(' | ')}`, '  + no columns: the statements give no rows']
  if (expected === undefined) return ['  - nothing is written below this line; run with --update to fill it in', ...cut(asAdded(answer))]
  const [left = '', right = ''] = printTable([expected, given])
  const differing = given.map((cell, index) => !isSameCell(expected[index], cell))
  return ['The columns differ.', `  - ${left}`, `  + ${right}`, ...caretLine(widthsOf([expected, given]), differing)]
}

function asAdded({ rows }: Answer): string[] {
  return printTable(rows).map((line) => `  + ${line}`)
}

function cut(lines: readonly string[]): string[] {
  return lines.length <= shownMax ? [...lines] : [...lines.slice(0, shownMax), `    … and ${counted(lines.length - shownMax, 'more line')}`]
}

interface Tables {
  readonly header: Cells | undefined
  readonly expected: Expected['rows']
  readonly actual: readonly Cells[]
}

interface Shown {
  readonly mark: '    ' | '  - ' | '  + '
  readonly cells: Cells
  readonly note: string
  /** Which cells differ from the row above. */
  readonly differing: readonly boolean[]
}

/** The rows that differ, under the header; of those that do not only the one before and after. */
function rowLines(aligned: readonly AlignedRow[], tables: Tables, isPlain: boolean): string[] {
  const shown: (Shown | null)[] = []
  for (const [index, row] of aligned.entries()) {
    if (row.kind !== 'same') shown.push(...shownRows(row, tables))
    else if (aligned[index - 1]?.kind !== undefined && aligned[index - 1]?.kind !== 'same') shown.push(contextRow(row.actual, tables))
    else if (aligned[index + 1]?.kind !== undefined && aligned[index + 1]?.kind !== 'same') shown.push(contextRow(row.actual, tables))
    else if (shown.at(-1) !== null) shown.push(null)
  }
  const kept = shown.slice(0, shownMax)
  const cells = kept.flatMap((row) => (row === null ? [] : [row.cells]))
  const table = [tables.header ?? [], ...cells]
  const widths = widthsOf(table)
  const printed = isPlain ? cells.map(([line = '']) => line) : printTable(table)
  const lines: string[] = isPlain ? [] : [`    ${printed.shift() ?? ''}`]
  for (const row of kept) {
    if (row === null) {
      lines.push('    …')
      continue
    }
    const text = printed.shift() ?? ''
    lines.push(`${row.mark}${text}${row.note === '' ? '' : `   ${row.note}`}`, ...caretLine(widths, row.differing))
  }
  const left = shown.length - kept.length
  return left === 0 ? lines : [...lines, `    … and ${counted(left, 'more line')}`]
}

function contextRow(actual: number, { actual: rows }: Tables): Shown {
  return { mark: '    ', cells: rows[actual] ?? [], note: '', differing: [] }
}

function shownRows(row: Exclude<AlignedRow, { kind: 'same' }>, tables: Tables): Shown[] {
  const expected = row.kind === 'unexpected' ? undefined : tables.expected[row.expected]
  const actual = row.kind === 'missing' ? undefined : tables.actual[row.actual]
  const place = expected?.line === undefined ? '' : `line ${expected.line}`
  const shown: Shown[] = []
  if (expected !== undefined) {
    const note = row.kind === 'changed' ? place : `${place}${place === '' ? '' : ', '}missing`
    shown.push({ mark: '  - ', cells: expected.cells, note, differing: [] })
  }
  if (actual !== undefined) {
    const differing = row.kind === 'changed' ? actual.map((cell, index) => !isSameCell(expected?.cells[index], cell)) : []
    const names = differing.flatMap((differs, index) => (differs ? [nameOf(tables.header?.[index] ?? '')] : []))
    shown.push({ mark: '  + ', cells: actual, note: row.kind === 'changed' ? names.join(', ') : 'unexpected', differing })
  }
  return shown
}

function nameOf(header: string): string {
  return /^`[^`]*`|^\S+/.exec(readCell(header) ?? '')?.[0] ?? header
}

/** Carets under the cells that differ, in columns of these widths. */
function caretLine(widths: readonly number[], differing: readonly boolean[]): string[] {
  if (!differing.includes(true)) return []
  const cells = widths.map((width, index) => (differing[index] === true ? '^' : ' ').repeat(width))
  return [`      ${cells.join('   ')}`.trimEnd()]
}

function widthsOf(rows: readonly Cells[]): number[] {
  const widths: number[] = []
  for (const row of rows) for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length)
  return widths
}

function summaryOf(aligned: readonly AlignedRow[]): string {
  const count = (kind: AlignedRow['kind']): number => aligned.filter((row) => row.kind === kind).length
  const parts = [
    [count('same'), 'as expected'],
    [count('changed'), 'changed'],
    [count('missing'), 'missing'],
    [count('unexpected'), 'unexpected'],
  ] as const
  return `${parts.flatMap(([number, words]) => (number === 0 ? [] : [`${number} ${words}`])).join(', ')}.`
}
