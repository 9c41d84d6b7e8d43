/** Draws a page of lines on a terminal and sends only the lines that changed since. */
import type { Terminal } from './terminal.ts'

export class FullScreen {
  readonly #terminal: Pick<Terminal, 'write' | 'rows' | 'columns' | 'showFullScreen'>
  #drawn: readonly string[] = []
  #size = ''

  constructor(terminal: Pick<Terminal, 'write' | 'rows' | 'columns' | 'showFullScreen'>) {
    this.#terminal = terminal
  }

  open(): void {
    this.#terminal.showFullScreen(true)
    this.forget()
  }

  /** Has the next drawing start from nothing, after something else may have written to the terminal. */
  forget(): void {
    this.#size = ''
  }

  close(): void {
    this.#terminal.showFullScreen(false)
  }

  /**
   * Lines must be fit for a terminal and no wider than it; those beyond its height are left out. A line is cleared before it is written:
   * after one that fills the width the cursor stands on the last cell, which clearing would take away.
   */
  draw(lines: readonly string[]): void {
    const { rows, columns } = this.#terminal
    const size = `${columns}x${rows}`
    let text = ''
    if (size !== this.#size) {
      text += '\u001b[2J'
      this.#drawn = []
      this.#size = size
    }
    const shown = Array.from({ length: rows }, (_, row) => lines[row] ?? '')
    shown.forEach((line, row) => {
      if (line !== (this.#drawn[row] ?? '')) text += `\u001b[${row + 1};1H\u001b[K${line}`
    })
    this.#drawn = shown
    if (text !== '') this.#terminal.write(text)
  }
}
