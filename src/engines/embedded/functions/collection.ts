/** Arrays, maps and rows. Elements count from 1. Equal elements and keys are found by their place in the order of their type, or its equality. */
import { comparator, type DataType, hasher } from '#data'
import { comparedEquality } from './comparison.ts'
import { functionErrors } from './errors.ts'
import type { CallShape, Evaluation } from './evaluation.ts'
import { variantItem } from './variant.ts'

type List = readonly unknown[]
type Entries = ReadonlyMap<unknown, unknown>

export const collectionEvaluations = {
  ARRAY:
    () =>
    (...values: unknown[]) =>
      values,
  ROW:
    () =>
    (...values: unknown[]) =>
      values,
  MAP: (shape) => {
    const [type] = shape.arguments
    return (...values: unknown[]) => mapOf(type, values.length / 2, (i) => [values[2 * i], values[2 * i + 1]])
  },
  ITEM: itemOf,
  FIELD: ({ constants: [, index] }) => {
    const place = Number(index)
    return (row: List | null) => row?.[place] ?? null
  },
  COPIES: () => (count: number | bigint) => Array.from({ length: Math.max(0, Number(count)) }, (_, index) => index + 1),
  CARDINALITY: ({ arguments: [type] }) =>
    type?.kind === 'multiset'
      ? (bag: Entries) => sum(bag.values())
      : (value: List | Entries) => (value instanceof Map ? value.size : (value as List).length),
  ELEMENT: () => (collection: List | Entries | null) =>
    collection === null ? null : onlyOf(collection instanceof Map ? [...collection.keys()] : (collection as List)),
  ARRAY_CONTAINS: (shape) => {
    const find = finder(shape)
    return (list: List | null, element: unknown) => (list === null ? null : find(list, element) >= 0)
  },
  ARRAY_POSITION: (shape) => {
    const find = finder(shape)
    return (list: List | null, element: unknown) => (list === null || element === null ? null : find(list, element) + 1)
  },
  ARRAY_REMOVE: (shape) => {
    const same = comparedEquality(elementType(shape))
    return (list: List | null, element: unknown) => list?.filter((item) => !same(item, element)) ?? null
  },
  ARRAY_APPEND: () => (list: List | null, element: unknown) => (list === null ? null : [...list, element]),
  ARRAY_PREPEND: () => (list: List | null, element: unknown) => (list === null ? null : [element, ...list]),
  ARRAY_CONCAT:
    () =>
    (...lists: List[]) =>
      lists.flat(),
  ARRAY_UNION: (shape) => (a: List, b: List) => distinct([...a, ...b], elementType(shape)),
  ARRAY_EXCEPT: (shape) => (a: List, b: List) => {
    const other = new ValueSet(elementType(shape), b)
    return distinct(a, elementType(shape)).filter((item) => !other.has(item))
  },
  ARRAY_INTERSECT: (shape) => (a: List, b: List) => {
    const other = new ValueSet(elementType(shape), b)
    return distinct(a, elementType(shape)).filter((item) => other.has(item))
  },
  ARRAY_DISTINCT: (shape) => (list: List) => distinct(list, elementType(shape)),
  ARRAY_REVERSE: () => (list: List) => [...list].reverse(),
  ARRAY_SLICE: () => slice,
  ARRAY_SORT: sorter,
  ARRAY_MAX: (shape) => extreme(shape, 1),
  ARRAY_MIN: (shape) => extreme(shape, -1),
  ARRAY_JOIN: () => (list: readonly (string | null)[], separator: string, replacement?: string) =>
    (replacement === undefined ? list.filter((item) => item !== null) : list.map((item) => item ?? replacement)).join(separator),
  MAP_KEYS: () => (map: Entries) => [...map.keys()],
  MAP_VALUES: () => (map: Entries) => [...map.values()],
  MAP_ENTRIES: () => (map: Entries) => [...map].map(([key, value]) => [key, value]),
  MAP_UNION:
    ({ result }) =>
    (...maps: Entries[]) => {
      const entries = maps.flatMap((map) => [...map])
      return mapOf(result.kind === 'map' ? result.key : undefined, entries.length, (i) => entries[i] as [unknown, unknown])
    },
  MAP_FROM_ARRAYS:
    ({ result }) =>
    (keys: List, values: List) => {
      if (keys.length !== values.length) {
        throw functionErrors.ENGINE_ARGUMENT_REFUSED({
          function: 'MAP_FROM_ARRAYS',
          argument: `${keys.length} keys with ${values.length} values`,
        })
      }
      return mapOf(result.kind === 'map' ? result.key : undefined, keys.length, (i) => [keys[i], values[i]])
    },
} satisfies Record<string, Evaluation>

function elementType({ arguments: [type] }: CallShape): DataType {
  return type?.kind === 'array' || type?.kind === 'multiset' ? type.element : { kind: 'null', nullable: true }
}

/** Types whose equal values are the same to a Map or Set of JavaScript. */
function isPrimitive(type: DataType | undefined): boolean {
  return type === undefined || !['binary', 'varbinary', 'bitmap', 'array', 'row', 'map', 'multiset'].includes(type.kind)
}

function isReal(type: DataType): boolean {
  return type.kind === 'double' || type.kind === 'float'
}

/** A map in which a later entry replaces an earlier one of the same key. */
function mapOf(keyType: DataType | undefined, size: number, entry: (index: number) => readonly [unknown, unknown]): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>()
  const keys = isPrimitive(keyType) || keyType === undefined ? null : new ValueSet(keyType, [])
  for (let i = 0; i < size; i++) {
    const [key, value] = entry(i)
    map.set(keys === null ? key : keys.add(key), value)
  }
  return map
}

/** A set of values of any type. */
class ValueSet {
  readonly #same: (a: unknown, b: unknown) => boolean
  readonly #hash: (value: unknown) => number
  readonly #buckets = new Map<unknown, unknown[]>()

  constructor(type: DataType, values: List) {
    this.#same = comparedEquality(type)
    this.#hash = hasher(type)
    for (const value of values) this.add(value)
  }

  has(value: unknown): boolean {
    return this.#buckets.get(this.#hash(value))?.some((item) => this.#same(item, value)) ?? false
  }

  /** The equal value that is there already, or this one. */
  add(value: unknown): unknown {
    const hash = this.#hash(value)
    const bucket = this.#buckets.get(hash)
    const found = bucket?.find((item) => this.#same(item, value))
    if (found !== undefined) return found
    if (bucket === undefined) this.#buckets.set(hash, [value])
    else bucket.push(value)
    return value
  }
}

/** Each different element once, where it comes first. */
function distinct(list: List, type: DataType): unknown[] {
  if (isPrimitive(type) && !isReal(type)) return [...new Set(list)]
  const seen = new ValueSet(type, [])
  return list.filter((item) => {
    if (seen.has(item)) return false
    seen.add(item)
    return true
  })
}

function finder(shape: CallShape): (list: List, element: unknown) => number {
  const type = elementType(shape)
  if (isPrimitive(type)) return (list, element) => list.indexOf(element)
  const same = comparedEquality(type)
  return (list, element) => list.findIndex((item) => same(item, element))
}

function itemOf(shape: CallShape): (collection: never, index: never) => unknown {
  const [type] = shape.arguments
  if (type?.kind === 'variant')
    return (variant: string | null, step: string | number | bigint | null) =>
      variant === null || step === null ? null : variantItem(variant, step)
  if (type?.kind !== 'map')
    return (list: List | null, index: number | bigint | null) => (index === null ? null : (list?.[Number(index) - 1] ?? null))
  if (isPrimitive(type.key)) return (map: Entries | null, key: unknown) => map?.get(key) ?? null
  const same = comparedEquality(type.key)
  return (map: Entries | null, key: unknown) => (map === null ? null : ([...map].find(([other]) => same(other, key))?.[1] ?? null))
}

function onlyOf(list: List): unknown {
  if (list.length > 1) throw functionErrors.ENGINE_ARGUMENT_REFUSED({ function: 'ELEMENT', argument: `${list.length} elements` })
  return list[0] ?? null
}

function sum(values: Iterable<unknown>): number {
  let total = 0
  for (const value of values) total += Number(value)
  return total
}

/** From a place to another, both included; 0 counts as 1, and negative places count from the end, but not beyond the first. */
function slice(list: List, start: number | bigint, end: number | bigint = list.length): List {
  const { length } = list
  const place = (value: number): number => (value < 0 ? Math.max(length + value + 1, 1) : value === 0 ? 1 : value)
  const [from, to] = [place(Number(start)), place(Number(end))]
  return from > to ? [] : list.slice(from - 1, to)
}

/** NULL comes first in ascending order and last in descending order, unless the third argument says otherwise. */
function sorter(shape: CallShape): (list: List, ascending?: boolean, nullsFirst?: boolean) => List {
  const compare = comparator(elementType(shape))
  return (list, ascending = true, nullsFirst = ascending) =>
    [...list].sort((a, b) => {
      if (a === null || b === null) return a === b ? 0 : (a === null) === nullsFirst ? -1 : 1
      return ascending ? compare(a, b) : compare(b, a)
    })
}

/** NaN is neither more nor less than a number: it stays where it comes first. */
function extreme(shape: CallShape, sign: 1 | -1): (list: List) => unknown {
  const type = elementType(shape)
  const compare = isReal(type) ? (a: unknown, b: unknown) => (a as number) - (b as number) : comparator(type)
  return (list) => {
    let best: unknown = null
    for (const item of list) if (item !== null && (best === null || compare(item, best) * sign > 0)) best = item
    return best
  }
}
