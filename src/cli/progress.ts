/** What a terminal shows while a run goes on: the answer as far as it is known, and a line that tells how far the run has come. */
import { type Clock, printable } from '#base'
import type { OutsideWait, RunReport, StatementListener } from '#query'
import { countRows } from './output/frame.ts'
import { LiveArea } from './output/live-area.ts'
import type { Output } from './output/output.ts'
import type { Screen } from './output/screen.ts'
import { cut } from './output/text-width.ts'

/** Fast enough to look alive, slow enough to read. */
const refreshEveryMs = 200
/** Drawing may take so much of the time at most: an answer of many rows is drawn less often. */
const drawingShareMax = 0.1

/** Adds progress to an output. Where nobody watches, it only says at the end of a run which rows are not in its answer. */
export function withProgress(output: Output, screen: Screen, clock: Clock): StatementListener {
  if (!screen.showsProgress) {
    const waits = new WaitNotes(screen, clock)
    return {
      ...output,
      progress: ({ waiting }) => waits.report(waiting),
      ended: (report) => {
        waits.report([])
        screen.note(resumeLine(report) + lossLine(report))
        output.ended?.(report)
      },
    }
  }
  const progress = new Progress(output, screen, clock)
  return {
    ...output,
    opened: (query) => {
      progress.clear()
      output.opened?.(query)
    },
    changes: (batch) => {
      // A table is drawn again; rows that are printed one by one must not land in the middle of the progress line.
      if (output.preview === undefined) progress.clear()
      const waiting = output.changes?.(batch)
      progress.refresh()
      return waiting
    },
    closed: () => {
      progress.clear()
      output.closed?.()
    },
    table: (schema, rows) => {
      progress.clear()
      output.table?.(schema, rows)
    },
    done: (message) => {
      progress.clear()
      output.done?.(message)
    },
    progress: (report) => progress.report(report),
    ended: (report) => {
      progress.clear()
      screen.note(`${screen.paint.quiet(summaryLine(report))}\n`)
      output.ended?.(report)
    },
  }
}

/** A system outside that answers sooner than this is not worth a word. */
const patienceMs = 2000

/** Says where nobody watches which systems a run waits for, once each, and when they answer again. */
class WaitNotes {
  readonly #screen: Screen
  readonly #clock: Clock
  readonly #noted = new Map<string, OutsideWait>()

  constructor(screen: Screen, clock: Clock) {
    this.#screen = screen
    this.#clock = clock
  }

  report(waiting: readonly OutsideWait[]): void {
    const nowMs = this.#clock.nowMs()
    for (const wait of waiting) {
      if (this.#noted.has(wait.table) || nowMs - wait.since < patienceMs) continue
      this.#noted.set(wait.table, wait)
      this.#screen.note(`note: waiting for ${waitText(wait)}\n`)
    }
    for (const { table, since } of this.#noted.values()) {
      if (waiting.some((wait) => wait.table === table)) continue
      this.#noted.delete(table)
      this.#screen.note(printable(`note: "${table}" no longer waits, after ${Math.round((nowMs - since) / 1000)} s`) + '\n')
    }
  }
}

class Progress {
  readonly #output: Output
  readonly #screen: Screen
  readonly #clock: Clock
  readonly #area: LiveArea
  #last: RunReport | undefined
  #nextMs = 0

  constructor(output: Output, screen: Screen, clock: Clock) {
    this.#output = output
    this.#screen = screen
    this.#clock = clock
    // A table is drawn where the answer goes; a mere line may stand beside an answer that goes to a file.
    const write = (text: string): void => (screen.isTerminal ? void screen.write(text) : screen.note(text))
    this.#area = new LiveArea({
      write,
      get height() {
        return screen.height
      },
    })
  }

  report(report: RunReport): void {
    this.#last = report
    this.refresh()
  }

  refresh(): void {
    const startMs = this.#clock.monotonicMs()
    if (startMs < this.#nextMs || this.#last === undefined) return
    const { width, height } = this.#screen
    const line = cut(progressLine(this.#last, this.#clock.nowMs()), width - 1)
    const preview = this.#screen.isTerminal ? (this.#output.preview?.(width, height - 2) ?? []) : []
    this.#area.show([...preview, this.#screen.paint.quiet(line)])
    const tookMs = this.#clock.monotonicMs() - startMs
    this.#nextMs = startMs + Math.max(refreshEveryMs, tookMs / drawingShareMax)
  }

  clear(): void {
    this.#area.clear()
    this.#last = undefined
  }
}

export function progressLine(report: RunReport, nowMs: number): string {
  const parts = [`${count(report.rowsIn)} rows in`, `${count(rowsPerSecond(report))} rows/s`]
  if (report.watermarkMs !== null) {
    parts.push(`watermark ${timeText(report.watermarkMs)}`)
    const lagMs = nowMs - report.watermarkMs
    // The lag of data of long ago says nothing.
    if (lagMs >= 0 && lagMs < 86_400_000) parts.push(`lag ${(lagMs / 1000).toFixed(1)} s`)
  }
  if (report.lateRows > 0) parts.push(`${count(report.lateRows)} late`)
  const [wait] = report.waiting
  if (wait !== undefined) parts.push(`waiting for ${waitText(wait)}`)
  return parts.join(' · ')
}

function waitText({ table, reason }: OutsideWait): string {
  return printable(`"${table}": ${reason}`)
}

/** What a run did, once it is over. */
export function summaryLine(report: RunReport): string {
  const { rowsIn, rowsOut, durationMs, skippedRows, lateRows } = report
  const seconds = `${(durationMs / 1000).toFixed(2)} s`
  const parts = rowsIn === 0 ? [seconds] : [`${count(rowsIn)} rows in`, `${count(rowsOut)} out`, seconds]
  // A rate over a few rows or milliseconds is noise.
  if (rowsIn >= 1000) parts.push(`${count(rowsPerSecond(report))} rows/s`)
  if (skippedRows > 0) parts.push(`${count(skippedRows)} set aside`)
  if (lateRows > 0) parts.push(`${count(lateRows)} late`)
  return parts.join(' · ')
}

/** Where a durable run went on, as a line; empty when it began at the start. */
function resumeLine({ resumedFrom }: RunReport): string {
  if (resumedFrom === null) return ''
  const { checkpoint, finished, isChanged } = resumedFrom
  if (!finished) return `note: went on from checkpoint ${checkpoint}\n`
  const ended = `note: had ended with checkpoint ${checkpoint}; nothing was left to do`
  return isChanged ? `${ended}\n  The statement is another one since: to run it, give it a --data-dir of its own.\n` : `${ended}\n`
}

/** Which rows are not in the answer, as a line; empty when none are missing. */
export function lossLine({ skippedRows, lateRows }: RunReport): string {
  const losses = [
    ...(skippedRows > 0 ? [`${countRows(skippedRows)} set aside as unreadable`] : []),
    ...(lateRows > 0 ? [`${countRows(lateRows)} dropped as late`] : []),
  ]
  return losses.length === 0 ? '' : `note: ${losses.join(', ')}\n`
}

export function rowsPerSecond(report: RunReport): number {
  return report.durationMs <= 0 ? 0 : Math.round((report.rowsIn / report.durationMs) * 1000)
}

/** An instant as wall clock time in UTC, to the second. */
export function timeText(epochMs: number): string {
  // Far beyond the years that people write, a watermark is no date at all.
  if (Math.abs(epochMs) > 8.64e15) return epochMs < 0 ? 'none' : 'end'
  return new Date(epochMs).toISOString().slice(0, 19).replace('T', ' ')
}

export function count(value: number): string {
  return value.toLocaleString('en-US')
}
