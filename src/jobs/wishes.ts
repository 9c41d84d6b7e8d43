/** What becomes of a wish when somebody asks for something. Pure. */
import type { JobWish, RestorePoint, StopHow } from './job-spec.ts'
import type { JobStatus } from './job-status.ts'

/** Who asks, and for what. */
export interface Ask {
  readonly by: string
  /** The same when a request is sent again, so that it is granted once. */
  readonly requestId?: string | undefined
}

/** Requests that are remembered of each job. */
const requestsMax = 20

export function firstWish(ask: Ask, now: number): JobWish {
  return {
    state: 'stopped',
    version: 1,
    generation: 0,
    from: { kind: 'newest' },
    allowsDroppedState: false,
    stop: { kind: 'checkpoint' },
    ...askedBy(null, ask, now),
  }
}

export interface RunWish {
  readonly version: number
  readonly from: RestorePoint
  readonly allowsDroppedState: boolean
  /** How a run that is there ends before. */
  readonly stop: StopHow
}

/** A new run. */
export function runWish(before: JobWish, { version, from, allowsDroppedState, stop }: RunWish, ask: Ask, now: number): JobWish {
  return {
    ...before,
    state: 'running',
    version,
    generation: before.generation + 1,
    from,
    allowsDroppedState,
    stop,
    ...askedBy(before, ask, now),
  }
}

/** The state that somebody has chosen and no run has begun with, such as one whose script was refused; null where there is none. */
export function openChoice({ from, generation }: JobWish, status: JobStatus): RestorePoint | null {
  if (from.kind === 'newest') return null
  const { origin } = status
  const isSame =
    origin?.from.kind === from.kind && (origin.from.kind !== 'savepoint' || from.kind !== 'savepoint' || origin.from.place === from.place)
  return isSame && status.generation === generation ? null : from
}

export function stopWish(before: JobWish, stop: StopHow, ask: Ask, now: number): JobWish {
  return { ...before, state: 'stopped', stop, ...askedBy(before, ask, now) }
}

export function isGranted(wish: JobWish, { requestId }: Ask): boolean {
  return requestId !== undefined && wish.requests?.includes(requestId) === true
}

function askedBy(before: JobWish | null, { by, requestId }: Ask, now: number): Pick<JobWish, 'askedBy' | 'askedAt' | 'requests'> {
  const requests = before?.requests ?? []
  return { askedBy: by, askedAt: now, requests: requestId === undefined ? requests : [...requests, requestId].slice(-requestsMax) }
}
