/**
 * Joins tables that are compared with `=` before tables that are not, so that no join of all with all is made which a later one would
 * cut down, and of those that a join can take next the one that is known to have the fewest rows: written rows, totals, the first rows of
 * something. The written order stays wherever nothing is known: who writes a query knows the data.
 *
 * Right for inner joins that keep their rows for good: the same rows meet in any order, with NULL keys meeting nothing. Joins bounded
 * by time stay where they are, and so do those that others read, those with hints, and trees that would come to wait for time.
 */
import {
  columnsIn,
  conjunctionOf,
  conjunctsOf,
  type Expression,
  type Join,
  type JoinKey,
  joinTimeOf,
  mapPlan,
  type Plan,
  type Relation,
  referTo,
  rootsOf,
  schemaOf,
  sharedRelations,
  walkRelations,
} from '#plan'
import { conformed } from '../conform.ts'

export function reorderJoins(plan: Plan): Plan {
  const shared = sharedRelations(rootsOf(plan))
  const inside = insideTrees(plan, shared)
  const kept = new Set(shared)
  return mapPlan(plan, (relation, original) => {
    const movable = isMovable(relation) && !inside.has(original)
    const reordered = movable ? (orderedJoin(relation, kept) ?? relation) : relation
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
}

/** The tree in another order; null where the order is good, or there is none that is as right. */
function orderedJoin(join: Join, kept: ReadonlySet<Relation>): Relation | null {
  const tree: JoinTree = { tables: [], keys: [], conditions: [], crosses: false }
  gather(join, kept, tree)
  const isKnown = tree.crosses || tree.tables.some((table) => rowsAtMost(table) < Number.POSITIVE_INFINITY)
  if (!isKnown || tree.tables.length < 3 || !tree.conditions.every((condition) => isOfSeveral(condition, tree))) return null
  const parts = connectedParts(tree)
  if (parts === null) return null
  const [first, ...others] = parts
  const joined = first === undefined ? null : others.reduce<Join | Relation | null>((left, right) => joinOf(left, right, tree), first)
  return joined === null ? null : inOrder(joined, join)
}

/** Whether a condition has to wait for a join. */
function isOfSeveral(condition: Expression, { tables }: JoinTree): boolean {
  const used = [...columnsIn(condition)]
  return !tables.some((table) => used.every((name) => schemaOf(table).some((column) => column.name === name)))
}

function gather(relation: Relation, kept: ReadonlySet<Relation>, tree: JoinTree): void {
  if (!isMovable(relation) || kept.has(relation)) {
    tree.tables.push(relation)
    return
  }
  gather(relation.left, kept, tree)
  gather(relation.right, kept, tree)
  tree.keys.push(...relation.equal)
  tree.conditions.push(...conjunctsOf(relation.condition))
  tree.crosses ||= relation.equal.length === 0
}

/** The tables that keys lead to from one another, joined in the order of writing; null when a join would come to wait for time. */
function connectedParts(tree: JoinTree): Relation[] | null {
  const waiting = [...tree.tables]
  const parts: Relation[] = []
  while (waiting.length > 0) {
    let part = waiting.shift()
    while (part !== undefined) {
      const current: Relation = part
      const next = smallest(waiting.filter((table) => keysBetween(current, table, tree.keys).length > 0))
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
function smallest(tables: readonly Relation[]): Relation | undefined {
  return tables.toSorted((a, b) => Math.sign(rowsAtMost(a) - rowsAtMost(b)) || 0)[0]
}

/** How many rows a relation can have; infinite where nobody knows. */
function rowsAtMost(relation: Relation): number {
  switch (relation.kind) {
    case 'values':
      return relation.rows.length
    case 'aggregate':
      return relation.keys.length === 0 && relation.groupingSets === null ? 1 : Number.POSITIVE_INFINITY
    case 'sort':
      return Math.min(relation.limit ?? Number.POSITIVE_INFINITY, rowsAtMost(relation.input))
    case 'project':
    case 'filter':
    case 'distinct':
      return rowsAtMost(relation.input)
    default:
      return Number.POSITIVE_INFINITY
  }
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
function joinOf(left: Relation | null, right: Relation | null, { keys, conditions }: JoinTree): Join | null {
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
  return joinTimeOf(join, schemaOf(left), schemaOf(right)) === null ? join : null
}

/** The columns in the order of the join that was written. */
function inOrder(joined: Relation, written: Join): Relation | null {
  const schema = schemaOf(written)
  if (schema.every(({ name }, index) => schemaOf(joined)[index]?.name === name)) return joined
  const columns = schema.map((column) => ({ name: column.name, value: referTo(column) }))
  return conformed({ kind: 'project', input: joined, columns }, schema)
}
