/** Where the state lies that the next run of a job begins with. */
import type { Stored } from '#store'
import type { JobCard } from './job-card.ts'
import type { JobDesk } from './job-desk.ts'
import type { RestorePoint } from './job-spec.ts'
import type { KeptState } from './planner.ts'
import type { Savepoint } from './savepoint.ts'
import { openChoice } from './wishes.ts'

/**
 * Null where it begins with none, or nobody knows whose it is.
 *
 * @param asked what a start names; null: as a start that names nothing
 */
export async function keptState(desk: JobDesk, card: JobCard, asked: RestorePoint | null): Promise<KeptState | null> {
  const { wish, status } = desk.view(card)
  const { run, origin } = status
  const chosen = asked ?? openChoice(wish, status)
  // Of runs before its origin nothing counts.
  const begins = origin !== null && (run?.attempt ?? 0) < origin.attempt ? origin.from : null
  const from = chosen === null || chosen.kind === 'newest' ? begins : chosen
  if (from?.kind === 'empty') return null
  if (from?.kind === 'savepoint') {
    const savepoint = savepointOf(desk, card, from)
    return savepoint === undefined ? null : keptIn(savepoint, from.place, desk, card)
  }
  const spec = run === null ? null : await desk.book.specOf(card, run.version)
  const originPlace = origin?.from.kind === 'savepoint' ? origin.from.place : null
  return spec === null ? null : { spec, savepoint: null, origin: originPlace, isOfRun: true }
}

async function keptIn({ value }: Stored<Savepoint>, place: string, desk: JobDesk, card: JobCard): Promise<KeptState | null> {
  const { jobId, version } = value
  const spec = await desk.book.specOf(desk.key(jobId), version)
  const isOfRun = jobId === card.id && version === desk.status(card).run?.version
  return spec === null ? null : { spec, savepoint: place, origin: null, isOfRun }
}

/** One that somebody chose may be of another job; those that runs ended with are of this one. */
function savepointOf(desk: JobDesk, card: JobCard, { id, place }: { readonly id?: string; readonly place: string }) {
  if (id !== undefined) return desk.book.savepoints.get(desk.workspace, id)
  return desk.book.savepointsOf(card.id).find(({ value }) => value.place === place)
}
