/** The rows that are there after changes, oldest first: what a naive oracle computes an answer from. */
import { changeDelete, changeUpdateBefore } from '#data'
import { printValues } from './print-rows.fixture.ts'
import type { PlainChange } from './random-changes.fixture.ts'

/** A row that is taken away is the oldest equal one. */
export function rowsLeft(changes: readonly PlainChange[]): (readonly unknown[])[] {
  const rows: (readonly unknown[])[] = []
  for (const { kind, row } of changes) {
    if (kind !== changeUpdateBefore && kind !== changeDelete) rows.push(row)
    else {
      const text = printValues(row)
      const at = rows.findIndex((other) => printValues(other) === text)
      if (at !== -1) rows.splice(at, 1)
    }
  }
  return rows
}

/** A column to order by, over boxed values. */
export interface OracleKey {
  readonly column: number
  readonly descending: boolean
  readonly nullsFirst: boolean
}

/** Sorts rows of numbers, bigints and texts; rows that are equal in all keys keep their order. */
export function sortRows(rows: readonly (readonly unknown[])[], keys: readonly OracleKey[]): (readonly unknown[])[] {
  return rows.toSorted((a, b) => {
    for (const { column, descending, nullsFirst } of keys) {
      const x = a[column] ?? null
      const y = b[column] ?? null
      if (x === null && y === null) continue
      if (x === null || y === null) return (x === null) === nullsFirst ? -1 : 1
      const difference = compareBoxed(x, y)
      if (difference !== 0) return descending ? -difference : difference
    }
    return 0
  })
}

function compareBoxed(a: unknown, b: unknown): number {
  if (typeof a === 'string' && typeof b === 'string') return compareCodePoints(Array.from(a), Array.from(b))
  const x = a as number | bigint
  const y = b as number | bigint
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y))
  return x < y ? -1 : x > y ? 1 : 0
}

function compareCodePoints(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((point, i) => point !== b[i])
  if (at === -1) return a.length - b.length
  return (a[at]?.codePointAt(0) ?? -1) - (b[at]?.codePointAt(0) ?? -1)
}
