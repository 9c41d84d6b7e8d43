/** Aggregations of groups that are updated for as long as rows arrive; those of windows are lowered by window-aggregate.ts. */
import { GroupAggregate, type GroupAggregateShape, type Operator, type Output } from '#dataflow'
import type { Aggregate } from '#plan'
import { type GroupingKeys, groupingKeysOf } from './grouping-keys.ts'
import type { Lowering } from './lowering.ts'
import { Layout } from './measures.ts'
import { InputPort, Reorder } from './ports.ts'
import { groupInputs, groupPort } from './two-stages.ts'
import { OneRowAKey } from './versions.ts'
import { lowerWindowAggregate } from './window-aggregate.ts'

export function lowerAggregate(aggregate: Aggregate, output: Output, lowering: Lowering): void {
  if (aggregate.window === null) lowerGroups(aggregate, output, lowering)
  else lowerWindowAggregate(aggregate, aggregate.window, output, lowering)
}

function lowerGroups(aggregate: Aggregate, output: Output, lowering: Lowering): void {
  const { input } = aggregate
  const retracts = !lowering.isAppendOnly(input)
  const keys = groupingKeysOf(aggregate, aggregate.keys, input)
  const layout = new Layout(keys.columns, lowering.session)
  const measures = aggregate.measures.map((measure) => layout.measure(measure, retracts))
  const updates = groupUpdates(aggregate, lowering)
  const places = [...aggregate.keys.keys(), ...aggregate.measures.map((_, index) => keys.types.length + index), ...keys.setPlaces]
  // As in Flink, one group without keys has a row even of no input, once that has ended.
  const endsWithGroup = lowering.isBatch && keys.types.length === 0 && (lowering.exchanges?.place.index ?? 0) === 0
  const resultTypes = aggregate.measures.map((measure) => measure.type)
  const shape: GroupAggregateShape = { keys: keys.types, measures, resultTypes, endsWithGroup, ...updates }
  const receiver = keys.setPlaces.length === 0 ? output : new Reorder(places, output)
  const operator = lowering.sharded(groupInputs(keys), receiver, (to) => new GroupAggregate(shape, to))
  lowering.keep(aggregate, lowering.letExpire(operator, updates))
  const port = lowering.versioned.has(aggregate)
    ? everyChangePort(operator, keys, output, lowering)
    : groupPort(operator, keys, measures, null, output, lowering)
  lowering.attach(layout.project(input), keys.repeated(port))
}

/** Rows come to the groups so that each of them changes its group by itself. */
function everyChangePort(operator: Operator, { types }: GroupingKeys, output: Output, lowering: Lowering): Output {
  const places = [...types.keys()]
  return lowering.byKeys(types, places, new OneRowAKey(types, places, new InputPort(operator)), output)
}

/** Which updates an aggregate of groups sends, and for how long it can. */
function groupUpdates(aggregate: Aggregate, lowering: Lowering): Pick<GroupAggregateShape, 'emitsUpdateBefore' | 'repeats' | 'retention'> {
  const { updates, before } = lowering.changelogOf(aggregate)
  const kept = lowering.keptFor(aggregate.stateTtlMs)
  return { emitsUpdateBefore: before, repeats: updates && kept.retention !== undefined, ...kept }
}
