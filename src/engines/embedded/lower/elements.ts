/** The elements of a collection column, for UNNEST. */
import { assert } from '#base'
import { type Batch, type DataType, integerType, type Vector, valueAt, vectorOf } from '#data'
import type { Elements } from '#dataflow'
import { schemaOf, type Unnest } from '#plan'
import { embeddedErrors } from '../errors.ts'
import type { Lowering } from './lowering.ts'

/** Computes the collection of each row and lists its elements as columns. */
export function elementsFunction(unnest: Unnest, lowering: Lowering): (batch: Batch) => Elements {
  const { collection, columns, ordinality, input } = unnest
  const calc = lowering.calc(schemaOf(input), null, [collection])
  const types = columns.map((column) => column.type)
  const list = elementLister(collection.type, types, ordinality !== null)
  return (batch) => {
    const vector = calc.run(batch)?.columns[0]
    assert(vector !== undefined, 'each row has a collection')
    return list(vector, batch.length)
  }
}

/** Lists the elements of a column of collections as columns of these types, and behind them their place in the collection. */
export function elementLister(
  collection: DataType,
  types: readonly DataType[],
  counts: boolean,
): (vector: Vector, rows: number) => Elements {
  const spread = spreadOf(collection)
  const listed = counts ? [...types, integerType] : types
  return (vector, length) => {
    const rows: number[] = []
    const values: unknown[][] = listed.map(() => [])
    for (let row = 0; row < length; row++) {
      const value = valueAt(vector, row, collection)
      if (value === null) continue
      let position = 0
      for (const tuple of spread(value)) {
        position++
        rows.push(row)
        for (const [index, item] of tuple.entries()) values[index]?.push(item)
        if (counts) values.at(-1)?.push(position)
      }
    }
    return { count: rows.length, rows: Int32Array.from(rows), columns: listed.map((type, index) => vectorOf(type, values[index] ?? [])) }
  }
}

type Spread = (collection: unknown) => Iterable<readonly unknown[]>

/**
 * How a collection becomes rows of the added columns: an element that is a row gives a column for each of its fields, and one that is NULL
 * gives nothing, as in Flink.
 */
function spreadOf(type: DataType): Spread {
  const isRow = (type.kind === 'array' || type.kind === 'multiset') && type.element.kind === 'row'
  const elements = (items: readonly unknown[]): Iterable<readonly unknown[]> =>
    isRow ? items.filter((item): item is readonly unknown[] => item !== null) : items.map((item) => [item])
  switch (type.kind) {
    case 'array':
      return (collection) => elements(collection as readonly unknown[])
    case 'map':
      return (collection) => (collection as ReadonlyMap<unknown, unknown>).entries()
    case 'multiset':
      return (collection) =>
        elements(
          Array.from(collection as ReadonlyMap<unknown, number>).flatMap(([item, count]) => Array.from({ length: count }, () => item)),
        )
    default:
      throw embeddedErrors.ENGINE_NOT_SUPPORTED({ what: `UNNEST of ${type.kind}` })
  }
}
