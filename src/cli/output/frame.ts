/** Tables in frames: how wide each column is, and the lines that make it. */
import { familyOf, printValue, type Schema } from '#data'
import type { Paint } from './paint.ts'
import { printable } from './printable.ts'
import { padded, textWidth } from './text-width.ts'

export type Row = readonly unknown[]
/** Texts of one row; null stands for NULL, which is not the text "NULL". */
export type Cells = readonly (string | null)[]

const nullText = 'NULL'
const columnWidthMin = 3

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

/** The columns of a table as they will be drawn. */
export class Frame {
  readonly #names: readonly string[]
  readonly #widths: readonly number[]
  readonly #right: readonly boolean[]
  readonly #paint: Paint

  constructor(schema: Schema, rows: readonly Cells[], { widthMax, paint }: FrameOptions) {
    this.#names = schema.map((column) => printable(column.name))
    this.#right = schema.map((column) => ['integer', 'decimal', 'approximate'].includes(familyOf(column.type)))
    this.#paint = paint
    const wanted = this.#names.map((name, index) =>
      rows.reduce((width, row) => Math.max(width, widthOf(row[index] ?? null)), textWidth(name)),
    )
    this.#widths = widthMax === undefined ? wanted : shrink(wanted, widthMax - 3 * wanted.length - 1)
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

/** Takes from the widest columns first until all fit; below a few cells a column is of no use, so the table stays too wide. */
function shrink(wanted: readonly number[], room: number): number[] {
  const widths = [...wanted]
  let excess = widths.reduce((a, b) => a + b, 0) - room
  while (excess > 0) {
    const widest = Math.max(...widths)
    if (widest <= columnWidthMin) break
    const next = Math.max(columnWidthMin, ...widths.filter((width) => width < widest))
    for (let index = 0; index < widths.length && excess > 0; index++) {
      if (widths[index] !== widest) continue
      const taken = Math.min(widest - next, Math.ceil(excess / widths.filter((width) => width >= widest).length), excess)
      widths[index] = widest - Math.max(1, taken)
      excess -= Math.max(1, taken)
    }
  }
  return widths
}

/** A whole table as text, without a last line that counts. */
export function renderFrame(schema: Schema, rows: readonly Row[], timeZone: string, options: FrameOptions): string {
  const cells = rows.map((values) => cellsOf(schema, values, timeZone))
  const frame = new Frame(schema, cells, options)
  return `${[frame.top, frame.head, frame.middle, ...cells.map((row) => frame.row(row)), frame.bottom].join('\n')}\n`
}

export function countRows(count: number): string {
  return count === 1 ? '1 row' : `${count.toLocaleString('en-US')} rows`
}
