/** What the demo shows of the tables that are being written: the latest day, week and alarms, and what was set aside. */
import { type Batch, columnIndex, familyOf, printValue, rowAt, type Schema } from '#data'
import type { Row } from '../output/frame.ts'
import type { Paint } from '../output/paint.ts'
import { printable } from '../output/printable.ts'
import { cut, padded, textWidth } from '../output/text-width.ts'
import { count } from '../progress.ts'

/** How the rows of a table are kept and shown. */
interface PaneRow {
  readonly table: string
  readonly title: string
  /** Column whose latest value is shown alone, as the day of the busiest airports; null keeps the latest rows. */
  readonly latest: string | null
  /** Column that the rows shown are ordered by, downwards; null leaves them as they came. */
  readonly orderBy: string | null
  readonly columns: readonly string[]
  readonly rowsMax: number
}

const panes: readonly PaneRow[] = [
  {
    table: 'daily_delays',
    title: 'Busiest airports',
    latest: 'day',
    orderBy: 'departures',
    columns: ['airport', 'city', 'state', 'departures', 'mean_delay'],
    rowsMax: 10,
  },
  {
    table: 'worst_routes',
    title: 'Worst routes, week of',
    latest: 'week',
    orderBy: null,
    columns: ['place', 'origin', 'destination', 'flights', 'mean_delay'],
    rowsMax: 10,
  },
  {
    table: 'alarms',
    title: 'Alarms: hours with three times the usual delay',
    latest: null,
    orderBy: null,
    columns: ['hour', 'airport', 'city', 'mean_delay', 'usual_delay'],
    rowsMax: 6,
  },
  { table: 'set_aside', title: 'Set aside', latest: null, orderBy: null, columns: ['day', 'reason', 'flights'], rowsMax: 6 },
]

const cityWidthMax = 18

export class FlightsBoard {
  readonly #panes = panes.map((pane) => new Pane(pane))

  /** Takes the rows that are written to a table. */
  add(table: string, schema: Schema, batch: Batch): void {
    this.#panes.find((pane) => pane.table === table)?.add(schema, batch)
  }

  /** Rows written so far, by table. */
  get counts(): ReadonlyMap<string, number> {
    return new Map(this.#panes.map((pane) => [pane.table, pane.count]))
  }

  /** The day that the flights have come to. */
  get day(): string {
    return this.#panes[0]?.latest ?? ''
  }

  /** Two panes side by side where there is room for them, else one below the other. */
  lines(width: number, paint: Paint): string[] {
    const blocks = this.#panes.map((pane) => pane.lines(paint))
    const [first = [], second = [], third = [], fourth = []] = blocks
    const left = Math.max(blockWidth(first), blockWidth(third))
    if (left + 3 + Math.max(blockWidth(second), blockWidth(fourth)) > width)
      return blocks.flatMap((block) => [...block, { text: '', ink: plain }]).map((line) => line.ink(cut(line.text, width)))
    return [...beside(first, second, left), '', ...beside(third, fourth, left)]
  }
}

interface Line {
  readonly text: string
  readonly ink: (text: string) => string
}

const plain = (text: string): string => text

class Pane {
  readonly #row: PaneRow
  #schema: Schema = []
  #rows: Row[] = []
  #latestValue: unknown = null
  count = 0

  constructor(row: PaneRow) {
    this.#row = row
  }

  get table(): string {
    return this.#row.table
  }

  get latest(): string {
    const column = this.#schema[columnIndex(this.#schema, this.#row.latest ?? '')]
    return column === undefined || this.#latestValue === null ? '' : printValue(this.#latestValue, column.type, 'UTC')
  }

  add(schema: Schema, batch: Batch): void {
    this.#schema = schema
    this.count += batch.length
    const latest = columnIndex(schema, this.#row.latest ?? '')
    for (let at = 0; at < batch.length; at++) {
      const row = rowAt(batch, schema, at)
      if (latest >= 0 && row[latest] !== this.#latestValue) {
        this.#latestValue = row[latest]
        this.#rows = []
      }
      this.#rows.push(row)
    }
    if (latest < 0) this.#rows = this.#rows.slice(-this.#row.rowsMax)
  }

  /** A title, a head and a fixed count of rows, so that nothing below jumps. */
  lines(paint: Paint): Line[] {
    const { title, columns, rowsMax } = this.#row
    const places = columns.map((name) => columnIndex(this.#schema, name))
    const cells = this.#shown().map((row) => places.map((place) => this.#cell(row, place)))
    const heads = columns.map((name) => name.replaceAll('_', ' '))
    const widths = heads.map((head, index) =>
      Math.max(textWidth(head), widthLeast(columns[index]), ...cells.map((row) => textWidth(row[index] ?? ''))),
    )
    const lineOf = (row: readonly string[]): string =>
      row.map((text, index) => padded(text, widths[index] ?? 0, isNumber(this.#schema[places[index] ?? -1]?.type))).join('  ')
    const body = Array.from({ length: rowsMax }, (_, index) => ({
      text: cells[index] === undefined ? '' : lineOf(cells[index]),
      ink: plain,
    }))
    const full = this.#row.latest === null ? `${title} (${count(this.count)})` : `${title} ${this.latest}`
    return [{ text: full, ink: paint.title }, { text: lineOf(heads), ink: paint.quiet }, ...body]
  }

  #shown(): readonly Row[] {
    const { orderBy, rowsMax } = this.#row
    const order = columnIndex(this.#schema, orderBy ?? '')
    const rows = order < 0 ? this.#rows : this.#rows.toSorted((a, b) => Number(b[order]) - Number(a[order]))
    return rows.slice(0, rowsMax)
  }

  #cell(row: Row, place: number): string {
    const column = this.#schema[place]
    const value = row[place] ?? null
    if (column === undefined || value === null) return ''
    const text = printable(printValue(value, column.type, 'UTC'))
    return column.name === 'hour' ? text.slice(0, 16) : cut(text, Math.max(cityWidthMax, widthLeast(column.name)))
  }
}

/** Columns whose values come in many widths have room from the start. */
function widthLeast(name: string | undefined): number {
  return name === 'city' ? cityWidthMax : name === 'reason' ? 23 : name === 'hour' ? 16 : name === 'day' ? 10 : 0
}

function isNumber(type: Schema[number]['type'] | undefined): boolean {
  return type !== undefined && ['integer', 'decimal', 'approximate'].includes(familyOf(type))
}

function blockWidth(block: readonly Line[]): number {
  return Math.max(0, ...block.map((line) => textWidth(line.text)))
}

function beside(left: readonly Line[], right: readonly Line[], leftWidth: number): string[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, index) => {
    const [a, b] = [left[index], right[index]]
    return `${a === undefined ? ' '.repeat(leftWidth) : a.ink(padded(a.text, leftWidth))}   ${b === undefined ? '' : b.ink(b.text)}`.trimEnd()
  })
}
