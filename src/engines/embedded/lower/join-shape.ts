/** What the operators of joins have in common: types, places, keys and the condition. */
import { type Batch, type DataType, flagsIn, type Schema } from '#data'
import type { JoinCondition, JoinKeysShape, KeyedInput, Operator, Output } from '#dataflow'
import { columnOf, columnsIn, type Join, schemaOf } from '#plan'
import type { Lowering } from './lowering.ts'
import { keyedInput, placesOf } from './places.ts'
import { InputPort } from './ports.ts'

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

/** Where both inputs have the key. */
export function keyedInputs({ left, right, equal }: Join): readonly KeyedInput[] {
  return [
    keyedInput(
      schemaOf(left),
      equal.map((key) => key.left),
    ),
    keyedInput(
      schemaOf(right),
      equal.map((key) => key.right),
    ),
  ]
}

/** Lets rows of both sides flow to an operator, those of a key together. */
export function attachByKeys(join: Join, operator: Operator, output: Output, lowering: Lowering): void {
  lowering.attach(join.left, sideByKeys(join, 0, operator, output, lowering))
  lowering.attach(join.right, sideByKeys(join, 1, operator, output, lowering))
}

/** One input of a join operator, 0 for the left one. */
export function sideByKeys(join: Join, side: 0 | 1, operator: Operator, output: Output, lowering: Lowering): Output {
  const keys = keysOf(join).columns[side]
  return lowering.byKeys(typesOf(schemaOf(side === 0 ? join.left : join.right)), keys, new InputPort(operator, side), output)
}

/** The condition besides equal keys, computed for many pairs at once. */
export function conditionOf({ left, right, condition }: Join, lowering: Lowering): JoinCondition | null {
  if (condition === null) return null
  const schema = [...schemaOf(left), ...schemaOf(right)]
  const calc = lowering.calc(schema, null, [condition])
  const check = (pairs: Batch): Uint8Array => {
    const vector = calc.run(pairs)?.columns[0]
    if (vector === undefined) return new Uint8Array(pairs.length)
    const flags = flagsIn(vector)
    const { nulls } = vector
    return nulls === null ? flags : Uint8Array.from({ length: pairs.length }, (_, row) => (nulls[row] === 1 ? 0 : (flags[row] ?? 0)))
  }
  return Object.assign(check, { columns: placesOf(schema, [...columnsIn(condition)]) })
}
