/** Answers as tables for people: live while they change on a terminal, whole at the end. */
import { type Batch, rowAt, type Schema } from '#data'
import { FinalTable, type QueryInfo } from '#query'
import { type Cells, cellsOf, countRows, Frame, type Row, renderFrame } from './frame.ts'
import type { OutputContext, OutputFactory } from './output.ts'
import { printableLines } from './printable.ts'

/** Rows of one answer that a terminal shows at the end; a file gets all. */
const terminalRowsMax = 1000
/** After so many rows of an answer that only grows, rows go to a file as they come, in the widths of those before. */
const heldRowsMax = 10_000

export const tableOutput: OutputFactory = (context) => {
  const { screen, timeZone } = context
  let answer: Answer | undefined
  return {
    opened: (query) => {
      answer =
        query.updating || query.order.length > 0 || screen.isTerminal ? new WholeAnswer(query, context) : new GrowingAnswer(query, context)
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
    const room = Math.max(1, height - 5)
    const shown = this.#query.order.length > 0 ? rows.slice(0, room) : rows.slice(-room)
    const { screen, timeZone } = this.#context
    const lines = renderFrame(this.#query.schema, shown, timeZone(), { widthMax: screen.width, paint: screen.answerPaint })
      .trimEnd()
      .split('\n')
    return [
      ...lines,
      rows.length > shown.length ? `${countRows(rows.length)} so far, ${shown.length} shown` : `${countRows(rows.length)} so far`,
    ]
  }

  end(): string {
    return renderTable(this.#query.schema, this.#table.rows(), this.#context.timeZone(), this.#context)
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

/** A framed table with a line that counts the rows. */
function renderTable(schema: Schema, rows: readonly Row[], timeZone: string, { screen }: OutputContext): string {
  const shown = screen.isTerminal ? rows.slice(0, terminalRowsMax) : rows
  const options = { widthMax: screen.isTerminal ? screen.width : undefined, paint: screen.answerPaint }
  const more = rows.length > shown.length ? `, the first ${terminalRowsMax.toLocaleString('en-US')} shown: --format csv prints all` : ''
  return `${renderFrame(schema, shown, timeZone, options)}${screen.answerPaint.quiet(`${countRows(rows.length)}${more}`)}\n`
}
