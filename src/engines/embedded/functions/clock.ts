/** Functions that read the clock of the session. In a bounded run those of one value for a whole run see the moment when it started. */
import { dayMs, timeZone } from '#data'
import { embeddedErrors } from '../errors.ts'
import type { CallShape, Evaluation, ScalarFunction, Session } from './evaluation.ts'

export const clockEvaluations = {
  CURRENT_DATE: ({ session }) => local(session, (ms) => Math.floor(ms / dayMs)),
  CURRENT_TIME: ({ session }) => local(session, timeOfDay),
  LOCALTIME: ({ session }) => local(session, timeOfDay),
  LOCALTIMESTAMP: ({ session }) => local(session, (ms) => ms),
  CURRENT_TIMESTAMP: ({ session }) => queryClock(session),
  NOW: ({ session }) => queryClock(session),
  CURRENT_ROW_TIMESTAMP:
    ({ session }) =>
    () =>
      session.clock.nowMs(),
  PROCTIME:
    ({ session }) =>
    () =>
      session.clock.nowMs(),
  CURRENT_WATERMARK: () => misplaced('CURRENT_WATERMARK'),
} satisfies Record<string, Evaluation>

function queryClock({ clock, startedAtMs }: Session): () => number {
  return Number.isNaN(startedAtMs) ? () => clock.nowMs() : () => startedAtMs
}

function local(session: CallShape['session'], part: (localMs: number) => number): () => number {
  const zone = timeZone(session.timeZone)
  const now = queryClock(session)
  return () => {
    const ms = now()
    return part(ms + zone.offsetAt(ms))
  }
}

function timeOfDay(localMs: number): number {
  return localMs - Math.floor(localMs / dayMs) * dayMs
}

/** The operator around it computes such a function where it has a meaning. */
function misplaced(name: string): ScalarFunction {
  throw embeddedErrors.ENGINE_NOT_SUPPORTED({ what: `${name} at this place` })
}
