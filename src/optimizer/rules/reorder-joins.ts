/**
 * Puts inner joins into an order that keeps and computes little. Where the sizes of all tables are known, it is the cheapest by their
 * estimates, if that is clearly cheaper than what was written. Else tables that are compared with `=` come before tables that are not,
 * so that no join of all with all is made which a later one would cut down, and of those that a join can take next the one that is known
 * to have the fewest rows: written rows, totals, the first rows of something. The written order stays wherever nothing is known: who
 * writes a query knows the data.
 *
 * Right for inner joins that keep their rows for good: the same rows meet in any order, with NULL keys meeting nothing. Joins bounded
 * by time stay where they are, and so do those that others read, those with hints, and trees that would come to wait for time.
 */
import {
  columnsIn,
  conjunctionOf,
  conjunctsOf,
  contains,
  deriveUpsertKeys,
  type Expression,
  type Join,
  type JoinKey,
  joinTimeOf,
  joinWrittenAt,
  mapPlan,
  type Plan,
  type Relation,
  referTo,
  rootsOf,
  schemaOf,
  sharedRelations,
  type WrittenAt,
  walkRelations,
  withWrittenAt,
  writtenAt,
} from '#plan'
import { conformed } from '../conform.ts'
import { estimateOf } from '../estimates.ts'
import { type JoinOrder, JoinOrders, tablesMax } from '../join-order.ts'
import type { OptimizerFacts } from '../rule.ts'

/** As in Flink. */
const bushyJoinsMax = 12

/** An order that costs more than this share of the written one is not worth to differ from what was written. */
const worthwhileShare = 0.9

export function reorderJoins(plan: Plan, facts: OptimizerFacts): Plan {
  const shared = sharedRelations(rootsOf(plan))
  const inside = insideTrees(plan, shared)
  const kept = new Set(shared)
  return mapPlan(plan, (relation, original) => {
    const movable = isMovable(relation) && !inside.has(original)
    const reordered = movable ? (orderedJoin(relation, kept, facts) ?? relation) : relation
    if (shared.has(original)) kept.add(reordered)
    return reordered
  })
}

/** The joins that stand directly below another one of their tree: only the top of a tree is taken apart. */
function insideTrees(plan: Plan, shared: ReadonlySet<Relation>): ReadonlySet<Relation> {
  const inside = new Set<Relation>()
  walkRelations(rootsOf(plan), (relation) => {
    if (!isMovable(relation)) return
    for (const side of [relation.left, relation.right]) if (isMovable(side) && !shared.has(side)) inside.add(side)
  })
  return inside
}

/** An inner join whose place among its like makes no difference. */
function isMovable(relation: Relation): relation is Join {
  if (relation.kind !== 'join' || relation.type !== 'inner' || relation.asOf !== null) return false
  if (relation.stateTtlMs !== undefined || relation.lookup !== undefined) return false
  return joinTimeOf(relation, schemaOf(relation.left), schemaOf(relation.right)) === null
}

interface JoinTree {
  readonly tables: Relation[]
  readonly keys: JoinKey[]
  readonly conditions: Expression[]
  /** Whether a join in it has no keys. */
  crosses: boolean
  /** Where its joins are written: any of them may be made of the keys of several. */
  at: WrittenAt | null
}

/** The tree in another order; null where the order is good, or there is none that is as right. */
function orderedJoin(join: Join, kept: ReadonlySet<Relation>, facts: OptimizerFacts): Relation | null {
  const tree: JoinTree = { tables: [], keys: [], conditions: [], crosses: false, at: null }
  const written = gather(join, kept, tree)
  if (!tree.conditions.every((condition) => isOfSeveral(condition, tree))) return null
  const rows = (table: Relation): number => estimateOf(table, facts)?.rows ?? Number.POSITIVE_INFINITY
  const parts = cheapestParts(tree, written, facts) ?? connectedParts(tree, rows)
  if (parts === null) return null
  const [first, ...others] = parts
  const joined = first === undefined ? null : others.reduce<Join | Relation | null>((left, right) => joinOf(left, right, tree), first)
  const reordered = joined === null ? null : inOrder(joined, join)
  return reordered !== null && keepsKeys(join, reordered) ? reordered : null
}

/** Whether what told rows apart still does: sinks and joins above may rely on it. */
function keepsKeys(written: Relation, reordered: Relation): boolean {
  const keys = deriveUpsertKeys([written, reordered], () => null)
  return (keys.get(written) ?? []).every((key) => (keys.get(reordered) ?? []).some((other) => contains(key, other)))
}

/** The parts of the tree, each in its cheapest order; null where a size is not known, or the written order is about as cheap. */
function cheapestParts(tree: JoinTree, written: JoinOrder, facts: OptimizerFacts): Relation[] | null {
  const sizes = tree.tables.flatMap((table) => estimateOf(table, facts) ?? [])
  if (sizes.length < tree.tables.length || sizes.length > tablesMax) return null
  const orders = new JoinOrders(sizes, comparedTables(tree))
  const cheapest = partsOf(tree).map((places) => orders.cheapest(places, facts.bushyJoinsMax ?? bushyJoinsMax))
  const [first, ...others] = cheapest.flatMap((order) => order ?? [])
  if (first === undefined || others.length + 1 < cheapest.length) return null
  const whole = others.reduce<JoinOrder>((left, right) => ({ left, right }), first)
  if (orders.costOf(whole) > orders.costOf(written) * worthwhileShare) return null
  const parts = [first, ...others].map((order) => relationOf(order, tree))
  return parts.every((part) => part !== null) ? parts : null
}

function relationOf(order: JoinOrder, tree: JoinTree): Relation | null {
  return typeof order === 'number'
    ? (tree.tables[order] ?? null)
    : joinOf(relationOf(order.left, tree), relationOf(order.right, tree), tree)
}

/** The tables whose columns are compared in the same value. */
function comparedTables({ tables, keys }: JoinTree): number[][] {
  const groups: Set<string>[] = []
  for (const { left, right } of keys) {
    const joined = groups.filter((group) => group.has(left) || group.has(right))
    for (const group of joined) groups.splice(groups.indexOf(group), 1)
    groups.push(new Set([left, right, ...joined.flatMap((group) => [...group])]))
  }
  return groups.map((names) =>
    [...tables.keys()].filter((place) => schemaOf(tables[place] as Relation).some(({ name }) => names.has(name))),
  )
}

/** The places of tables that keys lead to from one another. */
function partsOf(tree: JoinTree): number[][] {
  const compared = comparedTables(tree)
  const waiting = new Set(tree.tables.keys())
  const parts: number[][] = []
  for (const first of waiting) {
    const part = new Set([first])
    for (const place of part) {
      for (const group of compared) if (group.includes(place)) for (const other of group) part.add(other)
    }
    for (const place of part) waiting.delete(place)
    parts.push([...part].sort((a, b) => a - b))
  }
  return parts
}

/** Whether a condition has to wait for a join. */
function isOfSeveral(condition: Expression, { tables }: JoinTree): boolean {
  const used = [...columnsIn(condition)]
  return !tables.some((table) => used.every((name) => schemaOf(table).some((column) => column.name === name)))
}

/** Takes a tree apart; gives its order. */
function gather(relation: Relation, kept: ReadonlySet<Relation>, tree: JoinTree): JoinOrder {
  if (!isMovable(relation) || kept.has(relation)) return tree.tables.push(relation) - 1
  const left = gather(relation.left, kept, tree)
  const right = gather(relation.right, kept, tree)
  tree.keys.push(...relation.equal)
  tree.conditions.push(...conjunctsOf(relation.condition))
  tree.crosses ||= relation.equal.length === 0
  tree.at = joinWrittenAt([tree.at, writtenAt(relation)])
  return { left, right }
}

/**
 * The tables that keys lead to from one another, joined in the order of writing, but for those of few rows; null where that is as it is
 * written, or a join would come to wait for time.
 */
function connectedParts(tree: JoinTree, rows: (table: Relation) => number): Relation[] | null {
  const isKnown = tree.crosses || tree.tables.some((table) => rows(table) < Number.POSITIVE_INFINITY)
  if (!isKnown || tree.tables.length < 3) return null
  const waiting = [...tree.tables]
  const parts: Relation[] = []
  while (waiting.length > 0) {
    let part = waiting.shift()
    while (part !== undefined) {
      const current: Relation = part
      const next = smallest(
        waiting.filter((table) => keysBetween(current, table, tree.keys).length > 0),
        rows,
      )
      if (next === undefined) break
      waiting.splice(waiting.indexOf(next), 1)
      const joined = joinOf(current, next, tree)
      if (joined === null) return null
      part = joined
    }
    if (part !== undefined) parts.push(part)
  }
  return parts
}

/** The one with the fewest rows, as far as that is known, and the first of several. */
function smallest(tables: readonly Relation[], rows: (table: Relation) => number): Relation | undefined {
  return tables.toSorted((a, b) => Math.sign(rows(a) - rows(b)) || 0)[0]
}

function keysBetween(left: Relation, right: Relation, keys: readonly JoinKey[]): JoinKey[] {
  const [leftNames, rightNames] = [left, right].map((side) => new Set(schemaOf(side).map(({ name }) => name)))
  return keys.flatMap((key) => {
    if (leftNames?.has(key.left) === true && rightNames?.has(key.right) === true) return [key]
    if (leftNames?.has(key.right) === true && rightNames?.has(key.left) === true) return [{ ...key, left: key.right, right: key.left }]
    return []
  })
}

/** The join of two relations under all that can be compared once both are there; null when it would wait for time. */
function joinOf(left: Relation | null, right: Relation | null, { keys, conditions, at }: JoinTree): Join | null {
  if (left === null || right === null) return null
  const own = [left, right].map((side) => new Set(schemaOf(side).map(({ name }) => name)))
  const isOfPair = (condition: Expression): boolean => {
    const used = [...columnsIn(condition)]
    const isKnown = used.every((name) => own.some((names) => names.has(name)))
    return isKnown && !own.some((names) => used.every((name) => names.has(name)))
  }
  const join: Join = {
    kind: 'join',
    type: 'inner',
    left,
    right,
    equal: keysBetween(left, right, keys),
    condition: conjunctionOf(conditions.filter(isOfPair)),
    asOf: null,
  }
  return joinTimeOf(join, schemaOf(left), schemaOf(right)) === null ? withWrittenAt(join, at) : null
}

/** The columns in the order of the join that was written. */
function inOrder(joined: Relation, written: Join): Relation | null {
  const schema = schemaOf(written)
  if (schema.every(({ name }, index) => schemaOf(joined)[index]?.name === name)) return joined
  const columns = schema.map((column) => ({ name: column.name, value: referTo(column) }))
  return conformed({ kind: 'project', input: joined, columns }, schema)
}
