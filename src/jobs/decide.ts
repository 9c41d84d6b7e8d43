/**
 * What follows for a job from what is wanted, what is known and what was just seen: a status that is stored, then an action that is done.
 * Pure. First the sight makes its step, then the wish its deed, both by the tables of `lifecycle.ts`.
 */
import { assert, type Failure, failureOf } from '#base'
import { jobErrors } from './errors.ts'
import type { RunEvidence, RunOrder, SavepointOrder } from './job-host.ts'
import type { JobWish, RestartPolicy, RestorePoint } from './job-spec.ts'
import type { JobStatus, StartIntent, StartPoint, StopIntent } from './job-status.ts'
import { type Aim, deedOf, mayBeAlive, type Sight, stepOf } from './lifecycle.ts'
import { reasonFor } from './reasons.ts'
import { interruptedUntil, isDue, judge } from './restart-policy.ts'
import { evidenceOf, sightingOf } from './sight.ts'
import { moved } from './status-moves.ts'

export type Action =
  | (Pick<RunOrder, 'attempt' | 'version' | 'from' | 'allowsDroppedState' | 'origin'> & { readonly kind: 'start' })
  | { readonly kind: 'stop'; readonly attempt: number; readonly how: 'checkpoint' | 'now' }
  | (SavepointOrder & { readonly kind: 'savepoint'; readonly attempt: number })
  | { readonly kind: 'forget' }

/** How a kind of host is dealt with, in milliseconds. */
export interface Pace {
  /** Between two looks at a job where nothing is under way. */
  readonly observeMs: number
  /** Until the first look after an order. */
  readonly eagerMs: number
  /** Until an order without an answer is sent again. */
  readonly repeatMs: number
  /** How long a host must go on saying that a run is not there until it counts as lost. */
  readonly lossMs: number
}

interface OpenSavepoint {
  readonly id: string
  readonly attempt: number
  readonly stops: boolean
}

export interface Situation {
  readonly jobId: string
  /** Of the version that is wanted. */
  readonly restart: RestartPolicy
  readonly wish: JobWish | null
  readonly status: JobStatus
  readonly seen: RunEvidence
  /** Savepoints that were asked for and of which nothing final is known, oldest first. */
  readonly savepoints: readonly OpenSavepoint[]
  /** Why the savepoint that the job shall stop with failed; null where it has not. */
  readonly stopFailure: Failure | null
  readonly pace: Pace
  /** Epoch milliseconds. */
  readonly now: number
}

export interface Decision {
  readonly status: JobStatus
  readonly action: Action | null
  /** When to look again. */
  readonly lookInMs: number
}

export function decide(situation: Situation): Decision {
  const { status, seen, wish, pace, now } = situation
  if (seen.kind === 'unreachable') return unseen(status, seen, pace)
  const { sight, status: known, older } = sightingOf(status, wish, seen)
  const looked: JobStatus = { ...known, evidence: evidenceOf(status.evidence, seen, sight), trouble: unanswered(status) }
  if (older !== null) return clearing(looked, older, situation)
  const last = lastSavepoint(looked, sight, situation)
  if (last !== null) return { status: looked, action: last, lookInMs: pace.eagerMs }
  const { status: after, isSure } = step(looked, sight, situation)
  const { status: acted, action } = act(after, sight, isSure, situation)
  const decided = action === null ? answeredBy(acted) : acted
  return { status: decided, action, lookInMs: lookInMs(decided, action, pace, now) }
}

/** Silence says nothing of the job. The first reason for it is told while it lasts, so that nothing is written for each look. */
function unseen(status: JobStatus, seen: RunEvidence & { readonly kind: 'unreachable' }, pace: Pace): Decision {
  const isNew = status.trouble?.code !== 'host-silent'
  const trouble = isNew ? reasonFor('host-silent', { reason: seen.reason }) : status.trouble
  return {
    status: { ...status, evidence: evidenceOf(status.evidence, seen, 'unreachable'), trouble },
    action: null,
    lookInMs: pace.observeMs,
  }
}

/** That an order was not answered holds until one is. */
function unanswered({ trouble }: JobStatus): JobStatus['trouble'] {
  return trouble?.code === 'order-unanswered' ? trouble : null
}

function answeredBy(status: JobStatus): JobStatus {
  const isOpenStill = status.intent !== null && !status.intent.isTaken
  return isOpenStill || unanswered(status) === null ? status : { ...status, trouble: null }
}

/** A run of an earlier attempt is in the way of everything else. It needs no intent: to stop it is right whenever it is there. */
function clearing(status: JobStatus, older: number, { pace, wish }: Situation): Decision {
  const how = wish?.stop.kind === 'now' ? 'now' : 'checkpoint'
  const trouble = reasonFor('older-run', { attempt: older })
  return { status: { ...status, trouble }, action: { kind: 'stop', attempt: older, how }, lookInMs: pace.eagerMs }
}

/**
 * The question what became of the savepoint that a run was to end with. It comes before the run counts as over, since the next one begins
 * there; and whatever is wanted by now, since the host may have been asked.
 */
function lastSavepoint({ state, run, intent }: JobStatus, sight: Sight, { savepoints }: Situation): Action | null {
  if (run === null || !mayBeAlive(state) || !hasEnded(sight)) return null
  const wished = intent?.kind === 'stop' && intent.how.kind === 'savepoint' ? intent.how.savepointId : null
  const open = savepoints.find(({ id, stops, attempt }) => id === wished || (stops && attempt === run.attempt))
  return open === undefined ? null : { kind: 'savepoint', attempt: run.attempt, savepointId: open.id, stops: true }
}

interface Stepped {
  readonly status: JobStatus
  /** False while a run that should be there may be there. */
  readonly isSure: boolean
}

function step(status: JobStatus, sight: Sight, situation: Situation): Stepped {
  const { now } = situation
  const attempt = status.run?.attempt ?? 0
  const sure = (next: JobStatus): Stepped => ({ status: next, isSure: true })
  switch (stepOf(status.state, sight)) {
    case 'none':
    case 'clears':
      return sure(status)
    case 'resists':
      return sure(status.intent === null ? seenAlive(status, sight, now) : status)
    case 'begins':
    case 'runs':
    case 'ends':
      return sure(seenAlive(status, sight, now))
    case 'finishes':
      return sure(moved(ended(status, now), 'finished', reasonFor('run-finished', { attempt }), now))
    case 'rests':
      return sure(rested(status, situation))
    case 'breaks':
      assert(situation.seen.kind === 'present', 'a run that broke was seen')
      return sure(broken(status, situation.seen.run.failure ?? failureOf(jobErrors.JOBS_RUN_FAILED()), situation))
    case 'misses':
      return missed(status, situation)
  }
}

/** A run that is there. What was ordered of its start is done; that it stops may have been asked. */
function seenAlive(status: JobStatus, sight: Sight, now: number): JobStatus {
  const attempt = status.run?.attempt ?? 0
  const intent = status.intent?.kind === 'stop' ? status.intent : null
  const next = { ...status, intent, restart: { ...status.restart, nextAt: null } }
  if (sight === 'running') return moved({ ...next, failure: null }, 'running', reasonFor('run-seen', { attempt }), now)
  if (sight === 'starting') return moved(next, 'starting', reasonFor('run-begins', { attempt }), now)
  return intent === null ? moved(next, 'stopping', reasonFor('run-ends', { attempt }), now) : next
}

function ended(status: JobStatus, now: number): JobStatus {
  const run = status.run === null ? null : { ...status.run, endedAt: status.run.endedAt ?? now }
  return { ...status, run, intent: null, restart: { ...status.restart, nextAt: null } }
}

/** It has ended without a failure. One that was not asked to is followed by another one, and counts as no failure. */
function rested(status: JobStatus, { restart, now }: Situation): JobStatus {
  const over = ended(status, now)
  if (status.intent?.kind === 'stop') return moved(over, 'stopped', reasonFor('stopped'), now)
  const nextAt = interruptedUntil(restart, status.run?.startedAt ?? null, now)
  const reason = reasonFor('run-interrupted', { attempt: status.run?.attempt ?? 0 })
  return moved({ ...over, restart: { ...over.restart, nextAt } }, 'backing-off', reason, now)
}

function broken(status: JobStatus, failure: Failure, { jobId, restart, now }: Situation): JobStatus {
  const over: JobStatus = { ...ended(status, now), failure }
  // It was to end, and has.
  if (status.intent?.kind === 'stop') return moved(over, 'stopped', reasonFor('stopped'), now)
  const attempt = status.run?.attempt ?? 0
  const judgement = judge(restart, { jobId, attempt, failure, failures: status.restart.failures, now })
  const { failures } = judgement
  if (judgement.kind === 'again') {
    const next = { ...over, restart: { failures, nextAt: judgement.nextAt } }
    return moved(next, 'backing-off', reasonFor('restart-planned', { attempt }), now)
  }
  const window = restart.kind === 'never' ? '' : `${Math.ceil(restart.windowMs / 1000)} s`
  const reason = reasonFor(judgement.reason, { attempt, count: failures.length, window })
  return moved({ ...over, restart: { failures, nextAt: null } }, 'failed', reason, now)
}

/** The host answers that it knows no such run. Where one was, it says so for a while before it is believed. */
function missed(status: JobStatus, situation: Situation): Stepped {
  const { intent, evidence } = status
  const { now, pace } = situation
  const attempt = status.run?.attempt ?? 0
  if (intent !== null && !intent.isTaken) return { status, isSure: false }
  // What a host said before it took the order says nothing of this run.
  const orderedAt = intent?.sentAt ?? evidence.since
  const missingMs = now - (orderedAt > now ? evidence.since : Math.max(orderedAt, evidence.since))
  const isNew = situation.status.evidence.kind !== 'absent'
  if (pace.lossMs > 0 && (isNew || missingMs < pace.lossMs)) {
    return { status: { ...status, trouble: reasonFor('run-missing', { attempt }) }, isSure: false }
  }
  if (intent?.kind === 'stop') return { status: rested(status, situation), isSure: true }
  return { status: broken(status, failureOf(jobErrors.JOBS_RUN_LOST()), situation), isSure: true }
}

interface Acted {
  readonly status: JobStatus
  readonly action: Action | null
}

function act(status: JobStatus, sight: Sight, isSure: boolean, situation: Situation): Acted {
  const { wish, now, restart } = situation
  const aim = aimOf(wish, status)
  const deed = deedOf(status.state, aim)
  switch (deed) {
    case 'none':
      return errand(status, situation)
    case 'start':
    case 'start-when-due':
      assert(wish !== null && isSure && !mayBeAlive(status.state), 'a run is started where none is')
      if (deed === 'start-when-due' && !isDue(restart, status.restart.nextAt, now)) return errand(status, situation)
      return ordered(started(status, wish, now), sight, situation)
    case 'stop':
      return stopping(status, sight, situation)
    case 'order':
      return ordered(status, sight, situation)
    case 'rest':
      return errand(moved({ ...status, restart: { ...status.restart, nextAt: null } }, 'stopped', reasonFor('stopped'), now), situation)
  }
}

export function aimOf(wish: JobWish | null, { generation }: JobStatus): Aim {
  if (wish === null || wish.state === 'stopped') return 'stop'
  return wish.generation === generation ? 'run' : 'replace'
}

/** The next attempt, as it is stored before it is ordered. */
function started(status: JobStatus, wish: JobWish, now: number): JobStatus {
  const attempt = (status.run?.attempt ?? 0) + 1
  const isFirst = wish.generation !== status.generation
  const { from } = wish
  const point = isFirst ? pointOf(from) : ({ kind: 'newest' } as const)
  const { version, allowsDroppedState } = wish
  const intent: StartIntent = { kind: 'start', attempt, version, from: point, allowsDroppedState, since: now, sentAt: null, isTaken: false }
  const next: JobStatus = {
    ...status,
    run: { attempt, version, startedAt: null, endedAt: null, report: null },
    intent,
    restart: { failures: isFirst ? [] : status.restart.failures, nextAt: null },
    generation: wish.generation,
  }
  return moved(next, 'starting', reasonFor('start-ordered', { attempt }), now)
}

function pointOf(from: RestorePoint): StartPoint {
  return from.kind === 'savepoint' ? { kind: from.kind, place: from.place } : from
}

/** Asks the own run to stop, as it is wanted now. */
function stopping(status: JobStatus, sight: Sight, situation: Situation): Acted {
  const { wish, now, stopFailure } = situation
  const attempt = status.run?.attempt ?? 0
  const how = howOf(wish, status, sight)
  if (how.kind === 'savepoint' && stopFailure !== null) {
    const next = sight === 'running' ? seenAlive({ ...status, intent: null }, sight, now) : status
    return { status: { ...next, trouble: reasonFor('savepoint-failed', { reason: stopFailure.message }) }, action: null }
  }
  const { intent } = status
  if (intent?.kind === 'stop' && isSame(intent.how, how)) return ordered(status, sight, situation)
  const next: StopIntent = { kind: 'stop', attempt, how, since: now, sentAt: null, isTaken: false }
  const isReplaced = aimOf(wish, status) === 'replace'
  const reason = isReplaced ? reasonFor('run-replaced', { attempt, version: wish?.version ?? 0 }) : reasonFor('stop-asked', { attempt })
  return ordered(moved({ ...status, intent: next }, 'stopping', reason, now), sight, situation)
}

/** What does not run yet, or is ending otherwise already, has no savepoint to give. */
function howOf(wish: JobWish | null, { intent }: JobStatus, sight: Sight): StopIntent['how'] {
  const stop = wish?.stop ?? { kind: 'checkpoint' }
  if (stop.kind !== 'savepoint') return stop
  if (intent?.kind === 'stop') return intent.how
  return sight === 'running' ? stop : { kind: 'checkpoint' }
}

function isSame(a: StopIntent['how'], b: StopIntent['how']): boolean {
  return a.kind === b.kind && (a.kind !== 'savepoint' || b.kind !== 'savepoint' || a.savepointId === b.savepointId)
}

/** Sends the order of the intent, once more where that is due. */
function ordered(status: JobStatus, sight: Sight, situation: Situation): Acted {
  const { intent } = status
  if (intent === null) return errand(status, situation)
  const { pace, now } = situation
  const isPolled = intent.kind === 'stop' && isOpen(intent, situation)
  const isNeeded = !intent.isTaken || isPolled || (intent.kind === 'stop' && (sight === 'running' || sight === 'starting'))
  const waitMs = isPolled && intent.isTaken ? pace.eagerMs : pace.repeatMs
  const isWaiting = intent.sentAt !== null && intent.sentAt <= now && now - intent.sentAt < waitMs
  if (!isNeeded || isWaiting) return { status, action: null }
  const action = intent.kind === 'start' ? startOf(intent, status) : stopOf(intent)
  return { status: { ...status, intent: { ...intent, sentAt: now } }, action }
}

function startOf({ attempt, version, from, allowsDroppedState }: StartIntent, { origin }: JobStatus): Action {
  return { kind: 'start', attempt, version, from, allowsDroppedState, ...(origin === null || from.kind !== 'newest' ? {} : { origin }) }
}

function stopOf({ attempt, how }: StopIntent): Action {
  if (how.kind === 'savepoint') return { kind: 'savepoint', attempt, savepointId: how.savepointId, stops: true }
  return { kind: 'stop', attempt, how: how.kind }
}

/** What else there is to do for a job that is as it is wanted: savepoints that users asked for, and to let go of one that is removed. */
function errand(status: JobStatus, { savepoints, wish }: Situation): Acted {
  const isOver = !mayBeAlive(status.state)
  // One that a run was to end with is asked for by a stop alone.
  const savepoint = savepoints.find(({ stops }) => isOver || (status.state === 'running' && !stops))
  if (savepoint !== undefined) {
    const { id: savepointId, attempt, stops } = savepoint
    return { status, action: { kind: 'savepoint', attempt, savepointId, stops } }
  }
  const isGoing = wish?.removal === 'when-stopped' && status.state === 'stopped'
  return { status, action: isGoing ? { kind: 'forget' } : null }
}

function isOpen({ how }: StopIntent, { savepoints }: Situation): boolean {
  return how.kind === 'savepoint' && savepoints.some(({ id }) => id === how.savepointId)
}

function hasEnded(sight: Sight): boolean {
  return sight === 'absent' || sight === 'finished' || sight === 'stopped' || sight === 'failed'
}

function lookInMs(status: JobStatus, action: Action | null, pace: Pace, now: number): number {
  if (action !== null || status.trouble?.code === 'run-missing') return pace.eagerMs
  const waitMs = Math.max(0, now - status.since) / 4
  if (mayBeAlive(status.state) && status.state !== 'running') return clamp(waitMs, pace)
  const nextMs = status.restart.nextAt === null ? pace.observeMs : status.restart.nextAt - now
  return clamp(nextMs, pace)
}

/** What has been under way for long is looked at less and less often. */
function clamp(ms: number, { eagerMs, observeMs }: Pace): number {
  return Math.min(observeMs, Math.max(eagerMs, ms))
}
