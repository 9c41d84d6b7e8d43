/** Reads the format of docs/guide/testing.md. Every expectation keeps its place, so that it alone can be written anew. */
import { closeNames, counted, listed, type MillraceError, shortened } from '#base'
import { sqltestErrors } from './errors.ts'
import { Lines } from './lines.ts'
import { parseInputTable } from './parse-input-table.ts'
import type { ExpectationKind, ExpectedRow, Gap, InputFile, InputTable, OwnAnswer, Step, TestCase, TestFile } from './test-file.ts'
import { cellsOf, isTableLine } from './text-table.ts'

/** Fails at the first line that does not follow the format, with its position. */
export function parseTestFile(name: string, text: string): TestFile {
  return { name, text, tests: new TestFileParser(text).parse() }
}

/** A line that begins with one of these and is written like this is no SQL. */
const forms: readonly { readonly word: string; readonly pattern: RegExp }[] = [
  { word: 'table', pattern: /^table\s+([^\s(),;]+?):?\s*$/ },
  { word: 'file', pattern: /^file\s+([^\s:]+):\s*$/ },
  { word: 'script', pattern: /^script\s+([^\s;]+)\s*$/ },
  { word: 'test', pattern: /^test:\s*(.*)$/ },
  { word: 'notimpl', pattern: /^notimpl:\s*(.*)$/ },
  { word: 'notyet', pattern: /^notyet:\s*(.*)$/ },
  { word: 'never', pattern: /^never:\s*(.*)$/ },
  { word: 'own', pattern: /^own:\s*(.*)$/ },
  { word: 'rows in order', pattern: /^rows in order:\s*$/ },
  { word: 'rows', pattern: /^rows(?:\s+(of\s+[^\s:]+))?\s*:\s*$/ },
  { word: 'changelog', pattern: /^changelog([^:]*):\s*$/ },
  { word: 'error', pattern: /^error:\s*(.*)$/ },
  { word: 'files', pattern: /^files\s+([^\s:]+):\s*$/ },
  { word: 'restart', pattern: /^restart\s*$/ },
]

interface Directive {
  readonly word: string
  readonly rest: string
}

function directiveOf(line: string): Directive | null {
  for (const { word, pattern } of forms) {
    const found = pattern.exec(line)
    const rest = (found?.[1] ?? '').trim()
    if (found !== null && (word !== 'changelog' || /^(?:of \S+)?(?:(?:^|\s)by \S.*)?$/.test(rest))) return { word, rest }
  }
  return null
}

interface OpenTest {
  readonly name: string
  readonly line: number
  readonly tables: InputTable[]
  readonly files: InputFile[]
  readonly steps: Step[]
  sql: { readonly text: string; readonly number: number }[]
  gap: Gap | null
  own: OwnAnswer | null
}

class TestFileParser {
  readonly #lines: Lines
  readonly #tables: InputTable[] = []
  readonly #files: InputFile[] = []
  readonly #scripts: Step[] = []
  readonly #tests: TestCase[] = []
  #own: OwnAnswer | null = null
  #open: OpenTest | null = null

  constructor(text: string) {
    this.#lines = new Lines(text)
  }

  parse(): TestCase[] {
    for (;;) {
      const line = this.#lines.next()
      if (line === undefined) break
      if (line.startsWith('#')) continue
      const directive = directiveOf(line)
      if (directive !== null) this.#take(directive)
      else this.#takeSql(line)
    }
    this.#close()
    return this.#tests
  }

  #takeSql(text: string): void {
    if (this.#open === null && text.trim() === '') return
    const trouble = troubleOf(text)
    if (trouble !== null || this.#open === null) throw this.#unexpected(trouble ?? 'a test, a table or a file', text)
    this.#open.sql.push({ text, number: this.#lines.number })
  }

  #take({ word, rest }: Directive): void {
    switch (word) {
      case 'table':
        ;(this.#open?.tables ?? this.#tables).push(parseInputTable(rest, this.#lines))
        return
      case 'file':
        ;(this.#open?.files ?? this.#files).push(this.#file(rest))
        return
      case 'script':
        this.#script(rest)
        return
      case 'test':
        this.#close()
        this.#open = { name: rest, line: this.#lines.number, tables: [], files: [], steps: [], sql: [], gap: null, own: this.#own }
        return
      case 'notimpl':
      case 'notyet':
      case 'never':
        this.#requireTest(`${word}:`).gap = { kind: word, why: this.#requireReason(word, rest) }
        return
      case 'own':
        this.#ownAnswer(this.#requireReason(word, rest))
        return
      case 'restart':
        throw sqltestErrors.SQLTEST_RESTART_MISPLACED({}, { position: this.#lines.position() })
      default:
        this.#expectation(word as ExpectationKind, rest)
    }
  }

  /** Above all tests, it holds for each of them that says no other. */
  #ownAnswer(why: string): void {
    if (this.#open === null) this.#own = { why, isShared: true }
    else this.#open.own = { why, isShared: false }
  }

  #file(name: string): InputFile {
    if (name.startsWith('/') || name.split(/[\\/]/).includes('..'))
      throw sqltestErrors.SQLTEST_FILE_OUTSIDE({ name }, { position: this.#lines.position() })
    return { name, lines: this.#block().map(({ text }) => text) }
  }

  /** Above all tests, a script comes first in each of them. */
  #script(name: string): void {
    const step: Step = { script: { name, line: this.#lines.number }, sql: '', sqlLines: [], expectation: null }
    if (this.#open === null) this.#scripts.push(step)
    else {
      this.#endSql(this.#open)
      this.#open.steps.push(step)
    }
  }

  /** Statements of which nothing is expected are a step of their own. */
  #endSql(test: OpenTest): void {
    if (test.sql.some(({ text }) => text.trim() !== '')) test.steps.push({ ...sqlOf(test.sql), expectation: null })
    test.sql = []
  }

  /** Lines up to a blank one. */
  #block(): { readonly text: string; readonly number: number }[] {
    return this.#lines.while((line) => line.trim() !== '' && directiveOf(line) === null)
  }

  #requireTest(got: string): OpenTest {
    if (this.#open === null) throw this.#unexpected('"test: NAME" before this line', got)
    return this.#open
  }

  #requireReason(word: string, reason: string): string {
    if (reason === '') throw this.#unexpected(`a reason after "${word}:"`, 'nothing')
    return reason
  }

  #expectation(kind: ExpectationKind, detail: string): void {
    const test = this.#requireTest(kind)
    const line = this.#lines.number
    const block = kind === 'files' ? this.#block() : this.#lines.while(isTableLine)
    const rows = block.map(
      ({ text, number }): ExpectedRow => ({ cells: kind === 'files' ? [text] : this.#cells(text, number), line: number }),
    )
    const width = rows[0]?.cells.length ?? 0
    for (const { cells, line: place } of rows) {
      if (cells.length === width) continue
      const counts = { got: counted(cells.length, 'cell'), expected: width }
      throw sqltestErrors.SQLTEST_ROW_CELLS(counts, { position: this.#lines.position(place) })
    }
    test.steps.push({ ...sqlOf(test.sql), expectation: { kind, detail, rows, line, lineCount: rows.length + 1 } })
    test.sql = []
  }

  #cells(text: string, line: number): readonly string[] {
    const cells = cellsOf(text)
    if (cells === null) throw sqltestErrors.SQLTEST_ROW_CUT_OFF({}, { position: this.#lines.position(line) })
    return cells
  }

  #close(): void {
    const open = this.#open
    if (open === null) return
    this.#endSql(open)
    const { sql: _, ...test } = open
    if (!test.steps.some(({ expectation }) => expectation !== null))
      throw sqltestErrors.SQLTEST_EXPECTATION_MISSING({ name: open.name }, { position: this.#lines.position(open.line) })
    this.#tests.push({
      ...test,
      tables: [...this.#tables, ...open.tables],
      files: [...this.#files, ...open.files],
      steps: [...this.#scripts, ...open.steps],
    })
    this.#open = null
  }

  #unexpected(expected: string, got: string): MillraceError {
    const [, word = ''] = /^([a-z][a-z ]*?)(?: [a-z, ]+)?:/.exec(got.slice(0, 200)) ?? []
    const [nearest] = closeNames(word, words, 1)
    const hint = nearest === undefined ? undefined : `Did you mean "${nearest}"?`
    const shown = got === 'nothing' ? got : `"${shortened(got.trim(), 60)}"`
    return sqltestErrors.SQLTEST_LINE({ expected, got: shown }, { hint, position: this.#lines.position() })
  }
}

const words = forms.map(({ word }) => word)

/** What should stand in the place of a line that cannot be SQL. */
function troubleOf(line: string): string | null {
  if (/^\|(?!\|)/.test(line)) return 'SQL, or "rows:" before rows'
  if (/^(?:rows|changelog|files|file|table|test)(?:\s*:)?$/.test(line.trimEnd()) || /^[a-z][a-z, ]*:/.test(line))
    return `SQL, or a line that begins with ${listed(['"test:"', '"table NAME"', '"rows:"', '"changelog:"', '"error:"'], 'or')}`
  return null
}

/** The statements without the blank lines around them. */
function sqlOf(lines: OpenTest['sql']): Omit<Step, 'expectation'> {
  const first = Math.max(
    0,
    lines.findIndex(({ text }) => text.trim() !== ''),
  )
  const kept = lines.slice(first)
  const sql = kept.map(({ text }) => text).join('\n')
  return { script: null, sql: sql.trimEnd(), sqlLines: kept.map(({ number }) => number) }
}
