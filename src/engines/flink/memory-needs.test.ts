/** What a graph takes of the memory of a cluster. */
import { expect, test } from 'vitest'
import { lackOfBuffers, memoryFacts } from './memory-needs.ts'
import type { Topology, TopologyVertex } from './topology.ts'

function vertex(id: string, parallelism: number, ...inputs: TopologyVertex['operators'][number]['inputs']): TopologyVertex {
  return { id, parallelism, operators: [{ number: id.charCodeAt(0), id, name: id, description: '', parallelism, inputs }] }
}

const from = (id: string, exchange: string) => ({ from: id.charCodeAt(0), exchange })

/** Two sources, a join by key, a sink beside it and one that gets rows as they come. */
const graph: Topology = {
  vertices: [
    vertex('a', 2),
    vertex('b', 3),
    vertex('c', 4, from('a', 'HASH'), from('b', 'REBALANCE')),
    vertex('d', 4, from('c', 'FORWARD')),
    vertex('e', 1, from('c', 'BROADCAST')),
  ],
  slots: 4,
}
const slot = { managedBytes: 96_000_000, heapBytes: 250_000_000 }
const keeps = (count: number) => Array.from({ length: count }, (_, index) => ({ id: String(index), name: 'x', states: [] }))

const needs = (stateBackend: string, states: number | null, topology = graph) => ({
  topology,
  stateBackend,
  states: states === null ? null : keeps(states),
})

test.each([
  ['rocksdb', 2, ['state of 2 operators is kept with 96.0 MB of managed memory in a slot, about 48.0 MB each, and on disk beyond']],
  ['ForSt', 1, ['state of 1 operator is kept with 96.0 MB of managed memory in a slot, and on disk beyond']],
  ['hashmap', 3, ['state of 3 operators is kept on the heap, of which a slot has 250.0 MB for all of its tasks']],
  ['hashmap', null, ['state of 1 operator is kept on the heap, of which a slot has 250.0 MB for all of its tasks']],
  ['rocksdb', 0, []],
])('state in %s of %j operators', (backend, states, said) => {
  expect(memoryFacts(needs(backend, states), { slot, buffers: null })).toEqual(said)
})

test('buffers are those that senders begin with', () => {
  // 2 · (4 + 1) and 3 · (4 + 1).
  const facts = memoryFacts(needs('hashmap', 0), { slot: null, buffers: { free: 7, all: 30 } })
  expect(facts).toEqual(['its tasks take 25 network buffers or more, and 7 of 30 are free'])
  expect(memoryFacts(needs('hashmap', 0, { vertices: [vertex('a', 2)], slots: 2 }), { slot: null, buffers: { free: 7, all: 30 } })).toEqual(
    [],
  )
})

test('a job is refused where all buffers together do not suffice', () => {
  const lack = (all: number) => lackOfBuffers(graph, { slot, buffers: { free: 0, all } })?.code ?? null
  expect([lack(25), lack(24)]).toEqual([null, 'ENGINE_FLINK_BUFFERS'])
  expect(lackOfBuffers(graph, { slot, buffers: null })).toBeNull()
})
