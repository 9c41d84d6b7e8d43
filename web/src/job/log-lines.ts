/** The lines of a log that are in hand: older ones read page by page, newer ones as they come, each once, up to a bound. */
import type { Answer } from '../api/call.ts'

export type LogLine = Answer<'GET /workspaces/:workspace/jobs/:job/logs'>['items'][number]

export const linesMax = 10_000

/** Adds lines that came while following, oldest first; the oldest of all are let go. */
export function withNewer(lines: readonly LogLine[], newer: readonly LogLine[]): readonly LogLine[] {
  const known = new Set(lines.slice(-newer.length - 200).map(({ cursor }) => cursor))
  const added = newer.filter(({ cursor }) => !known.has(cursor))
  return added.length === 0 ? lines : [...lines, ...added].slice(-linesMax)
}

/** Puts a page that was read newest first before all others. */
export function withOlder(lines: readonly LogLine[], page: readonly LogLine[]): readonly LogLine[] {
  const known = new Set(lines.slice(0, page.length + 200).map(({ cursor }) => cursor))
  return [...page.filter(({ cursor }) => !known.has(cursor)).toReversed(), ...lines].slice(0, linesMax)
}

/** Whether a line is among those that were searched for; the server judges pages, this judges what comes while following. */
export function isWanted(line: LogLine, search: string | undefined, level: LogLine['level'] | undefined): boolean {
  if (level !== undefined && line.level !== level) return false
  return search === undefined || line.text.toLowerCase().includes(search.toLowerCase())
}
