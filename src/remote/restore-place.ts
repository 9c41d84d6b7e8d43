/** Where a run begins, of all that is known of those before it. */
import type { FlinkOrders } from '#engines'
import type { RunOrder } from '#jobs'
import { newestCheckpointIn } from './retained-checkpoints.ts'
import { type FlinkRun, type JobRuns, nowhere, type RestorePlace } from './run-record.ts'

type Start = Pick<RunOrder, 'attempt' | 'from' | 'origin'>

/** Fails where the cluster does not answer: without it, newer state could be missed. */
export async function restorePlaceOf({ attempt, from, origin }: Start, { runs }: JobRuns, orders: FlinkOrders): Promise<RestorePlace> {
  if (from.kind !== 'newest') return chosen(from)
  const before = runs.findLast((run) => run.attempt < attempt && run.attempt >= (origin?.attempt ?? 1))
  return before === undefined ? chosen(origin?.from ?? { kind: 'empty' }) : newestStateOf(before, orders)
}

function chosen(from: { readonly kind: 'savepoint'; readonly place: string } | { readonly kind: 'empty' }): RestorePlace {
  return from.kind === 'savepoint' ? { place: from.place, isOwn: false } : nowhere
}

/**
 * What a run leaves: its newest checkpoint, as the cluster says, else as it lies in its folder, else as it was seen last. One that made
 * none leaves what it began with.
 */
async function newestStateOf(run: FlinkRun, orders: FlinkOrders): Promise<RestorePlace> {
  const { id, folder, from, state, end } = run
  if (end !== null && state !== null) return state
  const told = await orders.newestState(id)
  if (told !== undefined && told !== null) return { place: told.place, isOwn: !told.isOfStop }
  // A cluster that knows the run knows its checkpoints.
  if (told === null) return state ?? from
  const found = await newestCheckpointIn(folder)
  return found === null ? (state ?? from) : { place: found, isOwn: true }
}
