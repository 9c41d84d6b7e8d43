/** What a job manager answers of a job, read into plain data. */
import { usefulReason } from './reason.ts'

/** In Flink's words, such as RUNNING, RESTARTING or FINISHED. */
export interface FlinkJob {
  readonly id: string
  readonly name: string
  readonly state: string
  /** Epoch milliseconds. */
  readonly startedAt: number
  /** Milliseconds. */
  readonly durationMs: number
  /** Null while it has not ended; epoch milliseconds. */
  readonly endedAt: number | null
  readonly tasks: { readonly running: number; readonly finished: number; readonly total: number }
}

/** What one subtask counted, or all of a vertex together. */
export interface FlinkCounts {
  readonly recordsIn: number
  readonly recordsOut: number
  /** Milliseconds since the start. Sources of Flink's older kind do not measure their work: all that they were not held back counts as idle. */
  readonly busyMs: number
  readonly idleMs: number
  readonly backPressuredMs: number
  /** Whether it measures its work. */
  readonly isMeasured: boolean
  /** False where a job manager has not heard of all subtasks yet. */
  readonly isComplete: boolean
}

export interface FlinkVertex extends FlinkCounts {
  readonly id: string
  /** The names of its operators, such as `Source: orders[1] -> Calc[2]`. */
  readonly name: string
  /** What its operators do, in the order of their chain, as EXPLAIN tells it: `[2]:Calc(select=[n])`. */
  readonly descriptions: readonly string[]
  readonly parallelism: number
  readonly maxParallelism: number
  /** Vertices of one group share slots. */
  readonly slotSharingGroup: string
  readonly state: string
  /** Of its tasks as they are now, in epoch milliseconds; another one when they were started anew. */
  readonly startedAt: number
}

interface FlinkCheckpoint {
  readonly id: number
  readonly path: string
  /** Of state, those of earlier checkpoints included. */
  readonly bytes: number
  /** That were written for it. */
  readonly writtenBytes: number
  readonly durationMs: number
  readonly type: string
}

export interface FlinkJobDetails extends FlinkJob {
  readonly vertices: readonly FlinkVertex[]
  readonly checkpoints: {
    readonly completed: number
    readonly failed: number
    /** The newest that was completed. */
    readonly latest: FlinkCheckpoint | null
  }
  /** The newest failures, one line each. */
  readonly failures: readonly string[]
}

const endStates = new Set(['FINISHED', 'CANCELED', 'FAILED'])

export function hasEnded({ state }: Pick<FlinkJob, 'state'>): boolean {
  return endStates.has(state)
}

export type Written = Readonly<Record<string, unknown>>

export function isJob(job: unknown): job is Written {
  if (typeof job !== 'object' || job === null) return false
  const { jid, name, state, duration, vertices, ...others } = job as Written
  const isText = [jid, name, state].every((each) => typeof each === 'string')
  return isText && Number.isFinite(others['start-time']) && Number.isFinite(duration) && (vertices === undefined || Array.isArray(vertices))
}

export function readJob(job: Written): FlinkJob {
  const { jid, name, state, duration } = job
  // A list has the tasks of a job, its details those of each vertex.
  const vertices = (job['vertices'] ?? [job]) as readonly { readonly tasks?: Readonly<Record<string, number>> }[]
  const counts = vertices.flatMap(({ tasks = {} }) => Object.entries(tasks).filter(([state]) => state !== 'total'))
  const sumOf = (wanted: (state: string) => boolean): number =>
    counts.reduce((sum, [state, count]) => (wanted(state) ? sum + count : sum), 0)
  return {
    id: String(jid),
    name: String(name),
    state: String(state),
    startedAt: Number(job['start-time']),
    durationMs: Number(duration),
    endedAt: Number(job['end-time']) > 0 ? Number(job['end-time']) : null,
    tasks: {
      running: sumOf((state) => state.toUpperCase() === 'RUNNING'),
      finished: sumOf((state) => state.toUpperCase() === 'FINISHED'),
      total: sumOf(() => true),
    },
  }
}

export function readVertices({ vertices, plan }: Written): FlinkVertex[] {
  const nodes = new Map(writtenList((plan as Written | undefined)?.['nodes']).map((node) => [node['id'], node['description']]))
  return writtenList(vertices).map(
    ({ id, name, parallelism, maxParallelism, status, slotSharingGroupId, duration, metrics, ...times }) => ({
      id: String(id),
      name: String(name),
      descriptions: chainIn(nodes.get(id)),
      parallelism: Number(parallelism),
      maxParallelism: Number(maxParallelism),
      slotSharingGroup: typeof slotSharingGroupId === 'string' ? slotSharingGroupId : '',
      state: String(status),
      startedAt: Number(times['start-time']),
      ...readCounts(metrics, Number(parallelism) * Number(duration)),
    }),
  )
}

const escapes: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&amp;': '&' }

/** A chain is written as a tree in HTML. */
function chainIn(description: unknown): string[] {
  if (typeof description !== 'string') return []
  const lines = description.split('<br/>').map((line) => line.replace(/^[\s:]*(?:\+?- )?/, '').trim())
  return lines.filter((line) => line !== '').map((line) => line.replace(/&(?:lt|gt|quot|amp);/g, (escaped) => escapes[escaped] ?? escaped))
}

/** @param lifeMs how long all that it counts has run, together */
export function readCounts(metrics: unknown, lifeMs: number): FlinkCounts {
  const counts = (metrics ?? {}) as Written
  // Flink writes NaN as a text where nothing is measured.
  const numberOf = (key: string): number => Number(counts[key]) || 0
  const [busy, idleMs, backPressuredMs] = ['busy', 'idle', 'backpressured'].map((kind) => numberOf(`accumulated-${kind}-time`)) as [
    number,
    number,
    number,
  ]
  const isMeasured = !Number.isNaN(Number(counts['accumulated-busy-time'] ?? 0))
  return {
    recordsIn: numberOf('read-records'),
    recordsOut: numberOf('write-records'),
    busyMs: busy,
    idleMs: isMeasured ? idleMs : Math.max(idleMs, lifeMs - backPressuredMs),
    backPressuredMs,
    isMeasured,
    isComplete: counts['read-records-complete'] !== false && counts['write-records-complete'] !== false,
  }
}

export function readCheckpoints(checkpoints: Written): FlinkJobDetails['checkpoints'] {
  const counts = checkpoints['counts'] as Readonly<Record<string, number>> | undefined
  const { completed, savepoint } = (checkpoints['latest'] ?? {}) as Readonly<Record<string, Written | null | undefined>>
  const latest = [completed, savepoint]
    .filter((each) => each !== null && each !== undefined)
    .toSorted((a, b) => Number(b['id']) - Number(a['id']))[0]
  return {
    completed: counts?.['completed'] ?? 0,
    failed: counts?.['failed'] ?? 0,
    latest:
      latest === undefined
        ? null
        : {
            id: Number(latest['id']),
            path: String(latest['external_path']),
            bytes: Number(latest['state_size']),
            writtenBytes: Number(latest['checkpointed_size'] ?? latest['state_size']),
            durationMs: Number(latest['end_to_end_duration']),
            type: String(latest['checkpoint_type']),
          },
  }
}

export function readFailures(exceptions: Written): string[] {
  const { entries } = (exceptions['exceptionHistory'] ?? {}) as { readonly entries?: readonly Written[] }
  return (entries ?? []).map(({ stacktrace }) => usefulReason(String(stacktrace)).reason)
}

/** The objects of a list; none where it is no list. */
export function writtenList(value: unknown): readonly Written[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'object' && each !== null) : []
}
