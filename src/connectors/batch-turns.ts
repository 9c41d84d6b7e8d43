/**
 * Batches that something is made of which may have to be waited for, such as messages whose schema has to be asked for first: one batch
 * after another, since what is made of one is valid until the next.
 */
import { type Batch, keepBatch } from '#data'

export class BatchTurns {
  #pending: Promise<void> | null = null
  #hasBegun = false

  /**
   * Makes something of a batch and has it taken. What comes while it is waited for waits, too, and so does the first batch where need be:
   * then the batch is a copy, for the caller may fill it again.
   */
  run<T>(batch: Batch, make: (batch: Batch) => T | Promise<T>, take: (made: T, batch: Batch) => void): void | Promise<void> {
    if (this.#pending !== null) {
      const own = keepBatch(batch)
      return this.#wait(this.#pending.then(() => make(own)).then((made) => take(made, own)))
    }
    // Whether there is something to wait for shows with the first batch, when it is too late to copy it.
    const own = this.#hasBegun ? batch : keepBatch(batch)
    this.#hasBegun = true
    const made = make(own)
    if (made instanceof Promise) return this.#wait(made.then((each) => take(each, own)))
    return take(made, own)
  }

  /** Waits until all batches so far are taken. */
  async settle(): Promise<void> {
    await this.#pending
  }

  #wait(turn: Promise<void>): Promise<void> {
    this.#pending = turn
    const end = (): void => {
      if (this.#pending === turn) this.#pending = null
    }
    turn.then(end, end)
    return turn
  }
}
