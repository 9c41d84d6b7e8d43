/** Rows turned into the lines of a chart: columns for x and y, and one that divides the rows into series. */
import type { Line } from '../parts/time-chart.tsx'

export interface ChartChoice {
  readonly x: number
  readonly y: number
  readonly series: number | null
}

export interface ChartData {
  readonly x: readonly number[]
  readonly lines: readonly Line[]
  /** Whether x are times, in seconds. */
  readonly isTime: boolean
  /** The names of places, where x is neither time nor number. */
  readonly names: readonly string[] | undefined
}

const seriesMax = 8
const pointsMax = 5000

/** A time as results print it, with a date: 2026-01-31 10:00:00.123, with or without a zone. */
const timePattern = /^\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?Z?$/

export function chartOf(rows: readonly (readonly unknown[])[], { x, y, series }: ChartChoice): ChartData {
  const newest = rows.slice(-pointsMax)
  const values = newest.map((row) => row[x])
  const isTime = values.length > 0 && values.every((value) => typeof value === 'string' && timePattern.test(value))
  const isNumber = !isTime && values.every((value) => numberOf(value) !== null)
  const names = isTime || isNumber ? undefined : [...new Set(values.map(String))]
  const placeOf = (value: unknown): number => {
    if (isTime) return timeOf(String(value))
    return isNumber ? (numberOf(value) ?? 0) : (names?.indexOf(String(value)) ?? 0)
  }
  const groups = new Map<string, Map<number, number | null>>()
  for (const row of newest) {
    const name = series === null ? '' : String(row[series])
    const points = groups.get(name) ?? new Map<number, number | null>()
    if (groups.size < seriesMax || groups.has(name)) groups.set(name, points)
    points.set(placeOf(row[x]), numberOf(row[y]))
  }
  const places = [...new Set([...groups.values()].flatMap((points) => [...points.keys()]))].toSorted((a, b) => a - b)
  const lines = [...groups].map(([name, points]) => ({ name, values: places.map((place) => points.get(place) ?? null) }))
  return { x: places, lines, isTime, names }
}

function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || value.trim() === '') return null
  const number = Number(value)
  return Number.isFinite(number) ? number : null
}

/** Times without a zone are drawn as they are printed. */
function timeOf(text: string): number {
  const moment = text.length === 10 ? `${text}T00:00:00` : text.replace(' ', 'T')
  return new Date(moment).getTime() / 1000
}

/** Columns to begin with: the first of times or texts as x, the last of numbers as y. */
export function firstChoice(columns: readonly { readonly type: string }[]): ChartChoice {
  const isNumeric = columns.map(({ type }) => /INT|DECIMAL|DOUBLE|FLOAT|NUMERIC/i.test(type))
  const times = columns.findIndex(({ type }) => /^(?:TIMESTAMP|DATE|TIME)/i.test(type))
  const texts = isNumeric.indexOf(false)
  const x = times >= 0 ? times : Math.max(0, texts)
  const y = isNumeric.findLastIndex((numeric, index) => numeric && index !== x)
  const series = columns.findIndex(({ type }, index) => index !== x && index !== y && /CHAR|STRING/i.test(type))
  return { x, y: Math.max(0, y), series: series < 0 || times < 0 ? null : series }
}
