/** The lines of a file of tests, read one after another. */
import type { TextPosition } from '#base'

export class Lines {
  readonly #lines: readonly string[]
  /** Where each line starts in the text. */
  readonly #starts: readonly number[]
  #at = -1

  constructor(text: string) {
    const breaks = Array.from(text.matchAll(/\r?\n/g), ({ index, 0: { length } }) => ({ index, next: index + length }))
    // A byte order mark is none of the first line.
    const first = text.startsWith('\ufeff') ? 1 : 0
    this.#starts = [first, ...breaks.map(({ next }) => next)]
    this.#lines = this.#starts.map((start, index) => text.slice(start, breaks[index]?.index))
  }

  /** The number of the present line, from 1. */
  get number(): number {
    return this.#at + 1
  }

  /** Goes to the next line; undefined at the end. */
  next(): string | undefined {
    if (this.#at < this.#lines.length) this.#at++
    return this.#lines[this.#at]
  }

  /** Goes over the lines that follow as long as they belong together. */
  while(belongs: (line: string) => boolean): { readonly text: string; readonly number: number }[] {
    const found: { readonly text: string; readonly number: number }[] = []
    for (;;) {
      const text = this.#lines[this.#at + 1]
      if (text === undefined || !belongs(text)) return found
      this.#at++
      found.push({ text, number: this.number })
    }
  }

  /** Where a line stands in the text: the present one if left out. */
  position(line = this.number): TextPosition {
    // At the end of the file, the last line is shown.
    const index = Math.min(line, this.#lines.length) - 1
    const text = this.#lines[index] ?? ''
    const column = text.length - text.trimStart().length + 1
    const start = (this.#starts[index] ?? 0) + column - 1
    return { start, end: start + text.trim().length, line: index + 1, column }
  }
}
