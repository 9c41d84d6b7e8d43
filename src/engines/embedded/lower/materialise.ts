/** What stands before a sink of upserts that gets rows under another key than its own. */
import { Materialise, type Output } from '#dataflow'
import { type Relation, schemaOf } from '#plan'
import type { Lowering } from './lowering.ts'
import { keyedInput, placesOf } from './places.ts'
import { InputPort } from './ports.ts'

/** Takes the rows of a relation, and gives the receiver those that are shown under the key: that of the first worker, or of the one that holds the key. */
export function lowerMaterialised(
  relation: Relation,
  key: readonly string[],
  receiver: Output,
  lowering: Lowering,
  isGathered: boolean,
): Output {
  const schema = schemaOf(relation)
  const types = schema.map((column) => column.type)
  const places = placesOf(schema, key)
  const kept = lowering.keptFor()
  const gathered = isGathered ? lowering.byKeys([], [], receiver, receiver) : receiver
  const output = lowering.measureStep('SinkMaterializer', 'materializer', gathered)
  return lowering.below(() => {
    const create = (to: Output): Materialise => new Materialise({ types, key: places, ...kept }, to)
    const operator = lowering.letExpire(lowering.sharded([keyedInput(schema, key)], output, create), kept)
    return lowering.byKeys(types, places, new InputPort(lowering.keep(relation, operator, 'sink')), output)
  })
}
