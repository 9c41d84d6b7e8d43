/**
 * Divides conditions above a join and of the join itself: those that one side can test alone, and those that only pairs can.
 *
 * A side whose rows may be missing from the result keeps its conditions above the join, and the condition of an outer join only leaves
 * out rows of its optional side. As of a time the right side is a table of versions, of which none may be left out.
 */

import { sameType } from '#data'
import {
  columnsIn,
  conjunctionOf,
  conjunctsOf,
  determinismOf,
  type Expression,
  type Join,
  type JoinKey,
  type JoinType,
  joinTimeOf,
  printExpression,
  schemaOf,
} from '#plan'
import { columnsEqualTo, equalColumnsOf } from './equal-columns.ts'
import { comparisonIn } from './ranges.ts'
import { substituted } from './substitute.ts'

interface Sides {
  /** The join with what it has to test itself. */
  readonly joined: Join
  readonly left: readonly Expression[]
  readonly right: readonly Expression[]
  /** What stays above. */
  readonly outside: readonly Expression[]
}

type Side = 'left' | 'right'

/** The sides to which conditions above a join may go, by its type. */
const fromAbove: Readonly<Record<JoinType, readonly Side[]>> = {
  inner: ['left', 'right'],
  left: ['left'],
  right: ['right'],
  full: [],
  semi: ['left'],
  anti: ['left'],
}

/** The sides to which conditions of the join itself may go. */
const fromInside: Readonly<Record<JoinType, readonly Side[]>> = {
  inner: ['left', 'right'],
  left: ['right'],
  right: ['left'],
  full: [],
  semi: ['left', 'right'],
  anti: ['right'],
}

/** The sides to whose keys a condition on the other side's keys may be copied: their rows then meet no partner. */
const toPartner: Readonly<Record<JoinType, readonly Side[]>> = {
  inner: ['left', 'right'],
  left: ['right'],
  right: ['left'],
  full: [],
  semi: ['left', 'right'],
  anti: ['right'],
}

export function sidesOf(join: Join, conjuncts: readonly Expression[]): Sides {
  const names = {
    left: new Set(schemaOf(join.left).map(({ name }) => name)),
    right: new Set(schemaOf(join.right).map(({ name }) => name)),
  }
  const sideOf = (conjunct: Expression, allowed: readonly Side[]): Side | undefined => {
    const used = [...columnsIn(conjunct)]
    if (used.length === 0 || determinismOf(conjunct) === 'row') return undefined
    return allowed.find((side) => used.every((name) => names[side].has(name)))
  }
  const moved: Record<Side, Expression[]> = { left: [], right: [] }
  const outside: Expression[] = []
  const inside: Expression[] = []
  const above = join.asOf === null ? fromAbove[join.type] : (['left'] as const)
  for (const conjunct of conjuncts) {
    const side = sideOf(conjunct, above)
    if (side === undefined) outside.push(conjunct)
    else moved[side].push(conjunct)
  }
  for (const conjunct of conjunctsOf(join.condition)) {
    const side = join.asOf === null ? sideOf(conjunct, fromInside[join.type]) : undefined
    if (side === undefined) inside.push(conjunct)
    else moved[side].push(conjunct)
  }
  const copies = copiesOf(join, moved)
  const tested = withKeys(inside.length === conjunctsOf(join.condition).length ? join : { ...join, condition: conjunctionOf(inside) })
  const { joined, rest } = withPairs(tested, outside)
  return { joined, left: [...moved.left, ...copies.left], right: [...moved.right, ...copies.right], outside: rest }
}

/** Comparisons of a key, or of what equals it on its side, with constants hold of the other side's key as well. */
function copiesOf(join: Join, moved: Readonly<Record<Side, readonly Expression[]>>): Record<Side, Expression[]> {
  const copies: Record<Side, Expression[]> = { left: [], right: [] }
  if (join.asOf !== null) return copies
  for (const side of toPartner[join.type]) {
    const other = side === 'left' ? 'right' : 'left'
    const known = new Set(moved[side].map((conjunct) => printExpression(conjunct)))
    for (const conjunct of moved[other]) {
      const column = keyComparedIn(conjunct)
      const equal = column === null ? new Set<string>() : columnsEqualTo(column, equalColumnsOf(join[other]))
      const key = join.equal.find((each) => equal.has(each[other]))
      if (key === undefined || column === null) continue
      const partner = schemaOf(join[side]).find(({ name }) => name === key[side])
      if (partner === undefined) continue
      const copy = substituted(conjunct, new Map([[column, { kind: 'column', name: partner.name, type: partner.type }]]))
      if (!known.has(printExpression(copy))) copies[side].push(copy)
    }
  }
  return copies
}

/** The column that a comparison or IN compares with constants. */
function keyComparedIn(conjunct: Expression): string | null {
  const comparison = comparisonIn(conjunct)
  if (comparison !== null) return comparison.column
  if (conjunct.kind !== 'call' || conjunct.function !== 'IN') return null
  const [column, ...items] = conjunct.arguments
  const isApproximate = column?.type.kind === 'float' || column?.type.kind === 'double'
  return column?.kind === 'column' && !isApproximate && items.every((item) => item.kind === 'literal') ? column.name : null
}

/** An inner join tests pairs itself. A join that would come to wait for time, or no longer, keeps what it has. */
function withPairs(join: Join, conjuncts: readonly Expression[]): { readonly joined: Join; readonly rest: readonly Expression[] } {
  const moving = join.type === 'inner' && join.asOf === null ? conjuncts.filter(isOfPairs) : []
  if (moving.length === 0) return { joined: join, rest: conjuncts }
  const joined = withKeys({ ...join, condition: conjunctionOf([...conjunctsOf(join.condition), ...moving]) })
  const isSameInTime = timeOf(joined) === timeOf(join)
  return isSameInTime ? { joined, rest: conjuncts.filter((each) => !moving.includes(each)) } : { joined: join, rest: conjuncts }
}

/** The join with the comparisons of its condition as keys that are keys. */
function withKeys(join: Join): Join {
  const conjuncts = conjunctsOf(join.condition)
  const keys = conjuncts.map((conjunct) => (join.asOf === null ? keyOf(join, conjunct) : null))
  if (keys.every((key) => key === null)) return join
  const joined: Join = {
    ...join,
    equal: [...join.equal, ...keys.flatMap((key) => key ?? [])],
    condition: conjunctionOf(conjuncts.filter((_, index) => keys[index] === null)),
  }
  return timeOf(joined) === timeOf(join) ? joined : join
}

function isOfPairs(conjunct: Expression): boolean {
  return columnsIn(conjunct).size > 1 && determinismOf(conjunct) !== 'row'
}

function timeOf(join: Join): string | undefined {
  return JSON.stringify(joinTimeOf(join, schemaOf(join.left), schemaOf(join.right)), (key, value: unknown) =>
    key === 'rest' ? undefined : value,
  )
}

/** A comparison of a column of each side for equality. */
function keyOf({ left, right }: Join, conjunct: Expression): JoinKey | null {
  if (conjunct.kind !== 'call' || (conjunct.function !== '=' && conjunct.function !== 'IS NOT DISTINCT FROM')) return null
  const [first, second] = conjunct.arguments
  if (first?.kind !== 'column' || second?.kind !== 'column' || !sameType(first.type, second.type, true)) return null
  const nullsEqual = conjunct.function === 'IS NOT DISTINCT FROM'
  const has = (side: Join['left'], name: string): boolean => schemaOf(side).some((column) => column.name === name)
  if (has(left, first.name) && has(right, second.name)) return { left: first.name, right: second.name, nullsEqual }
  return has(left, second.name) && has(right, first.name) ? { left: second.name, right: first.name, nullsEqual } : null
}
