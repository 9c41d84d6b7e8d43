/** GROUP BY: which expressions are grouped by, and in which sets. */
import type { TextPosition } from '#base'
import type { Expression } from '#plan'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import type { Place } from './place.ts'
import { keyOf } from './same.ts'

export interface Grouping {
  /** Different expressions, in the order of writing. */
  readonly keys: readonly GroupKey[]
  /** Places in `keys`; null when all rows are grouped by all keys. */
  readonly sets: readonly (readonly number[])[] | null
}
interface GroupKey {
  readonly value: Expression
  readonly key: string
  readonly position: TextPosition
}

const setsMax = 1024

/** `expressionsOf` binds a grouping expression; one that is a window comes to several. */
export function bindGrouping(
  groupBy: tree.GroupBy,
  place: Place,
  expressionsOf: (node: tree.Expression) => readonly Expression[],
): Grouping {
  const keys: GroupKey[] = []
  const add = (node: tree.Expression): number[] => {
    if (node.kind === 'number-literal' && node.form === 'integer') {
      const hint = 'Flink SQL groups by expressions, not by places in the SELECT list: write the expression itself.'
      throw sqlErrors.SQL_GROUP_BY_ORDINAL({ literal: node.text }, { position: node.position, hint })
    }
    return expressionsOf(node).map((value) => {
      const key = keyOf(value)
      const known = keys.findIndex((each) => each.key === key)
      return known >= 0 ? known : keys.push({ value, key, position: node.position }) - 1
    })
  }
  const choices = place.context.all(groupBy.elements.map((element) => () => setsOf(element, add)))
  const sets = choices.reduce<readonly (readonly number[])[]>((product, choice) => multiply(product, choice, groupBy.position), [[]])
  const isPlain = groupBy.elements.every((element) => element.kind === 'grouping-set')
  return { keys, sets: isPlain ? null : sets }
}

function multiply(left: readonly (readonly number[])[], right: readonly (readonly number[])[], position: TextPosition): number[][] {
  if (left.length * right.length > setsMax) throw sqlErrors.SQL_GROUPING_SETS_TOO_MANY({ limit: setsMax }, { position })
  return left.flatMap((set) => right.map((other) => [...new Set([...set, ...other])]))
}

function setsOf(element: tree.GroupingElement, add: (node: tree.Expression) => number[]): number[][] {
  switch (element.kind) {
    case 'grouping-set':
      return [element.expressions.flatMap(add)]
    case 'rollup': {
      const parts = element.sets.map((set) => set.expressions.flatMap(add))
      return different(Array.from({ length: parts.length + 1 }, (_, dropped) => parts.slice(0, parts.length - dropped).flat()))
    }
    case 'cube': {
      const parts = element.sets.map((set) => set.expressions.flatMap(add))
      if (2 ** parts.length > setsMax) throw sqlErrors.SQL_GROUPING_SETS_TOO_MANY({ limit: setsMax }, { position: element.position })
      const subsets = Array.from({ length: 2 ** parts.length }, (_, bits) =>
        parts.filter((_part, index) => ((bits >> (parts.length - 1 - index)) & 1) === 0).flat(),
      )
      return different(subsets)
    }
    case 'grouping-sets':
      return element.elements.flatMap((inner) => setsOf(inner, add))
  }
}

/** ROLLUP and CUBE have each set once, however often an expression is written. GROUPING SETS has what is written. */
function different(sets: readonly (readonly number[])[]): number[][] {
  const byKeys = new Map<string, number[]>()
  for (const set of sets) {
    const keys = [...new Set(set)].sort((a, b) => a - b)
    byKeys.set(keys.join(), keys)
  }
  return [...byKeys.values()]
}
