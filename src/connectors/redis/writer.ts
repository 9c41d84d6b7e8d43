/** Writes rows: collects them, sends many together, waits while the server is down, and sets aside what it refuses. */
import { assert } from '#base'
import { type Batch, jsonText, rowAt, type Schema } from '#data'
import { BatchTurns } from '../batch-turns.ts'
import type { SinkWriter, WriteRequest } from '../connector.ts'
import { Flusher } from '../flusher.ts'
import type { RedisConnection, Reply } from './connection.ts'
import { redisErrors, redisFailureKind, replyText } from './errors.ts'
import type { RedisTable } from './options.ts'
import type { RowCommands, RowMapping } from './row-commands.ts'
import type { Staging } from './staging.ts'

/** Rows on their way to the server at once have at most so many bytes, unless one alone has more. */
const sentBytesMax = 4_194_304

interface WaitingRow extends RowCommands {
  readonly bytes: number
  /** Kept where the row may become a dead letter. */
  readonly values: readonly unknown[] | null
}

export interface WriterParts {
  readonly settings: RedisTable
  readonly connection: RedisConnection
  readonly mapping: RowMapping
  /** Null where rows are seen as soon as they are sent. */
  readonly staging: Staging | null
}

export class RedisWriter implements SinkWriter {
  readonly #parts: WriterParts
  readonly #request: WriteRequest
  readonly #turns = new BatchTurns()
  readonly #rowsMax: number
  readonly #flusher: Flusher
  /** By what tells them from others. */
  #waiting = new Map<string | number, WaitingRow>()
  #count = 0

  constructor(parts: WriterParts, request: WriteRequest) {
    const { options } = parts.settings
    this.#parts = parts
    this.#request = request
    this.#rowsMax = Math.max(1, options.number('sink.buffer-flush.max-rows') ?? 1000)
    this.#flusher = new Flusher({
      waiting: () => (this.#waiting.size === 0 ? 'none' : this.#waiting.size < this.#rowsMax ? 'some' : 'enough'),
      sendSome: () => this.#sendSome(),
      afterMs: options.number('sink.buffer-flush.interval') ?? 1000,
    })
  }

  write(batch: Batch): void | Promise<void> {
    this.#flusher.check()
    const { mapping } = this.#parts
    const waiting = this.#turns.run<void>(
      batch,
      (own) => mapping.begin(own),
      (_, own) => this.#take(own),
    )
    return waiting === undefined ? this.#pressure() : waiting.then(() => this.#pressure())
  }

  #take(batch: Batch): void {
    for (let row = 0; row < batch.length; row++) this.#add(batch, row)
  }

  #pressure(): void | Promise<void> {
    return this.#flusher.begin() ? this.#flusher.wait() : undefined
  }

  #add(batch: Batch, row: number): void {
    const { schema } = this.#request
    const values = this.#request.deadLetters === null ? null : rowAt(batch, schema, row)
    const made = this.#parts.mapping.row(batch, row)
    if ('refusal' in made) {
      this.#refuse(made.key, made.refusal, values)
      return
    }
    const identity = made.identity === '' ? this.#count++ : made.identity
    // What comes later takes the place of what came before.
    this.#waiting.set(identity, { ...made, bytes: bytesOf(made), values })
  }

  #refuse(key: string, detail: string, values: readonly unknown[] | null): void {
    const { meter, deadLetters, schema } = this.#request
    const { table } = this.#parts.settings
    const error = redisErrors.CONNECTORS_REDIS_ROW_REFUSED({ key, table: table.name }, { detail })
    meter.errors += 1
    if (deadLetters === null || values === null) throw error
    const value = new TextEncoder().encode(jsonOf(values, schema, table.timeZone))
    deadLetters({ code: error.code, message: detail, position: JSON.stringify({ key }), key: null, value })
  }

  async #sendSome(): Promise<void> {
    const rows = this.#next()
    if (this.#parts.staging === null) await this.#send(rows)
    else await this.#parts.staging.stage(rows)
  }

  #next(): WaitingRow[] {
    const rows: WaitingRow[] = []
    let bytes = 0
    for (const [identity, row] of this.#waiting) {
      if (rows.length === this.#rowsMax || (rows.length > 0 && bytes + row.bytes > sentBytesMax)) break
      rows.push(row)
      bytes += row.bytes
      this.#waiting.delete(identity)
    }
    return rows
  }

  async #send(rows: readonly WaitingRow[]): Promise<void> {
    const { connection } = this.#parts
    const commands = rows.flatMap((row) => row.commands)
    const replies = await connection.persist(async () => {
      const answers = await connection.transact(commands)
      const failed = answers.find((reply) => reply instanceof Error && redisFailureKind(reply) !== 'data')
      if (failed instanceof Error) throw failed
      return answers
    })
    this.#setAside(rows, replies)
  }

  #setAside(rows: readonly WaitingRow[], replies: readonly Reply[]): void {
    let at = 0
    for (const { key, commands, values } of rows) {
      const answers = replies.slice(at, at + commands.length)
      at += commands.length
      const failed = answers.find((reply) => reply instanceof Error)
      if (failed instanceof Error) this.#refuse(key, `The server said: ${replyText(failed.message)}.`, values)
    }
    assert(at === replies.length, 'each command has a reply')
  }

  async prepare(): Promise<unknown> {
    await this.#turns.settle()
    await this.#flusher.settle()
    return (await this.#parts.staging?.prepare()) ?? null
  }

  async commit(record: unknown): Promise<void> {
    if (record !== null) await this.#parts.staging?.commit(record as Parameters<Staging['commit']>[0])
  }

  async close(): Promise<void> {
    this.#waiting.clear()
    const { connection, staging } = this.#parts
    await staging?.close()
    connection.close()
    await this.#flusher.close()
  }
}

function bytesOf({ commands }: RowCommands): number {
  let bytes = 0
  for (const words of commands) for (const word of words) bytes += typeof word === 'number' ? 8 : word.length
  return bytes
}

function jsonOf(values: readonly unknown[], schema: Schema, timeZone: string): string {
  const fields = schema.map(({ name, type }, index) => `${JSON.stringify(name)}:${jsonText(values[index] ?? null, type, timeZone)}`)
  return `{${fields.join(',')}}`
}
