/** Changes how many subtasks the vertices of a running job have, in place: the job goes on from what it holds. The adaptive scheduler does it. */
import { type Clock, closeNames, MillraceError } from '#base'
import type { FlinkServer } from './client.ts'
import { flinkErrors } from './errors.ts'
import { type FlinkJobDetails, type FlinkVertex, hasEnded, writtenList } from './read-job.ts'

/** How many subtasks vertices shall have. */
export interface ParallelismWish {
  /** What is not named; null: as it is. */
  readonly all: number | null
  /** By the id of a vertex. */
  readonly vertices: ReadonlyMap<string, number>
}

export interface RescaledVertex {
  readonly id: string
  readonly name: string
  readonly before: number
  readonly after: number
}

/** What a rescaling needs of its cluster. */
export interface RescaledCluster {
  readonly server: FlinkServer
  readonly clock: Clock
  readonly sleep: (ms: number) => Promise<void>
  readonly details: () => Promise<FlinkJobDetails>
  readonly slots: () => Promise<{ readonly free: number }>
}

interface WrittenRequirement {
  readonly parallelism: { readonly lowerBound: number; readonly upperBound: number }
}

type Requirements = Readonly<Record<string, WrittenRequirement>>

const pollMs = 200
/** By default a scheduler lets half a minute go by between two changes, and waits for a checkpoint that may take longer. */
const rescaleMsMax = 180_000
/** More task managers than that are not asked what they hold. */
const taskManagersMax = 100

/** Resolves when the job runs as it is wanted. What runs so already is left alone. */
export async function rescale(cluster: RescaledCluster, wish: ParallelismWish): Promise<readonly RescaledVertex[]> {
  const job = await cluster.details()
  if (hasEnded(job)) throw flinkErrors.ENGINE_FLINK_JOB_ENDED({ job: job.id, state: job.state })
  const wanted = wantedParallelism(job.vertices, wish)
  const place = `/jobs/${job.id}/resource-requirements`
  const before = await requirementsAt(place, cluster.server)
  if (!runsAs(job, wanted)) await checkSlots(cluster, job, wanted)
  if ([...wanted].some(([id, count]) => before[id]?.parallelism.upperBound !== count)) {
    const rows = [...wanted].map(([id, upperBound]) => {
      const lowerBound = Math.min(before[id]?.parallelism.lowerBound ?? 1, upperBound)
      return [id, { parallelism: { lowerBound, upperBound } }] as const
    })
    await cluster.server.call('PUT', place, { ...before, ...Object.fromEntries(rows) })
  }
  const after = new Map((await untilRunning(cluster, wanted)).map(({ id, parallelism }) => [id, parallelism]))
  return job.vertices.map(({ id, name, parallelism }) => ({ id, name, before: parallelism, after: after.get(id) ?? parallelism }))
}

/** Of those that are wished for, by id. Fails with what a vertex cannot have. */
function wantedParallelism(vertices: readonly FlinkVertex[], { all, vertices: named }: ParallelismWish): ReadonlyMap<string, number> {
  const ids = vertices.map(({ id }) => id)
  const stranger = [...named.keys()].find((id) => !ids.includes(id))
  if (stranger !== undefined) {
    const [nearest] = closeNames(stranger, ids, 1)
    const hint = nearest === undefined ? `Its vertices are ${ids.join(', ')}.` : `Did you mean ${nearest}?`
    throw flinkErrors.ENGINE_FLINK_VERTEX_NOT_FOUND({ vertex: stranger }, { hint })
  }
  const wanted = new Map(all === null ? named : [...ids.map((id) => [id, all] as const), ...named])
  const tooNarrow = vertices.find(({ id, maxParallelism }) => maxParallelism > 0 && (wanted.get(id) ?? 0) > maxParallelism)
  if (tooNarrow === undefined) return wanted
  const { id, maxParallelism } = tooNarrow
  throw flinkErrors.ENGINE_FLINK_PARALLELISM({ vertex: id, max: maxParallelism, got: wanted.get(id) ?? 0 })
}

async function requirementsAt(place: string, server: FlinkServer): Promise<Requirements> {
  try {
    return (await server.call('GET', place)) as unknown as Requirements
  } catch (error) {
    if (error instanceof MillraceError && /does not support changing the parallelism/.test(`${error.message} ${error.detail ?? ''}`))
      throw flinkErrors.ENGINE_FLINK_SCHEDULER({}, { cause: error })
    throw error
  }
}

/** How many slots vertices take: those of one sharing group as many as the widest of them. */
function slotsFor(vertices: readonly FlinkVertex[], parallelismOf: (vertex: FlinkVertex) => number): number {
  const groups = Map.groupBy(vertices, ({ slotSharingGroup }) => slotSharingGroup)
  return [...groups.values()].reduce((sum, members) => sum + Math.max(...members.map(parallelismOf)), 0)
}

async function checkSlots(cluster: RescaledCluster, job: FlinkJobDetails, wanted: ReadonlyMap<string, number>): Promise<void> {
  const needed = slotsFor(job.vertices, ({ id, parallelism }) => wanted.get(id) ?? parallelism)
  const { free } = await cluster.slots()
  if (needed <= free + slotsFor(job.vertices, ({ parallelism }) => parallelism)) return
  // A job may hold more than it uses, for a while after it became smaller.
  const held = await heldSlots(cluster.server, job.id)
  if (held !== null && needed > free + held) throw flinkErrors.ENGINE_FLINK_SLOTS({ needed, free: free + held })
}

/** Null where that is not known. */
async function heldSlots(server: FlinkServer, job: string): Promise<number | null> {
  const { taskmanagers } = await server.call('GET', '/taskmanagers')
  const all = writtenList(taskmanagers)
  if (all.length > taskManagersMax) return null
  const counts = await Promise.all(
    all.map(async ({ id }) => {
      const { allocatedSlots } = await server.call('GET', `/taskmanagers/${String(id)}`)
      return writtenList(allocatedSlots).filter(({ jobId }) => jobId === job).length
    }),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}

async function untilRunning(cluster: RescaledCluster, wanted: ReadonlyMap<string, number>): Promise<readonly FlinkVertex[]> {
  const { clock, sleep, details } = cluster
  const startedMs = clock.monotonicMs()
  for (;;) {
    const job = await details()
    if (runsAs(job, wanted)) return job.vertices
    if (hasEnded(job)) throw flinkErrors.ENGINE_FLINK_JOB_ENDED({ job: job.id, state: job.state })
    if (clock.monotonicMs() - startedMs > rescaleMsMax) {
      const now = job.vertices.map(({ id, parallelism }) => `${id} has ${parallelism}`).join(', ')
      throw flinkErrors.ENGINE_FLINK_RESCALE({ job: job.id, seconds: rescaleMsMax / 1000 }, { detail: `${now}.` })
    }
    await sleep(pollMs)
  }
}

function runsAs({ state, vertices }: FlinkJobDetails, wanted: ReadonlyMap<string, number>): boolean {
  const isSo = (vertex: FlinkVertex): boolean =>
    vertex.parallelism === (wanted.get(vertex.id) ?? vertex.parallelism) && vertex.state === 'RUNNING'
  return state === 'RUNNING' && vertices.length > 0 && vertices.every(isSo)
}
