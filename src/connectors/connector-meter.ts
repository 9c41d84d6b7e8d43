/** What a connector tells of its work while it goes on: plain numbers that it adds to, and that anyone may read at any time. */
import { type Clock, withoutGivenSecrets } from '#base'

export class ConnectorMeter {
  /** Bytes received from or sent to the other side, as they were sent. */
  bytes = 0
  /** Messages or rows that could not be read or were refused. */
  errors = 0
  /** Attempts that were made again. */
  retries = 0
  /** Messages or rows that are there and not read yet; null where that is not known. */
  lag: number | null = null
  #waiting: { readonly reason: string; readonly since: number } | null = null
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Notes that the other side has to be waited for, and why; `null` when it answers again. The reason must show no secret. */
  wait(reason: string | null): void {
    if (reason === null) this.#waiting = null
    else this.#waiting = { reason: withoutGivenSecrets(reason), since: this.#waiting?.since ?? this.#clock.nowMs() }
  }

  /** Why it waits for the other side, and since when, in epoch milliseconds; null while it does not. */
  get waiting(): { readonly reason: string; readonly since: number } | null {
    return this.#waiting
  }
}
