/** What a terminal shows of the text written to it. Obeys the control sequences that Millrace writes, and notes any other as strange. */

/** What follows the escape character. */
const sequence = /^\[(?<parameters>[?\d;]*)(?<final>[A-Za-z])/

export class DrawnScreen {
  columns: number
  rows: number
  /** Control characters and sequences that no part of Millrace should write. */
  readonly strange: string[] = []
  isFullScreen = false
  isCursorHidden = false
  marksPastes = false
  #lines: string[][] = [[]]
  /** Line of the list that is the first one on the screen. */
  #top = 0
  #row = 0
  #column = 0
  #main: { lines: string[][]; top: number; row: number; column: number } | undefined

  constructor(columns: number, rows: number) {
    this.columns = columns
    this.rows = rows
  }

  /** All that was written since the start and not cleared, the lines that scrolled away included. */
  get text(): string {
    return this.#lines
      .map((line) => line.join('').trimEnd())
      .join('\n')
      .trimEnd()
  }

  /** The lines that are seen now. */
  get seen(): string[] {
    return Array.from({ length: this.rows }, (_, row) => (this.#lines[this.#top + row] ?? []).join('').trimEnd())
  }

  write(text: string): void {
    let at = 0
    while (at < text.length) {
      const found = text.charAt(at) === '\u001b' ? sequence.exec(text.slice(at + 1, at + 32)) : null
      if (found === null) at += this.#put(text, at)
      else {
        this.#obey(found.groups?.['parameters'] ?? '', found.groups?.['final'] ?? '')
        at += 1 + found[0].length
      }
    }
  }

  #put(text: string, at: number): number {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0)
    if (character === '\r') this.#column = 0
    else if (character === '\n') this.#feed()
    else if (/\p{Cc}/u.test(character)) this.strange.push(JSON.stringify(character))
    else {
      if (this.#column >= this.columns) this.#feed()
      const line = this.#line()
      while (line.length < this.#column) line.push(' ')
      line[this.#column++] = character
    }
    return character.length
  }

  /** As terminals do after Node has set them up: a line feed also returns. */
  #feed(): void {
    this.#column = 0
    this.#row++
    if (this.#row >= this.rows) {
      this.#row = this.rows - 1
      this.#top++
    }
  }

  #line(): string[] {
    const at = this.#top + this.#row
    while (this.#lines.length <= at) this.#lines.push([])
    return this.#lines[at] ?? []
  }

  #obey(parameters: string, final: string): void {
    const count = Math.max(1, Number.parseInt(parameters, 10) || 1)
    if (parameters.startsWith('?')) this.#switch(parameters, final === 'h')
    else if (final === 'A') this.#row = Math.max(0, this.#row - count)
    else if (final === 'B') this.#row = Math.min(this.rows - 1, this.#row + count)
    else if (final === 'C') this.#column = Math.min(this.columns - 1, this.#column + count)
    else if (final === 'D') this.#column = Math.max(0, this.#column - count)
    else if (final === 'H') this.#moveTo(parameters)
    else if (final === 'K') this.#clearLine(parameters)
    else if (final === 'J') this.#clear(parameters)
    else if (final !== 'm') this.strange.push(`CSI ${parameters}${final}`)
  }

  #moveTo(parameters: string): void {
    const [row = '1', column = '1'] = parameters.split(';')
    this.#row = Math.min(this.rows, Number(row) || 1) - 1
    this.#column = Math.min(this.columns, Number(column) || 1) - 1
  }

  #clearLine(parameters: string): void {
    const line = this.#line()
    if (parameters === '2') line.length = 0
    else line.length = Math.min(line.length, this.#column)
  }

  #clear(parameters: string): void {
    if (parameters === '2') this.#lines.length = this.#top
    else {
      this.#clearLine('')
      this.#lines.length = Math.min(this.#lines.length, this.#top + this.#row + 1)
    }
  }

  #switch(parameters: string, on: boolean): void {
    if (parameters === '?25') this.isCursorHidden = !on
    else if (parameters === '?2004') this.marksPastes = on
    else if (parameters === '?1049') this.#switchScreen(on)
    else this.strange.push(`CSI ${parameters}`)
  }

  #switchScreen(on: boolean): void {
    this.isFullScreen = on
    if (on) {
      this.#main = { lines: this.#lines, top: this.#top, row: this.#row, column: this.#column }
      this.#lines = [[]]
      this.#top = 0
    } else if (this.#main !== undefined) {
      this.#lines = this.#main.lines
      this.#top = this.#main.top
      this.#row = this.#main.row
      this.#column = this.#main.column
    }
  }
}
