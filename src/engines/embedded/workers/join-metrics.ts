/** What the workers of a run measured, as one list. */
import { boundTogether, type OperatorMetrics } from '#metrics'

/** By operator, in the order of the first worker, which has all of them; then by worker. */
export function joinMetrics(ofWorkers: readonly (readonly OperatorMetrics[] | undefined)[]): OperatorMetrics[] {
  const byId = Map.groupBy(
    ofWorkers.flatMap((operators) => operators ?? []),
    ({ operatorId }) => operatorId,
  )
  return [...byId.values()].flatMap((subtasks) => {
    const partitions = boundTogether(subtasks.map((each) => each.partitions))
    return subtasks.map((each, place) => ({ ...each, parallelism: subtasks.length, partitions: partitions[place] ?? null }))
  })
}
