/** Aggregations in two stages: rows are combined where they are, and then sent to the worker that holds their group. */
import { Combine, type CombinedWindows, type KeyedInput, type MeasureShape, type Operator, type Output } from '#dataflow'
import type { GroupingKeys } from './grouping-keys.ts'
import type { Lowering } from './lowering.ts'
import { InputPort } from './ports.ts'

/** The keys of an operator that measures rows by group: of rows as they come, and of what was combined before. */
export function groupInputs({ types }: GroupingKeys): readonly KeyedInput[] {
  const input = { types, places: [...types.keys()] }
  return [input, { ...input, isUntimed: true }]
}

/** What rows flow to that are measured by group: the operator, as far as it holds the groups. */
export function groupPort(
  operator: Operator,
  keys: GroupingKeys,
  measures: readonly MeasureShape[],
  windows: CombinedWindows | null,
  output: Output,
  lowering: Lowering,
): Output {
  const places = [...keys.types.keys()]
  const { exchanges } = lowering
  // Rows that are put together cannot be told apart when they are late.
  if (exchanges === null || lowering.late !== null || !measures.every(canBeCombined)) {
    return lowering.byKeys(keys.types, places, new InputPort(operator), output)
  }
  const inputs = lowering.exchange(exchanges, keys.types, places, operator, output, true)
  return lowering.sampled(new InputPort(new Combine({ keys: keys.types, measures, windows }, inputs)))
}

/** Whether states of a measure can be put together that were made apart, whatever came first. */
function canBeCombined({ aggregate: { kind, distinct, retracts } }: MeasureShape): boolean {
  if (retracts) return false
  if (kind === 'min' || kind === 'max') return true
  return (
    !distinct && (kind === 'count' || kind === 'sum' || kind === 'average' || kind.startsWith('variance') || kind.startsWith('deviation'))
  )
}
