/** Finds out which rows of two tables belong together, so that a difference shows as little as it can. */
import { isSameCell, readCell } from './text-table.ts'

export type Cells = readonly string[]

/** A row of one side, of both, or of both with some cells changed. */
export type AlignedRow =
  | { readonly kind: 'same'; readonly expected: number; readonly actual: number }
  | { readonly kind: 'missing'; readonly expected: number }
  | { readonly kind: 'unexpected'; readonly actual: number }
  | { readonly kind: 'changed'; readonly expected: number; readonly actual: number }

/** The share of cells that two forms of one row have in common. */
const likenessMin = 0.5

/** Rows that are compared with one another at most, for more the time would be felt. */
const pairsMax = 1_000_000

export function isSameRow(a: Cells, b: Cells): boolean {
  return a.length === b.length && a.every((cell, index) => isSameCell(cell, b[index]))
}

/** Aligns rows whose order does not count: in the order of the expected ones, what is only given last. */
export function alignUnordered(expected: readonly Cells[], actual: readonly Cells[]): AlignedRow[] {
  /** Places of equal rows, the first of them last. */
  const places = new Map<string, number[]>()
  for (let index = actual.length - 1; index >= 0; index--) {
    const key = keyOf(actual[index] ?? [])
    const equal = places.get(key)
    if (equal === undefined) places.set(key, [index])
    else equal.push(index)
  }
  const rows: AlignedRow[] = []
  const matched = new Set<number>()
  for (const [index, cells] of expected.entries()) {
    const found = places.get(keyOf(cells))?.pop()
    if (found !== undefined) matched.add(found)
    rows.push(found === undefined ? { kind: 'missing', expected: index } : { kind: 'same', expected: index, actual: found })
  }
  for (const index of actual.keys()) if (!matched.has(index)) rows.push({ kind: 'unexpected', actual: index })
  return withChanged(rows, expected, actual)
}

/** Aligns rows whose order counts. */
export function alignOrdered(expected: readonly Cells[], actual: readonly Cells[]): AlignedRow[] {
  let start = 0
  while (start < expected.length && start < actual.length && isSameRow(expected[start] ?? [], actual[start] ?? [])) start++
  let end = 0
  const shorter = Math.min(expected.length, actual.length) - start
  while (end < shorter && isSameRow(expected.at(-1 - end) ?? [], actual.at(-1 - end) ?? [])) end++
  const middle = alignMiddle(expected.slice(start, expected.length - end), actual.slice(start, actual.length - end), start)
  const same = (count: number, expectedFrom: number, actualFrom: number): AlignedRow[] =>
    Array.from({ length: count }, (_, index) => ({ kind: 'same', expected: expectedFrom + index, actual: actualFrom + index }))
  const rows = [...same(start, 0, 0), ...middle, ...same(end, expected.length - end, actual.length - end)]
  return inRuns(rows).flatMap((run) => (run[0]?.kind === 'same' ? run : changedInOrder(run, expected, actual)))
}

/** The longest rows in common stay, all others are missing or unexpected; too many are compared place by place. */
function alignMiddle(expected: readonly Cells[], actual: readonly Cells[], offset: number): AlignedRow[] {
  const rows: AlignedRow[] = []
  const lengths = expected.length * actual.length <= pairsMax ? commonLengths(expected, actual) : null
  let left = 0
  let right = 0
  while (left < expected.length || right < actual.length) {
    const isSame = left < expected.length && right < actual.length && isSameRow(expected[left] ?? [], actual[right] ?? [])
    const below = lengths?.[left + 1]?.[right] ?? 0
    const beside = lengths?.[left]?.[right + 1] ?? 0
    if (isSame) rows.push({ kind: 'same', expected: offset + left++, actual: offset + right++ })
    else if (left < expected.length && (right >= actual.length || below >= beside))
      rows.push({ kind: 'missing', expected: offset + left++ })
    else rows.push({ kind: 'unexpected', actual: offset + right++ })
  }
  return rows
}

/** By places: how many rows the rest of both sides has in common. */
function commonLengths(expected: readonly Cells[], actual: readonly Cells[]): Int32Array[] {
  const lengths = Array.from({ length: expected.length + 1 }, () => new Int32Array(actual.length + 1))
  for (let left = expected.length - 1; left >= 0; left--) {
    const row = lengths[left] as Int32Array
    const below = lengths[left + 1] as Int32Array
    for (let right = actual.length - 1; right >= 0; right--) {
      const isSame = isSameRow(expected[left] ?? [], actual[right] ?? [])
      row[right] = isSame ? (below[right + 1] ?? 0) + 1 : Math.max(below[right] ?? 0, row[right + 1] ?? 0)
    }
  }
  return lengths
}

/** Cuts between rows that are the same and rows that are not. */
function inRuns(rows: readonly AlignedRow[]): AlignedRow[][] {
  const runs: AlignedRow[][] = []
  for (const row of rows) {
    const last = runs.at(-1)
    if (last !== undefined && (last[0]?.kind === 'same') === (row.kind === 'same')) last.push(row)
    else runs.push([row])
  }
  return runs
}

/** Joins missing and unexpected rows as below, and keeps the order of both. */
function changedInOrder(run: readonly AlignedRow[], expected: readonly Cells[], actual: readonly Cells[]): AlignedRow[] {
  const missing = run.filter((row) => row.kind === 'missing')
  const unexpected = run.filter((row) => row.kind === 'unexpected')
  if (missing.length * unexpected.length > pairsMax) return [...run]
  const rows: AlignedRow[] = []
  let next = 0
  for (const row of missing) {
    const isLike = ({ actual: index }: { readonly actual: number }): boolean =>
      likeness(expected[row.expected] ?? [], actual[index] ?? []) >= likenessMin
    const found = unexpected.slice(next).findIndex(isLike)
    const partner = unexpected[next + found]
    if (found < 0 || partner === undefined) {
      rows.push(row)
      continue
    }
    rows.push(...unexpected.slice(next, next + found), { kind: 'changed', expected: row.expected, actual: partner.actual })
    next += found + 1
  }
  return [...rows, ...unexpected.slice(next)]
}

/** Joins a missing and an unexpected row that have half of their cells in common: one row with other cells. */
function withChanged(rows: readonly AlignedRow[], expected: readonly Cells[], actual: readonly Cells[]): AlignedRow[] {
  const free = rows.filter((row) => row.kind === 'unexpected')
  const missing = rows.filter((row) => row.kind === 'missing')
  if (free.length === 0 || missing.length === 0 || free.length * missing.length > pairsMax) return [...rows]
  const joined = new Map<number, number>()
  for (const row of missing) {
    let best: { readonly actual: number; readonly score: number } | null = null
    for (const { actual: index } of free) {
      const score = joined.has(index) ? 0 : likeness(expected[row.expected] ?? [], actual[index] ?? [])
      if (score >= likenessMin && (best === null || score > best.score)) best = { actual: index, score }
    }
    if (best !== null) joined.set(best.actual, row.expected)
  }
  const partners = new Map([...joined].map(([index, row]) => [row, index]))
  return rows.flatMap((row): AlignedRow[] => {
    if (row.kind === 'unexpected' && joined.has(row.actual)) return []
    const partner = row.kind === 'missing' ? partners.get(row.expected) : undefined
    return [partner === undefined || row.kind !== 'missing' ? row : { kind: 'changed', expected: row.expected, actual: partner }]
  })
}

/** The share of cells that are the same. */
function likeness(a: Cells, b: Cells): number {
  if (a.length !== b.length || a.length < 2) return 0
  return a.filter((cell, index) => isSameCell(cell, b[index])).length / a.length
}

function keyOf(cells: Cells): string {
  // Quoted and plain forms of one value are the same.
  return JSON.stringify(cells.map(readCell))
}
