/** Lets any number of callers wait for something to happen, each for a while at most. Who waits no more leaves nothing behind. */
export class News {
  readonly #waiting = new Set<() => void>()

  tell(): void {
    for (const resume of this.#waiting) resume()
  }

  /** Resolves with the next news, or when so many milliseconds are over. */
  within(waitMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const resume = (): void => {
      clearTimeout(timer)
      this.#waiting.delete(resume)
      resolve()
    }
    const timer = setTimeout(resume, waitMs)
    this.#waiting.add(resume)
    return promise
  }
}
