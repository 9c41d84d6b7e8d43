/** Gathers rows and flushes them, one flush at a time: when enough wait, when some have waited for long enough, and when asked to. */
import { timerMs } from '#base'
import type { Batch } from '#data'
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
  readonly #limits: FlushLimits
  readonly #flush: (rows: PendingRows) => Promise<void>
  #pending: PendingRows
  #going: Promise<void> | null = null
  #failure: { readonly error: unknown } | null = null
  #timer: NodeJS.Timeout | null = null
  #isClosed = false

  constructor(shape: WriterShape, limits: FlushLimits, flush: (rows: PendingRows) => Promise<void>) {
    this.#shape = shape
    this.#limits = limits
    this.#flush = flush
    this.#pending = new PendingRows(shape.schema.length)
  }

  /** Takes the rows over. A promise asks to wait. */
  add(batch: Batch): void | Promise<void> {
    this.#check()
    this.#pending.add(batch, this.#shape.schema, this.#shape.encoders)
    const { length, bytes } = this.#pending
    if (length >= this.#limits.rows || bytes >= this.#limits.bytes) this.#begin()
    else this.#beginLater()
    const isFull = this.#pending.length >= gatheredRowsMax || this.#pending.bytes >= gatheredBytesMax
    return isFull && this.#going !== null ? this.#going.then(() => this.#check()) : undefined
  }

  #check(): void {
    if (this.#failure !== null) throw this.#failure.error
  }

  #beginLater(): void {
    if (this.#timer !== null || this.#limits.afterMs <= 0 || this.#pending.length === 0) return
    this.#timer = setTimeout(() => this.#begin(), timerMs(this.#limits.afterMs))
  }

  #begin(): void {
    if (this.#going !== null || this.#failure !== null || this.#isClosed || this.#pending.length === 0) return
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const rows = this.#pending
    this.#pending = new PendingRows(this.#shape.schema.length)
    this.#going = this.#flush(rows)
      .catch((error: unknown) => {
        this.#failure = { error }
      })
      .then(() => {
        this.#going = null
        const { length, bytes } = this.#pending
        if (length >= this.#limits.rows || bytes >= this.#limits.bytes) this.#begin()
        else this.#beginLater()
      })
  }

  /** Flushes all that was added. */
  async settle(): Promise<void> {
    while (this.#going !== null || (this.#pending.length > 0 && this.#failure === null)) {
      this.#begin()
      await this.#going
    }
    this.#check()
  }

  /** Drops what waits, and waits for what is on its way. */
  async close(): Promise<void> {
    this.#isClosed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#pending = new PendingRows(this.#shape.schema.length)
    await this.#going
  }
}
