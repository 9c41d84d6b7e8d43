/** Joins as of a time: with the versions of a table, by event time; by processing time, with what a table holds now. */
import { type Output, TemporalJoin } from '#dataflow'
import { type AsOfTime, type Join, schemaOf } from '#plan'
import { attachByKeys, conditionOf, keyedInputs, keysOf, placeOf, typesOf } from './join-shape.ts'
import { lowerLookupJoin } from './lookup-join.ts'
import type { Lowering } from './lowering.ts'

export function lowerAsOfJoin(join: Join, time: AsOfTime, output: Output, lowering: Lowering): void {
  if (time.kind === 'event-time') lowerTemporalJoin(join, time, output, lowering)
  else lowerLookupJoin(join, output, lowering)
}

function lowerTemporalJoin(join: Join, time: AsOfTime & { readonly kind: 'event-time' }, output: Output, lowering: Lowering): void {
  const { left, right } = join
  const [leftSchema, rightSchema] = [schemaOf(left), schemaOf(right)]
  const keys = keysOf(join)
  const kept = lowering.keptFor()
  const shape = {
    type: join.type === 'left' ? 'left' : 'inner',
    // Flink finds versions by the key's state alone, so that a NULL meets the versions of NULL.
    keys: { ...keys, nullsEqual: keys.nullsEqual.map(() => true) },
    types: [typesOf(leftSchema), typesOf(rightSchema)],
    times: [placeOf(leftSchema, time.left), placeOf(rightSchema, time.right)],
    condition: conditionOf(join, lowering),
    ...kept,
  } as const
  const operator = lowering.sharded(keyedInputs(join), output, (to) => new TemporalJoin(shape, to))
  lowering.keep(join, lowering.letExpire(operator, kept))
  attachByKeys(join, operator, output, lowering)
}
