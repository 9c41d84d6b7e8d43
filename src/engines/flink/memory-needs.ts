/** What a job takes of the memory of a cluster, as far as its graph tells: network buffers without which it cannot begin, and room for state. */
import { counted, type MillraceError, printBytes } from '#base'
import type { ClusterMemory } from './cluster-memory.ts'
import type { StatefulOperator } from './compiled-plan.ts'
import { flinkErrors } from './errors.ts'
import type { Topology } from './topology.ts'

export interface MemoryNeeds {
  readonly topology: Topology
  /** Null: not known; those that get rows by key are counted then. */
  readonly states: readonly StatefulOperator[] | null
  /** As Flink calls it, such as `rocksdb`. */
  readonly stateBackend: string
}

/** A sentence each. */
export function memoryFacts(needs: MemoryNeeds, { slot, buffers }: ClusterMemory): readonly string[] {
  const least = leastBuffers(needs.topology)
  return [
    ...(slot === null ? [] : stateFacts(needs, slot)),
    ...(buffers === null || least === 0
      ? []
      : [`its tasks take ${counted(least, 'network buffer')} or more, and ${buffers.free} of ${buffers.all} are free`]),
  ]
}

/** An error where the buffers of all task managers together do not suffice for a job to begin; else null. */
export function lackOfBuffers(topology: Topology, { buffers }: ClusterMemory): MillraceError | null {
  const needed = leastBuffers(topology)
  return buffers !== null && needed > buffers.all ? flinkErrors.ENGINE_FLINK_BUFFERS({ needed, all: buffers.all }) : null
}

/** A task that sends rows to any of several begins with a buffer for each, and one besides. Receivers on the same machine take none. */
function leastBuffers({ vertices }: Topology): number {
  const vertexOf = new Map(vertices.flatMap((vertex) => vertex.operators.map(({ number }) => [number, vertex] as const)))
  return vertices
    .flatMap((vertex) => vertex.operators.flatMap(({ inputs }) => inputs.map((input) => ({ ...input, vertex }))))
    .reduce((sum, { from, exchange, vertex }) => {
      const sender = vertexOf.get(from)
      if (sender === undefined || sender === vertex || !/^(?:HASH|REBALANCE)$/.test(exchange)) return sum
      return sum + sender.parallelism * (vertex.parallelism + 1)
    }, 0)
}

/** One subtask of each operator is in the same slot. */
function stateFacts({ topology, states, stateBackend }: MemoryNeeds, slot: NonNullable<ClusterMemory['slot']>): readonly string[] {
  const keyed = topology.vertices.filter(({ operators }) =>
    operators.some(({ inputs }) => inputs.some(({ exchange }) => exchange === 'HASH')),
  )
  const count = states?.length ?? keyed.length
  if (count === 0) return []
  const operators = `state of ${counted(count, 'operator')}`
  if (!/^(?:rocksdb|forst)$/i.test(stateBackend))
    return [`${operators} is kept on the heap, of which a slot has ${printBytes(slot.heapBytes)} for all of its tasks`]
  const each = count === 1 ? '' : `, about ${printBytes(slot.managedBytes / count)} each`
  return [`${operators} is kept with ${printBytes(slot.managedBytes)} of managed memory in a slot${each}, and on disk beyond`]
}
