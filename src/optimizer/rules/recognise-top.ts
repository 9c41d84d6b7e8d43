/**
 * Makes a Top-N of ROW_NUMBER where conditions above it leave only places up to some number, whatever they look like once constants
 * are folded: `NOT (rn > 3)`, `rn <= 2 + 1`, `rn IN (1, 2)`, or a cut with other conditions between it and the function.
 *
 * Right because a place that the conditions drop is dropped either way, and rows that move up send the same changes. Conditions on other
 * columns stay above, since they choose among the places. RANK stays as it is: rows that share a place are not counted by it.
 */
import { bigintType, withNullable } from '#data'
import {
  conjunctionOf,
  conjunctsOf,
  type Expression,
  type Filter,
  mapPlan,
  type Over,
  type Plan,
  type Relation,
  referTo,
  rootsOf,
  schemaOf,
  sharedRelations,
  type Top,
  withWrittenAt,
  writtenAt,
} from '#plan'
import { constantOf } from '../literals.ts'
import { comparisonIn } from '../ranges.ts'

export function recogniseTop(plan: Plan): Plan {
  const shared = sharedRelations(rootsOf(plan))
  return mapPlan(plan, (relation, original) => {
    if (relation.kind !== 'filter' || original.kind !== 'filter') return relation
    return shared.has(original.input) ? relation : (topIn(relation) ?? relation)
  })
}

/** Places that conditions leave, both ends included. */
interface Places {
  readonly from: number
  readonly to: number
  /** Whether all places between the ends are left. */
  readonly isWhole: boolean
}

function topIn({ input, condition }: Filter): Relation | null {
  if (input.kind !== 'over' || input.measures.length !== 1) return null
  const [measure] = input.measures
  if (measure?.function !== 'ROW_NUMBER') return null
  const conjuncts = conjunctsOf(condition)
  const cuts = conjuncts.map((conjunct) => placesIn(conjunct, measure.name))
  const from = Math.max(1, ...cuts.map((cut) => cut?.from ?? 1))
  const to = Math.min(...cuts.map((cut) => cut?.to ?? Number.POSITIVE_INFINITY))
  if (!Number.isSafeInteger(to) || to < from) return null
  const rest = conjunctionOf(conjuncts.filter((_, index) => cuts[index]?.isWhole !== true))
  const top = withPlace(input, measure.name, from, to)
  return rest === null ? top : { kind: 'filter', input: top, condition: rest }
}

/** A single place need not be counted: it is always the same. */
function withPlace(over: Over, rank: string, from: number, to: number): Relation {
  const { input, partitionBy, orderBy } = over
  const bare: Top = { kind: 'top', input, function: 'ROW_NUMBER', partitionBy, orderBy, from, to, rank: from === to ? null : rank }
  const top = withWrittenAt(bare, writtenAt(over))
  if (from !== to) return top
  const place: Expression = { kind: 'literal', value: from, type: withNullable(bigintType, false) }
  const columns = schemaOf(top).map((column) => ({ name: column.name, value: referTo(column) }))
  return { kind: 'project', input: top, columns: [...columns, { name: rank, value: place }] }
}

function placesIn(conjunct: Expression, rank: string): Places | null {
  const comparison = comparisonIn(conjunct)
  if (comparison === null) return listedPlaces(conjunct, rank)
  const place = comparison.literal.value
  if (comparison.column !== rank || typeof place !== 'number' || !Number.isSafeInteger(place)) return null
  switch (comparison.operator) {
    case '=':
      return { from: place, to: place, isWhole: true }
    case '<':
      return { from: 1, to: place - 1, isWhole: true }
    case '<=':
      return { from: 1, to: place, isWhole: true }
    case '>':
      return { from: place + 1, to: Number.POSITIVE_INFINITY, isWhole: true }
    case '>=':
      return { from: place, to: Number.POSITIVE_INFINITY, isWhole: true }
  }
}

/** `rn IN (1, 2)`, and `rn = 1 OR rn = 2`. */
function listedPlaces(conjunct: Expression, rank: string): Places | null {
  if (conjunct.kind !== 'call') return null
  const [first, ...items] = conjunct.arguments
  const isRank = first?.kind === 'column' && first.name === rank
  const places =
    conjunct.function === 'IN' && isRank ? items.map(constantOf) : conjunct.function === 'OR' ? equalPlaces(conjunct.arguments, rank) : []
  const known = new Set(places.flatMap((place) => (typeof place === 'number' && Number.isSafeInteger(place) ? [place] : [])))
  if (places.length === 0 || places.some((place) => typeof place !== 'number' || !known.has(place))) return null
  const [from, to] = [Math.min(...known), Math.max(...known)]
  return { from, to, isWhole: known.size === to - from + 1 }
}

function equalPlaces(parts: readonly Expression[], rank: string): unknown[] {
  return parts.map((part) => {
    const comparison = comparisonIn(part)
    return comparison?.column === rank && comparison.operator === '=' ? comparison.literal.value : undefined
  })
}
