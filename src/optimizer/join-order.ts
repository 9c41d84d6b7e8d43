/**
 * Finds an order in which tables that are compared with one another are joined cheaply: few rows between joins, and few that joins keep.
 *
 * A join keeps the side that can be read before the other one, else both. Of up to `bushyMax` tables all trees are looked at, of more only
 * those in which one table after the other is joined. No order joins all rows with all that has not got to.
 */

/** A table of the tree, by the estimate of its rows. */
export interface SizedTable {
  readonly rows: number
  readonly rowsUnfiltered: number
  readonly isPlain: boolean
}

/** Tables that are compared in the same value, by their place: `a.x = b.y AND b.y = c.z` compares three. */
export type ComparedTables = readonly number[]

/** The place of a table, or a join of two. */
export type JoinOrder = number | { readonly left: JoinOrder; readonly right: JoinOrder }

/** Sets of tables are bits of a number. */
export const tablesMax = 30

/** What a row costs that is kept, and takes memory, by what one costs that is handed on. */
const keptCost = 5

interface Candidate {
  readonly order: JoinOrder
  readonly tables: number
  readonly rows: number
  readonly cost: number
}

export class JoinOrders {
  readonly #tables: readonly SizedTable[]
  readonly #compared: readonly { readonly tables: number; readonly values: number }[]
  /** The largest first. */
  readonly #bySize: readonly number[]
  readonly #rows = new Map<number, number>()

  constructor(tables: readonly SizedTable[], compared: readonly ComparedTables[]) {
    this.#tables = tables
    this.#compared = compared.map((places) => ({
      tables: places.reduce((bits, place) => bits | (1 << place), 0),
      values: Math.max(1, Math.min(...places.map((place) => tables[place]?.rowsUnfiltered ?? 1))),
    }))
    this.#bySize = [...tables.keys()].sort((a, b) => (tables[b]?.rowsUnfiltered ?? 0) - (tables[a]?.rowsUnfiltered ?? 0))
  }

  /** The cheapest order of tables that comparisons lead to from one another; null where they do not lead to all. */
  cheapest(places: readonly number[], bushyMax: number): JoinOrder | null {
    const alone = places.map((place) => this.#alone(place))
    const best = places.length <= bushyMax ? this.#cheapestTree(alone) : this.#cheapestChain(alone)
    return best?.order ?? null
  }

  /** What an order costs, but for the rows of its result, which are the same in all orders. */
  costOf(order: JoinOrder): number {
    const { cost, rows } = this.#candidate(order)
    return cost - rows
  }

  #candidate(order: JoinOrder): Candidate {
    return typeof order === 'number' ? this.#alone(order) : this.#joined(this.#candidate(order.left), this.#candidate(order.right))
  }

  #alone(place: number): Candidate {
    return { order: place, tables: 1 << place, rows: this.#tables[place]?.rows ?? 0, cost: 0 }
  }

  #joined(left: Candidate, right: Candidate): Candidate {
    const tables = left.tables | right.tables
    const rows = this.#rowsOf(tables)
    const kept = this.#isPlain(right) ? right.rows : this.#isPlain(left) ? left.rows : left.rows + right.rows
    return { order: { left: left.order, right: right.order }, tables, rows, cost: left.cost + right.cost + rows + keptCost * kept }
  }

  #isPlain({ order }: Candidate): boolean {
    return typeof order === 'number' && this.#tables[order]?.isPlain === true
  }

  #areCompared(left: number, right: number): boolean {
    return this.#compared.some(({ tables }) => (tables & left) !== 0 && (tables & right) !== 0)
  }

  /** Of all trees, by sets of tables that grow. */
  #cheapestTree(alone: readonly Candidate[]): Candidate | null {
    const best = new Map<number, Candidate>(alone.map((each) => [each.tables, each]))
    const all = alone.reduce((bits, { tables }) => bits | tables, 0)
    for (let tables = all & -all; tables !== 0; tables = (tables - all) & all) {
      let cheapest: Candidate | undefined = best.get(tables)
      for (let part = (tables - 1) & tables; part > 0; part = (part - 1) & tables) {
        const left = best.get(part)
        const right = best.get(tables & ~part)
        if (left === undefined || right === undefined || !this.#areCompared(left.tables, right.tables)) continue
        const joined = this.#joined(left, right)
        if (cheapest === undefined || joined.cost < cheapest.cost) cheapest = joined
      }
      if (cheapest !== undefined) best.set(tables, cheapest)
    }
    return best.get(all) ?? null
  }

  /** One table after the other, from each of them on: the next one is that which costs least. */
  #cheapestChain(alone: readonly Candidate[]): Candidate | null {
    let best: Candidate | null = null
    for (const first of alone) {
      let chain: Candidate | null = first
      for (let joined = 1; joined < alone.length && chain !== null; joined++) chain = this.#next(chain, alone)
      if (chain !== null && (best === null || chain.cost < best.cost)) best = chain
    }
    return best
  }

  #next(chain: Candidate, alone: readonly Candidate[]): Candidate | null {
    let best: Candidate | null = null
    for (const table of alone) {
      if ((table.tables & chain.tables) !== 0 || !this.#areCompared(chain.tables, table.tables)) continue
      const joined = this.#joined(chain, table)
      if (best === null || joined.cost < best.cost) best = joined
    }
    return best
  }

  /** How many rows a set of tables has that are joined in whatever order. */
  #rowsOf(tables: number): number {
    const known = this.#rows.get(tables)
    if (known !== undefined) return known
    let before = 0
    let rows = 1
    for (const place of this.#bySize) {
      if ((tables & (1 << place)) === 0) continue
      rows *= (this.#tables[place]?.rows ?? 1) / this.#valuesCompared(before, place)
      before |= 1 << place
    }
    this.#rows.set(tables, rows)
    return rows
  }

  /**
   * Into how many parts comparisons with the tables before divide the rows of a table: by the values of each, but for one table before no
   * further than into single rows, since values of a row belong together.
   */
  #valuesCompared(before: number, place: number): number {
    const byPartner = new Map<number, number>()
    for (const { tables, values } of this.#compared) {
      if ((tables & (1 << place)) === 0 || (tables & before) === 0) continue
      const partner = this.#bySize.find((each) => (tables & before & (1 << each)) !== 0) ?? 0
      byPartner.set(partner, (byPartner.get(partner) ?? 1) * values)
    }
    const most = Math.max(1, this.#tables[place]?.rowsUnfiltered ?? 1)
    return [...byPartner.values()].reduce((parts, values) => parts * Math.min(values, most), 1)
  }
}
