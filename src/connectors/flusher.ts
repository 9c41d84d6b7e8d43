/** Has rows sent that were gathered, one flush at a time: when enough wait, when some have waited for long enough, and when asked to. */
import { timerMs } from '#base'

export interface Flushed {
  /** Whether rows wait, and whether so many that it is time to send them. */
  readonly waiting: () => 'none' | 'some' | 'enough'
  /** Takes some of those that wait, and sends them. */
  readonly sendSome: () => Promise<void>
  /** Rows are sent at the latest so many milliseconds after they came, or after the flush that went on then; null: not because of time. */
  readonly afterMs: number | null
}

export class Flusher {
  readonly #flushed: Flushed
  #flush: Promise<void> | null = null
  #failure: { readonly error: unknown } | null = null
  #timer: NodeJS.Timeout | null = null
  #isClosed = false

  constructor(flushed: Flushed) {
    this.#flushed = flushed
  }

  /** Raises what a flush failed with. Nothing is sent after that, since rows that were not sent must not be passed over. */
  check(): void {
    if (this.#failure !== null) throw this.#failure.error
  }

  /** Comes after rows: begins a flush now or later. Whether now was time for one. */
  begin(): boolean {
    const isTime = this.#flushed.waiting() === 'enough'
    if (isTime) this.#begin(false)
    else this.#beginLater()
    return isTime
  }

  #beginLater(): void {
    const { afterMs, waiting } = this.#flushed
    if (this.#timer !== null || this.#isStopped || afterMs === null || waiting() === 'none') return
    this.#timer = setTimeout(() => this.#begin(true), timerMs(afterMs))
  }

  #begin(all: boolean): void {
    this.#stopTimer()
    if (this.#flush !== null || this.#isStopped) return
    this.#flush = this.#send(all)
      .catch((error: unknown) => {
        this.#failure = { error }
      })
      .then(() => {
        this.#flush = null
        this.begin()
      })
  }

  async #send(all: boolean): Promise<void> {
    const { waiting, sendSome } = this.#flushed
    for (let state = waiting(); !this.#isClosed && (state === 'enough' || (all && state === 'some')); state = waiting()) await sendSome()
  }

  /** Waits for the flush that goes on; raises what it failed with. */
  async wait(): Promise<void> {
    await this.#flush
    this.check()
  }

  /** Sends all rows that wait, also those that come meanwhile; raises what that failed with. */
  async settle(): Promise<void> {
    while (!this.#isStopped && (this.#flush !== null || this.#flushed.waiting() !== 'none')) {
      this.#begin(true)
      await this.#flush
    }
    this.check()
  }

  /** Begins nothing more, and waits for what is on its way, which the caller may have ended before. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#stopTimer()
    await this.#flush
  }

  get #isStopped(): boolean {
    return this.#isClosed || this.#failure !== null
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }
}
