/** A result that fills the screen: which part of it is seen, and the lines that show it. Keys go in, lines come out. */
import { printable } from '#base'
import { type Batch, changeNames, familyOf, rowAt, type Schema, stringType } from '#data'
import { FinalTable, type QueryInfo, type RunReport } from '#query'
import { type Cells, cellsOf, countRows, type Row } from '../output/frame.ts'
import type { Paint } from '../output/paint.ts'
import { cut, padded, textWidth } from '../output/text-width.ts'
import { count, rowsPerSecond, timeText } from '../progress.ts'
import type { Key } from '../terminal/terminal.ts'

export type ResultMode = 'table' | 'changelog'
export type RunState = 'running' | 'finished' | 'stopped' | 'failed'

/** What a key asked for beyond moving around. */
export type ViewWish = 'quit' | 'stop' | 'refresh' | undefined

export interface ViewOptions {
  readonly query: QueryInfo
  readonly mode: ResultMode
  /** The statement, for the title. */
  readonly text: string
  readonly paint: Paint
  readonly timeZone: () => string
}

const columnWidthMax = 40
/** Changes kept to scroll back to. */
const changesMax = 100_000
/** Pauses between refreshes; undefined is never. */
const refreshSteps: readonly (number | undefined)[] = [50, 100, 250, 500, 1000, 2000, 5000, 10_000, 60_000, undefined]
const refreshStart = 2
const linesAround = 4

export class ResultView {
  readonly #options: ViewOptions
  readonly #schema: Schema
  readonly #table: FinalTable | undefined
  #changes: Row[] = []
  #changeCount = 0
  #rows: readonly Row[] = []
  #widths: number[] = []
  #selected = 0
  #top = 0
  #left = 0
  #follows: boolean
  #isRowOpen = false
  #refreshStep = refreshStart
  #bodyHeight = 10
  state: RunState = 'running'
  report: RunReport | undefined

  constructor(options: ViewOptions) {
    const { query, mode } = options
    this.#options = options
    this.#schema = mode === 'table' ? query.schema : [{ name: 'op', type: stringType }, ...query.schema]
    // Rows that only come and never change need no table that tells them apart.
    this.#table = mode === 'table' && (query.updating || query.order.length > 0) ? new FinalTable(query.schema, query.order) : undefined
    // What comes last is news in a stream; in a table that changes all over, the first page is as good as any.
    this.#follows = this.#table === undefined
  }

  /** Pause until the next refresh. */
  get refreshMs(): number | undefined {
    return refreshSteps[this.#refreshStep]
  }
  /** Rows there are, as of the last refresh. */
  get rows(): readonly Row[] {
    return this.#rows
  }
  /** The columns of those rows. */
  get schema(): Schema {
    return this.#schema
  }

  add(batch: Batch): void {
    if (this.#table === undefined) this.#addChanges(batch)
    else this.#table.apply(batch)
  }

  #addChanges(batch: Batch): void {
    const { query, mode } = this.#options
    for (let row = 0; row < batch.length; row++) {
      const values = rowAt(batch, query.schema, row)
      this.#changes.push(mode === 'table' ? values : [changeNames[(batch.kinds?.[row] ?? 0) as 0 | 1 | 2 | 3], ...values])
    }
    this.#changeCount += batch.length
    if (this.#changes.length > changesMax * 2) this.#changes = this.#changes.slice(-changesMax)
  }

  /** Takes over what has come since. */
  refresh(): void {
    this.#rows = this.#table?.rows() ?? this.#changes.slice(-changesMax)
    if (this.#follows) this.#selected = this.#rows.length - 1
  }

  press(key: Key): ViewWish {
    if (key.ctrl && key.name === 'c') return 'stop'
    if (key.ctrl && key.name === 'd') return 'quit'
    const page = Math.max(1, this.#bodyHeight)
    const letter = key.text
    if (letter === 'q' || letter === 'Q' || key.name === 'escape') {
      if (!this.#isRowOpen) return 'quit'
      this.#isRowOpen = false
    } else if (letter === 'o' || letter === 'O' || key.name === 'return') this.#isRowOpen = !this.#isRowOpen
    else if (letter === 'r' || letter === 'R') return 'refresh'
    else if (letter === '+' || letter === '=') this.#refreshStep = Math.max(0, this.#refreshStep - 1)
    else if (letter === '-') this.#refreshStep = Math.min(refreshSteps.length - 1, this.#refreshStep + 1)
    else if (letter === 'g' || key.name === 'home') this.#select(0)
    else if (letter === 'G' || letter === 'l' || letter === 'L' || key.name === 'end') this.#selectLast()
    else if (letter === 'n' || letter === 'N' || letter === ' ' || key.name === 'pagedown') this.#select(this.#selected + page)
    else if (letter === 'p' || letter === 'P' || key.name === 'pageup') this.#select(this.#selected - page)
    else if (key.name === 'down' || letter === 'j') this.#select(this.#selected + 1)
    else if (key.name === 'up' || letter === 'k') this.#select(this.#selected - 1)
    else if (key.name === 'right') this.#left = Math.min(this.#schema.length - 1, this.#left + 1)
    else if (key.name === 'left') this.#left = Math.max(0, this.#left - 1)
    return undefined
  }

  /** Shows the first page, as people read what has ended. */
  goFirst(): void {
    this.#select(0)
  }

  #select(row: number): void {
    this.#follows = false
    this.#selected = row
  }

  #selectLast(): void {
    this.#follows = true
    this.#selected = this.#rows.length - 1
  }

  lines(columns: number, rows: number): string[] {
    this.#bodyHeight = Math.max(1, rows - linesAround)
    this.#selected = Math.max(0, Math.min(this.#rows.length - 1, this.#selected))
    const top = Math.min(this.#top, this.#selected, Math.max(0, this.#rows.length - this.#bodyHeight))
    this.#top = Math.max(top, this.#selected - this.#bodyHeight + 1)
    const body = this.#isRowOpen ? this.#openRow(columns) : this.#page(columns)
    const filled = Array.from({ length: this.#bodyHeight + 1 }, (_, line) => body[line] ?? '')
    return [this.#title(columns), ...filled, this.#status(columns), this.#keys(columns)]
  }

  #title(columns: number): string {
    const { text, mode, paint } = this.#options
    const right = ` ${mode === 'table' ? 'table' : 'changelog'} · ${this.state} `
    return paint.bar(padded(` ${printable(text.replace(/\s+/g, ' '))}`, Math.max(0, columns - textWidth(right))) + cut(right, columns))
  }

  /** The head and the rows of the page. */
  #page(columns: number): string[] {
    const { paint, timeZone } = this.#options
    const zone = timeZone()
    const shown = this.#rows.slice(this.#top, this.#top + this.#bodyHeight).map((row) => cellsOf(this.#schema, row, zone))
    // Widths only grow, so that columns do not jump about with every refresh.
    this.#widths = this.#schema.map((column, index) => {
      const cells = shown.map((row) => textWidth(row[index] ?? 'NULL'))
      return Math.min(columnWidthMax, Math.max(this.#widths[index] ?? 0, textWidth(printable(column.name)), ...cells))
    })
    const names = this.#schema.map((column) => printable(column.name))
    const head = paint.strong(padded(this.#line(names, columns), columns))
    return [head, ...shown.map((row, index) => this.#bodyLine(row, columns, this.#top + index === this.#selected))]
  }

  #bodyLine(row: Cells, columns: number, isSelected: boolean): string {
    const text = this.#line(row, columns)
    return isSelected ? this.#options.paint.bar(padded(text, columns)) : text
  }

  #line(cells: Cells, columns: number): string {
    let line = ''
    for (let index = this.#left; index < this.#schema.length; index++) {
      const type = this.#schema[index]?.type
      const right = type !== undefined && ['integer', 'decimal', 'approximate'].includes(familyOf(type))
      const cell = padded(cells[index] ?? 'NULL', this.#widths[index] ?? 0, right)
      line += line === '' ? ` ${cell}` : `  ${cell}`
      if (line.length > columns * 2) break
    }
    return cut(line, columns)
  }

  /** All columns of the selected row, one below the other. */
  #openRow(columns: number): string[] {
    const { paint, timeZone } = this.#options
    const row = this.#rows[this.#selected] ?? []
    const cells = cellsOf(this.#schema, row, timeZone())
    const names = this.#schema.map((column) => printable(column.name))
    const width = Math.min(columnWidthMax, Math.max(0, ...names.map(textWidth)))
    const head = paint.strong(` Row ${count(this.#selected + 1)}`)
    return [head, ...names.map((name, index) => cut(` ${padded(name, width)}  ${cells[index] ?? 'NULL'}`, columns))]
  }

  #status(columns: number): string {
    const { report } = this
    const pages = Math.max(1, Math.ceil(this.#rows.length / this.#bodyHeight))
    const page = Math.min(pages, Math.floor((this.#top + this.#bodyHeight - 1) / this.#bodyHeight) + 1)
    const total = this.#table === undefined ? this.#changeCount : this.#rows.length
    const kept = total > this.#rows.length ? `, the last ${count(this.#rows.length)} kept` : ''
    const rows = this.#options.mode === 'table' ? `${countRows(total)}${kept}` : `${count(total)} changes${kept}`
    const parts = [rows, this.#follows ? `last of ${count(pages)} pages` : `page ${count(page)} of ${count(pages)}`]
    if (report !== undefined) {
      parts.push(`${count(report.rowsIn)} rows in`, `${count(rowsPerSecond(report))} rows/s`)
      if (report.watermarkMs !== null) parts.push(`watermark ${timeText(report.watermarkMs)}`)
    }
    parts.push(this.state === 'running' ? `refresh ${refreshText(this.refreshMs)}` : this.state)
    return this.#options.paint.quiet(cut(` ${parts.join(' · ')}`, columns))
  }

  #keys(columns: number): string {
    const keys = 'q quit  ↑↓ row  ←→ column  n/p page  g/l first/last  o open row  +/- refresh'
    return this.#options.paint.hint(cut(` ${keys}`, columns))
  }
}

function refreshText(ms: number | undefined): string {
  if (ms === undefined) return 'never'
  return ms < 1000 ? `${ms} ms` : `${ms / 1000} s`
}
