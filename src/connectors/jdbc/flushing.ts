/** Gathers rows and flushes them. */
import type { Batch } from '#data'
import { Flusher } from '../flusher.ts'
import { PendingRows } from './pending-rows.ts'
import type { WriterShape } from './writer-shape.ts'

export interface FlushLimits {
  /** A flush begins when so many rows or bytes wait. */
  readonly rows: number
  readonly bytes: number
  /** And so long after the first of them came; 0: not because of time. */
  readonly afterMs: number
}

/** While a flush goes on no more than this is gathered. */
const gatheredRowsMax = 8192
const gatheredBytesMax = 8_388_608

export class Flushing {
  readonly #shape: WriterShape
  readonly #flusher: Flusher
  #pending: PendingRows

  constructor(shape: WriterShape, limits: FlushLimits, flush: (rows: PendingRows) => Promise<void>) {
    this.#shape = shape
    this.#pending = new PendingRows(shape.schema.length)
    this.#flusher = new Flusher({
      waiting: () => {
        const { length, bytes } = this.#pending
        return length >= limits.rows || bytes >= limits.bytes ? 'enough' : length > 0 ? 'some' : 'none'
      },
      sendSome: () => flush(this.#take()),
      afterMs: limits.afterMs > 0 ? limits.afterMs : null,
    })
  }

  #take(): PendingRows {
    const rows = this.#pending
    this.#pending = new PendingRows(this.#shape.schema.length)
    return rows
  }

  /** Takes the rows over. A promise asks to wait. */
  add(batch: Batch): void | Promise<void> {
    this.#flusher.check()
    this.#pending.add(batch, this.#shape.schema, this.#shape.encoders)
    this.#flusher.begin()
    const isFull = this.#pending.length >= gatheredRowsMax || this.#pending.bytes >= gatheredBytesMax
    return isFull ? this.#flusher.wait() : undefined
  }

  /** Flushes all that was added. */
  settle(): Promise<void> {
    return this.#flusher.settle()
  }

  /** Drops what waits, and waits for what is on its way. */
  close(): Promise<void> {
    this.#take()
    return this.#flusher.close()
  }
}
