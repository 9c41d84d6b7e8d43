/** How many streams somebody reads at a time: each keeps what it has not sent yet. */
import { apiErrors } from './errors.ts'

const streamsOfCallerMax = 100
const streamsMax = 2000

export class OpenStreams {
  readonly #byCaller = new Map<string, number>()
  #all = 0

  /** Fails where there are too many; gives what ends this one. */
  begin(caller: string): () => void {
    const own = this.#byCaller.get(caller) ?? 0
    if (own >= streamsOfCallerMax || this.#all >= streamsMax) throw apiErrors.API_STREAMS_FULL()
    this.#byCaller.set(caller, own + 1)
    this.#all += 1
    let isOpen = true
    return () => {
      if (!isOpen) return
      isOpen = false
      this.#all -= 1
      const left = (this.#byCaller.get(caller) ?? 0) - 1
      if (left > 0) this.#byCaller.set(caller, left)
      else this.#byCaller.delete(caller)
    }
  }
}
