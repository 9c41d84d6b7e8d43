/** Which operators of a graph read and write tables, and which options edits of them come to. */
import { describe, expect, test } from 'vitest'
import { tableEnds } from './table-ends.ts'
import { type KnownEnd, parallelismOptions } from './table-parallelism.ts'
import type { Topology, TopologyOperator } from './topology.ts'

interface Node {
  readonly id: number
  readonly type: string
  readonly contents?: string
  readonly parallelism?: number
  readonly predecessors?: readonly { readonly id: number; readonly ship_strategy: string }[]
}

function explained(plan: string, ...nodes: readonly Node[]): string {
  return `== Optimized Execution Plan ==\n${plan}\n== Physical Execution Plan ==\n${JSON.stringify({ nodes })}`
}

const behind = (id: number) => [{ id, ship_strategy: 'FORWARD' }]
const scan = (path: string): string => `TableSourceScan(table=[[${path}]], fields=[n])`
const sink = (path: string): string => `Sink(table=[${path}], fields=[n])`

describe('tables', () => {
  test('are told by scans and by the names of writers', () => {
    const text = explained(
      `${sink('c.d.totals')} ${sink('c.d.old')} ${scan('c, d, orders, watermark=[x]')} ${scan('c, d, clicks')}`,
      { id: 1, type: 'Source: orders[1]', contents: `[1]:${scan('c, d, orders, watermark=[x]')}` },
      { id: 2, type: 'Source: KafkaSource-c.d.clicks' },
      { id: 3, type: 'totals[2]: Writer', predecessors: behind(1) },
      { id: 4, type: 'totals[2]: Committer', predecessors: behind(3) },
      { id: 5, type: 'Sink: old[3]', predecessors: behind(2) },
    )
    expect(tableEnds(text)).toEqual([
      { kind: 'source', number: 1, table: ['c', 'd', 'orders'] },
      { kind: 'source', number: 2, table: ['c', 'd', 'clicks'] },
      { kind: 'sink', number: 3, table: ['c', 'd', 'totals'] },
      { kind: 'sink', number: 5, table: ['c', 'd', 'old'] },
    ])
  })

  test('are left out where the name may be that of several', () => {
    const writers = explained(
      `${sink('c.d.t')} ${sink('c.e.t')}`,
      { id: 1, type: 'x' },
      { id: 3, type: 't[2]: Writer', predecessors: behind(1) },
    )
    const files = (...paths: string[]) =>
      explained(paths.map(sink).join(' '), { id: 1, type: 'x' }, { id: 3, type: 'StreamingFileWriter', predecessors: behind(1) })
    expect(tableEnds(writers)).toEqual([])
    expect(tableEnds(files('c.d.t', 'c.d.u'))).toEqual([])
    expect(tableEnds(files('c.d.t', 'c.d.t'))).toEqual([{ kind: 'sink', number: 3, table: ['c', 'd', 't'] }])
    expect(tableEnds(files('c.d.t.u'))).toEqual([])
    expect(tableEnds(explained('', { id: 1, type: 'Source: KafkaSource-c.d.t' }))).toEqual([])
  })
})

describe('edits', () => {
  const idOf = (name: string): string => name.padEnd(32, '0')
  const operator = (number: number, id: string, name: string): TopologyOperator => ({
    number,
    id: idOf(id),
    name,
    description: '',
    parallelism: 1,
    inputs: [],
  })
  const vertex = (...operators: readonly TopologyOperator[]): Topology['vertices'][number] => ({
    id: operators[0]?.id ?? '',
    parallelism: 1,
    operators,
  })
  const end = (kind: KnownEnd['kind'], id: string, connector: string, isTemporary = false): KnownEnd => ({
    kind,
    id: idOf(id),
    table: ['c', 'd', `t${id}`],
    options: { connector },
    isTemporary,
  })
  const graph: Topology = {
    vertices: [
      vertex(operator(1, 'a', 'Source: ta[1]'), operator(2, 'b', 'Calc[2]')),
      vertex(operator(3, 'c', 'Sum[3]'), operator(4, 'd', 'ConstraintEnforcer[4]'), operator(5, 'e', 'te[4]: Writer')),
      vertex(
        operator(6, 'f', 'Source: tf[5]'),
        operator(7, '1', 'ConstraintEnforcer[6]'),
        operator(8, '2', 't2[6]: Writer'),
        operator(9, '3', 't2[6]: Committer'),
      ),
    ],
    slots: 1,
  }
  const edit = (id: string, parallelism = 4) => ({ id: idOf(id), operators: [], parallelism })
  const optionsOf = (ends: readonly KnownEnd[], ...ids: readonly string[]) =>
    parallelismOptions(
      graph,
      ends,
      ids.map((id) => edit(id)),
    ).map(({ table, key, value }) => `${table.join('.')} ${key} ${value}`)

  test('of sources, of sinks, and of tasks that are nothing else', () => {
    const ends = [end('source', 'a', 'datagen'), end('sink', 'e', 'jdbc'), end('source', 'f', 'kafka'), end('sink', '2', 'upsert-kafka')]
    expect(optionsOf(ends, 'a', 'e')).toEqual(['c.d.ta scan.parallelism 4', 'c.d.te sink.parallelism 4'])
    expect(optionsOf(ends, 'f')).toEqual(['c.d.tf scan.parallelism 4', 'c.d.t2 sink.parallelism 4'])
    expect(optionsOf(ends, '2')).toEqual(['c.d.t2 sink.parallelism 4'])
    expect(optionsOf(ends, '9')).toEqual([])
  })

  test('that no option does are refused, with the operator that one does', () => {
    const ends = [end('sink', 'e', 'print')]
    expect(() => optionsOf(ends, 'c')).toThrow(
      expect.objectContaining({ code: 'ENGINE_FLINK_TASK_FIXED', detail: expect.stringContaining(idOf('e')) }),
    )
    expect(() => optionsOf(ends, 'b')).toThrow(expect.objectContaining({ code: 'ENGINE_FLINK_TASK_FIXED', detail: undefined }))
    expect(() => optionsOf([end('sink', 'e', 'blackhole')], 'c')).toThrow(expect.objectContaining({ detail: undefined }))
  })

  test.each([
    ['source', 'a', 'filesystem'],
    ['sink', 'e', 'datagen'],
    ['sink', 'e', 'constructor'],
    ['sink', 'e', ''],
  ] as const)('of a %s of connector %s %j are refused', (kind, id, connector) => {
    expect(() => optionsOf([end(kind, id, connector)], id)).toThrow(`the ${kind} of table "t${id}" has no option for its parallelism`)
  })

  test('of temporary tables are refused, with what to write', () => {
    expect(() => optionsOf([end('source', 'a', 'kafka', true)], 'a')).toThrow(
      expect.objectContaining({ hint: "Write 'scan.parallelism' = '4' among its options in the script." }),
    )
  })
})
