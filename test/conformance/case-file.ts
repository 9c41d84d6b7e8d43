/**
 * The `.sqltest` format: files of tests that an analyst can read and extend. README.md in this folder describes it.
 * Reading keeps the place of every expectation, so that UPDATE=1 writes only these anew and leaves the rest of the file as it is.
 */
import { cellsOf, isTableLine, printTable } from './text-table.ts'

/** Input rows of one table, in the batches in which they arrive. */
export interface InputTable {
  readonly name: string
  /** Declarations besides the columns of the header: a watermark, computed columns, a primary key. */
  readonly declarations: readonly string[]
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly batches: readonly (readonly (readonly string[])[])[]
}

/** A file as it is, for formats and for input that is wrong. */
interface InputFile {
  readonly name: string
  readonly lines: readonly string[]
}

type ExpectationKind = 'rows' | 'rows in order' | 'changelog' | 'error' | 'files' | 'fails'

export interface Expectation {
  readonly kind: ExpectationKind
  /** What follows the word: key columns of a changelog, the code of an error, the folder of files. */
  readonly detail: string
  readonly lines: readonly string[]
  /** Lines of the file that hold the expectation, its first line included. */
  readonly from: number
  readonly to: number
}

/** Statements, then what is expected of the last of them. */
interface Step {
  readonly sql: string
  readonly expectation: Expectation | null
}

export interface TestCase {
  readonly name: string
  readonly line: number
  readonly tables: readonly InputTable[]
  readonly files: readonly InputFile[]
  readonly steps: readonly Step[]
  /** Why it cannot pass yet: the suite turns red when it does. */
  readonly gap: string | null
  /** Where its answer differs from Flink's on purpose, or why Flink cannot be asked. */
  readonly own: string | null
}

const directive = /^(table|file|test|notimpl|own|rows in order|rows|changelog|error|files)\b(.*)$/

/** Thrown for a file that does not follow the format. */
class CaseFileError extends Error {
  constructor(file: string, line: number, problem: string) {
    super(`${file}:${line}: ${problem}`)
    this.name = 'CaseFileError'
  }
}

export function readCaseFile(file: string, text: string): TestCase[] {
  return new CaseReader(file, text.split('\n')).read()
}

interface Open {
  name: string
  line: number
  tables: InputTable[]
  files: InputFile[]
  steps: Step[]
  sql: string[]
  gap: string | null
  own: string | null
}

class CaseReader {
  readonly #file: string
  readonly #lines: readonly string[]
  #at = 0
  readonly #tables: InputTable[] = []
  readonly #files: InputFile[] = []
  readonly #cases: TestCase[] = []
  #open: Open | null = null

  constructor(file: string, lines: readonly string[]) {
    this.#file = file
    this.#lines = lines
  }

  read(): TestCase[] {
    for (; this.#at < this.#lines.length; this.#at++) {
      const line = this.#lines[this.#at] ?? ''
      if (line.startsWith('#')) continue
      const found = this.#directive(line)
      if (found !== null) this.#read(found.word, found.rest)
      else if (this.#open !== null) this.#open.sql.push(line)
      else if (line.trim() !== '') this.#fail('expected "table", "file" or "test"')
    }
    this.#close()
    return this.#cases
  }

  /** SQL is indented or in capitals: a line that starts with one of the small words is no SQL. */
  #directive(line: string): { readonly word: string; readonly rest: string } | null {
    const [, word, rest = ''] = directive.exec(line) ?? []
    return word === undefined ? null : { word, rest: rest.trim() }
  }

  #read(word: string, rest: string): void {
    switch (word) {
      case 'table': {
        const table = this.#table(rest)
        ;(this.#open?.tables ?? this.#tables).push(table)
        return
      }
      case 'file': {
        const file = { name: rest.replace(/:$/, ''), lines: this.#block((line) => line.trim() !== '' && this.#directive(line) === null) }
        ;(this.#open?.files ?? this.#files).push(file)
        return
      }
      case 'test':
        this.#start(rest.replace(/^:\s*/, ''))
        return
      case 'notimpl':
        this.#test().gap = rest.replace(/^:\s*/, '')
        return
      case 'own':
        this.#test().own = rest.replace(/^:\s*/, '')
        return
      default:
        this.#expectation(word as ExpectationKind, rest)
    }
  }

  #start(name: string): void {
    this.#close()
    this.#open = { name, line: this.#at + 1, tables: [], files: [], steps: [], sql: [], gap: null, own: null }
  }

  #test(): Open {
    if (this.#open === null) return this.#fail('expected "test" before this line')
    return this.#open
  }

  #close(): void {
    const open = this.#open
    if (open === null) return
    const { sql, ...test } = open
    if (sql.join('').trim() !== '') test.steps.push({ sql: textOf(sql), expectation: null })
    if (!test.steps.some(({ expectation }) => expectation !== null)) this.#fail(`expected what test "${open.name}" answers`)
    this.#cases.push({ ...test, tables: [...this.#tables, ...open.tables], files: [...this.#files, ...open.files] })
  }

  #expectation(kind: ExpectationKind, rest: string): void {
    const test = this.#test()
    if (!rest.includes(':') && kind !== 'error') this.#fail(`expected ":" after "${kind}"`)
    const from = this.#at
    const lines = this.#block(kind === 'files' ? (line) => line.trim() !== '' && this.#directive(line) === null : isTableLine)
    const detail = kind === 'error' ? rest.replace(/^:\s*/, '') : rest.replace(/:$/, '').trim()
    test.steps.push({ sql: textOf(test.sql), expectation: { kind, detail, lines, from, to: this.#at + 1 } })
    test.sql = []
  }

  #table(name: string): InputTable {
    const declarations = this.#block((line) => /^ +\S/.test(line)).map((line) => line.trim())
    const [header, ...rows] = this.#block(isTableLine)
    if (header === undefined) return this.#fail(`expected the columns of table "${name}"`)
    const columns = cellsOf(header).map((cell) => {
      const [, column, type] = /^(`[^`]+`|\S+)\s+(.+)$/.exec(cell) ?? []
      if (column === undefined || type === undefined) return this.#fail(`expected a name and a type, got "${cell}"`)
      return { name: column.replaceAll('`', ''), type }
    })
    const batches: string[][][] = [[]]
    for (const row of rows) {
      const cells = cellsOf(row)
      if (cells.every((cell) => /^-+$/.test(cell))) batches.push([])
      else if (cells.length === columns.length) batches.at(-1)?.push(cells)
      else this.#fail(`expected ${columns.length} cells in each row of table "${name}", got ${row}`)
    }
    return { name: name.replace(/:$/, ''), declarations, columns, batches }
  }

  /** The lines that follow as long as they belong together. */
  #block(belongs: (line: string) => boolean): string[] {
    const lines: string[] = []
    for (;;) {
      const line = this.#lines[this.#at + 1]
      if (line === undefined || !belongs(line)) return lines
      lines.push(line)
      this.#at++
    }
  }

  #fail(problem: string): never {
    throw new CaseFileError(this.#file, this.#at + 1, problem)
  }
}

function textOf(lines: readonly string[]): string {
  const first = lines.findIndex((line) => line.trim() !== '')
  return lines.slice(Math.max(first, 0)).join('\n').trimEnd()
}

/** What a step gave, in the form of an expectation. */
export interface Answer {
  readonly kind: ExpectationKind
  readonly detail: string
  readonly lines: readonly string[]
}

export function printAnswer({ kind, detail, lines }: Answer): string {
  const head = kind === 'error' ? `error: ${detail}` : detail === '' ? `${kind}:` : `${kind} ${detail}:`
  return [head, ...(kind === 'files' ? lines : printTable(lines.map(cellsOf)))].join('\n')
}

/** The text of a file with some of its expectations written anew. */
export function withAnswers(text: string, answers: readonly { readonly expectation: Expectation; readonly answer: Answer }[]): string {
  const lines = text.split('\n')
  for (const { expectation, answer } of answers.toSorted((a, b) => b.expectation.from - a.expectation.from))
    lines.splice(expectation.from, expectation.to - expectation.from, ...printAnswer(answer).split('\n'))
  return lines.join('\n')
}
