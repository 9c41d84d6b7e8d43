/** Edits of a graph: where they bind, and what comes of them. */
import { describe, expect, test } from 'vitest'
import type { Topology } from './topology.ts'
import { editTopology, noEdits, readEdits, settingsOfEdits, type TopologyEdits, writeEdits } from './topology-edits.ts'

const [source, sum, other] = ['a'.repeat(32), 'b'.repeat(32), 'c'.repeat(32)]

const operator = (number: number, id: string, name: string, inputs: Topology['vertices'][number]['operators'][number]['inputs'] = []) => ({
  number,
  id,
  name,
  description: '',
  parallelism: 1,
  inputs,
})

const planned: Topology = {
  vertices: [
    { id: source, parallelism: 1, operators: [operator(1, source, 'Source: orders[1]')] },
    { id: sum, parallelism: 1, operators: [operator(2, sum, 'GroupAggregate[2]', [{ from: 1, exchange: 'HASH' }])] },
  ],
  slots: 1,
}
const room = { free: 4, all: 4, taskManagers: 2, version: '2.3.0' }

function edits(given: Partial<TopologyEdits>): TopologyEdits {
  return { ...noEdits, ...given }
}

const edit = (id: string, parallelism: number) => ({ id, operators: ['x'], parallelism })

describe('edits', () => {
  test('come back as they were written', () => {
    const states = [
      { id: sum, operator: 'Join[2]', state: 'leftState', ttl: '1 d' },
      { id: sum, operator: 'Join[2]', state: null, ttl: '0' },
    ]
    const all = edits({ vertices: [edit(sum, 3)], states, maxParallelism: 64, chaining: false, stateTtl: '1 d' })
    expect(readEdits(writeEdits(all), 'f')).toEqual(all)
    expect(readEdits(writeEdits(noEdits), 'f')).toEqual(noEdits)
    expect(readEdits('{"vertices":[]}', 'f')).toEqual(noEdits)
  })

  test.each([
    '',
    'null',
    '[]',
    '{"vertices":[{}]}',
    '{"vertices":[{"id":"../x","operators":[],"parallelism":1}]}',
    `{"vertices":[{"id":"${sum}","operators":[],"parallelism":0}]}`,
    '{"vertices":[],"chaining":"off"}',
    '{"vertices":[],"states":{}}',
    `{"vertices":[],"states":[{"id":"${sum}","operator":"x","state":null,"ttl":"soon"}]}`,
    `{"vertices":[],"states":[{"id":"${sum}","operator":"x","state":1,"ttl":"1 d"}]}`,
    '{"vertices":[],"states":[{"id":"../x","operator":"x","state":null,"ttl":"1 d"}]}',
    '{"vertices":[],"maxParallelism":40000}',
  ])('are not %j', (text) => {
    expect(() => readEdits(text, 'f')).toThrow('"f" does not hold edits')
  })

  test('of a whole job are settings', () => {
    expect(settingsOfEdits(edits({ maxParallelism: 64, chaining: false, stateTtl: '1 d' }))).toEqual({
      'pipeline.max-parallelism': '64',
      'pipeline.operator-chaining.enabled': 'false',
      'table.exec.state.ttl': '1 d',
    })
    expect(settingsOfEdits(noEdits)).toEqual({})
  })
})

describe('what comes of edits', () => {
  const told = (given: Partial<TopologyEdits>, changed = planned): readonly string[] =>
    editTopology({ plain: planned, planned: changed, states: null, room }, edits(given)).consequences

  test('nothing of none', () => {
    expect(editTopology({ plain: planned, planned, states: null, room }, noEdits)).toEqual({
      topology: planned,
      planned,
      states: null,
      unbound: [],
      unboundStates: [],
      consequences: [],
    })
  })

  test('slots, buffers and shares of keys', () => {
    expect(told({ vertices: [edit(sum, 3)] })).toEqual([
      'the job needs 3 slots instead of 1, which are those of 2 task managers',
      'rows between its tasks take up to 30 network buffers (1 MB) instead of 10',
      'bbbbbbbb divides 128 groups of keys: some subtasks have 43, others 42, and the fullest 1 % more than its share',
    ])
    expect(told({ vertices: [edit(sum, 8)] })[0]).toContain('; only 4 of 4 are free')
    expect(told({ vertices: [edit(sum, 4)] }).join('\n')).not.toContain('groups of keys')
  })

  test('more subtasks than groups of keys are refused', () => {
    expect(() => told({ vertices: [edit(sum, 129)] })).toThrow(`vertex ${sum} has at most 128 subtasks, got 129`)
    expect(() => told({ vertices: [edit(sum, 3)], maxParallelism: 2 })).toThrow('has at most 2 subtasks')
    expect(told({ vertices: [edit(sum, 150)], maxParallelism: 300 }).join('\n')).not.toContain('groups of keys:')
  })

  test('ids that move', () => {
    const [first, second] = planned.vertices
    if (first === undefined || second === undefined) throw new Error('there are two')
    const moved = { ...second, id: other, operators: [operator(2, other, 'GroupAggregate[2]', [{ from: 1, exchange: 'HASH' }])] }
    expect(told({ chaining: false }, { ...planned, vertices: [first, moved] })).toEqual([
      '1 operator of 2 get other ids: a savepoint taken before does not restore them (bbbbbbbb)',
    ])
  })

  test('tables that were altered: another graph, whose operators keep what those at their places kept', () => {
    const moved: Topology = {
      vertices: [
        { id: other, parallelism: 2, operators: [operator(1, other, 'Source: orders[1]')] },
        { id: sum, parallelism: 1, operators: [operator(5, sum, 'GroupAggregate[2]', [{ from: 1, exchange: 'HASH' }])] },
      ],
      slots: 2,
    }
    const keeps = (id: string) => ({ id, name: 'x', states: [{ name: 's', ttl: '0 ms' }] })
    const states = [keeps(source), keeps(sum)]
    const edited = editTopology({ plain: planned, planned, states, room, altered: moved }, edits({ vertices: [edit(source, 2)] }))
    expect(edited).toMatchObject({ topology: moved, planned, unbound: [], states: [keeps(other), keeps(sum)] })
    expect(edited.consequences).toContain('1 operator of 2 get other ids: a savepoint taken before does not restore them (aaaaaaaa)')
  })

  test('state that is kept for another time', () => {
    const state = (name: string, ttl = '0 ms') => ({ name, ttl })
    const states = [
      { id: sum, name: 'Join[2]', states: [state('leftState'), state('rightState')] },
      { id: source, name: 'GroupAggregate[3]', states: [state('groupAggregateState', '3600000 ms')] },
      { id: 'd'.repeat(32), name: 'ChangelogNormalize[4]', states: [state('changelogNormalizeState')] },
    ]
    const wanted = (id: string, name: string | null, ttl: string) => ({ id, operator: 'x', state: name, ttl })
    const come = (...all: readonly TopologyEdits['states'][number][]) =>
      editTopology({ plain: planned, planned, states, room }, edits({ states: all }))
    expect(come(wanted(sum, null, '1 d'), wanted('d'.repeat(32), null, '90 s'), wanted(source, null, '1 h')).consequences).toEqual([
      'bbbbbbbb Join[2] drops what was idle for 1 d of leftState and rightState: rows that come later find no partner there',
      'dddddddd ChangelogNormalize[4] drops what was idle for 90 s of changelogNormalizeState: what replaces or takes back a row of it finds none',
    ])
    expect(come(wanted(sum, 'rightState', '1500 ms'), wanted(sum, null, '0'), wanted(source, null, '0 s')).consequences).toEqual([
      'bbbbbbbb Join[2] drops what was idle for 1500 ms of rightState: rows that come later find no partner there',
      'aaaaaaaa GroupAggregate[3] keeps groupAggregateState for ever',
    ])
    const gone = [wanted(other, null, '1 d'), wanted(sum, 'midState', '1 d')]
    expect(come(...gone)).toMatchObject({ unboundStates: gone, consequences: [], states })
  })

  test.each([
    ['1.20.0', 1],
    ['2.1.1', 1],
    ['2.2.0', 0],
    ['3.0', 0],
    ['', 0],
  ])('state that is switched is told of Flink %j', (version, count) => {
    const states = [{ id: sum, name: 'Join[2]', states: [{ name: 'leftState', ttl: '1000 ms' }] }]
    const come = (ttl: string): number => {
      const wanted = edits({ states: [{ id: sum, operator: 'x', state: null, ttl }] })
      const { consequences } = editTopology({ plain: planned, planned, states, room: { ...room, version } }, wanted)
      return consequences.filter((each) => each.includes('is switched on or off')).length
    }
    expect([come('0'), come('2 s')]).toEqual([count, 0])
  })

  test('an edit whose vertex is gone is told, and changes nothing', () => {
    const plan = { plain: planned, planned, states: null, room }
    const { topology, unbound, consequences } = editTopology(plan, edits({ vertices: [edit(other, 5)] }))
    expect([topology, unbound, consequences]).toEqual([planned, [edit(other, 5)], []])
  })
})
