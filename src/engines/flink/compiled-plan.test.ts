/** What a compiled plan keeps, bound to the operators of a graph, and plans with other times. */
import { expect, test } from 'vitest'
import { statesIn, withTtls } from './compiled-plan.ts'
import type { Topology, TopologyOperator } from './topology.ts'

const idOf = (number: number): string => String(number).padStart(32, '0')

function operator(number: number, name: string, description: string): TopologyOperator {
  return { number, id: idOf(number), name: `${name}[${number}]`, description, parallelism: 1, inputs: [] }
}

function planOf(operators: readonly TopologyOperator[]): Topology {
  return { vertices: [{ id: idOf(1), parallelism: 1, operators }], slots: 1 }
}

const state = (...names: string[]) => names.map((name, index) => ({ index, ttl: '0 ms', name }))

function compiled(...nodes: readonly object[]): string {
  return JSON.stringify({ flinkVersion: '2.3', nodes, edges: [] })
}

const join = { id: 12, type: 'stream-exec-join_1', description: 'Join(a)', state: state('leftState', 'rightState') }
const sink = { id: 14, type: 'stream-exec-sink_2', description: 'Sink(t)', state: state('sinkMaterializeState') }
const sum = (id: number) => ({
  id,
  type: 'stream-exec-group-aggregate_1',
  description: 'GroupAggregate(k)',
  state: state('groupAggregateState'),
})
const planned = planOf([
  operator(7, 'GroupAggregate', 'GroupAggregate(k)'),
  operator(2, 'Join', 'Join(a)'),
  operator(4, 'SinkMaterializer', 'SinkMaterializer(pk)'),
  operator(3, 'GroupAggregate', 'GroupAggregate(k)'),
])

test('operators are known by what they do, and those that do the same by their order', () => {
  const kept = statesIn(compiled(sum(17), join, sum(13), sink, { id: 1, type: 'x', description: 'Calc' }), planned)
  expect(kept.map(({ id, states }) => [Number(id), states.map(({ name }) => name)])).toEqual([
    [7, ['groupAggregateState']],
    [2, ['leftState', 'rightState']],
    [3, ['groupAggregateState']],
    [4, ['sinkMaterializeState']],
  ])
})

test('what cannot be told apart is left out', () => {
  expect(statesIn(compiled(sum(17), join), planned).map(({ id }) => Number(id))).toEqual([2])
})

test('a plan gets other times, and stays what it is else', () => {
  const literal = '{"kind":"LITERAL","value":9007199254740993,"other":1.0}'
  const text = compiled(join, sum(13), sum(17)).replace('"edges":[]', `"edges":[${literal}]`)
  const wanted = [
    { id: idOf(2), state: null, ttlMs: 1000 },
    { id: idOf(2), state: 'rightState', ttlMs: 60_000 },
    { id: idOf(7), state: null, ttlMs: 5 },
  ]
  const edited = withTtls(text, planned, wanted)
  expect(statesIn(edited, planned).flatMap(({ states }) => states.map(({ ttl }) => ttl))).toEqual(['1000 ms', '60000 ms', '0 ms', '5 ms'])
  expect(edited.replace(/\s/g, '')).toContain(literal)
  expect(edited.replaceAll(/"\d+ ms"/g, '"0 ms"').replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''))
})

test('what is not there is not wanted', () => {
  const wanted = (id: number, state: string | null) => () => withTtls(compiled(join), planned, [{ id: idOf(id), state, ttlMs: 1 }])
  expect(wanted(3, null)).toThrow('not as Flink is known to give it')
  expect(wanted(2, 'midState')).toThrow('not as Flink is known to give it')
})

test.each(['', 'null', '[]', '{"nodes":1}', '{"nodes":[1]}', '{"nodes":[{"state":'])('%j is no plan', (text) => {
  expect(() => statesIn(text, planned)).toThrow('not as Flink is known to give it')
})

test.each([[{ state: 1 }], [{ state: [null] }], [{ state: [{ name: 1, ttl: 'x' }] }], [{ state: [], id: 'x' }]])(
  'a node that keeps %j keeps nothing',
  (node) => {
    expect(statesIn(compiled({ ...join, ...node }), planned)).toEqual([])
  },
)
