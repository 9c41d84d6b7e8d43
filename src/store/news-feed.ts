/** Tells of commits, each listener of all of them and in their order, whatever a listener does meanwhile. */
import type { CommitNews } from './store.ts'

type Listener = (news: CommitNews) => void

export class NewsFeed {
  /** Never changed in place: whoever begins to listen while news are told is not told these. */
  #listeners: readonly Listener[] = []
  readonly #waiting: CommitNews[] = []
  #isTelling = false

  watch(listener: Listener): () => void {
    // Another function each time, so that one that listens twice is two listeners.
    const own: Listener = (news) => listener(news)
    this.#listeners = [...this.#listeners, own]
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== own)
    }
  }

  tell(news: CommitNews | null): void {
    if (news === null || this.#listeners.length === 0) return
    this.#waiting.push(news)
    if (this.#isTelling) return
    this.#isTelling = true
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      for (const listener of this.#listeners) this.#tellOne(listener, next)
    }
    this.#isTelling = false
  }

  /** A listener that fails has a fault of its own, which must not look as if the commit had failed, nor be lost. */
  #tellOne(listener: Listener, news: CommitNews): void {
    if (!this.#listeners.includes(listener)) return
    try {
      listener(news)
    } catch (error) {
      queueMicrotask(() => {
        throw error
      })
    }
  }

  close(): void {
    this.#listeners = []
    this.#waiting.length = 0
  }
}
