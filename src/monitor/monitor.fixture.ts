/** Folders for samples, clocks that tests move, and runs that tell what a test wants. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll } from 'vitest'
import type { Clock } from '#base'
import type { JobStatus } from '#jobs'
import { noCheckpoints, type OperatorMetrics, type RunMetrics } from '#metrics'
import type { AlertRule } from './alert-rule.ts'
import type { WatchedJob } from './watched-job.ts'

const made: string[] = []

afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
})

export function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'millrace-monitor-'))
  made.push(folder)
  return folder
}

/** A clock that stands still until it is moved. */
export class MovedClock implements Clock {
  ms: number

  constructor(ms = Date.UTC(2030, 0, 1)) {
    this.ms = ms
  }

  nowMs(): number {
    return this.ms
  }

  monotonicMs(): number {
    return this.ms
  }
}

export function operator(known: Partial<OperatorMetrics>): OperatorMetrics {
  return {
    operatorId: '1',
    operatorName: 'Filter',
    kind: 'operator',
    nodes: [1],
    subtask: 0,
    parallelism: 1,
    numRecordsIn: 0,
    numRecordsOut: 0,
    numLateRecordsDropped: 0,
    accumulatedBusyTimeMs: 0,
    accumulatedBackPressuredTimeMs: 0,
    accumulatedIdleTimeMs: 0,
    currentInputWatermark: null,
    currentOutputWatermark: null,
    stateBytes: 0,
    spilledBytes: 0,
    inputQueueLength: null,
    waitingRecords: null,
    connector: null,
    heaviestKeys: null,
    partitions: null,
    ...known,
  }
}

export const connector = { numBytes: 0, numRecordsErrors: 0, numRetries: 0, pendingRecords: null, waitingFor: null, waitingSince: null }

export function runMetrics(takenAt: number, operators: readonly OperatorMetrics[], checkpoints = noCheckpoints): RunMetrics {
  return { takenAt, checkpoints, operators }
}

/** A job that runs as wanted, with what a test says of it. */
export function watchedJob(
  job: string,
  known: { spec?: Partial<WatchedJob['spec']>; wanted?: WatchedJob['wanted']; status?: Partial<JobStatus> } = {},
): WatchedJob {
  const { spec, wanted = 'running', status } = known
  const engine = { kind: 'embedded' } as const
  return {
    workspace: 'default',
    job,
    spec: { name: `name of ${job}`, folder: '', tags: [], owner: 'ada', engine, latencyTier: 'seconds', ...spec },
    wanted,
    status: {
      state: 'running',
      since: 0,
      reason: { code: 'run-seen', message: 'attempt 1 was seen running', hint: null },
      trouble: null,
      run: { attempt: 1, version: 1, startedAt: 0, endedAt: null, report: null },
      intent: null,
      evidence: { kind: 'present', source: 'processes of this server', at: 0, since: 0, seenAt: 0, reason: null },
      restart: { failures: [], nextAt: null },
      failure: null,
      generation: 1,
      origin: null,
      ...status,
    },
  }
}

export function alertRule(known: Partial<AlertRule>): AlertRule {
  return {
    name: 'rule',
    description: '',
    isActive: true,
    severity: 'warning',
    scope: { kind: 'all' },
    condition: { kind: 'not-as-wanted' },
    forMs: 0,
    clearAfterMs: 0,
    repeatMs: null,
    channels: [],
    ...known,
  }
}
