/** Shows a result on the whole screen while its statement runs, and after it has ended until it is left. */
import type { Clock } from '#base'
import { FullScreen } from '../terminal/full-screen.ts'
import type { Key, Terminal } from '../terminal/terminal.ts'
import type { ResultView, RunState } from './result-view.ts'

/** Drawing may take so much of the time at most. */
const drawingShareMax = 0.2

export interface LiveResultOptions {
  readonly terminal: Terminal
  readonly clock: Clock
  /** Asks the statement to end. */
  stop(): void
}

export class LiveResult {
  readonly view: ResultView
  readonly #options: LiveResultOptions
  readonly #screen: FullScreen
  #timer: NodeJS.Timeout | undefined
  #stopKeys: (() => void) | undefined
  #stopResize: (() => void) | undefined
  #leave: (() => void) | undefined
  #left: Promise<void> | undefined
  #isLeft = false

  constructor(view: ResultView, options: LiveResultOptions) {
    this.view = view
    this.#options = options
    this.#screen = new FullScreen(options.terminal)
  }

  /** Whether somebody saw enough: it is not opened again. */
  get isLeft(): boolean {
    return this.#isLeft
  }

  get isOpen(): boolean {
    return this.#stopKeys !== undefined
  }

  open(): void {
    if (this.isOpen || this.#isLeft) return
    const { terminal } = this.#options
    this.#left = new Promise((resolve) => {
      this.#leave = resolve
    })
    this.#screen.open()
    this.#stopKeys = terminal.readKeys((key) => this.#press(key))
    this.#stopResize = terminal.onResize(() => {
      this.#screen.forget()
      this.#draw()
    })
    this.#refresh()
  }

  /** The statement has ended; what it gave stays until it is left. Resolves then. */
  async finish(state: RunState): Promise<void> {
    this.view.state = state
    if (!this.isOpen) return
    clearTimeout(this.#timer)
    this.view.refresh()
    this.#draw()
    await this.#left
  }

  close(): void {
    if (!this.isOpen) return
    this.#isLeft = true
    clearTimeout(this.#timer)
    this.#stopKeys?.()
    this.#stopResize?.()
    this.#stopKeys = undefined
    this.#screen.close()
    this.#leave?.()
  }

  #press(key: Key): void {
    if (key.ctrl && key.name === 'z') {
      this.#options.terminal.suspend()
      return
    }
    const wish = this.view.press(key)
    if (wish === 'quit' || wish === 'stop') this.#quit()
    else if (wish === 'refresh' || key.text === '+' || key.text === '-') this.#refresh()
    else this.#draw()
  }

  #quit(): void {
    if (this.view.state === 'running') {
      this.view.state = 'stopped'
      this.#options.stop()
    }
    this.close()
  }

  #refresh(): void {
    clearTimeout(this.#timer)
    const { clock } = this.#options
    const startMs = clock.monotonicMs()
    this.view.refresh()
    this.#draw()
    const pauseMs = this.view.refreshMs
    if (this.view.state !== 'running' || pauseMs === undefined) return
    const tookMs = clock.monotonicMs() - startMs
    this.#timer = setTimeout(() => this.#refresh(), Math.max(pauseMs, tookMs / drawingShareMax))
  }

  #draw(): void {
    if (!this.isOpen) return
    const { terminal } = this.#options
    this.#screen.draw(this.view.lines(terminal.columns, terminal.rows))
  }
}
