/** Which columns tell the rows of a relation apart: an upsert key names at most one row at any time. */
import { type DataType, sameType } from '#data'
import { asOfTimeOf } from './as-of.ts'
import type { Expression, Join, NamedExpression, Relation, Scan, Top } from './plan.ts'
import { columnOf, schemaOf } from './schema.ts'
import { inputsOf, match, walkRelations } from './visit.ts'

export type UpsertKey = readonly string[]

/** More keys than this are never worth the time to follow. */
const keysMax = 8

/**
 * The upsert keys of every relation below `roots`; `keyOf` gives the primary key of a scanned table, under the scan's names.
 *
 * With `isSteady`, which says of a relation that its rows never change, only those under which the changes of a row follow one another: a
 * row whose join columns or partition change leaves one place and comes to another, and nothing decides which is told first.
 */
export function deriveUpsertKeys(
  roots: readonly Relation[],
  keyOf: (scan: Scan) => UpsertKey | null,
  isSteady: (relation: Relation) => boolean = () => true,
): Map<Relation, readonly UpsertKey[]> {
  const keys = new Map<Relation, readonly UpsertKey[]>()
  walkRelations(roots, (relation) => {
    const inputs = inputsOf(relation).map((input, index) => {
      const known = keys.get(input) ?? []
      const places = isSteady(input) ? [] : placeOf(relation, index)
      return known.filter((key) => contains(key, places))
    })
    keys.set(relation, distinctKeys(keysFrom(relation, inputs, keyOf)).slice(0, keysMax))
  })
  return keys
}

/** The columns of an input that decide where its rows meet others. */
function placeOf(relation: Relation, input: number): readonly string[] {
  switch (relation.kind) {
    case 'join':
      if (asOfTimeOf(relation)?.kind === 'processing-time') return []
      return relation.equal.map((key) => (input === 0 ? key.left : key.right))
    case 'top':
      return relation.partitionBy
    default:
      return []
  }
}

function keysFrom(
  relation: Relation,
  inputs: readonly (readonly UpsertKey[])[],
  keyOf: (scan: Scan) => UpsertKey | null,
): readonly UpsertKey[] {
  const input = inputs[0] ?? []
  return match<readonly UpsertKey[]>(relation, {
    scan: (scan) => oneOrNone(keyOf(scan)),
    values: () => [],
    watermark: () => input,
    filter: () => input,
    project: ({ columns }) => projectedKeys(input, columns),
    unnest: ({ ordinality }) => (ordinality === null ? [] : input.map((key) => [...key, ordinality])),
    window: ({ shape, start, end }) =>
      shape.kind === 'tumble' || shape.kind === 'session' ? input : input.map((key) => [...key, start, end]),
    aggregate: ({ keys, groupingSets }) => [groupingSets === null ? keys : [...keys, groupingSets.groupingId]],
    over: () => input,
    join: (join) => joinedKeys(join, inputs[0] ?? [], inputs[1] ?? []),
    union: () => [],
    distinct: (distinct) => [schemaOf(distinct).map((column) => column.name)],
    top: (top) => [...topKeys(top), ...input],
    sort: () => input,
    match: () => [],
    'to-changelog': () => [],
    'from-changelog': () => [],
    normalise: ({ key }) => [key],
  })
}

function oneOrNone(key: UpsertKey | null): readonly UpsertKey[] {
  return key === null ? [] : [key]
}

function topKeys({ rank, partitionBy, from, to }: Top): readonly UpsertKey[] {
  if (from === to) return [partitionBy]
  return rank === null ? [] : [[...partitionBy, rank]]
}

/** A key survives when each of its columns is passed on, as it is or in a wider type. */
function projectedKeys(keys: readonly UpsertKey[], columns: readonly NamedExpression[]): readonly UpsertKey[] {
  const names = new Map<string, string>()
  for (const { name, value } of columns) {
    const source = passedColumn(value)
    if (source !== null && !names.has(source)) names.set(source, name)
  }
  return keys.flatMap((key) => {
    const renamed = key.flatMap((name) => names.get(name) ?? [])
    return renamed.length === key.length ? [renamed] : []
  })
}

function passedColumn(value: Expression): string | null {
  if (value.kind === 'column') return value.name
  return value.kind === 'cast' && value.value.kind === 'column' && keepsApart(value.value.type, value.type) ? value.value.name : null
}

const integerOrder: readonly DataType['kind'][] = ['tinyint', 'smallint', 'integer', 'bigint']

/** Whether different values stay different when converted. */
function keepsApart(from: DataType, to: DataType): boolean {
  if (sameType(from, to, true)) return true
  if (from.kind === 'varchar' && to.kind === 'varchar') return from.length <= to.length
  const width = integerOrder.indexOf(from.kind)
  return width >= 0 && integerOrder.indexOf(to.kind) >= width
}

function joinedKeys(join: Join, left: readonly UpsertKey[], right: readonly UpsertKey[]): readonly UpsertKey[] {
  if (join.type === 'semi' || join.type === 'anti' || asOfTimeOf(join)?.kind === 'event-time') return left
  const leftColumns = join.equal.map((key) => key.left)
  const rightColumns = join.equal.map((key) => key.right)
  const atMostOneLeft = left.some((key) => contains(leftColumns, key))
  const atMostOneRight = right.some((key) => contains(rightColumns, key))
  const leftPadded = join.type === 'right' || join.type === 'full'
  const rightPadded = join.type === 'left' || join.type === 'full'
  const keys: UpsertKey[] = []
  if (atMostOneRight && !leftPadded) keys.push(...left)
  if (atMostOneLeft && !rightPadded) keys.push(...right)
  for (const one of left) {
    for (const other of right) {
      // Of a full join, rows without a partner have NULL in place of the key of the other side.
      const isAmbiguous = join.type === 'full' && mayBeNull(join.left, one) && mayBeNull(join.right, other)
      if (!isAmbiguous) keys.push([...one, ...other])
    }
  }
  return keys
}

/** Whether all columns of a key can be NULL at a time. */
function mayBeNull(relation: Relation, key: UpsertKey): boolean {
  return key.every((name) => columnOf(relation, name).type.nullable)
}

/** Whether all of `part` is in `whole`. */
export function contains(whole: readonly string[], part: readonly string[]): boolean {
  return part.every((name) => whole.includes(name))
}

function distinctKeys(keys: readonly UpsertKey[]): UpsertKey[] {
  const seen = new Map<string, UpsertKey>()
  for (const key of keys) {
    const sorted = [...new Set(key)].sort()
    seen.set(JSON.stringify(sorted), [...new Set(key)])
  }
  return [...seen.values()]
}
