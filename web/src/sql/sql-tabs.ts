/** The tabs of the SQL page: texts that are kept in this browser, for each workspace. */

export interface SqlTab {
  readonly id: string
  readonly title: string
  readonly text: string
}

export interface PastRun {
  readonly text: string
  readonly at: number
  readonly outcome: string
  readonly durationMs: number
}

const tabsMax = 30
const pastRunsMax = 100
const textLengthMax = 200_000

function isTab(value: unknown): value is SqlTab {
  if (typeof value !== 'object' || value === null) return false
  const { id, title, text } = value as Partial<Record<keyof SqlTab, unknown>>
  return typeof id === 'string' && typeof title === 'string' && typeof text === 'string'
}

function isPastRun(value: unknown): value is PastRun {
  if (typeof value !== 'object' || value === null) return false
  const { text, at, outcome, durationMs } = value as Partial<Record<keyof PastRun, unknown>>
  return typeof text === 'string' && typeof at === 'number' && typeof outcome === 'string' && typeof durationMs === 'number'
}

/** What was kept, as far as it can be read: others may have written there. */
function readList<T>(kept: string | null, isItem: (value: unknown) => value is T): T[] {
  try {
    const found: unknown = JSON.parse(kept ?? '[]')
    return Array.isArray(found) ? found.filter(isItem) : []
  } catch {
    return []
  }
}

export function readTabs(kept: string | null): readonly SqlTab[] {
  return readList(kept, isTab).slice(0, tabsMax)
}

export function readPastRuns(kept: string | null): readonly PastRun[] {
  return readList(kept, isPastRun).slice(0, pastRunsMax)
}

/** Adds a run before all others; the same text just before it gives way. A run is added when it begins, and again when it has ended. */
export function withRun(runs: readonly PastRun[], run: PastRun): readonly PastRun[] {
  const text = run.text.slice(0, textLengthMax)
  const known = runs.findIndex((each) => each.at === run.at && each.text === text)
  if (known >= 0) return runs.with(known, { ...run, text })
  const rest = runs[0]?.text === text ? runs.slice(1) : runs
  return [{ ...run, text }, ...rest].slice(0, pastRunsMax)
}

/** A name that no tab has: Query and the first number that is free. */
export function freeTitle(tabs: readonly SqlTab[], word: string): string {
  const titles = new Set(tabs.map(({ title }) => title))
  for (let number = 1; ; number++) if (!titles.has(`${word} ${number}`)) return `${word} ${number}`
}

export function canAdd(tabs: readonly SqlTab[]): boolean {
  return tabs.length < tabsMax
}
