/** The catalog as people browse it: pages, trees, parts of tables, and where data comes from and goes to. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AnswerOf, Contract } from '#api'
import { Millrace, specOf } from './millrace.fixture.ts'
import type { Person } from './person.fixture.ts'

const slow = { timeout: 90_000 }
const params = { workspace: 'main' }
const statementKey = 'GET /workspaces/:workspace/sql/sessions/:session/statements/:statement'
const catalogKey = 'GET /workspaces/:workspace/catalog'
const lineageKey = 'GET /workspaces/:workspace/catalog/lineage'
type Lineage = AnswerOf<Contract[typeof lineageKey]>

let millrace: Millrace
let ada: Person

beforeAll(async () => {
  millrace = await Millrace.create()
  ada = await millrace.admin()
  await run(`
    CREATE TABLE orders (
      id BIGINT NOT NULL COMMENT 'a number', at_time TIMESTAMP(3), part INT METADATA FROM 'partition' VIRTUAL, twice AS id * 2,
      WATERMARK FOR at_time AS at_time - INTERVAL '5' SECOND, PRIMARY KEY (id) NOT ENFORCED
    ) WITH ('connector' = 'kafka', 'topic' = 'orders', 'properties.bootstrap.servers' = 'kafka://ada:pass@broker:9092', 'format' = 'json',
      'properties.sasl.jaas.config' = '\${secret:jaas}');
    CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen');
    CREATE TABLE sums (n BIGINT) WITH ('connector' = 'blackhole');
    CREATE VIEW evens AS SELECT n FROM numbers WHERE MOD(n, 2) = 0;
    CREATE DATABASE \`<b>odd</b>\`;
    CREATE TABLE \`<b>odd</b>\`.\`<img src=x>\` (n BIGINT) WITH ('connector' = 'blackhole');
  `)
})
afterAll(() => millrace.remove())

async function run(text: string): Promise<void> {
  const { session } = await ada.call('POST /workspaces/:workspace/sql/sessions', { params, body: {} })
  const of = { ...params, session }
  const { statement } = await ada.call('POST /workspaces/:workspace/sql/sessions/:session/statements', { params: of, body: { text } })
  let last: unknown
  for await (const { data } of ada.events(statementKey, { params: { ...of, statement } })) last = data
  expect(last).toEqual({ kind: 'ended', outcome: 'finished' })
}

async function idOf(name: string): Promise<string> {
  const { items } = await ada.call(catalogKey, { params })
  return items.find(({ path }) => path.at(-1) === name)?.id ?? 'none'
}

/** Nodes with their distances, and flows by names. */
function told({ nodes, flows }: Lineage): readonly [string[], string[]] {
  const names = new Map(nodes.map(({ id, kind, path }) => [id, `${kind} ${path.at(-1)}`]))
  return [
    nodes.map(({ id, distance }) => `${distance} ${names.get(id)}`).toSorted(),
    flows.map(({ from, to }) => `${names.get(from)} > ${names.get(to)}`).toSorted(),
  ]
}

test('a catalog comes in pages, one database alone, and as a tree', slow, async () => {
  const first = await ada.call(catalogKey, { params, query: { kind: 'table', limit: 3 } })
  expect([first.items.length, first.total]).toEqual([3, 4])
  const second = await ada.call(catalogKey, { params, query: { kind: 'table', limit: 3, cursor: first.next ?? '' } })
  expect([second.items.length, second.next, second.total]).toEqual([1, null, 4])
  const odd = { catalog: 'default_catalog', database: '<b>odd</b>', kind: 'table' }
  expect((await ada.call(catalogKey, { params, query: odd })).items.map(({ path }) => path.at(-1))).toEqual(['<img src=x>'])
  expect(await ada.call('GET /workspaces/:workspace/catalog/tree', { params })).toEqual([
    {
      name: 'default_catalog',
      databases: [
        { name: '<b>odd</b>', tables: 1, views: 0, functions: 0, connections: 0 },
        { name: 'default_database', tables: 3, views: 1, functions: 0, connections: 0 },
      ],
    },
  ])
})

test('a table shows its columns, its key, its watermark and its options, and no secret', slow, async () => {
  const entry = await ada.call('GET /workspaces/:workspace/catalog/:entry', { params: { ...params, entry: await idOf('orders') } })
  expect(entry).toMatchObject({
    primaryKey: ['id'],
    watermark: { column: 'at_time', expression: expect.stringContaining('INTERVAL') },
    columns: [
      { name: 'id', origin: 'stored', comment: 'a number' },
      { name: 'at_time', origin: 'stored' },
      { name: 'part', origin: 'metadata', expression: 'partition' },
      { name: 'twice', origin: 'computed', expression: expect.stringContaining('* 2') },
    ],
  })
  expect(Object.fromEntries(entry.options.map(({ key, value }) => [key, value]))).toMatchObject({
    topic: 'orders',
    'properties.sasl.jaas.config': '${secret:jaas}',
    'properties.bootstrap.servers': 'kafka://******@broker:9092',
  })
  expect(JSON.stringify(entry)).not.toContain('pass@')
  const versions = await ada.call('GET /workspaces/:workspace/catalog/:entry/versions', { params: { ...params, entry: entry.id } })
  expect(JSON.stringify(versions)).not.toContain('pass@')
})

test('the lineage of a table goes through views and jobs, as deep as is asked for', slow, async () => {
  const numbers = await idOf('numbers')
  const job = (name: string, text: string) => ada.call('POST /workspaces/:workspace/jobs', { params, body: specOf(text, { name }) })
  await job('halve', 'INSERT INTO sums SELECT n FROM evens')
  const { id } = await job(
    'copy <script>',
    "CREATE TEMPORARY TABLE mine (n BIGINT) WITH ('connector' = 'blackhole'); INSERT INTO mine SELECT n FROM numbers",
  )
  const lineage = (query: Record<string, string | number>) => ada.call(lineageKey, { params, query: { object: numbers, ...query } })
  const [nodes, flows] = told(await lineage({ depth: 5 }))
  expect(nodes).toEqual(['0 table numbers', '1 job copy <script>', '1 view evens', '2 job halve', '2 table mine', '3 table sums'])
  expect(flows).toEqual([
    'job copy <script> > table mine',
    'job halve > table sums',
    'table numbers > job copy <script>',
    'table numbers > view evens',
    'view evens > job halve',
  ])
  const near = await lineage({ depth: 1 })
  expect(near.nodes.filter(({ hasMore }) => hasMore).map(({ path }) => path.at(-1))).toEqual(expect.arrayContaining(['evens']))
  expect(near).toMatchObject({ pending: 0, unreadable: 0 })
  expect(near.nodes.find(({ kind }) => kind === 'job')).toMatchObject({ job: id, state: 'stopped' })
  expect(told(await lineage({ object: `job:${id}` }))[0]).toEqual(['-1 table numbers', '0 job copy <script>', '1 table mine'])
})

test('lineage follows what is changed, and says what it cannot read', slow, async () => {
  const evens = { params, query: { object: await idOf('evens'), depth: 3 } }
  await run('ALTER VIEW evens AS SELECT n FROM sums')
  expect(told(await ada.call(lineageKey, evens))[0]).toContain('-1 table sums')
  await run('DROP TABLE numbers')
  expect((await ada.call(lineageKey, evens)).unreadable).toBe(1)
  const gone = await ada.try(lineageKey, { params, query: { object: 'table:none' } })
  expect([gone.status, gone.code]).toEqual([404, 'CATALOG_ENTRY_NOT_FOUND'])
  expect((await ada.try(lineageKey, { params, query: { object: 'job:none' } })).status).toBe(404)
})
