/** What the task managers of a cluster have for the tasks of a job: memory of their slots, and network buffers. */
import type { FlinkServer } from './client.ts'
import { type Written, writtenList } from './read-job.ts'

export interface ClusterMemory {
  /** Of the slot that has least, in bytes; null where that is not known. */
  readonly slot: { readonly managedBytes: number; readonly heapBytes: number } | null
  /** Of all task managers together; null where that is not known. */
  readonly buffers: { readonly free: number; readonly all: number } | null
}

/** More task managers than that are not asked one by one. */
const taskManagersMax = 100

export async function readMemory(server: FlinkServer): Promise<ClusterMemory> {
  const { taskmanagers } = await server.call('GET', '/taskmanagers')
  const all = writtenList(taskmanagers)
  if (all.length === 0 || all.length > taskManagersMax) return { slot: leastSlot(all), buffers: null }
  const details = await Promise.all(all.map(({ id }) => server.call('GET', `/taskmanagers/${encodeURIComponent(String(id))}`)))
  return { slot: leastSlot(all), buffers: allBuffers(details) }
}

function leastSlot(taskManagers: readonly Written[]): ClusterMemory['slot'] {
  const slots = taskManagers.map(({ slotsNumber, memoryConfiguration }) => {
    const { managedMemory, taskHeap } = (memoryConfiguration ?? {}) as Written
    return { managedBytes: Number(managedMemory) / Number(slotsNumber), heapBytes: Number(taskHeap) / Number(slotsNumber) }
  })
  if (slots.length === 0 || !slots.every(({ managedBytes, heapBytes }) => isSize(managedBytes) && isSize(heapBytes))) return null
  return {
    managedBytes: Math.min(...slots.map(({ managedBytes }) => managedBytes)),
    heapBytes: Math.min(...slots.map(({ heapBytes }) => heapBytes)),
  }
}

function allBuffers(details: readonly Written[]): ClusterMemory['buffers'] {
  const counts = details.map(({ metrics }) => {
    const { nettyShuffleMemorySegmentsAvailable: free, nettyShuffleMemorySegmentsTotal: all } = (metrics ?? {}) as Written
    return { free: Number(free), all: Number(all) }
  })
  // Who has just come has not counted them yet.
  if (!counts.every(({ free, all }) => isSize(free) && isSize(all) && all > 0)) return null
  return { free: counts.reduce((sum, { free }) => sum + free, 0), all: counts.reduce((sum, { all }) => sum + all, 0) }
}

function isSize(value: number): boolean {
  return Number.isFinite(value) && value >= 0
}
