/** What the statements of a step gave, in the form of an expectation. */
import { listed } from '#base'
import { type Batch, batchOf, changeNames, printType, printValue, rowAt, type Schema } from '#data'
import { FinalTable, type QueryInfo, type StatementListener } from '#query'
import { sqltestErrors } from './errors.ts'
import type { Expectation, ExpectationKind } from './test-file.ts'
import type { CaseFolder } from './test-world.ts'
import { printTable, writeCell } from './text-table.ts'

export interface Answer {
  readonly kind: ExpectationKind
  readonly detail: string
  /** The header and the rows of a table; one cell a line for files. */
  readonly rows: readonly (readonly string[])[]
}

/** The lines that expect this answer. */
export function printAnswer({ kind, detail, rows }: Answer): string[] {
  const head = kind === 'error' ? `error: ${detail}` : detail === '' ? `${kind}:` : `${kind} ${detail}:`
  return [head, ...(kind === 'files' ? rows.map(([line = '']) => line) : printTable(rows))]
}

interface Change {
  readonly op: string
  readonly cells: readonly string[]
}

/** What one statement gave, or what statements wrote to one table. */
class Recording {
  readonly schema: Schema
  readonly changes: Change[] = []
  readonly #table: FinalTable
  readonly #zone: () => string

  constructor({ schema, order }: Pick<QueryInfo, 'schema' | 'order'>, zone: () => string) {
    this.schema = schema
    this.#table = new FinalTable(schema, order)
    this.#zone = zone
  }

  add(batch: Batch): void {
    this.#table.apply(batch)
    for (let row = 0; row < batch.length; row++) {
      const op = changeNames[(batch.kinds?.[row] ?? 0) as 0 | 1 | 2 | 3]
      this.changes.push({ op, cells: this.#cells(rowAt(batch, this.schema, row)) })
    }
  }

  /** The final rows, in the order of the statement if it has one. */
  rows(): string[][] {
    return this.#table.rows().map((row) => this.#cells(row))
  }

  #cells(row: readonly unknown[]): string[] {
    const zone = this.#zone()
    return this.schema.map(({ type }, index) => {
      const value = row[index] ?? null
      return writeCell(value === null ? null : printValue(value, type, zone))
    })
  }
}

/** Takes what statements give; keeps that of the last one that gives rows, and all that was written to tables. */
export class AnswerListener implements StatementListener {
  readonly #zone: () => string
  #given: Recording | null = null
  readonly #written = new Map<string, Recording>()

  /** `zone` gives the time zone in which time stamps are printed. */
  constructor(zone: () => string) {
    this.#zone = zone
  }

  /** Forgets what the statements before gave. */
  clear(): void {
    this.#given = null
  }

  opened(query: QueryInfo): void {
    this.#given = new Recording(query, this.#zone)
  }

  changes(batch: Batch): void {
    this.#given?.add(batch)
  }

  closed(): void {
    checkAddsUp(this.#given?.changes ?? [])
  }

  table(schema: Schema, rows: readonly (readonly unknown[])[]): void {
    this.#given = new Recording({ schema, order: [] }, this.#zone)
    this.#given.add(batchOf(schema, rows))
  }

  /** Rows that were written to a table. */
  wrote(table: string, schema: Schema, batch: Batch): void {
    const recording = this.#written.get(table) ?? new Recording({ schema, order: [] }, this.#zone)
    this.#written.set(table, recording)
    recording.add(batch)
  }

  /** What was given, in the form that is expected. Rows stand in the place of an error that did not come. */
  async answer({ kind, detail, rows: [header] }: Expectation, folder: CaseFolder): Promise<Answer> {
    if (kind === 'files') return { kind, detail, rows: (await linesIn(folder, detail)).map((line) => [line]) }
    const { table, keys } = readDetail(detail)
    const recording = kind === 'error' || table === null ? this.#given : this.#recordingOf(table)
    // A header with types is answered by one with types.
    const typed = header?.cells.some((cell) => /^`?\S+ +[A-Z]+/.test(cell)) === true
    const names = recording?.schema.map(({ name, type }) => (typed ? `${name} ${printType(type)}` : name)) ?? []
    const head = recording === null ? [] : [names]
    const cells = recording?.rows() ?? []
    switch (kind) {
      case 'changelog':
        return { kind, detail, rows: recording === null ? [] : [['op', ...names], ...changelogOf(recording, keys)] }
      case 'rows in order':
        return { kind, detail, rows: [...head, ...cells] }
      default:
        return { kind: 'rows', detail: kind === 'rows' ? detail : '', rows: [...head, ...cells.sort(compareRows)] }
    }
  }

  #recordingOf(table: string): Recording {
    const recording = this.#written.get(table)
    if (recording !== undefined) return recording
    const names = [...this.#written.keys()].map((name) => `"${name}"`)
    throw sqltestErrors.SQLTEST_TABLE_UNWRITTEN(
      { table },
      { hint: names.length === 0 ? undefined : `Rows were written to ${listed(names)}.` },
    )
  }
}

/** Reads `of TABLE by KEY, KEY`. */
function readDetail(detail: string): { readonly table: string | null; readonly keys: readonly string[] } {
  const [, table = null, keys] = /^(?:of (\S+))?(?:\s*by (.+))?$/.exec(detail) ?? []
  return { table, keys: keys === undefined ? [] : keys.split(/\s*,\s*/) }
}

/** Changes in the order in which they came; with key columns, those of one key together. */
function changelogOf({ schema, changes }: Recording, keys: readonly string[]): string[][] {
  const places = keys.map((key) => placeOf(schema, key))
  const keyOf = ({ cells }: Change): string => places.map((place) => cells[place]).join('|')
  const order = [...new Set(changes.map(keyOf))].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  const ranks = new Map(order.map((key, rank) => [key, rank]))
  const rankOf = (change: Change): number => (places.length === 0 ? 0 : (ranks.get(keyOf(change)) ?? 0))
  return changes.toSorted((a, b) => rankOf(a) - rankOf(b)).map(({ op, cells }) => [op, ...cells])
}

function placeOf(schema: Schema, name: string): number {
  const place = schema.findIndex((column) => column.name === name)
  if (place >= 0) return place
  throw sqltestErrors.SQLTEST_KEY({ name }, { detail: `It has ${listed(schema.map((column) => `"${column.name}"`))}.` })
}

/** Written files by their folders, as lines in sorted order: names and number of files are the writer's business. */
async function linesIn(folder: CaseFolder, name: string): Promise<string[]> {
  const found = await folder.read(name)
  const lines = found.flatMap((file) => {
    const parts = file.name.split('/')
    const last = parts.at(-1) ?? ''
    const place = parts.slice(0, -1).join('/')
    const shown = last.startsWith('.') || last.startsWith('_') ? `${last}: ` : ''
    return file.text.split('\n').flatMap((line) => (line === '' ? [] : [`${place === '' ? '' : `${place}: `}${shown}${line}`]))
  })
  return lines.sort()
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
function checkAddsUp(changes: readonly Change[]): void {
  const counts = new Map<string, number>()
  for (const { op, cells } of changes) {
    const key = cells.join(' | ')
    const count = (counts.get(key) ?? 0) + (op === '-U' || op === '-D' ? -1 : 1)
    if (count < 0) throw sqltestErrors.SQLTEST_RETRACTION({ change: `${op} | ${key} |` })
    counts.set(key, count)
  }
}
