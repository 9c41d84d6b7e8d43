/** Lines at the bottom of a terminal that are drawn again and again in place, below what was printed for good. */

export interface AreaScreen {
  write(text: string): void
  readonly height: number
}

const clearLine = '\u001b[K'
const clearBelow = '\u001b[J'

/** Lines given to it must be fit for a terminal and no wider than it. */
export class LiveArea {
  readonly #screen: AreaScreen
  #shown = 0

  constructor(screen: AreaScreen) {
    this.#screen = screen
  }

  show(lines: readonly string[]): void {
    const kept = lines.slice(0, Math.max(1, this.#screen.height - 1))
    const text = kept.map((line) => `${clearLine}${line}`).join('\n')
    this.#screen.write(`${this.#home()}${text}${kept.length < this.#shown ? `\n${clearBelow}\u001b[1A` : ''}\r`)
    this.#shown = kept.length
  }

  /** Takes the lines away, so that something can be printed in their place. */
  clear(): void {
    if (this.#shown === 0) return
    this.#screen.write(`${this.#home()}${clearBelow}`)
    this.#shown = 0
  }

  #home(): string {
    return `\r${this.#shown > 1 ? `\u001b[${this.#shown - 1}A` : ''}`
  }
}
