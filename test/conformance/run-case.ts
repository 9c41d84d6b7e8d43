/** Runs a test in this process, on the embedded engine, and prints what it gave in the form of its expectations. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { MillraceError, systemClock } from '#base'
import { MemoryCatalog } from '#catalog'
import { changeNames, printType, printValue, rowAt, type Schema } from '#data'
import { EmbeddedEngine } from '#engines'
import { FinalTable, QuerySession, type StatementListener, UserFunctions } from '#query'
import type { Answer, Expectation, InputTable, TestCase } from './case-file.ts'
import { readCell, writeCell } from './text-table.ts'

type Change = { readonly op: string; readonly cells: readonly string[] }

/** What the last statement with rows gave. */
interface Result {
  schema: Schema
  /** The final rows, in the order of the statement if it has one. */
  rows: readonly (readonly unknown[])[]
  changes: Change[]
}

/** What each step with an expectation gave: its rows, or the error that ended it. */
export async function answersOf(test: TestCase): Promise<{ readonly expectation: Expectation; readonly answer: Answer }[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'millrace-case-'))
  try {
    return await new CaseRun(test, folder).answers()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The statement that reads the rows of an input table; its files are written into the folder. */
function createInput(table: InputTable, folder: string): string {
  const place = path.join(folder, 'input', table.name)
  mkdirSync(place, { recursive: true })
  for (const [number, rows] of table.batches.entries()) {
    const lines = rows.map((row) => `${jsonLine(table, row)}\n`)
    writeFileSync(path.join(place, `${String(number).padStart(3, '0')}.json`), lines.join(''))
  }
  const columns = [
    ...table.columns.map(({ name, type }) => `\`${name}\` ${type}`),
    ...table.declarations.map((each) => each.replace(/,$/, '')),
  ]
  return `CREATE TABLE \`${table.name}\` (${columns.join(', ')}) WITH ('connector' = 'filesystem', 'path' = '${place}', 'format' = 'json')`
}

const plainTypes = /^(?:BOOLEAN|TINYINT|SMALLINT|INT|INTEGER|BIGINT|ARRAY|MAP|ROW|MULTISET)\b/i

function jsonLine({ columns }: InputTable, row: readonly string[]): string {
  const members = columns.map(({ name, type }, index) => {
    const cell = readCell(row[index] ?? 'NULL')
    const plain = cell === null || (plainTypes.test(type) && !row[index]?.startsWith("'"))
    return `${JSON.stringify(name)}:${plain ? (cell ?? 'null') : JSON.stringify(cell)}`
  })
  return `{${members.join(',')}}`
}

class CaseRun {
  readonly #test: TestCase
  readonly #folder: string
  readonly #session: QuerySession
  #result: Result = { schema: [], rows: [], changes: [] }

  constructor(test: TestCase, folder: string) {
    this.#test = test
    this.#folder = folder
    const functions = new UserFunctions((file) => import(path.resolve(file)))
    this.#session = new QuerySession({
      createCatalog: () => new MemoryCatalog(),
      engine: new EmbeddedEngine({ clock: systemClock, userFunction: (user) => functions.callable(user) }),
      settings: {},
      clock: systemClock,
      loadFunction: (definition) => functions.load(definition),
    })
  }

  async answers(): Promise<{ readonly expectation: Expectation; readonly answer: Answer }[]> {
    for (const { name, lines } of this.#test.files) {
      const place = path.join(this.#folder, name)
      mkdirSync(path.dirname(place), { recursive: true })
      writeFileSync(place, `${lines.join('\n')}\n`)
    }
    for (const table of this.#test.tables) await this.#run(createInput(table, this.#folder))
    const answers: { readonly expectation: Expectation; readonly answer: Answer }[] = []
    for (const { sql, expectation } of this.#test.steps) {
      const error = await this.#attempt(sql.replaceAll('$dir', this.#folder))
      if (expectation === null && error !== null) throw error
      if (expectation === null) continue
      answers.push({ expectation, answer: error === null ? this.#answer(expectation) : answerOfError(error) })
    }
    return answers
  }

  async #attempt(sql: string): Promise<MillraceError | null> {
    this.#result = { schema: [], rows: [], changes: [] }
    try {
      await this.#run(sql)
      return null
    } catch (error) {
      const first: unknown = error instanceof AggregateError ? error.errors[0] : error
      if (first instanceof MillraceError) return first
      throw error
    }
  }

  async #run(sql: string): Promise<void> {
    let table: FinalTable | undefined
    const listener: StatementListener = {
      opened: ({ schema, order }) => {
        table = new FinalTable(schema, order)
        this.#result = { schema, rows: [], changes: [] }
      },
      changes: (batch) => {
        table?.apply(batch)
        const { schema, changes } = this.#result
        for (let row = 0; row < batch.length; row++) {
          const op = changeNames[(batch.kinds?.[row] ?? 0) as 0 | 1 | 2 | 3]
          changes.push({ op, cells: this.#cells(rowAt(batch, schema, row)) })
        }
      },
      closed: () => {
        this.#result.rows = table?.rows() ?? []
        assertAddsUp(this.#result.changes)
      },
      table: (schema, rows) => {
        this.#result = { schema, rows, changes: [] }
        this.#result.changes = rows.map((row) => ({ op: '+I', cells: this.#cells(row) }))
      },
    }
    await this.#session.run(sql, listener, new AbortController().signal)
  }

  #cells(row: readonly unknown[]): string[] {
    const zone = this.#session.settings.get('table.local-time-zone')
    return this.#result.schema.map(({ type }, index) => {
      const value = row[index] ?? null
      return writeCell(value === null ? null : printValue(value, type, zone))
    })
  }

  #answer(expectation: Expectation): Answer {
    const { kind, detail } = expectation
    switch (kind) {
      case 'files':
        return { kind, detail, lines: this.#filesIn(detail) }
      case 'changelog':
        return { kind, detail, lines: lines([['op', ...this.#header(expectation)], ...this.#changelog(detail)]) }
      case 'rows in order':
        return { kind, detail, lines: lines([this.#header(expectation), ...this.#rows()]) }
      default:
        return { kind: 'rows', detail: '', lines: lines([this.#header(expectation), ...this.#rows().sort(compareRows)]) }
    }
  }

  #rows(): string[][] {
    return this.#result.rows.map((row) => this.#cells(row))
  }

  /** Names of the columns, with their types where the expectation has these too. */
  #header({ lines: [head = ''] }: Expectation): string[] {
    const typed = /\| `?\S+ +[A-Z]+/.test(head)
    return this.#result.schema.map(({ name, type }) => (typed ? `${name} ${printType(type)}` : name))
  }

  /** Changes in the order in which they came; with key columns, those of one key together. */
  #changelog(detail: string): string[][] {
    const { changes, schema } = this.#result
    const keys = detail.replace(/^by\s+/, '').split(/\s*,\s*/)
    const places = keys.flatMap((key) => schema.flatMap(({ name }, index) => (name === key ? [index] : [])))
    const keyOf = ({ cells }: Change): string => places.map((place) => cells[place]).join('|')
    const order = [...new Set(changes.map(keyOf))].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    const sorted = places.length === 0 ? changes : changes.toSorted((a, b) => order.indexOf(keyOf(a)) - order.indexOf(keyOf(b)))
    return sorted.map(({ op, cells }) => [op, ...cells])
  }

  /** Written files by their folders, as lines in sorted order: names and number of files are the writer's business. */
  #filesIn(folder: string): string[] {
    const root = path.join(this.#folder, folder)
    const found = readdirSync(root, { recursive: true, withFileTypes: true }).filter((each) => each.isFile())
    const contents = found.flatMap(({ parentPath, name }) => {
      const inside = path.relative(root, parentPath)
      const text = readFileSync(path.join(parentPath, name), 'utf8')
      const shown = name.startsWith('.') || name.startsWith('_') ? `${name}: ` : ''
      return text.split('\n').flatMap((line) => (line === '' ? [] : [`${inside === '' ? '' : `${inside}: `}${shown}${line}`]))
    })
    return contents.sort()
  }
}

function answerOfError(error: MillraceError): Answer {
  const place = error.position === undefined ? '' : ` at ${error.position.line}:${error.position.column}`
  return { kind: 'error', detail: `${error.code}${place}`, lines: [] }
}

function lines(rows: readonly (readonly string[])[]): string[] {
  return rows.map((row) => `| ${row.join(' | ')} |`)
}

function compareRows(a: readonly string[], b: readonly string[]): number {
  for (const [index, cell] of a.entries()) {
    const other = b[index] ?? ''
    const order = Number(cell) - Number(other) || (cell < other ? -1 : cell > other ? 1 : 0)
    if (order !== 0 && !Number.isNaN(order)) return order
  }
  return 0
}

/** Whatever a statement is, a row is taken back only after it came. */
function assertAddsUp(changes: readonly Change[]): void {
  const counts = new Map<string, number>()
  for (const { op, cells } of changes) {
    const key = cells.join(' | ')
    const count = (counts.get(key) ?? 0) + (op === '-U' || op === '-D' ? -1 : 1)
    if (count < 0) throw new Error(`${op} | ${key} | takes back a row that was not there`)
    counts.set(key, count)
  }
}
