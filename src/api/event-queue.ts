/** Things that come by themselves, for somebody who takes them one by one. Who is too slow loses the oldest. */
export class EventQueue<T> {
  readonly #waiting: T[] = []
  readonly #endings: (() => void)[] = []
  #wake: () => void = () => undefined
  #hasEnded = false

  /** It ends when the signal is aborted. */
  constructor(signal: AbortSignal) {
    signal.addEventListener('abort', () => this.end(), { once: true })
    if (signal.aborted) this.end()
  }

  add(item: T): void {
    if (this.#hasEnded) return
    this.#waiting.push(item)
    if (this.#waiting.length > waitingMax) this.#waiting.shift()
    this.#wake()
  }

  /** Calls back when it has ended. */
  onEnd(callback: () => void): void {
    if (this.#hasEnded) callback()
    else this.#endings.push(callback)
  }

  end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    for (const callback of this.#endings.splice(0)) callback()
    this.#wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    try {
      for (;;) {
        const next = this.#waiting.shift()
        if (next !== undefined) yield next
        else if (this.#hasEnded) return
        else await new Promise<void>((resolve) => (this.#wake = resolve))
      }
    } finally {
      this.end()
    }
  }
}

const waitingMax = 10_000
