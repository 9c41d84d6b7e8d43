/** A made-up catalog: a thousand tables, names with markup, and flows between tables and jobs. */
import { pageOf } from './fixture-page.ts'

const at = Date.now() - 3_600_000

interface Line {
  readonly id: string
  readonly kind: string
  readonly path: readonly string[]
  readonly connector: string | null
  readonly comment: string | null
  readonly columns: number | null
  readonly version: number
  readonly changedAt: number
  readonly changedBy: string
}

function line(kind: string, path: readonly string[], known: Partial<Line> = {}): Line {
  const id = [kind, ...path.map(encodeURIComponent)].join(':')
  const connector = kind === 'table' || kind === 'connection' ? 'kafka' : null
  return { id, kind, path, connector, comment: null, columns: 5, version: 3, changedAt: at, changedBy: 'grace', ...known }
}

const database = ['default_catalog', 'default_database'] as const
const hostileTable = '<img src=x onerror=alert(1)>'

const lines: readonly Line[] = [
  line('table', [...database, 'orders'], { comment: 'What was ordered, as it is placed.' }),
  line('table', [...database, 'paid_orders'], { connector: 'filesystem' }),
  line('table', [...database, 'payments'], { connector: 'postgres-cdc' }),
  line('table', [...database, hostileTable]),
  line('view', [...database, 'large_orders'], { comment: '<b>views</b> & more' }),
  line('connection', [...database, 'kafka'], { columns: null, comment: 'Orders & payments' }),
  line('function', [...database, 'city_of'], { columns: null }),
  ...Array.from({ length: 1000 }, (_, index) => line('table', ['lake', 'raw', `events_${String(index).padStart(4, '0')}`])),
]

const text = `CREATE TABLE default_catalog.default_database.orders (
  id BIGINT NOT NULL,
  city STRING COMMENT 'where to',
  amount DECIMAL(10, 2),
  placed_at TIMESTAMP(3),
  total AS amount * 1.2,
  WATERMARK FOR placed_at AS placed_at - INTERVAL '5' SECOND,
  CONSTRAINT PK_id PRIMARY KEY (id) NOT ENFORCED
)
WITH (
  'connector' = 'kafka',
  'properties.sasl.jaas.config' = '\${secret:kafka-login}',
  'topic' = 'orders'
)`

const connectionText = `CREATE CONNECTION default_catalog.default_database.kafka
COMMENT 'Orders & payments'
WITH (
  'connector' = 'kafka',
  'properties.bootstrap.servers' = 'broker-1:9092',
  'properties.sasl.jaas.config' = '\${secret:kafka-login}'
)`

function entryOf(id: string): unknown {
  const found = lines.find((each) => each.id === id)
  if (found === undefined) return undefined
  const { columns, ...head } = found
  const column = { comment: null, origin: 'stored', expression: null }
  const other = (each: Line | undefined) => (each === undefined ? [] : [{ id: each.id, path: each.path }])
  const [connection = null] = other(
    lines.find(({ kind, path }) => head.kind === 'table' && kind === 'connection' && head.path[0] === path[0]),
  )
  return {
    ...head,
    text: head.kind === 'connection' ? connectionText : text,
    connection,
    tables: head.kind === 'connection' ? lines.slice(0, 4).flatMap(other) : [],
    columns:
      columns === null
        ? null
        : [
            { ...column, name: 'id', type: 'BIGINT NOT NULL' },
            { ...column, name: 'city', type: 'STRING', comment: 'where to' },
            { ...column, name: 'amount', type: 'DECIMAL(10, 2)' },
            { ...column, name: 'placed_at', type: 'TIMESTAMP(3)' },
            { ...column, name: 'total', type: 'DECIMAL(12, 3)', origin: 'computed', expression: 'amount * 1.2' },
          ],
    primaryKey: columns === null ? [] : ['id'],
    partitionedBy: [],
    watermark: columns === null ? null : { column: 'placed_at', expression: "placed_at - INTERVAL '5' SECOND" },
    options: [
      { key: 'connector', value: 'kafka' },
      { key: 'properties.sasl.jaas.config', value: '${secret:kafka-login}' },
      { key: 'topic', value: 'orders' },
    ],
  }
}

function lineageOf(object: string): unknown {
  const base = { entry: null, job: null, state: null, connector: null, distance: 0, hasMore: false }
  const thing = ({ id, kind, path, connector }: Line) => ({ ...base, id, kind, path, connector, entry: id })
  const job = (number: number, name: string, state: string) => ({
    ...base,
    id: `job:job-${number}`,
    kind: 'job',
    path: [name],
    job: `job-${number}`,
    state,
  })
  const [orders, paid, payments, hostile, large] = lines.map(thing)
  if (orders === undefined || paid === undefined || payments === undefined || hostile === undefined || large === undefined) return undefined
  const known = [orders, paid, payments, hostile, large].some(({ id }) => id === object)
  if (!known)
    return {
      nodes: [{ ...base, id: object, kind: 'table', path: ['lake', 'raw', 'events'], entry: object }],
      flows: [],
      pending: 0,
      unreadable: 0,
    }
  const jobs = [job(0, 'enrich-orders-0', 'running'), job(3, '<script>alert("orders")</script>', 'failed'), job(6, 'land-orders', 'failed')]
  const [enrich, script, land] = jobs
  const own = { ...base, id: 'job:job-6 table:print', kind: 'table', path: [...database, 'printed'], connector: 'print', hasMore: true }
  const flow = (from: { id: string } | undefined, to: { id: string } | undefined) => ({ from: from?.id ?? '', to: to?.id ?? '' })
  return {
    nodes: [orders, paid, payments, hostile, large, ...jobs, own],
    flows: [
      flow(script, orders),
      flow(hostile, script),
      flow(orders, large),
      flow(orders, enrich),
      flow(payments, enrich),
      flow(enrich, paid),
      flow(large, land),
      flow(land, own),
    ],
    pending: 0,
    unreadable: 2,
  }
}

export function catalogAnswer(path: string, query: URLSearchParams): unknown {
  if (path === '') {
    const words = (query.get('search') ?? '').toLowerCase()
    const fits = (name: string, value: string | undefined): boolean => query.get(name) === null || query.get(name) === value
    const found = lines.filter(
      (each) =>
        fits('kind', each.kind) &&
        fits('catalog', each.path[0]) &&
        fits('database', each.path[1]) &&
        each.path.join('.').toLowerCase().includes(words),
    )
    return pageOf(found, query)
  }
  if (path === '/tree')
    return [
      { name: 'default_catalog', databases: [{ name: 'default_database', tables: 4, views: 1, functions: 1, connections: 1 }] },
      { name: 'lake', databases: [{ name: 'raw', tables: 1000, views: 0, functions: 0, connections: 0 }] },
    ]
  if (path === '/lineage') return lineageOf(query.get('object') ?? '')
  const [, id = '', part] = path.split('/')
  if (part === undefined) return entryOf(decodeURIComponent(id))
  const versions = [3, 2, 1].map((version) => ({
    version,
    at: at - (3 - version) * 86_400_000,
    by: version === 2 ? 'ada' : 'grace',
    text: version === 3 ? text : text.replace("  city STRING COMMENT 'where to',\n", version === 2 ? '  city STRING,\n' : ''),
  }))
  return versions
}
