/** Gathers what comes until the next frame of the screen, so that a page draws once whatever has come. */
const hiddenFrameMs = 250

export class FrameBuffer<T> {
  private waiting: T[] = []
  private isScheduled = false
  private readonly drawn: (items: readonly T[]) => void

  constructor(drawn: (items: readonly T[]) => void) {
    this.drawn = drawn
  }

  add(items: readonly T[]): void {
    this.waiting.push(...items)
    if (this.isScheduled) return
    this.isScheduled = true
    // A page that is hidden draws no frames, and must not gather rows without end.
    if (document.hidden) setTimeout(() => this.flush(), hiddenFrameMs)
    else requestAnimationFrame(() => this.flush())
  }

  /** Whether something waits that is so. */
  has(test: (item: T) => boolean): boolean {
    return this.waiting.some(test)
  }

  flush(): void {
    this.isScheduled = false
    const items = this.waiting
    this.waiting = []
    this.drawn(items)
  }
}
