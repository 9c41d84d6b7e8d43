/** Jobs, versions, savepoints and what operators do, as the contract shows them. */
import type { JobDetails, JobEvent, JobSpec, JobStatus, JobView, JobWish, RunFailure, Savepoint, StateVerdict } from '#jobs'
import { engineName, eventText } from '#jobs'
import { type RunMetrics, ratesBetween, subtaskKey } from '#metrics'
import type { LogEntry, Stored } from '#store'
import type { jobRoutes } from './contract/job-routes.ts'
import type { AnswerOf, Failure } from './contract/route.ts'

type JobRoutes = typeof jobRoutes
export type JobAnswer = AnswerOf<JobRoutes['GET /workspaces/:workspace/jobs/:job']>
export type JobLine = AnswerOf<JobRoutes['GET /workspaces/:workspace/jobs']>['items'][number]
type StatusAnswer = JobAnswer['status']
type OperatorsAnswer = AnswerOf<JobRoutes['GET /workspaces/:workspace/jobs/:job/operators']>

export function lineOf({ card, wish, status, ageMs }: JobView): JobLine {
  const { id, name, folder, tags, owner, engine, latencyTier, version, changedAt } = card
  return {
    id,
    name,
    folder,
    tags: [...tags],
    owner,
    engine: engineName(engine),
    latencyTier,
    version,
    changedAt,
    wanted: wantedOf(wish),
    status: statusOf(status, ageMs),
  }
}

export function jobOf(details: JobDetails): JobAnswer {
  const { card, wish, status, ageMs, spec } = details
  const { id, version, changedAt, changedBy } = card
  return { id, version, changedAt, changedBy, spec: specOf(spec), wanted: wantedOf(wish), status: statusOf(status, ageMs) }
}

export function specOf(spec: JobSpec): JobAnswer['spec'] {
  return { ...spec, tags: [...spec.tags], settings: { ...spec.settings }, variables: { ...spec.variables } }
}

function wantedOf({ state, version, askedBy, askedAt }: JobWish): JobAnswer['wanted'] {
  return { state, version, askedBy, askedAt }
}

function statusOf(
  { state, since, reason, trouble, run, intent, evidence, restart, failure }: JobStatus,
  ageMs: number | null,
): StatusAnswer {
  return {
    state,
    since,
    reason: { message: reason.message, hint: reason.hint },
    trouble: trouble === null ? null : { message: trouble.message, hint: trouble.hint },
    run:
      run === null
        ? null
        : { attempt: run.attempt, version: run.version, startedAt: run.startedAt, endedAt: run.endedAt, report: reportOf(run.report) },
    evidence: {
      kind: evidence.kind,
      source: evidence.source,
      at: evidence.at,
      seenAt: evidence.seenAt,
      ageMs,
      reason: evidence.reason,
    },
    intent: intent === null ? null : { kind: intent.kind, attempt: intent.attempt, since: intent.since },
    restart: { failures: restart.failures.length, nextAt: restart.nextAt },
    failure: failure === null ? null : failureOf(failure),
  }
}

type Report = NonNullable<NonNullable<JobStatus['run']>['report']>

function reportOf(report: Report | null): NonNullable<StatusAnswer['run']>['report'] {
  if (report === null) return null
  const { rowsIn, rowsOut, lateRows, skippedRows, watermarkMs, durationMs, waiting } = report
  return { rowsIn, rowsOut, lateRows, skippedRows, watermark: watermarkMs, durationMs, waiting: waiting.map((each) => ({ ...each })) }
}

export function failureOf({ code, blame, message, detail, hint, position, causes }: RunFailure): Failure {
  return { code, blame, message, detail, hint, position: position === null ? null : { ...position }, causes: [...causes] }
}

export function verdictOf({
  operators,
}: StateVerdict): NonNullable<AnswerOf<JobRoutes['POST /workspaces/:workspace/jobs/check']>['verdict']> {
  return {
    operators: operators.map((each) => ({ ...each })),
    dropsState: operators.some(({ verdict }) => verdict === 'dropped'),
  }
}

export function savepointOf({ id, value }: Stored<Savepoint>): AnswerOf<JobRoutes['POST /workspaces/:workspace/jobs/:job/savepoints']> {
  const { version, attempt, state, place, bytes, owner, askedAt, failure } = value
  return { id, version, attempt, state, place, bytes, askedBy: owner, askedAt, failure: failure === null ? null : failureOf(failure) }
}

export function eventOf({ sequence, writtenAt, writtenBy, value }: LogEntry<JobEvent>): {
  sequence: number
  at: number
  by: string
  kind: string
  text: string
} {
  return { sequence, at: writtenAt, by: writtenBy, kind: value.kind, text: eventText(value) }
}

/** What operators do now; the rates are those since the look before, or since the beginning where there was none. */
export function operatorsOf(now: RunMetrics, before: RunMetrics | undefined): OperatorsAnswer {
  const earlier = new Map(before?.operators.map((each) => [subtaskKey(each), each]))
  const { checkpoints } = now
  return {
    takenAt: now.takenAt,
    checkpoints: {
      completed: checkpoints.numberOfCompletedCheckpoints,
      lastDurationMs: checkpoints.lastCheckpointDuration,
      lastBytes: checkpoints.lastCheckpointSize,
      lastFullBytes: checkpoints.lastCheckpointFullSize,
    },
    operators: now.operators.map((each) => {
      const rates = ratesBetween(earlier.get(subtaskKey(each)), each)
      return {
        operatorId: each.operatorId,
        operatorName: each.operatorName,
        kind: each.kind,
        nodes: [...each.nodes],
        subtask: each.subtask,
        parallelism: each.parallelism,
        recordsIn: each.numRecordsIn,
        recordsOut: each.numRecordsOut,
        recordsInPerSecond: rates.numRecordsInPerSecond,
        recordsOutPerSecond: rates.numRecordsOutPerSecond,
        busyMsPerSecond: rates.busyTimeMsPerSecond,
        backPressuredMsPerSecond: rates.backPressuredTimeMsPerSecond,
        idleMsPerSecond: rates.idleTimeMsPerSecond,
        lateRecords: each.numLateRecordsDropped,
        watermark: each.currentOutputWatermark ?? each.currentInputWatermark,
        stateBytes: each.stateBytes,
        lag: each.connector?.pendingRecords ?? null,
      }
    }),
  }
}
