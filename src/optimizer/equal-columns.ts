/**
 * Which columns of a relation have the same value in each of its rows: those that a filter or an inner join compares with `=`. Numbers with
 * a point are left out, since equal ones can print differently.
 */
import { sameType } from '#data'
import { columnOf, conjunctsOf, type Expression, type Join, type Project, type Relation } from '#plan'

export type EqualColumns = readonly (readonly [first: string, second: string])[]

/** Pairs of columns. */
export function equalColumnsOf(relation: Relation): EqualColumns {
  switch (relation.kind) {
    case 'filter':
      return [...equalColumnsOf(relation.input), ...conjunctsOf(relation.condition).flatMap(comparedColumns)]
    case 'project':
      return renamed(relation, equalColumnsOf(relation.input))
    case 'join':
      return relation.type === 'inner' ? joined(relation) : []
    default:
      return []
  }
}

function comparedColumns(conjunct: Expression): EqualColumns {
  if (conjunct.kind !== 'call' || conjunct.function !== '=') return []
  const [first, second] = conjunct.arguments
  if (first?.kind !== 'column' || second?.kind !== 'column') return []
  return isExact(first) && sameType(first.type, second.type, true) ? [[first.name, second.name]] : []
}

function joined({ left, right, equal, asOf }: Join): EqualColumns {
  const keys = equal.filter((key) => isExact(columnOf(left, key.left)))
  const own = keys.map((key) => [key.left, key.right] as const)
  return [...equalColumnsOf(left), ...(asOf === null ? equalColumnsOf(right) : []), ...own]
}

function isExact({ type }: { readonly type: Expression['type'] }): boolean {
  return type.kind !== 'float' && type.kind !== 'double'
}

function renamed({ columns }: Project, pairs: EqualColumns): EqualColumns {
  const nameOf = (source: string): string | undefined => columns.find(({ value }) => value.kind === 'column' && value.name === source)?.name
  return pairs.flatMap(([first, second]) => {
    const [a, b] = [nameOf(first), nameOf(second)]
    return a === undefined || b === undefined ? [] : [[a, b] as const]
  })
}

/** A column and all that have its value, by pairs. */
export function columnsEqualTo(column: string, pairs: EqualColumns): ReadonlySet<string> {
  const equal = new Set([column])
  for (const known of equal) {
    for (const [first, second] of pairs) {
      if (first === known) equal.add(second)
      if (second === known) equal.add(first)
    }
  }
  return equal
}
