/** What the state of a job on a cluster says of a run. */
import type { FlinkJob, FlinkJobDetails, RunReport } from '#engines'
import type { RunState, SeenRun } from '#jobs'
import type { FlinkRun } from './run-record.ts'

/** A run that has not ended. Flink calls a job running as soon as it may begin, also while its tasks wait for slots. */
export function aliveState({ state, tasks }: Pick<FlinkJob, 'state' | 'tasks'>): RunState {
  if (state === 'CANCELLING') return 'stopping'
  const isWhole = tasks.total > 0 && tasks.running + tasks.finished === tasks.total
  return state === 'RUNNING' && isWhole ? 'running' : 'starting'
}

export function seenRun(run: FlinkRun, job: FlinkJob | null, report: RunReport | null): SeenRun {
  const { attempt, version, startedAt, end } = run
  return {
    attempt,
    version,
    state: end?.state ?? (job === null ? 'starting' : aliveState(job)),
    startedAt: job?.startedAt ?? startedAt,
    endedAt: end?.endedAt ?? null,
    failure: end?.failure ?? null,
    report,
  }
}

/** What the tasks of a job have counted together. Sources tell what they gave, sinks what they took. */
export function reportOf({ vertices, startedAt, durationMs }: FlinkJobDetails): RunReport {
  const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0)
  return {
    resumedFrom: null,
    rowsIn: sumOf(vertices.map(({ name, recordsOut }) => (name.startsWith('Source: ') ? recordsOut : 0))),
    rowsOut: sumOf(vertices.map(({ name, recordsIn }) => (/: Writer\b|\bSink: /.test(name) ? recordsIn : 0))),
    skippedRows: 0,
    lateRows: 0,
    watermarkMs: null,
    startedAt,
    readyMs: null,
    pausesMs: [],
    spilledBytes: 0,
    waiting: [],
    durationMs,
  }
}
