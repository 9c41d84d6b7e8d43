/** Jobs, versions, savepoints and what operators do, as the contract shows them. */
import type { JobDetails, JobEvent, JobStatus, JobView, JobWish, Savepoint, StateVerdict } from '#jobs'
import { engineName, eventText, sumOfDropped } from '#jobs'
import type { OperatorMetrics, OperatorRates, RunMetrics } from '#metrics'
import type { LogEntry, Stored } from '#store'
import type { Frozen } from './call.ts'
import type { jobRoutes } from './contract/job-routes.ts'
import type { AnswerOf } from './contract/route.ts'

type JobRoutes = typeof jobRoutes
export type JobAnswer = Frozen<AnswerOf<JobRoutes['GET /workspaces/:workspace/jobs/:job']>>
export type JobLine = Frozen<AnswerOf<JobRoutes['GET /workspaces/:workspace/jobs']>['items'][number]>
type StatusAnswer = JobAnswer['status']
type EventAnswer = AnswerOf<JobRoutes['GET /workspaces/:workspace/jobs/:job/events']>['items'][number]
type OperatorsAnswer = Frozen<AnswerOf<JobRoutes['GET /workspaces/:workspace/jobs/:job/operators']>>

export function lineOf({ card, wish, status, ageMs }: JobView): JobLine {
  const { id, name, folder, tags, owner, engine, latencyTier, version, changedAt } = card
  return {
    id,
    name,
    folder,
    tags,
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
  return { id, version, changedAt, changedBy, spec, wanted: wantedOf(wish), status: statusOf(status, ageMs) }
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
    failure,
  }
}

type Report = NonNullable<NonNullable<JobStatus['run']>['report']>

function reportOf(report: Report | null): NonNullable<StatusAnswer['run']>['report'] {
  if (report === null) return null
  const { rowsIn, rowsOut, lateRows, skippedRows, watermarkMs, durationMs, waiting } = report
  return { rowsIn, rowsOut, lateRows, skippedRows, watermark: watermarkMs, durationMs, waiting }
}

export function verdictOf(
  verdict: StateVerdict,
): NonNullable<Frozen<AnswerOf<JobRoutes['POST /workspaces/:workspace/jobs/check']>>['verdict']> {
  const dropped = sumOfDropped(verdict)
  return { operators: verdict.operators, dropsState: dropped.operators > 0, dropped }
}

export function savepointOf({
  id,
  value,
}: Stored<Savepoint>): Frozen<AnswerOf<JobRoutes['POST /workspaces/:workspace/jobs/:job/savepoints']>> {
  const { version, attempt, state, place, bytes, owner, askedAt, failure } = value
  return { id, version, attempt, state, place, bytes, askedBy: owner, askedAt, failure }
}

export function eventOf({ sequence, writtenAt, writtenBy, value }: LogEntry<JobEvent>): EventAnswer {
  const state = value.kind === 'status' && value.from !== value.to ? value.to : null
  return { sequence, at: writtenAt, by: writtenBy, kind: value.kind, state, text: eventText(value) }
}

/** What operators do now, and their rates. */
export function operatorsOf({ takenAt, checkpoints }: RunMetrics, subtasks: readonly (OperatorMetrics & OperatorRates)[]): OperatorsAnswer {
  return {
    takenAt,
    checkpoints: {
      completed: checkpoints.numberOfCompletedCheckpoints,
      lastDurationMs: checkpoints.lastCheckpointDuration,
      lastBytes: checkpoints.lastCheckpointSize,
      lastFullBytes: checkpoints.lastCheckpointFullSize,
    },
    operators: subtasks.map((each) => ({
      operatorId: each.operatorId,
      operatorName: each.operatorName,
      kind: each.kind,
      nodes: each.nodes,
      subtask: each.subtask,
      parallelism: each.parallelism,
      recordsIn: each.numRecordsIn,
      recordsOut: each.numRecordsOut,
      recordsInPerSecond: each.numRecordsInPerSecond,
      recordsOutPerSecond: each.numRecordsOutPerSecond,
      busyMsPerSecond: each.busyTimeMsPerSecond,
      backPressuredMsPerSecond: each.backPressuredTimeMsPerSecond,
      idleMsPerSecond: each.idleTimeMsPerSecond,
      lateRecords: each.numLateRecordsDropped,
      watermark: each.currentOutputWatermark ?? each.currentInputWatermark,
      stateBytes: each.stateBytes,
      lag: each.connector?.pendingRecords ?? null,
    })),
  }
}
