/**
 * Recognises Top-N: a function that counts places, and around it a condition that cuts the places off.
 *
 *     SELECT … FROM (SELECT …, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v DESC) AS rn FROM t) WHERE rn <= 3
 */
import { bigintType, withNullable } from '#data'
import {
  columnsIn,
  type Expression,
  expressionsOf,
  inputsOf,
  joinWrittenAt,
  type Over,
  type Project,
  type Relation,
  schemaOf,
  type WrittenAt,
  withInputs,
  withWrittenAt,
  writtenAt,
} from '#plan'
import type { BindContext } from './context.ts'
import { constant } from './literals.ts'
import { extended } from './names.ts'

const rankNames = ['ROW_NUMBER', 'RANK', 'DENSE_RANK'] as const
type RankName = (typeof rankNames)[number]

/** A comparison of a column with whole numbers: the places that it leaves. */
interface Places {
  readonly column: string
  readonly from: number
  readonly to: number
}

/** The relation with its ranking cut to the places that the conditions leave, and the other conditions; null when there is none. */
export function recogniseTop(
  context: BindContext,
  relation: Relation,
  conditions: readonly Expression[],
): { readonly relation: Relation; readonly rest: readonly Expression[] } | null {
  const cuts = conditions.map(placesOf)
  for (const cut of cuts) {
    const ranking = cut === null ? null : rankingOf(relation, cut.column)
    if (cut === null || ranking === null) continue
    const used = cuts.filter((other) => other?.column === cut.column)
    const from = Math.max(1, ...used.map((other) => other?.from ?? 1))
    const to = Math.min(...used.map((other) => other?.to ?? Number.POSITIVE_INFINITY))
    if (!Number.isFinite(to) || to < from) continue
    const rest = conditions.filter((_, index) => cuts[index]?.column !== cut.column)
    const cutting = conditions.filter((condition) => !rest.includes(condition))
    const at = joinWrittenAt([writtenAt(ranking.over), context.writtenAt(context.spansOf(cutting))])
    return { relation: cutRanking(relation, { ...ranking, at }, from, to), rest }
  }
  return null
}

/** `rn <= 3`, `3 >= rn`, `rn = 1` and so on. */
function placesOf(condition: Expression): Places | null {
  if (condition.kind !== 'call' || condition.arguments.length !== 2) return null
  const [left, right] = condition.arguments
  const column = columnBehind(left) ?? columnBehind(right)
  const isMirrored = columnBehind(left) === null
  const count = wholeNumber(isMirrored ? left : right)
  if (column === null || count === null) return null
  const operator = isMirrored ? (mirrored[condition.function] ?? '') : condition.function
  switch (operator) {
    case '=':
      return { column, from: count, to: count }
    case '<':
      return { column, from: 1, to: count - 1 }
    case '<=':
      return { column, from: 1, to: count }
    case '>':
      return { column, from: count + 1, to: Number.POSITIVE_INFINITY }
    case '>=':
      return { column, from: count, to: Number.POSITIVE_INFINITY }
    default:
      return null
  }
}

const mirrored: Partial<Record<string, string>> = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' }

/** The column itself, or inside a conversion that the comparison added. */
function columnBehind(expression: Expression | undefined): string | null {
  if (expression?.kind === 'cast') return columnBehind(expression.value)
  return expression?.kind === 'column' ? expression.name : null
}

function wholeNumber(expression: Expression | undefined): number | null {
  if (expression?.kind === 'cast') return wholeNumber(expression.value)
  if (expression?.kind !== 'literal' || typeof expression.value !== 'number') return null
  const { value, type } = expression
  const number = type.kind === 'decimal' ? value / 10 ** type.scale : value
  return Number.isSafeInteger(number) ? number : null
}

/** The ranking that a column comes from, through projects that pass the column on. */
function rankingOf(relation: Relation, column: string): { readonly over: Over; readonly name: RankName; readonly rank: string } | null {
  if (relation.kind === 'project') {
    const source = relation.columns.find(({ name }) => name === column)?.value
    return source?.kind === 'column' ? rankingOf(relation.input, source.name) : null
  }
  if (relation.kind !== 'over' || relation.measures.length !== 1) return null
  const [measure] = relation.measures
  const name = rankNames.find((each) => each === measure?.function)
  return measure?.name === column && name !== undefined ? { over: relation, name, rank: column } : null
}

function cutRanking(
  relation: Relation,
  ranking: { readonly over: Over; readonly name: RankName; readonly rank: string; readonly at: WrittenAt | null },
  from: number,
  to: number,
): Relation {
  if (relation === ranking.over) {
    const { input, partitionBy, orderBy } = ranking.over
    const bare: Relation = { kind: 'top', input, function: ranking.name, partitionBy, orderBy, from, to, rank: ranking.rank }
    const top = withWrittenAt(bare, ranking.at)
    return from === to ? withConstantRank({ ...top, rank: null }, ranking.rank, from) : top
  }
  if (relation.kind !== 'project') return relation
  return { ...relation, input: cutRanking(relation.input, ranking, from, to) }
}

/** A single place need not be counted: it is always the same. */
function withConstantRank(top: Relation, rank: string, place: number): Relation {
  return extended(top, [{ name: rank, value: constant(withNullable(bigintType, false), place) }])
}

/** Whether a Top-N below says its places. Remembered, since every query asks that stands on another. */
const ranked = new WeakMap<Relation, boolean>()

function holdsRank(relation: Relation): boolean {
  const known = ranked.get(relation)
  if (known !== undefined) return known
  const holds = (relation.kind === 'top' && relation.rank !== null) || inputsOf(relation).some(holdsRank)
  ranked.set(relation, holds)
  return holds
}

/** What a relation became for readers of the same columns: a relation that many read is taken apart once, and stays one. */
type Pruned = Map<Relation, Map<string, Relation>>

/**
 * Drops the places that nobody reads: a Top-N that need not say them sends far fewer changes. `needed` are the columns that are read
 * of the relation.
 */
export function withoutUnusedRank(relation: Relation, needed: ReadonlySet<string>, pruned: Pruned = new Map()): Relation {
  if (!holdsRank(relation)) return relation
  const key = JSON.stringify([...needed].sort())
  const forReaders = pruned.get(relation) ?? new Map<string, Relation>()
  pruned.set(relation, forReaders)
  const known = forReaders.get(key)
  if (known !== undefined) return known
  const result = pruneRank(relation, needed, pruned)
  forReaders.set(key, result)
  return result
}

function pruneRank(relation: Relation, needed: ReadonlySet<string>, pruned: Pruned): Relation {
  const own = expressionsOf(relation).flatMap((value) => [...columnsIn(value)])
  const below = (input: Relation, ...more: readonly string[]) => withoutUnusedRank(input, new Set([...needed, ...own, ...more]), pruned)
  switch (relation.kind) {
    case 'top':
      return relation.rank === null || needed.has(relation.rank) ? relation : { ...relation, rank: null }
    case 'project':
      return projectWithoutRank(relation, needed, pruned)
    case 'filter':
    case 'unnest':
      return withInputs(relation, [below(relation.input)])
    case 'window':
      return withInputs(relation, [
        below(relation.input, relation.time, ...(relation.shape.kind === 'session' ? relation.shape.partitionBy : [])),
      ])
    case 'over':
      return withInputs(relation, [below(relation.input, ...relation.partitionBy, ...relation.orderBy.map((key) => key.column))])
    case 'sort':
      return withInputs(relation, [below(relation.input, ...relation.orderBy.map((key) => key.column))])
    case 'aggregate':
      return withInputs(relation, [withoutUnusedRank(relation.input, new Set([...relation.keys, ...own]), pruned)])
    case 'join': {
      const keys = relation.equal.flatMap((key) => [key.left, key.right])
      const read = relation.asOf === null ? keys : [...keys, relation.asOf]
      return withInputs(relation, [below(relation.left, ...read), below(relation.right, ...read)])
    }
    default:
      return relation
  }
}

function projectWithoutRank(project: Project, needed: ReadonlySet<string>, pruned: Pruned): Relation {
  const kept = project.columns.filter(({ name }) => needed.has(name))
  const input = withoutUnusedRank(project.input, new Set(kept.flatMap(({ value }) => [...columnsIn(value)])), pruned)
  if (input === project.input) return project
  const left = new Set(schemaOf(input).map(({ name }) => name))
  return { ...project, input, columns: project.columns.filter(({ value }) => [...columnsIn(value)].every((name) => left.has(name))) }
}
