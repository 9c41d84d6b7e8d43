/** Writes rows as they come, at least once. With a primary key rows that are sent again change nothing. */
import type { Batch } from '#data'
import type { SinkWriter } from '../connector.ts'
import { Link } from './database.ts'
import { jdbcError } from './errors.ts'
import { Flushing } from './flushing.ts'
import type { PendingRows } from './pending-rows.ts'
import { sendRows } from './send-rows.ts'
import type { Session } from './session.ts'
import { refuseRow, statementBytesMax, type WriterShape } from './writer-shape.ts'

export class JdbcWriter implements SinkWriter {
  readonly #shape: WriterShape
  readonly #link: Link
  readonly #flushing: Flushing

  constructor(shape: WriterShape, session: Session) {
    const { options } = shape.database.settings
    this.#shape = shape
    this.#link = new Link(shape.database, shape.request, session, options.number('sink.max-retries') ?? 0)
    const limits = {
      rows: options.number('sink.buffer-flush.max-rows') || Number.POSITIVE_INFINITY,
      bytes: 4_194_304,
      afterMs: options.number('sink.buffer-flush.interval') ?? 0,
    }
    this.#flushing = new Flushing(shape, limits, (rows) => this.#send(rows))
  }

  write(batch: Batch): void | Promise<void> {
    return this.#flushing.add(batch)
  }

  async #send(rows: PendingRows): Promise<void> {
    const { statements, key, database, request } = this.#shape
    try {
      await sendRows(rows.texts, rows.latest(key), {
        statements,
        bytesMax: statementBytesMax,
        run: ({ sql, values }) => this.#link.run((session) => session.query(sql, values)),
        refuse: (row, error) => refuseRow(this.#shape, rows.texts, row, error),
      })
      request.meter.bytes += rows.bytes
    } catch (error) {
      throw jdbcError(error, database.place)
    }
  }

  async prepare(): Promise<unknown> {
    await this.#flushing.settle()
    return null
  }

  commit(): Promise<void> {
    return Promise.resolve()
  }

  async close(): Promise<void> {
    await this.#flushing.close()
    await this.#link.close()
  }
}
