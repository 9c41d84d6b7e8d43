/** A text that a session executes: its statements run one after another, and what they tell goes to the server. */
import { type Failure, failuresOf, shortened } from '#base'
import type { DefinitionChange } from '#catalog'
import { type Batch, changeNames, doubleJsonFunction, printType, rowAt, type Schema } from '#data'
import type { RunReport } from '#engines'
import type { QuerySession, StatementListener } from '#query'
import { Outbox } from './outbox.ts'
import { type Outcome, type ShownColumn, type StatementEvent, textLengthMax } from './protocol.ts'

export interface TextRunShape {
  readonly text: string
  /** How much may be told before the server gives more room. */
  readonly room: number
  readonly tell: (event: StatementEvent) => void
  readonly progress: (report: RunReport) => void
  /** Things were made, changed or dropped for good. */
  readonly defined: (changes: readonly DefinitionChange[]) => void
}

export class TextRun {
  readonly #session: QuerySession
  readonly #shape: TextRunShape
  readonly #outbox: Outbox
  readonly #stopping = new AbortController()
  #rowText: (values: readonly unknown[]) => string = () => ''
  #schema: Schema = []

  constructor(session: QuerySession, shape: TextRunShape) {
    this.#session = session
    this.#shape = shape
    this.#outbox = new Outbox(shape.tell, shape.room)
  }

  /** Runs the text to its end; never fails. Resolves when all that it tells has been sent. */
  async run(): Promise<{ readonly outcome: Outcome; readonly failures: readonly Failure[] }> {
    const { signal } = this.#stopping
    try {
      await this.#session.run(this.#shape.text, this.#listener(), signal)
      this.#tellDefined()
      await this.#outbox.emptied()
      return { outcome: signal.aborted ? 'cancelled' : 'finished', failures: [] }
    } catch (error) {
      this.#tellDefined()
      // What came before is shown before the failure.
      await this.#outbox.emptied()
      return signal.aborted ? { outcome: 'cancelled', failures: [] } : { outcome: 'failed', failures: failuresOf(error) }
    }
  }

  giveRoom(more: number): void {
    this.#outbox.giveRoom(more)
  }

  cancel(): void {
    this.#stopping.abort()
    this.#outbox.drop()
  }

  #listener(): StatementListener {
    const outbox = this.#outbox
    return {
      started: ({ kind, position: { line, start, end } }) => outbox.add({ kind: 'started', statement: kind, line, start, end }),
      submitted: (jobId) => {
        // A table that is filled as it is made is there by now.
        this.#tellDefined()
        outbox.add({ kind: 'submitted', jobId })
      },
      opened: ({ schema, updating, order }) => {
        this.#schema = schema
        this.#rowText = cellsText(schema, this.#timeZone)
        outbox.add({ kind: 'opened', columns: columnsOf(schema), updating, order })
      },
      changes: (batch) => outbox.addRows(this.#rowsOf(batch)),
      closed: () => outbox.add({ kind: 'closed' }),
      table: (schema, rows) => {
        const cells = cellsText(schema, this.#timeZone)
        outbox.add({ kind: 'table', columns: columnsOf(schema), rows: rows.length, json: `[${rows.map(cells).join(',')}]` })
      },
      done: (message) => {
        this.#tellDefined()
        outbox.add({ kind: 'done', message: shortened(message, textLengthMax) })
      },
      progress: (report) => this.#shape.progress(withoutPauses(report)),
      ended: (report) => outbox.add({ kind: 'ran', report: withoutPauses(report) }),
    }
  }

  /** Whoever keeps what statements made must not wait until somebody reads what they say. */
  #tellDefined(): void {
    const changes = this.#session.takeChanges()
    if (changes.length > 0) this.#shape.defined(changes)
  }

  get #timeZone(): string {
    return this.#session.settings.get('table.local-time-zone')
  }

  *#rowsOf(batch: Batch): Iterable<string> {
    for (let row = 0; row < batch.length; row++) {
      const op = changeNames[(batch.kinds?.[row] ?? 0) as 0 | 1 | 2 | 3]
      yield `{"op":"${op}","values":${this.#rowText(rowAt(batch, this.#schema, row))}}`
    }
  }
}

/** A function from values, boxed, to a list of JSON. */
function cellsText(schema: Schema, timeZone: string): (values: readonly unknown[]) => string {
  const cells = schema.map(({ type }) => doubleJsonFunction(type, timeZone))
  return (values) => `[${cells.map((cell, column) => cell(values[column] ?? null)).join(',')}]`
}

function columnsOf(schema: Schema): ShownColumn[] {
  return schema.map(({ name, type }) => ({ name, type: printType(type) }))
}

/** Hundreds of them would be sent four times a second. */
export function withoutPauses(report: RunReport): RunReport {
  return { ...report, pausesMs: report.pausesMs.slice(-pausesSent) }
}

const pausesSent = 8
