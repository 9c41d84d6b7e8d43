/** Runs one statement of the shell and shows what it gives: below the prompt, or on the whole screen while it goes on. */
import type { QueryInfo, StatementListener, StatementRunner } from '#query'
import { type CliEnvironment, exitStatus } from '../environment.ts'
import { tableOutput } from '../output/table.ts'
import { summaryLine, withProgress } from '../progress.ts'
import { noteErrors } from '../render-error.ts'
import type { Key } from '../terminal/terminal.ts'
import { LiveResult } from './live-result.ts'
import { type ResultMode, ResultView } from './result-view.ts'

/** A result that is there at once needs no screen of its own. */
const patienceMs = 300
/** Lines that a result printed below the prompt needs beside its rows. */
const linesAround = 8

/** Shows errors itself; returns the exit status that a script would have. Keys pressed meanwhile are kept for the next prompt. */
export async function runStatement(text: string, session: StatementRunner, environment: CliEnvironment, ahead: Key[]): Promise<number> {
  const { terminal, screen } = environment
  const run = new StatementRun(text, session, environment)
  const forgetInterrupt = terminal.isInteractive ? () => undefined : environment.onInterrupt(() => run.stop())
  const press = (key: Key): void => {
    if (!key.ctrl || key.name !== 'c') ahead.push(key)
    else {
      ahead.length = 0
      run.stop()
    }
  }
  const stopKeys = terminal.isInteractive ? terminal.readKeys(press) : () => undefined
  const stop = (): void => run.stop()
  screen.closed.addEventListener('abort', stop, { once: true })
  try {
    return await run.run()
  } finally {
    stopKeys()
    forgetInterrupt()
    screen.closed.removeEventListener('abort', stop)
  }
}

class StatementRun {
  readonly #text: string
  readonly #session: StatementRunner
  readonly #environment: CliEnvironment
  readonly #stopping = new AbortController()
  readonly #plain: StatementListener
  #live: LiveResult | undefined
  #patience: NodeJS.Timeout | undefined

  constructor(text: string, session: StatementRunner, environment: CliEnvironment) {
    this.#text = text
    this.#session = session
    this.#environment = environment
    const { screen, clock } = environment
    this.#plain = withProgress(tableOutput({ screen, timeZone: () => this.#timeZone() }), screen, clock)
  }

  stop(): void {
    this.#stopping.abort()
  }

  async run(): Promise<number> {
    try {
      await this.#session.run(this.#text, this.#listener(), this.#stopping.signal)
      clearTimeout(this.#patience)
      await this.#live?.finish(this.#stopping.signal.aborted ? 'stopped' : 'finished')
      this.#tellEnd()
      return this.#stopping.signal.aborted ? exitStatus.interrupted : exitStatus.done
    } catch (error) {
      clearTimeout(this.#patience)
      this.#live?.close()
      return noteErrors(error, { name: '', text: this.#text }, this.#environment)
    }
  }

  #timeZone(): string {
    return this.#session.settings.get('table.local-time-zone')
  }

  #mode(): ResultMode | 'tableau' {
    const mode = this.#session.settings.get('sql-client.execution.result-mode').toLowerCase()
    if (!this.#environment.terminal.isInteractive) return 'tableau'
    return mode === 'changelog' || mode === 'tableau' ? mode : 'table'
  }

  #listener(): StatementListener {
    return {
      ...this.#plain,
      opened: (query) => this.#open(query),
      changes: (batch) => (this.#live === undefined ? this.#plain.changes?.(batch) : this.#live.view.add(batch)),
      closed: () => this.#close(),
      progress: (report) => {
        if (this.#live === undefined) this.#plain.progress?.(report)
        else this.#live.view.report = report
      },
      ended: (report) => {
        if (this.#live === undefined) this.#plain.ended?.(report)
        else this.#live.view.report = report
      },
    }
  }

  #open(query: QueryInfo): void {
    const mode = this.#mode()
    if (mode === 'tableau') {
      this.#plain.opened?.(query)
      return
    }
    const { terminal, clock, screen } = this.#environment
    const view = new ResultView({ query, mode, text: this.#text, paint: screen.answerPaint, timeZone: () => this.#timeZone() })
    this.#live = new LiveResult(view, { terminal, clock, stop: () => this.stop() })
    this.#patience = setTimeout(() => this.#live?.open(), patienceMs)
  }

  /** A result that came at once and fits is printed; one that does not fit is shown on the whole screen all the same. */
  #close(): void {
    const live = this.#live
    clearTimeout(this.#patience)
    if (live === undefined) this.#plain.closed?.()
    else if (!live.isOpen && !live.isLeft) this.#print(live)
  }

  #print(live: LiveResult): void {
    live.view.refresh()
    if (live.view.rows.length > this.#environment.terminal.rows - linesAround) {
      live.view.goFirst()
      live.open()
    } else {
      this.#plain.table?.(live.view.schema, live.view.rows)
      this.#live = undefined
    }
  }

  #tellEnd(): void {
    const report = this.#live?.view.report
    if (report === undefined) return
    const { screen } = this.#environment
    screen.note(screen.paint.quiet(`${summaryLine(report)}\n`))
  }
}
