/** The demo in the terminal: three million flights through one statement set, with what it writes shown while it does. */
import path from 'node:path'
import type { RunReport, StatementListener } from '#query'
import { type CliEnvironment, exitStatus } from '../environment.ts'
import { LiveArea } from '../output/live-area.ts'
import { cut } from '../output/text-width.ts'
import { count, rowsPerSecond } from '../progress.ts'
import { execute } from '../run-command.ts'
import { demoResults, prepareDemo } from './demo-files.ts'
import { FlightsBoard } from './flights-board.ts'

const refreshEveryMs = 100
/** The bar above the panes, the line below it, and the line of the cursor. */
const barLines = 3
/** Size of the final tables in a file. */
const linesWidth = 120
const linesHeight = 60
/** Where nobody watches, a line now and then is enough. */
const lineEveryMs = 1000

/** Runs examples/flights-demo.sql and gives the exit status. */
export async function runTerminalDemo(environment: CliEnvironment): Promise<number> {
  const { screen } = environment
  const files = await prepareDemo(environment.root, process.cwd())
  const board = new FlightsBoard()
  const session = await environment.createSession({}, (table, schema, batch) => board.add(table, schema, batch))
  const display = screen.isTerminal ? new LiveDisplay(board, environment) : new LineDisplay(board, environment)
  await screen.write(
    `${screen.answerPaint.strong('Three million flights of 2001')}, read once, written four ways by ${path.relative('', files.scriptPath)}.\n\n`,
  )
  const source = { name: files.scriptPath, text: files.script }
  let last: RunReport | undefined
  const listener: StatementListener = {
    progress: (report) => display.show(report),
    ended: (report) => {
      last = report
      display.end(report)
    },
  }
  const status = await execute(session, source, listener, environment)
  if (last !== undefined && status === exitStatus.done) await screen.write(summaryOf(last, board, path.relative('', files.results)))
  return status
}

interface Display {
  show(report: RunReport): void
  end(report: RunReport): void
}

/** Panes drawn in place. */
class LiveDisplay implements Display {
  readonly #board: FlightsBoard
  readonly #environment: CliEnvironment
  readonly #area: LiveArea
  #nextMs = 0

  constructor(board: FlightsBoard, environment: CliEnvironment) {
    const { screen } = environment
    this.#board = board
    this.#environment = environment
    this.#area = new LiveArea({
      write: (text) => void screen.write(text),
      get height() {
        return screen.height
      },
    })
  }

  show(report: RunReport): void {
    const nowMs = this.#environment.clock.monotonicMs()
    if (nowMs < this.#nextMs) return
    this.#nextMs = nowMs + refreshEveryMs
    this.#draw(report)
  }

  end(report: RunReport): void {
    this.#draw(report)
    void this.#environment.screen.write('\n\n')
  }

  #draw(report: RunReport): void {
    const { screen } = this.#environment
    const bar = screen.answerPaint.bar(cut(` ${progressText(report, this.#board)} `, screen.width - 1))
    this.#area.show([bar, '', ...this.#board.lines(screen.width - 1, screen.height - barLines, screen.answerPaint)])
  }
}

/** One line now and then. */
class LineDisplay implements Display {
  readonly #board: FlightsBoard
  readonly #environment: CliEnvironment
  #nextMs = 0

  constructor(board: FlightsBoard, environment: CliEnvironment) {
    this.#board = board
    this.#environment = environment
  }

  show(report: RunReport): void {
    const nowMs = this.#environment.clock.monotonicMs()
    if (nowMs < this.#nextMs) return
    this.#nextMs = nowMs + lineEveryMs
    void this.#environment.screen.write(`${progressText(report, this.#board)}\n`)
  }

  end(report: RunReport): void {
    void this.#environment.screen.write(
      `${[progressText(report, this.#board), '', ...this.#board.lines(linesWidth, linesHeight, this.#environment.screen.answerPaint)].join('\n')}\n\n`,
    )
  }
}

function progressText(report: RunReport, board: FlightsBoard): string {
  const alarms = board.counts.get('alarms') ?? 0
  const parts = [board.day === '' ? 'no day yet' : board.day, `${count(report.rowsIn)} rows`, `${count(rowsPerSecond(report))} rows/s`]
  return [...parts, `${count(alarms)} alarms`, `${(report.durationMs / 1000).toFixed(1)} s`].join(' · ')
}

function summaryOf(report: RunReport, board: FlightsBoard, folder: string): string {
  const lines = demoResults.map(({ table, folder: name, holds }) => {
    const rows = `${count(board.counts.get(table) ?? 0)} rows`
    return `  ${`${folder}/${name}`.padEnd(26)}${rows.padStart(12)}  ${holds}`
  })
  const seconds = (report.durationMs / 1000).toFixed(2)
  const megabytes = Math.round(process.resourceUsage().maxRSS / 1024)
  return `${count(report.rowsIn)} rows in ${seconds} s: ${count(rowsPerSecond(report))} rows a second, ${count(megabytes)} MB of memory at most.

${lines.join('\n')}

What next:
  millrace run examples/flights-demo.sql   the same without the display
  millrace run examples/hot-items.sql      one of the other examples
  millrace sql                             a shell: type statements, see results
`
}
