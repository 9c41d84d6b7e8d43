/** The windows that a watermark has not closed yet, with what an operator keeps for each. Windows go by their end; see slices.ts. */
import type { Batch, Vector } from '#data'
import { closesAtMs, type WindowClock } from './slices.ts'

interface OpenWindow<T> {
  readonly closesAtMs: number
  readonly end: number
  readonly kept: T
}

export class OpenWindows<T> {
  readonly #clock: WindowClock | null
  readonly #create: () => T
  readonly #windows = new Map<number, OpenWindow<T>>()
  /** The least watermark that closes a window. */
  #closesNext = Number.POSITIVE_INFINITY

  /** `create` makes what is kept for a new window; the clock is null when windows are cut in epoch time. */
  constructor(clock: WindowClock | null, create: () => T) {
    this.#clock = clock
    this.#create = create
  }

  /**
   * Writes the rows whose window is still open under the watermark before them to `selection`, and returns their count. `ends` is the
   * column of window ends. The others are late, and so are rows without a window.
   */
  selectOpen(batch: Batch, ends: Vector, watermarkMs: number, selection: Int32Array): number {
    const { watermarks, length } = batch
    const { nulls } = ends
    const data = ends.form === 'numbers' ? ends.data : new Float64Array(length)
    let count = 0
    let known = Number.NaN
    let closing = 0
    for (let row = 0; row < length; row++) {
      const end = data[row] as number
      if (end !== known) {
        known = end
        closing = closesAtMs(this.#clock, end)
      }
      const before = watermarks === null ? watermarkMs : (watermarks[row] as number)
      if (before < closing && (nulls === null || nulls[row] === 0)) selection[count++] = row
    }
    return count
  }

  /** What is kept for the window with this end. */
  find(end: number): T {
    let window = this.#windows.get(end)
    if (window === undefined) {
      window = { closesAtMs: closesAtMs(this.#clock, end), end, kept: this.#create() }
      this.#windows.set(end, window)
      this.#closesNext = Math.min(this.#closesNext, window.closesAtMs)
    }
    return window.kept
  }

  /** Takes out the windows that a watermark closes, earliest first. */
  takeClosed(watermarkMs: number): T[] {
    if (watermarkMs < this.#closesNext) return []
    const closed = [...this.#windows.values()].filter((window) => window.closesAtMs <= watermarkMs)
    for (const { end } of closed) this.#windows.delete(end)
    this.#closesNext = Number.POSITIVE_INFINITY
    for (const window of this.#windows.values()) this.#closesNext = Math.min(this.#closesNext, window.closesAtMs)
    return closed.sort((a, b) => a.end - b.end).map((window) => window.kept)
  }
}
