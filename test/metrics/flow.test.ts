/** What one operator sends is what the next one gets, in plans of every kind; and the numbers of EXPLAIN are those of metrics. */
import { describe, expect, test } from 'vitest'
import type { OperatorMetrics } from '#metrics'
import { explained, lastMetrics, total } from './measured-run.fixture.ts'

interface ExecutionNode {
  readonly id: number
  readonly type: string
  readonly predecessors?: readonly { readonly id: number }[]
}

const minute = `INTERVAL '1' MINUTE`
const window = (kind: string, more: string): string => `TABLE(${kind}(TABLE timed, DESCRIPTOR(placed), ${more}))`

const queries: Readonly<Record<string, string>> = {
  'filters and projections': 'SELECT k + 1, n FROM (SELECT k, n FROM t WHERE n > 5) WHERE k > 1',
  groups: 'SELECT k, COUNT(*) FROM t GROUP BY k',
  'one group': 'SELECT COUNT(*), MAX(n) FROM t',
  'grouping sets': 'SELECT k, COUNT(*) FROM t GROUP BY ROLLUP (k)',
  'groups of groups': 'SELECT c, COUNT(*) FROM (SELECT k, COUNT(*) AS c FROM t GROUP BY k) GROUP BY c',
  'distinct values': 'SELECT k, COUNT(DISTINCT n) FROM t GROUP BY k',
  'distinct rows': 'SELECT DISTINCT k, n / 2 FROM t',
  'tumbling windows': `SELECT k, COUNT(*) FROM ${window('TUMBLE', minute)} GROUP BY k, window_start, window_end`,
  'hopping windows': `SELECT k, COUNT(*) FROM ${window('HOP', `${minute}, INTERVAL '2' MINUTE`)} GROUP BY k, window_start, window_end`,
  'filtered windows': `SELECT k, COUNT(*) FROM ${window('TUMBLE', minute)} WHERE n > 3 GROUP BY k, window_start, window_end`,
  'rows of windows': `SELECT k, n FROM ${window('TUMBLE', minute)} WHERE window_start > TIMESTAMP_LTZ '1970-01-01 00:10:00'`,
  sessions: `SELECT k, COUNT(*) FROM TABLE(SESSION(TABLE timed PARTITION BY k, DESCRIPTOR(placed), ${minute})) GROUP BY k, window_start, window_end`,
  joins: 'SELECT a.k, b.n FROM (SELECT * FROM t WHERE n < 300) a JOIN (SELECT * FROM t WHERE n > 9900) b ON a.k = b.k AND a.n <> b.n',
  'outer joins':
    'SELECT a.k, b.n FROM (SELECT k, COUNT(*) AS c FROM t GROUP BY k) a LEFT JOIN (SELECT k, MAX(n) AS n FROM t GROUP BY k) b ON a.k = b.k',
  'semi-joins': 'SELECT k, n FROM t WHERE n IN (SELECT k FROM t)',
  'interval joins': `SELECT a.k, b.n FROM timed a JOIN timed b ON a.n = b.n AND a.placed BETWEEN b.placed - ${minute} AND b.placed`,
  unions: 'SELECT k, n FROM t WHERE n < 10 UNION ALL SELECT n, k FROM t',
  'top rows': 'SELECT k, n FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY n DESC) AS r FROM t) WHERE r <= 2',
  'first rows': 'SELECT k, n FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY placed) AS r FROM timed) WHERE r = 1',
  'over aggregates': 'SELECT k, SUM(n) OVER (PARTITION BY k ORDER BY placed) FROM timed',
  'a limit': 'SELECT k, n FROM t LIMIT 7',
  values: 'SELECT a, b FROM (VALUES (1, 2), (3, 4)) AS v (a, b) WHERE a > 1',
  unnested: 'SELECT k, e FROM t CROSS JOIN UNNEST(ARRAY[k, n]) AS u (e)',
}

describe.each([
  [1, 'streaming'],
  [3, 'streaming'],
  [1, 'batch'],
  [3, 'batch'],
])('%i workers, %s', (workers, mode) => {
  const settings = { 'execution.runtime-mode': mode }
  test.each(Object.entries(queries))('rows flow: %s', async (_name, query) => {
    const nodes = nodesIn(await explained(`EXPLAIN JSON_EXECUTION_PLAN INSERT INTO fast ${query};`, { workers, settings }))
    const { operators } = await lastMetrics(`INSERT INTO fast ${query};`, { workers, settings })
    const ids = new Set(operators.map(({ operatorId }) => operatorId))
    const types = new Map(nodes.map(({ id, type }) => [String(id), type]))
    const others = operators.filter(({ operatorId, operatorName }) => types.has(operatorId) && types.get(operatorId) !== operatorName)
    expect(others).toEqual([])
    expect(operators.filter(({ kind }) => kind === 'sink')).not.toEqual([])
    for (const id of ids) {
      const own = operators.filter(({ operatorId }) => operatorId === id)
      expect([id, total(own, (each) => each.numRecordsIn)]).toEqual([id, rowsTo(id, own, operators, nodes)])
    }
  })
})

/** What the operators send whose rows come to an operator; of a source what it reads. */
function rowsTo(
  id: string,
  own: readonly OperatorMetrics[],
  operators: readonly OperatorMetrics[],
  nodes: readonly ExecutionNode[],
): number {
  const [first] = own
  const sent = (of: string): number =>
    total(
      operators.filter(({ operatorId }) => operatorId === of),
      (each) => each.numRecordsOut,
    )
  if (first === undefined || first.kind === 'source') return sent(id)
  const exchange = `${id}-exchange`
  if (operators.some(({ operatorId }) => operatorId === exchange)) return sent(exchange)
  const inside = new Set(first.nodes)
  const before = first.nodes.flatMap((number) => nodes.find((node) => node.id === number)?.predecessors ?? [])
  const outside = before.filter((input) => !inside.has(input.id))
  return outside.reduce((sum, input) => {
    const from = operators.find((each) => each.kind !== 'exchange' && each.nodes.includes(input.id))
    return sum + sent(from?.operatorId ?? '')
  }, 0)
}

function nodesIn(plan: string): readonly ExecutionNode[] {
  const text = plan.slice(plan.indexOf('== Physical Execution Plan ==')).split('\n').slice(1).join('\n')
  return (JSON.parse(text) as { readonly nodes: readonly ExecutionNode[] }).nodes
}
