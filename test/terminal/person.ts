/** A person at a terminal that is drawn in memory: types, presses keys, waits until something is seen. */
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '#base'
import { MemoryCatalog } from '#catalog'
import { type CliEnvironment, type Key, runCli, type Screen, type Terminal } from '#cli'
import { EmbeddedEngine, findCheckpoints } from '#engines'
import { QuerySession, UserFunctions } from '#query'
import { DrawnScreen } from './drawn-screen.ts'

const patienceMs = 10_000

export interface PersonOptions {
  readonly columns?: number
  readonly rows?: number
  /** Lines that come in where keys cannot be read. */
  readonly lines?: readonly string[]
  readonly files?: Readonly<Record<string, string>>
}

export class Person {
  readonly drawn: DrawnScreen
  readonly environment: CliEnvironment
  /** Whether keys come one by one. */
  isRaw = false
  readonly #listeners: ((key: Key) => void)[] = []
  readonly #resizeListeners: (() => void)[] = []
  /** The exit status, once the command has ended. */
  status: number | undefined

  constructor({ columns = 80, rows = 24, lines, files = {} }: PersonOptions = {}) {
    this.drawn = new DrawnScreen(columns, rows)
    const functions = new UserFunctions(() => Promise.resolve({}))
    this.environment = {
      screen: this.#screen(lines === undefined),
      terminal: this.#terminal(lines),
      clock: systemClock,
      version: '0.0.0',
      root: '.',
      variables: {},
      openJobs: () => Promise.reject(new TypeError('no clusters')),
      openClusters: () => Promise.reject(new Error('no clusters here')),
      openSecrets: () => Promise.reject(new TypeError('no secrets')),
      openRemote: () => Promise.reject(new TypeError('no gateway')),
      openServer: () => Promise.reject(new TypeError('no server')),
      openLogins: () => Promise.reject(new TypeError('no logins')),
      openApi: () => Promise.reject(new TypeError('no server')),
      serveGateway: () => Promise.reject(new TypeError('no gateway')),
      gatewayToken: () => Promise.reject(new TypeError('no gateway')),
      createSession: async (settings) =>
        new QuerySession({
          createCatalog: () => new MemoryCatalog(),
          engine: new EmbeddedEngine({ clock: systemClock, userFunction: (user) => functions.callable(user) }),
          settings,
          clock: systemClock,
          loadFunction: (definition) => functions.load(definition),
        }),
      findCheckpoints,
      readText: async (path) => files[path] ?? '',
      onInterrupt: () => () => undefined,
      exit: () => undefined,
    }
  }

  start(...words: string[]): Promise<number> {
    const running = runCli(words, this.environment).then((status) => {
      this.status = status
      return status
    })
    running.catch(() => undefined)
    return running
  }

  /** Types characters one by one. */
  type(text: string): void {
    for (const character of text) this.#send({ name: character, text: character, ctrl: false, meta: false })
  }

  /** Presses keys by name; `C-c` is Ctrl-C. */
  press(...names: string[]): void {
    for (const name of names) {
      const ctrl = name.startsWith('C-')
      this.#send({ name: ctrl ? name.slice(2) : name, text: !ctrl && name.length === 1 ? name : '', ctrl, meta: false })
    }
  }

  /** Types a line and presses Return. */
  enter(line: string): void {
    this.type(line)
    this.press('return')
  }

  resize(columns: number, rows: number): void {
    this.drawn.columns = columns
    this.drawn.rows = rows
    for (const listener of this.#resizeListeners) listener()
  }

  /** Waits until a text or a pattern is on the screen; fails when it does not come. */
  async sees(wanted: string | RegExp): Promise<true> {
    await this.#until(() => (typeof wanted === 'string' ? this.drawn.text.includes(wanted) : wanted.test(this.drawn.text)), String(wanted))
    return true
  }

  /** Waits for an empty prompt at the end of what is shown, so that the next statement can be typed. */
  async isAsked(): Promise<void> {
    await this.#until(() => !this.drawn.isFullScreen && this.drawn.text.endsWith('millrace>'), 'a prompt')
  }

  async #until(holds: () => boolean, wanted: string): Promise<void> {
    const endMs = systemClock.monotonicMs() + patienceMs
    while (!holds()) {
      if (systemClock.monotonicMs() > endMs) throw new TypeError(`expected to see ${wanted}, got\n${this.drawn.text}`)
      await sleep(5)
    }
  }

  #send(key: Key): void {
    this.#listeners.at(-1)?.(key)
  }

  #terminal(lines: readonly string[] | undefined): Terminal {
    const { drawn } = this
    return {
      isInteractive: lines === undefined,
      isTyped: lines === undefined,
      get columns() {
        return drawn.columns
      },
      get rows() {
        return drawn.rows
      },
      write: (text) => drawn.write(text),
      readKeys: (listener) => {
        this.#listeners.push(listener)
        this.isRaw = true
        return () => {
          this.#listeners.splice(this.#listeners.lastIndexOf(listener), 1)
          this.isRaw = this.#listeners.length > 0
        }
      },
      onResize: (listener) => {
        this.#resizeListeners.push(listener)
        return () => this.#resizeListeners.splice(this.#resizeListeners.lastIndexOf(listener), 1)
      },
      readLines: async function* () {
        yield* lines ?? []
      },
      showFullScreen: (on) => {
        if (drawn.isFullScreen !== on) drawn.write(on ? '\u001b[?1049h\u001b[?25l\u001b[H\u001b[2J' : '\u001b[?25h\u001b[?1049l')
      },
      restore: () => {
        this.#listeners.length = 0
        this.isRaw = false
      },
      lend: (run) => run(),
      suspend: () => undefined,
    }
  }

  #screen(isTerminal: boolean): Screen {
    const { drawn } = this
    const plain = (text: string): string => text
    const paint = { error: plain, hint: plain, strong: plain, quiet: plain, title: plain, good: plain, warning: plain, bar: plain }
    return {
      write: (text) => drawn.write(text),
      note: (text) => drawn.write(text),
      flush: () => Promise.resolve(),
      isTerminal,
      showsProgress: isTerminal,
      get width() {
        return drawn.columns
      },
      get height() {
        return drawn.rows
      },
      paint,
      answerPaint: paint,
      closed: new AbortController().signal,
    }
  }
}
