/** A terminal that can be drawn on and whose keys can be read; tests put a drawn one in its place. */
import { emitKeypressEvents } from 'node:readline'
import type { ReadStream, WriteStream } from 'node:tty'
import { scriptLengthMax, scriptTooLarge } from './script-file.ts'

export interface Key {
  /** Such as `return`, `up`, `a`; empty when the key only has a text. */
  readonly name: string
  /** What the key types; empty for keys that type nothing. */
  readonly text: string
  readonly ctrl: boolean
  readonly meta: boolean
}

export interface Terminal {
  /** Whether keys can be read one by one and the cursor moved. */
  readonly isInteractive: boolean
  readonly columns: number
  readonly rows: number
  write(text: string): void
  /** Gives keys to the listener listed last, until the returned function is called. Ctrl-C is a key then. */
  readKeys(listener: (key: Key) => void): () => void
  onResize(listener: () => void): () => void
  /** Whether somebody types the lines. */
  readonly isTyped: boolean
  /** Lines of input, where keys cannot be read one by one. */
  readLines(): AsyncIterable<string>
  /** Opens the alternate screen, or leaves it and shows what stood there before. */
  showFullScreen(on: boolean): void
  /** Undoes all that was changed; called on every way out of the process. */
  restore(): void
  /** Lets another program have the terminal while the call runs. */
  lend(run: () => Promise<void>): Promise<void>
  /** Ctrl-Z: back to the system's shell; what was on is on again when the process goes on. */
  suspend(): void
}

const fullScreenOn = '\u001b[?1049h\u001b[?25l\u001b[H\u001b[2J'
const fullScreenOff = '\u001b[?25h\u001b[?1049l'
const pasteMarksOn = '\u001b[?2004h'
const pasteMarksOff = '\u001b[?2004l'

interface RawKey {
  readonly name?: string
  readonly sequence?: string
  readonly ctrl?: boolean
  readonly meta?: boolean
}

/** The terminal of the process. */
export function processTerminal(input: ReadStream, output: WriteStream, variables: Readonly<Record<string, string | undefined>>): Terminal {
  return new ProcessTerminal(input, output, input.isTTY && output.isTTY && variables['TERM'] !== 'dumb')
}

class ProcessTerminal implements Terminal {
  readonly isInteractive: boolean
  readonly #input: ReadStream
  readonly #output: WriteStream
  readonly #listeners: ((key: Key) => void)[] = []
  #raw = false
  #fullScreen = false
  #decoding = false
  #isSuspended = false

  constructor(input: ReadStream, output: WriteStream, isInteractive: boolean) {
    this.#input = input
    this.#output = output
    this.isInteractive = isInteractive
  }

  get columns(): number {
    return this.#output.columns || 80
  }
  get rows(): number {
    return this.#output.rows || 24
  }

  write(text: string): void {
    // A timer may run before the signal that says that the process goes on; what it draws would land in the wrong screen.
    if (!this.#isSuspended) this.#output.write(text)
  }

  readKeys(listener: (key: Key) => void): () => void {
    this.#listeners.push(listener)
    this.#setRaw(true)
    return () => {
      const at = this.#listeners.lastIndexOf(listener)
      if (at >= 0) this.#listeners.splice(at, 1)
      if (this.#listeners.length === 0) this.#setRaw(false)
    }
  }

  #setRaw(on: boolean): void {
    if (this.#raw === on || !this.isInteractive) return
    this.#raw = on
    if (on && !this.#decoding) {
      this.#decoding = true
      emitKeypressEvents(this.#input)
      this.#input.on('keypress', (text: string | undefined, key: RawKey) => this.#listeners.at(-1)?.(keyOf(text, key)))
    }
    this.#input.setRawMode(on)
    this.#output.write(on ? pasteMarksOn : pasteMarksOff)
    if (on) this.#input.resume()
    else this.#input.pause()
  }

  onResize(listener: () => void): () => void {
    this.#output.on('resize', listener)
    return () => this.#output.off('resize', listener)
  }

  get isTyped(): boolean {
    return this.#input.isTTY === true
  }

  readLines(): AsyncIterable<string> {
    return linesOf(this.#input)
  }

  showFullScreen(on: boolean): void {
    if (this.#fullScreen === on) return
    this.#fullScreen = on
    this.#output.write(on ? fullScreenOn : fullScreenOff)
  }

  restore(): void {
    this.showFullScreen(false)
    this.#setRaw(false)
  }

  async lend(run: () => Promise<void>): Promise<void> {
    const was = this.#raw
    this.#setRaw(false)
    try {
      await run()
    } finally {
      this.#setRaw(was)
    }
  }

  suspend(): void {
    const was = { raw: this.#raw, fullScreen: this.#fullScreen }
    this.restore()
    this.#isSuspended = true
    // With no keys to wait for, nothing else would keep the process until it is told that it goes on.
    const alive = setInterval(() => undefined, 1000)
    process.once('SIGCONT', () => {
      clearInterval(alive)
      this.#isSuspended = false
      this.#setRaw(was.raw)
      this.showFullScreen(was.fullScreen)
      this.#output.emit('resize')
    })
    // The whole group, as the terminal itself would: a launcher that waits for this process must stop as well.
    process.kill(0, 'SIGTSTP')
  }
}

/** Lines without their ends. One that would fill the memory is refused. */
async function* linesOf(input: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const bytes of input) {
    const [first = '', ...others] = decoder.decode(bytes, { stream: true }).split('\n')
    rest += first
    for (const next of others) {
      yield withoutReturn(rest)
      rest = next
    }
    if (rest.length > scriptLengthMax) throw scriptTooLarge('standard input')
  }
  rest += decoder.decode()
  if (rest !== '') yield withoutReturn(rest)
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}

function keyOf(text: string | undefined, { name = '', sequence = '', ctrl = false, meta = false }: RawKey): Key {
  const typed = text ?? sequence
  const types = !ctrl && !meta && typed !== '' && !typed.startsWith('\u001b') && typed >= ' ' && typed !== '\u007f'
  return { name, text: types ? typed : '', ctrl, meta }
}
