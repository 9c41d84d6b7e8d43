/** Work of one job comes one after another; that of several jobs does not wait for one another. */
export class JobTurns {
  readonly #last = new Map<string, Promise<unknown>>()

  take<T>(jobId: string, work: () => Promise<T>): Promise<T> {
    const done = (this.#last.get(jobId) ?? Promise.resolve()).then(work)
    const settled = done.then(
      () => undefined,
      () => undefined,
    )
    this.#last.set(jobId, settled)
    void settled.then(() => {
      if (this.#last.get(jobId) === settled) this.#last.delete(jobId)
    })
    return done
  }
}
