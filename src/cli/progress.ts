/** A line below the answer that tells how far a run has come; only on a terminal. */
import type { RunReport, StatementListener } from '#query'
import type { Screen } from './output/screen.ts'

/** Adds progress to a listener. */
export function withProgress(listener: StatementListener, screen: Screen, nowMs: () => number): StatementListener {
  if (!screen.isTerminal) return listener
  let shown = false
  const clear = (): void => {
    if (shown) screen.note('\r\u001b[2K')
    shown = false
  }
  return {
    ...listener,
    changes: (batch) => {
      clear()
      return listener.changes?.(batch)
    },
    closed: () => {
      clear()
      listener.closed?.()
    },
    progress: (report) => {
      screen.note(`\r\u001b[2K${progressLine(report, nowMs())}`)
      shown = true
    },
    ended: (report) => {
      clear()
      screen.note(`${summaryLine(report)}\n`)
      listener.ended?.(report)
    },
  }
}

export function progressLine(report: RunReport, nowMs: number): string {
  const parts = [`${count(report.rowsIn)} rows in`, `${count(rowsPerSecond(report))} rows/s`]
  if (report.watermarkMs !== null) {
    parts.push(`watermark ${new Date(report.watermarkMs).toISOString().slice(0, 19).replace('T', ' ')}`)
    const lagMs = nowMs - report.watermarkMs
    if (lagMs >= 0 && lagMs < 86_400_000) parts.push(`lag ${(lagMs / 1000).toFixed(1)} s`)
  }
  if (report.lateRows > 0) parts.push(`${count(report.lateRows)} late`)
  return parts.join(' · ')
}

/** What a run did, once it is over. */
export function summaryLine(report: RunReport): string {
  const parts = [`${count(report.rowsIn)} rows in`, `${count(report.rowsOut)} out`, `${(report.durationMs / 1000).toFixed(2)} s`, `${count(rowsPerSecond(report))} rows/s`]
  if (report.skippedRows > 0) parts.push(`${count(report.skippedRows)} set aside`)
  if (report.lateRows > 0) parts.push(`${count(report.lateRows)} late`)
  return parts.join(' · ')
}

function rowsPerSecond(report: RunReport): number {
  return report.durationMs <= 0 ? 0 : Math.round((report.rowsIn / report.durationMs) * 1000)
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}
