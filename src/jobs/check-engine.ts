/** A job goes to another engine only while nothing of it may be alive, and leaves its state behind. */
import { jobErrors } from './errors.ts'
import { engineName, type JobCard } from './job-card.ts'
import type { JobDesk } from './job-desk.ts'
import type { JobEngine, RestorePoint } from './job-spec.ts'
import { mayBeAlive } from './lifecycle.ts'

/** Fails where a run on another engine than that of the newest run cannot be had now, or not from there. */
export function checkEngine(desk: JobDesk, card: JobCard, engine: JobEngine, from: RestorePoint): void {
  const { status } = desk.view(card)
  const before = desk.book.wanted(card.id)?.engine
  if (before === undefined || engineName(before) === engineName(engine) || status.run === null) return
  const isAtRest = !mayBeAlive(status.state) && status.intent === null && desk.wish(card).state === 'stopped'
  if (!isAtRest) throw jobErrors.JOBS_ENGINE_BUSY({ name: card.name, engine: engineName(engine), state: status.state })
  if (from.kind === 'newest') throw jobErrors.JOBS_ENGINE_STATE({ name: card.name, engine: engineName(engine), other: engineName(before) })
}
