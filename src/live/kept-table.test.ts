import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KeptTable } from './kept-table.ts'

type Change = { readonly op: string; readonly values: readonly unknown[] }

const shape = { statement: '', columns: [{ name: 'n', type: 'INT' }], order: [] }

function rowsOf(table: KeptTable): string[] {
  return (JSON.parse(table.rowsJson()) as readonly Change[]).map(({ values }) => JSON.stringify(values))
}

/** Applied to a list, as anybody would. */
function applyTo(rows: readonly string[], changes: readonly Change[]): string[] {
  const now = [...rows]
  for (const { op, values } of changes) {
    const row = JSON.stringify(values)
    if (op === '+I' || op === '+U') now.push(row)
    else now.splice(now.indexOf(row), 1)
  }
  return now
}

/** Steps that take back only what is there, cut into pages anywhere. */
const pages = fc
  .tuple(fc.array(fc.record({ value: fc.nat(5), at: fc.nat(), kind: fc.nat(2) }), { maxLength: 60 }), fc.array(fc.nat(4), { minLength: 1 }))
  .map(([steps, cuts]) => {
    const there: number[] = []
    const changes: Change[] = []
    for (const { value, at, kind } of steps) {
      const place = there.length === 0 ? -1 : at % there.length
      const old = there[place]
      if (kind === 0 || old === undefined) {
        there.push(value)
        changes.push({ op: '+I', values: [value] })
      } else if (kind === 1) {
        there[place] = value
        changes.push({ op: '-U', values: [old] }, { op: '+U', values: [value] })
      } else {
        there.splice(place, 1)
        changes.push({ op: '-D', values: [old] })
      }
    }
    const cut: Change[][] = []
    for (let from = 0, at = 0; from < changes.length; at++) {
      const count = 1 + (cuts[at % cuts.length] ?? 0)
      cut.push(changes.slice(from, from + count))
      from += count
    }
    return cut
  })

test('whoever takes the rows after any page and applies the pages behind it has what is there', () => {
  fc.assert(
    fc.property(pages, (cut) => {
      const table = new KeptTable({ ...shape, updating: true })
      const taken: string[][] = [[]]
      for (const page of cut) {
        table.apply(JSON.stringify(page), page.length)
        taken.push(rowsOf(table))
        expect(table.rowCount).toBe(rowsOf(table).length)
      }
      const truth = cut.reduce<string[]>((rows, page) => applyTo(rows, page), [])
      for (const [after, rows] of taken.entries()) {
        const later = cut.slice(after).reduce<string[]>((now, page) => applyTo(now, page), rows)
        expect(later.toSorted()).toEqual(truth.toSorted())
      }
    }),
    { numRuns: 500, seed: 4 },
  )
})

test('of many rows the newest are kept, and all are counted', () => {
  const added = new KeptTable({ ...shape, updating: false })
  const changing = new KeptTable({ ...shape, updating: true })
  for (let page = 0; page < 30; page++) {
    const changes = Array.from({ length: 1000 }, (_, index) => ({ op: '+I', values: [page * 1000 + index] }))
    for (const table of [added, changing]) table.apply(JSON.stringify(changes), changes.length)
  }
  for (const table of [added, changing]) {
    expect(rowsOf(table)).toHaveLength(10_000)
    expect(rowsOf(table).at(-1)).toBe('[29999]')
    expect(table.rowCount).toBe(30_000)
    expect(table.lastRows(2)).toEqual([[29_998], [29_999]])
  }
  // What goes that is no longer kept changes nothing.
  changing.apply(JSON.stringify([{ op: '-D', values: [5] }]), 1)
  expect(rowsOf(changing)).toHaveLength(10_000)
})

test.each([true, false])('long rows are kept up to a bound, one that is longer than that not at all: %s', (updating) => {
  const table = new KeptTable({ ...shape, updating })
  for (let row = 0; row < 30; row++) table.apply(JSON.stringify([{ op: '+I', values: [`${row} ${'x'.repeat(100_000)}`] }]), 1)
  expect(table.characters).toBeLessThanOrEqual(1_000_000)
  expect(rowsOf(table).length).toBeGreaterThan(5)
  table.apply(JSON.stringify([{ op: '+I', values: ['x'.repeat(2_000_000)] }]), 1)
  expect(table.characters).toBe(0)
  expect(table.rowCount).toBe(31)
  table.giveUp()
  expect(rowsOf(table)).toEqual([])
})
