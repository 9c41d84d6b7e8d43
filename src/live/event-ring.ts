/**
 * The newest events of a run, for whoever comes back after a while. Each has a number, from 1 on, and is a text that is sent as it is.
 *
 * Bound: `charactersMax` of all texts; the oldest go first, down to none where one alone is larger.
 */
export interface RingEvent {
  readonly number: number
  readonly json: string
}

const charactersMax = 1_000_000

export class EventRing {
  #events: RingEvent[] = []
  #characters = 0
  #last = 0

  /** The number of the newest event. */
  get last(): number {
    return this.#last
  }

  add(write: (number: number) => string): void {
    const number = ++this.#last
    const json = write(number)
    this.#events.push({ number, json })
    this.#characters += json.length
    let gone = 0
    for (; this.#characters > charactersMax; gone++) this.#characters -= this.#events[gone]?.json.length ?? 0
    if (gone > 0) this.#events = this.#events.slice(gone)
  }

  /** Those behind the one of a number, so many at most; null where some of them are gone. */
  after(number: number, countMax: number): readonly RingEvent[] | null {
    const first = this.#last - this.#events.length + 1
    if (number > this.#last || number + 1 < first) return null
    return this.#events.slice(number + 1 - first, number + 1 - first + countMax)
  }
}
