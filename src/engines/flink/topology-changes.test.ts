import { expect, test } from 'vitest'
import { readVertices } from './read-job.ts'
import { writtenJob, writtenVertex } from './rest-server.fixture.ts'
import { readTopology, type Topology } from './topology.ts'
import { topologyChanges } from './topology-changes.ts'

/** Ids of the tasks that Flink gives to the plan below. */
const [source, count] = ['cbc357ccb763df2852fee8c4fc7d55f2', '90bea66de1c231edf33913ecd54406c1']

/** A source with a filter, whose rows are counted by key. */
function plan(aggregate = 'GroupAggregate(groupBy=[k], select=[k, COUNT(*) AS c])', parallelism = 1): Topology {
  const nodes = [
    { id: 1, type: 'Source: g[11]', contents: '[11]:TableSourceScan(table=[[c, d, g]], fields=[k, v])', parallelism },
    {
      id: 2,
      type: 'Calc[12]',
      contents: '[12]:Calc(select=[k], where=[(v < 5)])',
      parallelism,
      predecessors: [{ id: 1, ship_strategy: 'FORWARD' }],
    },
    { id: 4, type: 'GroupAggregate[14]', contents: `[14]:${aggregate}`, parallelism, predecessors: [{ id: 2, ship_strategy: 'HASH' }] },
    { id: 5, type: 'x[15]: Writer', contents: 'x[15]: Writer', parallelism, predecessors: [{ id: 4, ship_strategy: 'FORWARD' }] },
  ]
  return readTopology(`== Physical Execution Plan ==\n${JSON.stringify({ nodes })}`, () => false)
}

const counting = '[4]:GroupAggregate(groupBy=[k], select=[k, COUNT(*) AS c])<br/>+- x[5]: Writer<br/>'

/** What a job manager writes of the job, with numbers of its own. */
function running(ids: readonly [string, string] = [source, count], description = counting) {
  const scan = '[1]:TableSourceScan(table=[[c, d, g]], fields=[k, v])<br/>+- [2]:Calc(select=[k], where=[(v &lt; 5)])<br/>'
  const vertices = [writtenVertex(ids[0], 'Source: g[1] -> Calc[2]', 1), writtenVertex(ids[1], 'GroupAggregate[4] -> x[5]: Writer', 1)]
  const nodes = [
    { id: ids[1], description },
    { id: ids[0], description: scan },
  ]
  return readVertices(writtenJob(vertices, { plan: { nodes } }) as Readonly<Record<string, unknown>>)
}

const sizes = new Map([
  [source, 0],
  [count, 700],
])

test('what does the same under its id stays, with its state, whatever its numbers and its parallelism', () => {
  expect(topologyChanges(plan(undefined, 2), running(), sizes)).toMatchObject([
    { kind: 'stays', id: source, before: null, parallelismBefore: 1, parallelismAfter: 2, stateBytes: 0, restores: 'none' },
    { kind: 'stays', id: count, stateBytes: 700, restores: 'yes' },
  ])
})

test('what does something else under its id may find its state or not', () => {
  const [, changed] = topologyChanges(plan('GroupAggregate(groupBy=[k], select=[k, SUM(v) AS c])'), running(), sizes)
  expect(changed).toMatchObject({ kind: 'stays', id: count, restores: 'unknown' })
})

test('what does the same under another id moves, and leaves its state behind', () => {
  const moved = topologyChanges(plan(), running([source, 'f'.repeat(32)]), new Map([['f'.repeat(32), 700]]))
  expect(moved.slice(1)).toMatchObject([{ kind: 'moves', id: count, before: 'f'.repeat(32), stateBytes: 700, restores: 'no' }])
})

test('what has no counterpart is gone or new', () => {
  const other = running([source, 'f'.repeat(32)], '[4]:Deduplicate(key=[k])<br/>+- x[5]: Writer<br/>')
  expect(topologyChanges(plan(), other, null).slice(1)).toMatchObject([
    { kind: 'gone', id: 'f'.repeat(32), parallelismAfter: null, stateBytes: null, restores: 'no' },
    { kind: 'new', id: count, parallelismBefore: null, name: 'GroupAggregate[14] -> x[15]: Writer', restores: 'none' },
  ])
})

test('each task has one counterpart', () => {
  const [first, second] = running()
  const twins = [second, second, first].flatMap((vertex, index) => (vertex === undefined ? [] : { ...vertex, id: `${index}`.repeat(32) }))
  expect(topologyChanges(plan(), twins, null).map(({ kind }) => kind)).toEqual(['moves', 'gone', 'moves'])
})

test('branches of a chain are the same in any order', () => {
  const branches = '[4]:GroupAggregate(groupBy=[k], select=[k, COUNT(*) AS c])<br/>:- x[5]: Writer<br/>'
  expect(topologyChanges(plan(), running(undefined, branches), sizes)[1]?.restores).toBe('yes')
})
