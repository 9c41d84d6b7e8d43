/** Prints rows to a stream, one line each, and waits when the stream cannot keep up. */
import type { Writable } from 'node:stream'
import { printableLines } from '#base'
import { type Batch, changeNames, valueAt } from '#data'
import type { SinkWriter, WriteRequest } from '../connector.ts'
import { printErrors } from './errors.ts'
import { type JavaPrinter, javaPrinter } from './java-text.ts'

/** Lines are handed to the stream in pieces of about this size. */
const pieceLength = 65_536

export interface PrintTarget {
  readonly stream: Writable
  /** For errors. */
  readonly name: string
  readonly table: string
  /** What stands before each row. */
  readonly prefix: string
  /** Whether people read the rows as they come: nothing in them may steer the terminal, and no progress may show through. */
  readonly isTerminal: boolean
}

/** A line of progress may stand where the rows go. */
const clearLine = '\r\u001b[K'

export class PrintWriter implements SinkWriter {
  readonly #target: PrintTarget
  readonly #request: WriteRequest
  readonly #printers: readonly JavaPrinter[]
  readonly #fail = (cause: Error) => {
    this.#cause = cause
    this.#wake()
  }
  readonly #wake = () => {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
  readonly #waiting: (() => void)[] = []
  #cause: Error | undefined

  constructor(target: PrintTarget, request: WriteRequest) {
    this.#target = target
    this.#request = request
    this.#printers = request.schema.map((column) => javaPrinter(column.type))
    target.stream.on('error', this.#fail)
    target.stream.on('drain', this.#wake)
    target.stream.on('close', this.#wake)
    request.signal.addEventListener('abort', this.#wake)
  }

  write(batch: Batch): void | Promise<void> {
    this.#check()
    let piece = ''
    for (let row = 0; row < batch.length; row++) {
      piece += this.#line(batch, row)
      if (piece.length < pieceLength) continue
      this.#print(piece)
      piece = ''
    }
    if (piece !== '') this.#print(piece)
    return this.#target.stream.writableNeedDrain ? this.#drained() : undefined
  }

  async prepare(): Promise<unknown> {
    await this.#flushed()
    return null
  }

  /** What is printed cannot be taken back, so rows may show twice after a restart, as in Flink. */
  async commit(): Promise<void> {}

  async close(): Promise<void> {
    const { stream } = this.#target
    stream.off('error', this.#fail)
    stream.off('drain', this.#wake)
    stream.off('close', this.#wake)
    this.#request.signal.removeEventListener('abort', this.#wake)
  }

  #print(piece: string): void {
    const { stream, isTerminal } = this.#target
    stream.write(isTerminal ? clearLine + printableLines(piece) : piece)
  }

  #line(batch: Batch, row: number): string {
    const { schema } = this.#request
    let line = `${this.#target.prefix}${changeNames[(batch.kinds?.[row] ?? 0) as 0 | 1 | 2 | 3]}[`
    for (let index = 0; index < schema.length; index++) {
      const vector = batch.columns[index]
      const type = schema[index]?.type
      const value = vector === undefined || type === undefined ? null : valueAt(vector, row, type)
      line += `${index === 0 ? '' : ', '}${this.#printers[index]?.(value)}`
    }
    return `${line}]\n`
  }

  async #drained(): Promise<void> {
    const { stream } = this.#target
    while (stream.writableNeedDrain && !this.#request.signal.aborted && !stream.destroyed && this.#cause === undefined) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    this.#check()
  }

  /** An empty write calls back once all before it has left. */
  async #flushed(): Promise<void> {
    const { stream } = this.#target
    this.#check()
    let done = this.#request.signal.aborted
    stream.write('', () => {
      done = true
      this.#wake()
    })
    while (!done && !this.#request.signal.aborted && this.#cause === undefined) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    this.#check()
  }

  #check(): void {
    const { stream, name, table } = this.#target
    if (this.#cause === undefined && !stream.destroyed) return
    const cause = this.#cause?.message ?? 'it takes nothing more'
    throw printErrors.CONNECTORS_PRINT_STREAM_CLOSED({ table, stream: name, cause }, { cause: this.#cause })
  }
}
