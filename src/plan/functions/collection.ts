/** Arrays, maps, multisets and rows. Elements count from 1; FIELD(row, n) counts fields from 0 and `n` is a literal. */
import { booleanType, commonType, type DataType, familyOf, implicitlyCastable, integerType, stringType, withNullable } from '#data'
import {
  argumentsMax,
  array,
  arrayOf,
  integer,
  map,
  mapOf,
  notNull,
  nullable,
  ofKind,
  signature,
  signatureTogether,
  text,
} from './parameters.ts'
import type { Argument, Signature } from './signature.ts'

const anyCollection = ofKind(arrayOf(integerType), 'array', 'map', 'multiset')

export const collectionSignatures = {
  ARRAY: signatureTogether(
    'ARRAY[value1, value2, …]',
    [0, argumentsMax],
    sameElements,
    ([element]) => notNull(arrayOf(element ?? { kind: 'null', nullable: true })),
    {
      nulls: 'custom',
    },
  ),
  MAP: signatureTogether('MAP[key1, value1, …]', [0, argumentsMax], sameEntries, builtMap, { nulls: 'custom' }),
  ROW: signatureTogether('ROW(value1, value2, …)', [1, argumentsMax], (args) => args.map((argument) => argument.type), builtRow, {
    nulls: 'custom',
  }),
  ITEM: signatureTogether('collection[index]', [2, 2], itemArguments, itemType, { nulls: 'custom' }),
  FIELD: signature('row.field', [ofKind({ kind: 'row', fields: [], nullable: true }, 'row'), integer], fieldType, { nulls: 'custom' }),
  /** The numbers from 1 to a count. UNNEST of them repeats a row that often. */
  COPIES: signature('COPIES(count)', [integer], ([type]) =>
    withNullable(arrayOf(withNullable(integerType, false)), type?.nullable ?? true),
  ),
  CARDINALITY: signature('CARDINALITY(collection)', [anyCollection], integerType),
  ELEMENT: signature('ELEMENT(array)', [ofKind(arrayOf(integerType), 'array', 'multiset')], elementNullable, { nulls: 'custom' }),
  ARRAY_CONTAINS: withElement('ARRAY_CONTAINS(array, element)', ([type]) => withNullable(booleanType, type?.nullable ?? true)),
  ARRAY_POSITION: withElement('ARRAY_POSITION(array, element)', (types) =>
    withNullable(
      integerType,
      types.some((type) => type.nullable),
    ),
  ),
  ARRAY_REMOVE: withElement('ARRAY_REMOVE(array, element)', ([type]) => type ?? null),
  ARRAY_APPEND: withElement('ARRAY_APPEND(array, element)', grown),
  ARRAY_PREPEND: withElement('ARRAY_PREPEND(array, element)', grown),
  ARRAY_CONCAT: alike('ARRAY_CONCAT(array1, array2, …)', [1, argumentsMax]),
  ARRAY_UNION: alike('ARRAY_UNION(array1, array2)', [2, 2]),
  ARRAY_EXCEPT: alike('ARRAY_EXCEPT(array1, array2)', [2, 2]),
  ARRAY_INTERSECT: alike('ARRAY_INTERSECT(array1, array2)', [2, 2]),
  ARRAY_DISTINCT: signature('ARRAY_DISTINCT(array)', [array], ([type]) => type ?? null),
  ARRAY_REVERSE: signature('ARRAY_REVERSE(array)', [array], ([type]) => type ?? null),
  ARRAY_SLICE: signature('ARRAY_SLICE(array, start [, end])', [array, integer, integer], ([type]) => type ?? null, { optional: 1 }),
  ARRAY_SORT: signature(
    'ARRAY_SORT(array [, ascending [, nullsFirst]])',
    [array, ofKind(booleanType, 'boolean'), ofKind(booleanType, 'boolean')],
    sorted,
    {
      optional: 2,
    },
  ),
  ARRAY_MAX: signature('ARRAY_MAX(array)', [array], comparableElement, { givesNull: true }),
  ARRAY_MIN: signature('ARRAY_MIN(array)', [array], comparableElement, { givesNull: true }),
  ARRAY_JOIN: signature(
    'ARRAY_JOIN(array, separator [, nullReplacement])',
    [array, text, text],
    ([type]) => (elementIsText(type) ? stringType : null),
    {
      optional: 1,
    },
  ),
  MAP_KEYS: signature('MAP_KEYS(map)', [map], ([type]) => (type?.kind === 'map' ? arrayOf(type.key) : null)),
  MAP_VALUES: signature('MAP_VALUES(map)', [map], ([type]) => (type?.kind === 'map' ? arrayOf(type.value) : null)),
  MAP_ENTRIES: signature('MAP_ENTRIES(map)', [map], ([type]) => (type?.kind === 'map' ? entriesOf(type) : null)),
  MAP_UNION: signatureTogether(
    'MAP_UNION(map1, map2, …)',
    [1, argumentsMax],
    (args) => commonOf(args, 'map'),
    ([type]) => type ?? null,
  ),
  MAP_FROM_ARRAYS: signature('MAP_FROM_ARRAYS(keys, values)', [array, array], ([keys, values]) =>
    keys?.kind === 'array' && values?.kind === 'array' ? mapOf(keys.element, values.element) : null,
  ),
} satisfies Record<string, Signature>

function common(types: readonly DataType[]): DataType | null {
  return types.length === 0 ? { kind: 'null', nullable: true } : commonType(types)
}

function sameElements(args: readonly Argument[]): readonly DataType[] | null {
  const type = common(args.map((argument) => argument.type))
  return type === null ? null : args.map(() => type)
}

function sameEntries(args: readonly Argument[]): readonly DataType[] | null {
  if (args.length % 2 !== 0) return null
  const key = common(args.filter((_, index) => index % 2 === 0).map((argument) => argument.type))
  const value = common(args.filter((_, index) => index % 2 === 1).map((argument) => argument.type))
  return key === null || value === null ? null : args.map((_, index) => (index % 2 === 0 ? key : value))
}

function builtMap([key, value]: readonly DataType[]): DataType {
  const none: DataType = { kind: 'null', nullable: true }
  return notNull(mapOf(key ?? none, value ?? none))
}

function builtRow(types: readonly DataType[]): DataType {
  return { kind: 'row', fields: types.map((type, index) => ({ name: `EXPR$${index}`, type })), nullable: false }
}

function itemArguments([collection, index]: readonly Argument[]): readonly DataType[] | null {
  if (collection === undefined || index === undefined) return null
  const { type } = collection
  if (type.kind === 'map') {
    const key = commonType([type.key, index.type])
    return key === null ? null : [type, withNullable(type.key, index.type.nullable)]
  }
  const place = integer(index)
  if (type.kind === 'variant') return place === null && familyOf(index.type) !== 'text' ? null : [type, index.type]
  return place === null || (type.kind !== 'array' && type.kind !== 'row') ? null : [type, place]
}

function itemType([collection]: readonly DataType[], args: readonly Argument[]): DataType | null {
  if (collection?.kind === 'row') {
    const place = args[1]?.literal
    const field = typeof place === 'number' ? collection.fields[place - 1] : undefined
    return field === undefined ? null : withNullable(field.type, field.type.nullable || collection.nullable)
  }
  if (collection?.kind === 'variant') return nullable(collection)
  const held = collection?.kind === 'map' ? collection.value : elementOf(collection === undefined ? [] : [collection])
  return held === null ? null : nullable(held)
}

function fieldType([row]: readonly DataType[], args: readonly Argument[]): DataType | null {
  const place = args[1]?.literal
  if (row?.kind !== 'row' || typeof place !== 'number') return null
  const field = row.fields[place]
  return field === undefined ? null : withNullable(field.type, field.type.nullable || row.nullable)
}

function elementOf([type]: readonly DataType[]): DataType | null {
  return type?.kind === 'array' || type?.kind === 'multiset' ? type.element : null
}

function elementNullable([type]: readonly DataType[]): DataType | null {
  const element = elementOf(type === undefined ? [] : [type])
  return element === null ? null : withNullable(element, element.nullable || type?.nullable === true)
}

function comparableElement(types: readonly DataType[]): DataType | null {
  const element = elementOf(types)
  return element === null || ['collection', 'row', 'bitmap', 'variant'].includes(familyOf(element)) ? null : element
}

function sorted(types: readonly DataType[]): DataType | null {
  return comparableElement(types) === null ? null : (types[0] ?? null)
}

function elementIsText(type: DataType | undefined): boolean {
  return type?.kind === 'array' && familyOf(type.element) === 'text'
}

/** The element is converted to the array's element type, which must be able to hold it. */
function withElement(usage: string, result: (types: readonly DataType[]) => DataType | null): Signature {
  return signatureTogether(usage, [2, 2], elementArguments, result, { nulls: 'custom' })
}

function elementArguments([collection, element]: readonly Argument[]): readonly DataType[] | null {
  if (collection === undefined || element === undefined || collection.type.kind !== 'array') return null
  const wanted = withNullable(collection.type.element, element.type.nullable)
  return implicitlyCastable(element.type, wanted) ? [collection.type, wanted] : null
}

function grown([collection, element]: readonly DataType[]): DataType | null {
  if (collection?.kind !== 'array' || element === undefined) return null
  const elementType = withNullable(collection.element, collection.element.nullable || element.nullable)
  return { ...collection, element: elementType, nullable: collection.nullable || element.nullable }
}

function alike(usage: string, arity: Signature['arity']): Signature {
  return signatureTogether(
    usage,
    arity,
    (args) => commonOf(args, 'array'),
    ([type]) => type ?? null,
  )
}

/** All arguments as the one collection type that holds the elements of each. */
function commonOf(args: readonly Argument[], kind: 'array' | 'map'): readonly DataType[] | null {
  const types = args.map((argument) => argument.type)
  if (!types.every((type) => type.kind === kind)) return null
  const type = commonType(types)
  return type === null ? null : types.map((each) => withNullable(type, each.nullable))
}

function entriesOf(type: { readonly key: DataType; readonly value: DataType }): DataType {
  const fields = [
    { name: 'key', type: type.key },
    { name: 'value', type: type.value },
  ]
  return arrayOf(nullable({ kind: 'row', fields, nullable: true }))
}
