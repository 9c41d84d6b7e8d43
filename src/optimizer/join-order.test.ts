/** The cheapest order among all that there are, for random tables and comparisons. */
import { expect, test } from 'vitest'
import { type ComparedTables, type JoinOrder, JoinOrders, type SizedTable } from './join-order.ts'

interface Chain {
  readonly tables: readonly SizedTable[]
  readonly compared: readonly ComparedTables[]
}

/** Tables each of which is compared with one before it, by numbers that follow from a seed. */
function chainOf(seed: number, count: number): Chain {
  let state = seed
  const below = (bound: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return (state >>> 8) % bound
  }
  const tables = Array.from({ length: count }, () => {
    const rowsUnfiltered = 10 ** (1 + below(6))
    return { rowsUnfiltered, rows: rowsUnfiltered / 10 ** below(3), isPlain: below(3) > 0 }
  })
  const compared = Array.from({ length: count - 1 }, (_, index) => [below(index + 1), index + 1])
  return { tables, compared }
}

function* ordersOf(places: readonly number[], { compared }: Chain): Generator<JoinOrder> {
  const [first] = places
  if (first !== undefined && places.length === 1) yield first
  for (let bits = 1; bits < (1 << places.length) - 1; bits++) {
    const [left, right] = [1, 0].map((bit) => places.filter((_, index) => ((bits >> index) & 1) === bit))
    if (left === undefined || right === undefined) continue
    if (!compared.some((group) => group.some((place) => left.includes(place)) && group.some((place) => right.includes(place)))) continue
    for (const one of ordersOf(left, { tables: [], compared })) {
      for (const other of ordersOf(right, { tables: [], compared })) yield { left: one, right: other }
    }
  }
}

function placesIn(order: JoinOrder): number[] {
  return typeof order === 'number' ? [order] : [...placesIn(order.left), ...placesIn(order.right)]
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])('no order of up to five tables is cheaper, seed %i', (seed) => {
  const chain = chainOf(seed, 2 + (seed % 4))
  const places = [...chain.tables.keys()]
  const orders = new JoinOrders(chain.tables, chain.compared)
  const found = orders.cheapest(places, 12)
  const costs = [...ordersOf(places, chain)].map((order) => orders.costOf(order))
  expect(found === null ? null : orders.costOf(found)).toBe(Math.min(...costs))
})

test.each([1, 2, 3, 4, 5])('more tables than all trees are looked at of are joined one after the other, seed %i', (seed) => {
  const { tables, compared } = chainOf(seed, 20)
  const places = [...tables.keys()]
  const orders = new JoinOrders(tables, compared)
  const found = orders.cheapest(places, 12)
  expect(placesIn(found ?? 0).toSorted((a, b) => a - b)).toEqual(places)
  const trees = orders.cheapest(places.slice(0, 12), 12)
  const chains = orders.cheapest(places.slice(0, 12), 1)
  expect(orders.costOf(trees ?? 0)).toBeLessThanOrEqual(orders.costOf(chains ?? 0))
})

test('tables that nothing compares have no order', () => {
  const table = { rows: 10, rowsUnfiltered: 10, isPlain: true }
  expect(new JoinOrders([table, table, table], [[0, 1]]).cheapest([0, 1, 2], 12)).toBeNull()
})
