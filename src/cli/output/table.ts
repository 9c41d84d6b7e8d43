/** Answers as tables for people: live while they change on a terminal, whole at the end. */
import { printableLines } from '#base'
import { type Batch, rowAt, type Schema } from '#data'
import { FinalTable, type QueryInfo } from '#query'
import { type Cells, cellsOf, countRows, drawTable, Frame, type Row } from './frame.ts'
import type { OutputContext, OutputFactory } from './output.ts'

/** Rows of one answer that a terminal shows at the end; a file gets all. */
const terminalRowsMax = 1000
/** After so many rows of an answer that only grows, rows go to a file as they come, in the widths of those before. */
const heldRowsMax = 10_000

export const tableOutput: OutputFactory = (context) => {
  const { screen, timeZone } = context
  let answer: Answer | undefined
  return {
    opened: (query) => {
      const isFinal = !query.updating && query.order.length === 0
      answer = new (isFinal ? (screen.isTerminal ? LatestAnswer : GrowingAnswer) : WholeAnswer)(query, context)
    },
    changes: (batch) => answer?.add(batch),
    closed: () => {
      void screen.write(answer?.end() ?? '')
      answer = undefined
    },
    table: (schema, rows) => {
      const prose = proseIn(schema, rows)
      void screen.write(prose === undefined ? renderTable(schema, rows, timeZone(), context) : `${printableLines(prose).trimEnd()}\n`)
    },
    preview: (_width, height) => answer?.preview(height) ?? [],
    done: (message) => {
      if (screen.isTerminal) screen.note(`${screen.paint.good('✓')} ${printableLines(message)}\n`)
    },
  }
}

/** The rows of one SELECT. */
interface Answer {
  add(batch: Batch): void | Promise<void>
  /** Lines of what there is so far. */
  preview(height: number): readonly string[]
  /** Text of what is left to print. */
  end(): string
}

/** Keeps all rows and prints them at the end. */
class WholeAnswer implements Answer {
  readonly #query: QueryInfo
  readonly #context: OutputContext
  readonly #table: FinalTable

  constructor(query: QueryInfo, context: OutputContext) {
    this.#query = query
    this.#context = context
    this.#table = new FinalTable(query.schema, query.order)
  }

  add(batch: Batch): void {
    this.#table.apply(batch)
  }

  /** The first rows where the statement orders them, else the latest: those are what has just happened. */
  preview(height: number): readonly string[] {
    const rows = this.#table.rows()
    const room = previewRows(height)
    const shown = this.#query.order.length > 0 ? rows.slice(0, room) : rows.slice(-room)
    return renderPreview(this.#query.schema, shown, rows.length, this.#context)
  }

  end(): string {
    return renderTable(this.#query.schema, this.#table.rows(), this.#context.timeZone(), this.#context)
  }
}

/** Rows that never change, for a terminal: keeps what it will show, however many come. */
class LatestAnswer implements Answer {
  readonly #schema: Schema
  readonly #context: OutputContext
  readonly #first: Row[] = []
  #latest: Row[] = []
  #count = 0

  constructor({ schema }: QueryInfo, context: OutputContext) {
    this.#schema = schema
    this.#context = context
  }

  add(batch: Batch): void {
    const room = previewRows(this.#context.screen.height)
    for (let row = 0; row < batch.length; row++) {
      const isFirst = this.#first.length < terminalRowsMax
      if (!isFirst && row < batch.length - room) continue
      const values = rowAt(batch, this.#schema, row)
      if (isFirst) this.#first.push(values)
      this.#latest.push(values)
    }
    this.#latest = this.#latest.slice(-room)
    this.#count += batch.length
  }

  preview(height: number): readonly string[] {
    return renderPreview(this.#schema, this.#latest.slice(-previewRows(height)), this.#count, this.#context)
  }

  end(): string {
    return renderTable(this.#schema, this.#first, this.#context.timeZone(), this.#context, this.#count)
  }
}

/** Rows that never change, for a file: a long answer is printed while it comes. */
class GrowingAnswer implements Answer {
  readonly #schema: Schema
  readonly #context: OutputContext
  #held: Cells[] = []
  #frame: Frame | undefined
  #count = 0

  constructor({ schema }: QueryInfo, context: OutputContext) {
    this.#schema = schema
    this.#context = context
  }

  add(batch: Batch): void | Promise<void> {
    const zone = this.#context.timeZone()
    for (let row = 0; row < batch.length; row++) this.#held.push(cellsOf(this.#schema, rowAt(batch, this.#schema, row), zone))
    this.#count += batch.length
    if (this.#frame === undefined && this.#held.length < heldRowsMax) return undefined
    return this.#context.screen.write(this.#print())
  }

  #print(): string {
    const opened = this.#frame === undefined
    const frame = this.#frame ?? new Frame(this.#schema, this.#held, { paint: this.#context.screen.answerPaint })
    this.#frame = frame
    const lines = [...(opened ? [frame.top, frame.head, frame.middle] : []), ...this.#held.map((cells) => frame.row(cells))]
    this.#held = []
    return lines.length === 0 ? '' : `${lines.join('\n')}\n`
  }

  preview(): readonly string[] {
    return [`${countRows(this.#count)} so far`]
  }

  end(): string {
    const rest = this.#print()
    return `${rest}${this.#frame?.bottom ?? ''}\n${countRows(this.#count)}\n`
  }
}

/** One value of several lines reads better without a frame. */
function proseIn(schema: Schema, rows: readonly Row[]): string | undefined {
  const value = rows[0]?.[0]
  return schema.length === 1 && rows.length === 1 && typeof value === 'string' && value.includes('\n') ? value : undefined
}

/** Lines that a frame takes beside its rows, the count of them included. */
const frameLines = 5

function previewRows(height: number): number {
  return Math.max(1, height - frameLines)
}

function renderPreview(schema: Schema, rows: readonly Row[], count: number, { screen, timeZone }: OutputContext): readonly string[] {
  const { lines } = drawTable(schema, rows, timeZone(), { widthMax: screen.width, paint: screen.answerPaint })
  return [...lines, count > rows.length ? `${countRows(count)} so far, ${rows.length} shown` : `${countRows(count)} so far`]
}

/** A framed table with a line that counts the rows, and says what a terminal has no room for. */
function renderTable(schema: Schema, rows: readonly Row[], timeZone: string, { screen }: OutputContext, count = rows.length): string {
  const shown = screen.isTerminal ? rows.slice(0, terminalRowsMax) : rows
  const options = { widthMax: screen.isTerminal ? screen.width : undefined, paint: screen.answerPaint }
  const { lines, shownColumns } = drawTable(schema, shown, timeZone, options)
  const parts = [
    ...(count > shown.length ? [`the first ${terminalRowsMax.toLocaleString('en-US')}`] : []),
    ...(shownColumns < schema.length ? [`${shownColumns} of ${schema.length} columns`] : []),
  ]
  const more = parts.length === 0 ? '' : `, ${parts.join(' and ')} shown: --format csv prints all`
  return `${[...lines, screen.answerPaint.quiet(`${countRows(count)}${more}`)].join('\n')}\n`
}
