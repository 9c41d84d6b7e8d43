/** What the operators of joins have in common: types, places, keys and the condition. */
import { type Batch, type DataType, flagsIn, type Schema } from '#data'
import type { JoinCondition, JoinKeysShape } from '#dataflow'
import { columnOf, type Join, schemaOf } from '#plan'
import type { Lowering } from './lowering.ts'
import { placesOf } from './places.ts'

export function typesOf(schema: Schema): DataType[] {
  return schema.map((column) => column.type)
}

export function placeOf(schema: Schema, name: string): number {
  return placesOf(schema, [name])[0] ?? 0
}

export function keysOf({ left, right, equal }: Join): JoinKeysShape {
  return {
    types: equal.map((key) => columnOf(left, key.left).type),
    columns: [
      placesOf(
        schemaOf(left),
        equal.map((key) => key.left),
      ),
      placesOf(
        schemaOf(right),
        equal.map((key) => key.right),
      ),
    ],
    nullsEqual: equal.map((key) => key.nullsEqual),
  }
}

/** The condition besides equal keys, computed for many pairs at once. */
export function conditionOf({ left, right, condition }: Join, lowering: Lowering): JoinCondition | null {
  if (condition === null) return null
  const calc = lowering.calc([...schemaOf(left), ...schemaOf(right)], null, [condition])
  return (pairs: Batch) => {
    const vector = calc.run(pairs)?.columns[0]
    if (vector === undefined) return new Uint8Array(pairs.length)
    const flags = flagsIn(vector)
    const { nulls } = vector
    return nulls === null ? flags : Uint8Array.from({ length: pairs.length }, (_, row) => (nulls[row] === 1 ? 0 : (flags[row] ?? 0)))
  }
}
