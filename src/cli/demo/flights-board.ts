/** What the demo shows of the tables that are being written: the latest day, week and alarms, and what was set aside. */
import { printable } from '#base'
import { type Batch, columnIndex, familyOf, printValue, rowAt, type Schema } from '#data'
import type { Row } from '../output/frame.ts'
import type { Paint } from '../output/paint.ts'
import { cut, padded, textWidth } from '../output/text-width.ts'
import { count } from '../progress.ts'

/** How the rows of a table are kept and shown. */
interface PaneRow {
  readonly table: string
  readonly title: string
  /** Column whose latest value is shown alone, as the day of the busiest airports. */
  readonly latest?: string
  /** Column that the rows shown are ordered by, downwards. */
  readonly orderBy?: string
  /** Column that rows are put together by; their last column adds up. */
  readonly sumBy?: string
  readonly columns: readonly PaneColumn[]
  readonly rowsMax: number
}
interface PaneColumn {
  readonly name: string
  readonly head: string
  /** Room from the start, so that nothing moves when values come. */
  readonly width: number
}

const airport: PaneColumn = { name: 'airport', head: 'airport', width: 7 }
const city: PaneColumn = { name: 'city', head: 'city', width: 14 }
const meanDelay: PaneColumn = { name: 'mean_delay', head: 'delay', width: 5 }

const panes: readonly PaneRow[] = [
  {
    table: 'daily_delays',
    title: 'Busiest airports of',
    latest: 'day',
    orderBy: 'departures',
    columns: [airport, city, { name: 'state', head: 'state', width: 5 }, { name: 'departures', head: 'departures', width: 10 }, meanDelay],
    rowsMax: 10,
  },
  {
    table: 'worst_routes',
    title: 'Worst routes, week of',
    latest: 'week',
    columns: [
      { name: 'place', head: 'place', width: 5 },
      { name: 'origin', head: 'origin', width: 6 },
      { name: 'destination', head: 'destination', width: 11 },
      { name: 'flights', head: 'flights', width: 7 },
      meanDelay,
    ],
    rowsMax: 10,
  },
  {
    table: 'alarms',
    title: 'Alarms: hours with three times the usual delay',
    columns: [{ name: 'hour', head: 'hour', width: 16 }, airport, city, meanDelay, { name: 'usual_delay', head: 'usual', width: 5 }],
    rowsMax: 6,
  },
  {
    table: 'set_aside',
    title: 'Flights set aside',
    sumBy: 'reason',
    columns: [
      { name: 'reason', head: 'reason', width: 23 },
      { name: 'flights', head: 'flights', width: 7 },
    ],
    rowsMax: 6,
  },
]

const gap = '  '

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

  /** Two panes side by side where there is room for them, else one below the other with fewer rows. */
  lines(width: number, height: number, paint: Paint): string[] {
    const [first = [], second = [], third = [], fourth = []] = this.#panes.map((pane) => pane.lines(pane.rowsMax, paint))
    const left = Math.max(blockWidth(first), blockWidth(third))
    if (left + gap.length + Math.max(blockWidth(second), blockWidth(fourth)) <= width) {
      return [...beside(first, second, left), '', ...beside(third, fourth, left)]
    }
    // A title, a head and a blank line go with the rows.
    const rows = Math.max(1, Math.floor(height / this.#panes.length) - 3)
    const blocks = this.#panes.map((pane) => pane.lines(Math.min(pane.rowsMax, rows), paint))
    return blocks.flatMap((block) => [...block.map((line) => line.ink(cut(line.text, width))), '']).slice(0, -1)
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
  /** The rows of the latest value that had enough of them. */
  #whole: Row[] = []
  #latestValue: unknown = null
  count = 0

  constructor(row: PaneRow) {
    this.#row = row
  }

  get table(): string {
    return this.#row.table
  }
  get rowsMax(): number {
    return this.#row.rowsMax
  }

  /** The latest value of the column that rows are chosen by. */
  get latest(): string {
    return this.#printLatest(this.#rows)
  }

  add(schema: Schema, batch: Batch): void {
    this.#schema = schema
    this.count += batch.length
    for (let at = 0; at < batch.length; at++) this.#addRow(rowAt(batch, schema, at))
    if (this.#row.latest === undefined && this.#row.sumBy === undefined) this.#rows = this.#rows.slice(-this.#row.rowsMax)
  }

  #addRow(row: Row): void {
    const latest = this.#place(this.#row.latest)
    if (latest >= 0 && row[latest] !== this.#latestValue) {
      this.#latestValue = row[latest]
      this.#rows = []
    }
    const sumBy = this.#place(this.#row.sumBy)
    const same = sumBy < 0 ? -1 : this.#rows.findIndex((other) => other[sumBy] === row[sumBy])
    if (same < 0) this.#rows.push(row)
    else this.#rows[same] = [...row.slice(0, -1), Number(this.#rows[same]?.at(-1)) + Number(row.at(-1))]
    if (this.#rows.length >= this.#row.rowsMax) this.#whole = this.#rows
  }

  #place(name: string | undefined): number {
    return name === undefined ? -1 : columnIndex(this.#schema, name)
  }

  /** A title, a head and a fixed count of rows, so that nothing below jumps. */
  lines(rowCount: number, paint: Paint): Line[] {
    const { title, columns, latest } = this.#row
    const rows = this.#shown()
    const places = columns.map(({ name }) => this.#place(name))
    const cells = rows.slice(0, rowCount).map((row) => places.map((place, index) => this.#cell(row, place, columns[index]?.width ?? 0)))
    const widths = columns.map(({ width }, index) => Math.max(width, ...cells.map((row) => textWidth(row[index] ?? ''))))
    const lineOf = (row: readonly string[]): string =>
      row.map((text, index) => padded(text, widths[index] ?? 0, isNumber(this.#schema[places[index] ?? -1]?.type))).join(gap)
    const body = Array.from({ length: rowCount }, (_, index) => ({
      text: cells[index] === undefined ? '' : lineOf(cells[index]),
      ink: plain,
    }))
    const full = latest === undefined ? `${title} (${count(this.#total())})` : `${title} ${this.#printLatest(rows)}`
    return [{ text: full, ink: paint.title }, { text: lineOf(columns.map(({ head }) => head)), ink: paint.quiet }, ...body]
  }

  /** How many there are: rows, or what their last column adds up to. */
  #total(): number {
    return this.#row.sumBy === undefined ? this.count : this.#rows.reduce((sum, row) => sum + Number(row.at(-1)), 0)
  }

  /** The last day may have a handful of rows only: then the day before says more. */
  #shown(): readonly Row[] {
    const rows =
      this.#row.latest !== undefined && this.#rows.length < this.#row.rowsMax && this.#whole.length > 0 ? this.#whole : this.#rows
    const order = this.#place(this.#row.orderBy)
    return order < 0 ? rows : rows.toSorted((a, b) => Number(b[order]) - Number(a[order]))
  }

  #printLatest(rows: readonly Row[]): string {
    const place = this.#place(this.#row.latest)
    const type = this.#schema[place]?.type
    const value = rows[0]?.[place] ?? null
    return type === undefined || value === null ? '' : printValue(value, type, 'UTC')
  }

  #cell(row: Row, place: number, width: number): string {
    const type = this.#schema[place]?.type
    const value = row[place] ?? null
    if (type === undefined || value === null) return ''
    const text = printable(printValue(value, type, 'UTC'))
    // Seconds of an hour say nothing.
    return familyOf(type) === 'timestamp' ? text.slice(0, width) : isNumber(type) ? text : cut(text, width)
  }
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
    return `${a === undefined ? ' '.repeat(leftWidth) : a.ink(padded(a.text, leftWidth))}${gap}${b === undefined ? '' : b.ink(b.text)}`.trimEnd()
  })
}
