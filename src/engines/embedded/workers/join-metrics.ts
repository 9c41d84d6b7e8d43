/** What the workers of a run measured, as one list. */
import type { OperatorMetrics } from '#metrics'

/** By operator, in the order of the first worker, which has all of them; then by worker. */
export function joinMetrics(ofWorkers: readonly (readonly OperatorMetrics[] | undefined)[]): OperatorMetrics[] {
  const byId = Map.groupBy(
    ofWorkers.flatMap((operators) => operators ?? []),
    ({ operatorId }) => operatorId,
  )
  return [...byId.values()].flatMap((subtasks) => subtasks.map((each) => ({ ...each, parallelism: subtasks.length })))
}
