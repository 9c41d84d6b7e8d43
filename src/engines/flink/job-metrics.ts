/**
 * What a running job of Flink does, in the words in which runs of this process tell it: a vertex is an operator, and its id is that of the
 * vertex. Of each vertex no more is asked than its job tells not by itself: a lone subtask is what the vertex is together, state sizes
 * change with a checkpoint alone, and of jobs with many vertices those are read first that were read longest ago.
 */
import { type Clock, MillraceError } from '#base'
import type { CheckpointMetrics, OperatorMetrics, RunMetrics } from '#metrics'
import type { Evidence } from '../engine.ts'
import { type FlinkServer, isNotThere } from './client.ts'
import { type FlinkCounts, type FlinkJobDetails, type FlinkVertex, readCounts, writtenList } from './read-job.ts'

export interface KnownJob {
  readonly job: FlinkJobDetails
  /** Of a vertex that was not read this time, what was read last. */
  readonly metrics: RunMetrics
  readonly logs: readonly LogLink[]
}

export type JobObservation = Evidence<KnownJob>

interface LogLink {
  /** `job manager`, or the id of a task manager that has subtasks of the job. */
  readonly of: string
  /** The page that shows its logs. */
  readonly url: string
}

interface JobSource {
  readonly id: string
  readonly server: FlinkServer
  readonly clock: Clock
  readonly details: () => Promise<FlinkJobDetails>
}

interface VertexReading {
  readonly vertex: FlinkVertex
  /** Which reading of the job it is of. */
  readonly turn: number
  readonly subtasks: readonly SubtaskReading[]
  readonly gauges: ReadonlyMap<string, number>
}

interface SubtaskReading extends FlinkCounts {
  /** Empty: not known. */
  readonly taskManager: string
}

interface StateSizes {
  /** By vertex, for each subtask. */
  readonly bytes: ReadonlyMap<string, readonly number[]>
  readonly checkpoint: number
}

const source = 'job manager'
/** How many vertices are read each time. */
const verticesMax = 32
/** How many of them at a time. */
const requestsAtOnce = 8
/** By default a job manager asks its tasks every ten seconds at most. */
const silenceMsMax = 15_000
/** Netty takes first lines of 4096 bytes. */
const namesLengthMax = 3200
/** A watermark that has not come yet. */
const noWatermark = -(2 ** 63)

export class JobReader {
  readonly #job: JobSource
  readonly #readings = new Map<string, VertexReading>()
  #sizes: StateSizes = { bytes: new Map(), checkpoint: -1 }
  #turn = 0

  constructor(job: JobSource) {
    this.#job = job
  }

  /** Changes nothing. A job manager that does not answer as Flink does says nothing of the job. */
  async observe(): Promise<JobObservation> {
    const { clock } = this.#job
    try {
      const known = await this.read()
      return { kind: 'present', source, at: clock.nowMs(), ...known }
    } catch (error) {
      if (!(error instanceof MillraceError)) throw error
      const at = clock.nowMs()
      if (isNotThere(error)) return { kind: 'absent', source, at }
      return { kind: 'unreachable', source, at, reason: error.message }
    }
  }

  /** Fails where the job is not there, and where nobody says whether it is. */
  async read(): Promise<KnownJob> {
    const job = await this.#job.details()
    const turn = ++this.#turn
    for (const id of this.#readings.keys()) if (!job.vertices.some((vertex) => vertex.id === id)) this.#readings.delete(id)
    const chosen = job.vertices.toSorted((a, b) => this.#lastTurnOf(a) - this.#lastTurnOf(b)).slice(0, verticesMax)
    await inGroups(chosen, async (vertex) => {
      const reading = await this.#readVertex(vertex, turn)
      if (reading.subtasks.every(({ isComplete }) => isComplete)) this.#readings.set(vertex.id, reading)
    })
    await this.#readSizes(job)
    const readings = job.vertices.flatMap(({ id }) => this.#readings.get(id) ?? [])
    const operators = readings.flatMap((reading) => operatorsOf(reading, this.#sizes.bytes.get(reading.vertex.id) ?? []))
    const metrics = { takenAt: this.#job.clock.nowMs(), checkpoints: checkpointMetrics(job.checkpoints), operators }
    return { job, metrics, logs: logsOf(readings, this.#job.server.url) }
  }

  #lastTurnOf({ id }: FlinkVertex): number {
    return this.#readings.get(id)?.turn ?? 0
  }

  async #readVertex(vertex: FlinkVertex, turn: number): Promise<VertexReading> {
    const before = this.#readings.get(vertex.id)
    const [lone] = before?.subtasks ?? []
    const isKnown = lone !== undefined && vertex.parallelism === 1 && before?.vertex.startedAt === vertex.startedAt
    const [subtasks, gauges] = await Promise.all([
      isKnown ? [{ ...countsOf(vertex), taskManager: lone.taskManager }] : this.#readSubtasks(vertex),
      this.#readGauges(vertex),
    ])
    return { vertex, turn, subtasks: subtasks.map((now, subtask) => newerOf(before?.subtasks[subtask], now)), gauges }
  }

  async #readSubtasks({ id }: FlinkVertex): Promise<readonly SubtaskReading[]> {
    const { subtasks } = await orNothing(this.#job.server.call('GET', `${this.#place}/vertices/${id}`), {})
    return writtenList(subtasks)
      .toSorted((a, b) => Number(a['subtask']) - Number(b['subtask']))
      .map((each) => ({ ...readCounts(each['metrics'], Number(each['duration'])), taskManager: textIn(each['taskmanager-id']) }))
  }

  /** By the number of the subtask and the name of the gauge. Names that Flink does not know it leaves out. */
  async #readGauges(vertex: FlinkVertex): Promise<ReadonlyMap<string, number>> {
    const wanted = Array.from({ length: vertex.parallelism }, (_, subtask) => gaugesOf(vertex).map((name) => `${subtask}.${name}`))
    const names = wanted.flat().map(encodeURIComponent).join(',')
    const place = `${this.#place}/vertices/${vertex.id}`
    // Of many subtasks there is one answer for one of the gauges alone.
    const path = names.length > namesLengthMax ? `${place}/watermarks` : `${place}/metrics?get=${names}`
    const rows = writtenList(await orNothing(this.#job.server.list(path), []))
    return new Map(rows.map(({ id, value }) => [String(id), Number(value)]))
  }

  /** Those of the newest checkpoint, once. */
  async #readSizes({ checkpoints: { latest }, vertices }: FlinkJobDetails): Promise<void> {
    if (latest === null || latest.id === this.#sizes.checkpoint) return
    const place = `${this.#place}/checkpoints/details/${latest.id}`
    const { tasks } = await orNothing(this.#job.server.call('GET', place), {})
    if (typeof tasks !== 'object' || tasks === null) return
    const bytes = new Map<string, readonly number[]>()
    await inGroups(vertices.slice(0, verticesMax), async ({ id, parallelism }) => {
      const size = sizeOf((tasks as Readonly<Record<string, unknown>>)[id])
      if (parallelism === 1 || size === 0) return void bytes.set(id, [size])
      const { subtasks } = await orNothing(this.#job.server.call('GET', `${place}/subtasks/${id}`), {})
      bytes.set(
        id,
        writtenList(subtasks)
          .toSorted((a, b) => Number(a['index']) - Number(b['index']))
          .map(sizeOf),
      )
    })
    this.#sizes = { bytes, checkpoint: latest.id }
  }

  get #place(): string {
    return `/jobs/${this.#job.id}`
  }
}

/** What was there a moment ago may be gone: a subtask, a checkpoint. */
async function orNothing<T>(answer: Promise<T>, nothing: T): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (isNotThere(error)) return nothing
    throw error
  }
}

async function inGroups<T>(items: readonly T[], read: (item: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += requestsAtOnce) await Promise.all(items.slice(at, at + requestsAtOnce).map(read))
}

function countsOf({ recordsIn, recordsOut, busyMs, idleMs, backPressuredMs, isMeasured, isComplete }: FlinkCounts): FlinkCounts {
  return { recordsIn, recordsOut, busyMs, idleMs, backPressuredMs, isMeasured, isComplete }
}

/**
 * Time goes on for what does not measure its work, though a job manager may have heard nothing of it since. Then what was read before is
 * all that is known.
 */
function newerOf(before: SubtaskReading | undefined, now: SubtaskReading): SubtaskReading {
  if (before === undefined || now.isMeasured) return now
  const isSilent =
    before.recordsIn === now.recordsIn && before.recordsOut === now.recordsOut && before.backPressuredMs === now.backPressuredMs
  const silentMs = now.idleMs - before.idleMs
  return isSilent && silentMs >= 0 && silentMs < silenceMsMax ? before : now
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function sizeOf(written: unknown): number {
  return Number((written as { readonly state_size?: unknown } | undefined)?.state_size ?? 0)
}

/** Names of the operators of a vertex, in the order of their chain. */
function chainOf({ name }: FlinkVertex): string[] {
  return name.split(' -> ').map((each) => each.replace(/^\(+|\)+$/g, ''))
}

/** As the names of metrics have it. */
function scopeOf(operator: string): string {
  return operator.replace(/[^\w[\]-]/g, '_')
}

const inputWatermark = 'currentInputWatermark'
const outputWatermark = 'currentOutputWatermark'
const lateRecords = 'numLateRecordsDropped'
const pending = 'pendingRecords'

function gaugesOf(vertex: FlinkVertex): string[] {
  const scopes = chainOf(vertex).map(scopeOf)
  const isSource = kindOf(vertex) === 'source'
  return [
    ...(isSource ? [`${scopes[0]}.${pending}`] : [inputWatermark]),
    `${scopes.at(-1)}.${outputWatermark}`,
    ...scopes.filter((scope) => /Window|Temporal|Interval|Match/.test(scope)).map((scope) => `${scope}.${lateRecords}`),
  ]
}

function kindOf({ name }: FlinkVertex): 'source' | 'sink' | 'operator' {
  if (name.startsWith('Source: ')) return 'source'
  return /: (?:Writer|Committer)\b|\bSink: /.test(name) ? 'sink' : 'operator'
}

function operatorsOf({ vertex, subtasks, gauges }: VertexReading, bytes: readonly number[]): OperatorMetrics[] {
  const kind = kindOf(vertex)
  const nodes = [...vertex.name.matchAll(/\[(\d+)\]/g)].map(([, number]) => Number(number))
  const gaugeOf = (subtask: number, name: string): number | null =>
    [...gauges].find(([id]) => id.startsWith(`${subtask}.`) && id.endsWith(name))?.[1] ?? null
  const watermarkOf = (subtask: number, name: string): number | null => {
    const value = gaugeOf(subtask, name)
    return value === null || value <= noWatermark ? null : value
  }
  return subtasks.map((counts, subtask) => {
    const pendingRecords = gaugeOf(subtask, pending)
    return {
      operatorId: vertex.id,
      operatorName: vertex.name,
      kind,
      nodes,
      subtask,
      parallelism: vertex.parallelism,
      numRecordsIn: counts.recordsIn,
      numRecordsOut: counts.recordsOut,
      numLateRecordsDropped: [...gauges]
        .filter(([id]) => id.startsWith(`${subtask}.`) && id.endsWith(lateRecords))
        .reduce((sum, [, value]) => sum + value, 0),
      accumulatedBusyTimeMs: counts.busyMs,
      accumulatedBackPressuredTimeMs: counts.backPressuredMs,
      accumulatedIdleTimeMs: counts.idleMs,
      currentInputWatermark: watermarkOf(subtask, inputWatermark),
      currentOutputWatermark: watermarkOf(subtask, outputWatermark),
      stateBytes: bytes[subtask] ?? 0,
      spilledBytes: 0,
      inputQueueLength: null,
      waitingRecords: null,
      connector:
        pendingRecords === null
          ? null
          : { numBytes: 0, numRecordsErrors: 0, numRetries: 0, pendingRecords, waitingFor: null, waitingSince: null },
      heaviestKeys: null,
      partitions: null,
    }
  })
}

function checkpointMetrics({ completed, failed, latest }: FlinkJobDetails['checkpoints']): CheckpointMetrics {
  return {
    numberOfCompletedCheckpoints: completed,
    numberOfFailedCheckpoints: failed,
    lastCheckpointDuration: latest?.durationMs ?? null,
    lastCheckpointSize: latest?.writtenBytes ?? null,
    lastCheckpointFullSize: latest?.bytes ?? null,
  }
}

function logsOf(readings: readonly VertexReading[], url: string): LogLink[] {
  const page = `${url.replace(/\/+$/, '')}/#`
  const workers = new Set(readings.flatMap(({ subtasks }) => subtasks.flatMap(({ taskManager }) => taskManager || [])))
  return [
    { of: source, url: `${page}/job-manager/logs` },
    ...[...workers].toSorted().map((id) => ({ of: id, url: `${page}/task-manager/${encodeURIComponent(id)}/logs` })),
  ]
}
