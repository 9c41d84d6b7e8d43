/** Tables in frames: how wide each column is, and the lines that make it. */
import { printable } from '#base'
import { familyOf, printValue, type Schema } from '#data'
import type { Paint } from './paint.ts'
import { padded, textWidth } from './text-width.ts'

export type Row = readonly unknown[]
/** Texts of one row; null stands for NULL, which is not the text "NULL". */
export type Cells = readonly (string | null)[]

const nullText = 'NULL'
/** Below so many cells a column is of no use. */
const columnWidthMin = 3
/** Stands for the columns that a terminal has no room for. */
const leftOut = '…'
/** Cells that the bar and the blanks of a column take. */
const columnEdges = 3

export function cellsOf(schema: Schema, values: Row, timeZone: string): Cells {
  return schema.map((column, index) => {
    const value = values[index] ?? null
    return value === null ? null : printable(printValue(value, column.type, timeZone))
  })
}

export interface FrameOptions {
  /** Cells of the terminal; none when the table goes to a file, where nothing is cut. */
  readonly widthMax?: number | undefined
  readonly paint: Paint
}

/** The columns of a table as they will be drawn: all of them, or the first ones that a terminal has room for. */
export class Frame {
  readonly #names: readonly string[]
  readonly #widths: readonly number[]
  readonly #right: readonly boolean[]
  readonly #paint: Paint
  /** Columns that are drawn; for the others stands a mark. */
  readonly shownColumns: number

  constructor(schema: Schema, rows: readonly Cells[], { widthMax, paint }: FrameOptions) {
    const shown = schema.slice(0, widthMax === undefined ? schema.length : columnsWithin(widthMax, schema.length))
    const isWhole = shown.length === schema.length
    const wanted = shown.map((column, index) =>
      rows.reduce((width, row) => Math.max(width, widthOf(row[index] ?? null)), textWidth(printable(column.name))),
    )
    const edges = shown.length * columnEdges + 1 + (isWhole ? 0 : leftOut.length + columnEdges)
    const widths = widthMax === undefined ? wanted : shrink(wanted, widthMax - edges)
    this.shownColumns = shown.length
    this.#names = [...shown.map((column) => printable(column.name)), ...(isWhole ? [] : [leftOut])]
    this.#widths = isWhole ? widths : [...widths, leftOut.length]
    this.#right = shown.map((column) => ['integer', 'decimal', 'approximate'].includes(familyOf(column.type)))
    this.#paint = paint
  }

  get top(): string {
    return this.#rule('┌', '┬', '┐')
  }
  get middle(): string {
    return this.#rule('├', '┼', '┤')
  }
  get bottom(): string {
    return this.#rule('└', '┴', '┘')
  }

  get head(): string {
    return this.#line(this.#names.map((name, index) => this.#paint.strong(padded(name, this.#widths[index] ?? 0))))
  }

  row(cells: Cells): string {
    const texts = this.#widths.map((width, index) => {
      if (index === this.shownColumns) return leftOut
      const text = cells[index] ?? null
      const right = this.#right[index] === true
      return text === null ? this.#paint.quiet(padded(nullText, width, right)) : padded(text, width, right)
    })
    return this.#line(texts)
  }

  #line(texts: readonly string[]): string {
    const bar = this.#paint.quiet('│')
    return `${bar} ${texts.join(` ${bar} `)} ${bar}`
  }

  #rule(left: string, middle: string, end: string): string {
    return this.#paint.quiet(`${left}${this.#widths.map((width) => '─'.repeat(width + 2)).join(middle)}${end}`)
  }
}

function widthOf(cell: string | null): number {
  return cell === null ? nullText.length : textWidth(cell)
}

/** How many of the columns can be drawn in a width, at least one; with fewer than all, the mark for the others needs room, too. */
function columnsWithin(width: number, columns: number): number {
  const least = columnWidthMin + columnEdges
  if (columns * least + 1 <= width) return columns
  return Math.max(1, Math.floor((width - 1 - leftOut.length - columnEdges) / least))
}

/** Takes from the widest columns first until all fit, but nothing from columns that are narrow already. */
function shrink(wanted: readonly number[], room: number): number[] {
  const cap = largestCap(wanted, room)
  const widths = wanted.map((width) => Math.min(width, cap))
  // What is left over goes to the first of those that gave something.
  let left = room - sum(widths)
  return widths.map((width, index) => (left > 0 && width < (wanted[index] ?? 0) && left-- > 0 ? width + 1 : width))
}

/** The largest width such that all columns fit when none is wider. */
function largestCap(wanted: readonly number[], room: number): number {
  let fits = columnWidthMin
  let tooWide = wanted.reduce((a, b) => Math.max(a, b), columnWidthMin) + 1
  while (tooWide - fits > 1) {
    const middle = Math.floor((fits + tooWide) / 2)
    if (sum(wanted.map((width) => Math.min(width, middle))) <= room) fits = middle
    else tooWide = middle
  }
  return fits
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0)
}

export interface DrawnTable {
  readonly lines: readonly string[]
  readonly shownColumns: number
}

/** A whole table, without a last line that counts. */
export function drawTable(schema: Schema, rows: readonly Row[], timeZone: string, options: FrameOptions): DrawnTable {
  const cells = rows.map((values) => cellsOf(schema, values, timeZone))
  const frame = new Frame(schema, cells, options)
  const lines = [frame.top, frame.head, frame.middle, ...cells.map((row) => frame.row(row)), frame.bottom]
  return { lines, shownColumns: frame.shownColumns }
}

export function countRows(count: number): string {
  return count === 1 ? '1 row' : `${count.toLocaleString('en-US')} rows`
}
