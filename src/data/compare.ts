/**
 * Order, equality and hashes of boxed values (type.ts says how they look). NULL comes before every value and equals NULL; NaN comes
 * after every number and equals NaN; −0 equals 0. Text is ordered by code points, as its UTF-8 bytes are.
 */
import { assert } from '#base'
import { dataErrors } from './errors.ts'
import { hashBytes, hashCombine, hashExact, hashNumber, hashText } from './hash.ts'
import { type DataType, printType } from './type.ts'

export type Comparator = (a: unknown, b: unknown) => number
export type Equality = (a: unknown, b: unknown) => boolean
export type Hasher = (value: unknown) => number

/** The SQL order of a type. Maps and multisets have none: DATA_TYPE_NOT_ORDERED. */
export function comparator(type: DataType): Comparator {
  const compare = plainComparator(type)
  return (a, b) => (a === null || b === null ? compareNulls(a, b) : compare(a, b))
}

/** Compares two values of a type; use `comparator` for many. */
export function compareValues(a: unknown, b: unknown, type: DataType): number {
  return comparator(type)(a, b)
}

function compareNulls(a: unknown, b: unknown): number {
  return a === b ? 0 : a === null ? -1 : 1
}

function plainComparator(type: DataType): Comparator {
  switch (type.kind) {
    case 'boolean':
      return (a, b) => Number(a) - Number(b)
    case 'float':
    case 'double':
      return (a, b) => compareNumbers(a as number, b as number)
    case 'char':
    case 'varchar':
      return (a, b) => compareText(a as string, b as string)
    case 'binary':
    case 'varbinary':
      return (a, b) => compareBytes(a as Uint8Array, b as Uint8Array)
    case 'array':
      return compareLists([comparator(type.element)])
    case 'row':
      return compareLists(type.fields.map((field) => comparator(field.type)))
    case 'map':
    case 'multiset':
    case 'bitmap':
    case 'variant':
      throw dataErrors.DATA_TYPE_NOT_ORDERED({ type: printType(type) })
    case 'null':
      return () => 0
    default:
      return (a, b) => compareExact(a as number | bigint, b as number | bigint)
  }
}

/** Compares exact integers, in number or bigint form. */
export function compareExact(a: number | bigint, b: number | bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Compares doubles: NaN is the largest and equal to itself. */
export function compareNumbers(a: number, b: number): number {
  if (a < b) return -1
  if (a > b) return 1
  if (a === b) return 0
  return Number.isNaN(a) ? (Number.isNaN(b) ? 0 : 1) : -1
}

/** Compares by code points. The order of UTF-16 units differs: it puts surrogates before U+E000 to U+FFFF. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) {
      if (x < 0xd800 || y < 0xd800) return x - y
      const xIsSurrogate = x < 0xe000
      return xIsSurrogate === y < 0xe000 ? x - y : xIsSurrogate ? 1 : -1
    }
  }
  return a.length - b.length
}

/** Compares unsigned bytes; a prefix comes first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** Element by element, the last comparator for all that follow; a prefix comes first. */
function compareLists(elements: readonly Comparator[]): Comparator {
  return (a, b) => {
    const left = a as readonly unknown[]
    const right = b as readonly unknown[]
    const shared = Math.min(left.length, right.length)
    for (let i = 0; i < shared; i++) {
      const compare = elements[Math.min(i, elements.length - 1)]
      const order = compare === undefined ? 0 : compare(left[i], right[i])
      if (order !== 0) return order
    }
    return left.length - right.length
  }
}

/** Whether two values of a type are the same, NULL and NaN being the same as themselves. Every type has it. */
export function equality(type: DataType): Equality {
  switch (type.kind) {
    case 'float':
    case 'double':
      return (a, b) => a === b || (Number.isNaN(a) && Number.isNaN(b))
    case 'binary':
    case 'varbinary':
    case 'bitmap':
      return (a, b) => a === b || (a instanceof Uint8Array && b instanceof Uint8Array && compareBytes(a, b) === 0)
    case 'array':
      return sameLists([equality(type.element)])
    case 'row':
      return sameLists(type.fields.map((field) => equality(field.type)))
    case 'map':
      return sameMaps(equality(type.key), equality(type.value), isIdentified(type.key))
    case 'multiset':
      return sameMaps(equality(type.element), (a, b) => a === b, isIdentified(type.element))
    default:
      return (a, b) => a === b
  }
}

function sameLists(elements: readonly Equality[]): Equality {
  return (a, b) => {
    if (a === b) return true
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
    return a.every((value: unknown, i) => elements[Math.min(i, elements.length - 1)]?.(value, b[i]) ?? true)
  }
}

/** Whether a Map finds equal values of the type by itself: those that are primitives. */
function isIdentified(type: DataType): boolean {
  return !['binary', 'varbinary', 'bitmap', 'array', 'row', 'map', 'multiset'].includes(type.kind)
}

function sameMaps(sameKeys: Equality, sameValues: Equality, identified: boolean): Equality {
  return (a, b) => {
    if (a === b) return true
    if (!(a instanceof Map) || !(b instanceof Map) || a.size !== b.size) return false
    for (const [key, value] of a) {
      const found = identified ? (b.has(key) ? key : undefined) : [...b.keys()].find((other) => sameKeys(key, other))
      if (found === undefined || !sameValues(value, b.get(found))) return false
    }
    return true
  }
}

/** A stable 32-bit hash: equal values hash alike, in every process and version. NULL hashes to 0. */
export function hasher(type: DataType): Hasher {
  const hash = plainHasher(type)
  return (value) => (value === null ? 0 : hash(value))
}

/** The stable 32-bit hash of one value; use `hasher` for many. */
export function hashValue(value: unknown, type: DataType): number {
  return hasher(type)(value)
}

function plainHasher(type: DataType): Hasher {
  switch (type.kind) {
    case 'boolean':
      return (value) => hashNumber(value === true ? 1 : 0)
    case 'char':
    case 'varchar':
    case 'variant':
      return (value) => hashText(value as string)
    case 'binary':
    case 'varbinary':
    case 'bitmap':
      return (value) => hashBytes(value as Uint8Array, 0, (value as Uint8Array).length)
    case 'array':
      return hashLists([hasher(type.element)])
    case 'row':
      return hashLists(type.fields.map((field) => hasher(field.type)))
    case 'map':
      return hashMaps(hasher(type.key), hasher(type.value))
    case 'multiset':
      return hashMaps(hasher(type.element), (count) => hashNumber(count as number))
    case 'null':
      return () => 0
    default:
      return (value) => hashExact(value as number | bigint)
  }
}

function hashLists(elements: readonly Hasher[]): Hasher {
  return (value) => {
    assert(Array.isArray(value), 'an array or row is boxed as an array')
    let hash = value.length
    for (let i = 0; i < value.length; i++) {
      const element = elements[Math.min(i, elements.length - 1)]
      if (element !== undefined) hash = hashCombine(hash, element(value[i]))
    }
    return hash
  }
}

/** The order of entries makes no difference. */
function hashMaps(keys: Hasher, values: Hasher): Hasher {
  return (value) => {
    let hash = 0
    for (const [key, held] of value as ReadonlyMap<unknown, unknown>) hash = (hash + hashCombine(keys(key), values(held))) | 0
    return hash
  }
}
