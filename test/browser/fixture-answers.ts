/** Made-up people, jobs and operators for looking at the console. */
import { type AlertBook, makeAlertBook } from './fixture-alerts.ts'
import { pageOf } from './fixture-page.ts'
import { keepText } from './fixture-rows.ts'

export interface Fixture {
  isSignedIn: boolean
  needsFirstAdmin: boolean
  readonly jobCount: number
  readonly alerts: AlertBook
}

export function makeFixture(options: Partial<Fixture>): Fixture {
  return { isSignedIn: true, needsFirstAdmin: false, jobCount: 3000, alerts: makeAlertBook(false), ...options }
}

const startedAt = Date.now()
const states = [
  'running',
  'running',
  'running',
  'running',
  'stopped',
  'running',
  'failed',
  'running',
  'backing-off',
  'finished',
  'running',
  'starting',
]
const nouns = ['orders', 'payments', 'clicks', 'sessions', 'shipments', 'returns', 'stock', 'prices', 'invoices', 'refunds']
const verbs = ['enrich', 'count', 'join', 'clean', 'land', 'score', 'alert-on', 'mirror']

const script = `-- Orders with their payments, each minute.
INSERT INTO paid_orders
SELECT o.id, o.city, SUM(p.amount) AS paid, window_start
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(placed_at), INTERVAL '1' MINUTE)) AS o
JOIN payments AS p ON p.order_id = o.id AND p.state = 'settled'
GROUP BY o.id, o.city, window_start, window_end;
`

const failure = {
  code: 'DATA_CAST_REFUSED',
  blame: 'user',
  message: 'could not cast "n/a" to DECIMAL(10, 2)',
  detail: 'The value came from column "amount" of table "payments".',
  hint: 'Use TRY_CAST to read such values as NULL.',
  position: { start: script.indexOf('SUM(p.amount)'), end: script.indexOf('SUM(p.amount)') + 13, line: 3, column: 22 },
  causes: ['operator "aggregate" of subtask 2 ended', 'could not cast "n/a" to DECIMAL(10, 2)'],
}

export function jobLine({ jobCount }: Fixture, id: string) {
  const number = Number(id.slice(4))
  if (!Number.isInteger(number) || number < 0 || number >= jobCount) return undefined
  const state = states[number % states.length] ?? 'running'
  const isLost = number % 13 === 5
  const elapsed = Date.now() - startedAt
  const name =
    number === 3
      ? '<script>alert("orders")</script> & friends, with a name that goes on and on until nobody can read it'
      : `${verbs[number % verbs.length]}-${nouns[(number * 7) % nouns.length]}-${number}`
  return {
    id,
    name,
    folder: number % 3 === 0 ? '' : `sales/${nouns[number % 5]}`,
    tags: number % 4 === 0 ? ['pii', 'tier-1', 'emea', 'daily'] : number % 4 === 1 ? ['nightly'] : [],
    owner: ['ada', 'grace', 'lin', 'omar'][number % 4],
    engine: number % 9 === 0 ? 'flink:prod' : 'embedded',
    latencyTier: 'seconds',
    version: 1 + (number % 7),
    changedAt: startedAt - number * 777_000,
    wanted: {
      state: state === 'stopped' ? 'stopped' : 'running',
      version: 1 + (number % 7),
      askedBy: 'ada',
      askedAt: startedAt - 3_600_000,
    },
    status: {
      state,
      since: startedAt - 3_600_000,
      reason: { message: '', hint: null },
      trouble: isLost
        ? { message: 'cluster "prod" does not answer', hint: 'The job may go on there; it is looked at again every 5 s.' }
        : null,
      run:
        state === 'stopped'
          ? null
          : {
              attempt: 3,
              version: 1 + (number % 7),
              startedAt: startedAt - 3_600_000,
              endedAt: state === 'failed' || state === 'finished' ? startedAt - 60_000 : null,
              report: {
                rowsIn: 1e6 + number * 1000 + elapsed * (1 + (number % 17)),
                rowsOut: 5e5 + elapsed * (number % 5),
                lateRows: 12,
                skippedRows: number % 3,
                watermark: Date.now() - 4200,
                durationMs: 3_600_000 + elapsed,
                waiting: [],
              },
            },
      evidence: isLost
        ? {
            kind: 'unreachable',
            source: 'cluster prod',
            at: Date.now(),
            seenAt: startedAt - 240_000,
            ageMs: elapsed + 240_000,
            reason: 'the host "flink-1:8081" does not answer',
          }
        : {
            kind: state === 'stopped' ? 'absent' : 'present',
            source: 'processes of this server',
            at: Date.now(),
            seenAt: Date.now() - 800,
            ageMs: 800,
            reason: null,
          },
      intent: state === 'starting' ? { kind: 'start', attempt: 4, since: Date.now() - 3000 } : null,
      restart: { failures: state === 'backing-off' ? 3 : 0, nextAt: state === 'backing-off' ? Date.now() + 20_000 : null },
      failure: state === 'failed' || state === 'backing-off' ? failure : null,
    },
  }
}

export function wholeJob(fixture: Fixture, id: string): unknown {
  const line = jobLine(fixture, id)
  if (line === undefined) return undefined
  const { version, changedAt, wanted, status } = line
  return { id, version, changedAt, changedBy: 'grace', spec: specOf(line, version), wanted, status }
}

function specOf(line: NonNullable<ReturnType<typeof jobLine>>, version: number) {
  return {
    name: line.name,
    description: 'Joins orders with what was paid for them.',
    folder: line.folder,
    tags: line.tags,
    owner: line.owner,
    program: { kind: 'sql', text: version % 2 === 0 ? script : script.replace("'1' MINUTE", "'5' MINUTES").replace(' AS paid', '') },
    engine: { kind: 'embedded' },
    settings: {},
    variables: { region: 'emea' },
    parallelism: 2 + (version % 3),
    checkpointIntervalMs: 10_000,
    restart: { kind: 'back-off', delayMs: 1000, delayMsMax: 60_000, failuresMax: 10, windowMs: 600_000 },
    upgrade: 'keep-state',
    latencyTier: 'seconds',
  }
}

export function jobsOf(fixture: Fixture, query: URLSearchParams): unknown {
  const counts: Record<string, number> = {}
  const all = Array.from({ length: fixture.jobCount }, (_, at) => jobLine(fixture, `job-${at}`)).flatMap((line) =>
    line === undefined ? [] : [line],
  )
  for (const { status } of all) counts[status.state] = (counts[status.state] ?? 0) + 1
  const wanted = (name: string, value: unknown): boolean => query.get(name) === null || query.get(name) === value
  const search = (query.get('search') ?? '').toLowerCase()
  const found = all.filter(
    (line) =>
      wanted('state', line.status.state) &&
      wanted('evidence', line.status.evidence.kind) &&
      wanted('folder', line.folder) &&
      wanted('owner', line.owner) &&
      (query.get('tag') === null || line.tags.includes(query.get('tag') ?? '')) &&
      line.name.toLowerCase().includes(search),
  )
  return { ...pageOf(found, query), states: counts }
}

export function logLine(number: number) {
  const level = number % 11 === 0 ? 'warning' : number % 37 === 0 ? 'error' : 'info'
  const texts = {
    info: `checkpoint ${number} completed in ${number % 90} ms`,
    warning: 'source "orders" is behind by 12 s',
    error: failure.message,
  }
  return {
    cursor: String(number),
    at: startedAt - (3000 - number) * 900,
    version: 3,
    attempt: 2,
    level,
    source: number % 5 === 0 ? 'engine' : 'job',
    text: texts[level],
  }
}

export function audit(query: URLSearchParams) {
  const entries = Array.from({ length: 240 }, (_, at) => ({
    sequence: 240 - at,
    at: startedAt - at * 600_000,
    by: at % 3 === 0 ? 'ada' : 'ci',
    workspace: 'main',
    action: at % 2 === 0 ? 'POST /workspaces/:workspace/jobs/:job/start' : 'PUT /workspaces/:workspace/jobs/:job',
    subject: `job-${at % 40}`,
    outcome: at % 17 === 0 ? 'refused' : 'done',
    detail: '',
  }))
  return pageOf(entries, query)
}

const vertices = [
  { id: 'a', name: 'orders', kind: 'source', parallelism: 4, detail: 'kafka orders, 12 partitions', inputs: [] },
  { id: 'b', name: 'payments', kind: 'source', parallelism: 4, detail: 'postgres-cdc public.payments', inputs: [] },
  {
    id: 'c',
    name: 'window',
    kind: 'operator',
    parallelism: 4,
    detail: 'TUMBLE(placed_at, 1 minute)',
    inputs: [{ from: 'a', ship: 'hash(id)' }],
  },
  { id: 'd', name: 'filter', kind: 'operator', parallelism: 4, detail: "state = 'settled'", inputs: [{ from: 'b', ship: 'forward' }] },
  {
    id: 'e',
    name: 'join',
    kind: 'operator',
    parallelism: 4,
    detail: 'inner: order_id = id',
    inputs: [
      { from: 'c', ship: 'hash(id)' },
      { from: 'd', ship: 'hash(order_id)' },
    ],
  },
  {
    id: 'f',
    name: 'aggregate',
    kind: 'operator',
    parallelism: 4,
    detail: 'SUM(amount) by id, city, window',
    inputs: [{ from: 'e', ship: 'hash(id, city)' }],
  },
  {
    id: 'g',
    name: 'paid_orders',
    kind: 'sink',
    parallelism: 1,
    detail: 'parquet in s3://lake/paid_orders',
    inputs: [{ from: 'f', ship: 'forward' }],
  },
]

const fragments: Readonly<Record<string, object>> = {
  e: { text: 'JOIN payments AS p ON p.order_id = o.id', line: 4, column: 1, isCut: false, view: null },
  f: { text: 'SUM(p.amount) … GROUP BY o.city', line: 2, column: 8, isCut: false, view: null },
}

function operators(): unknown {
  const now = Date.now()
  const rows = vertices.flatMap(({ id, name, kind, parallelism }, index) =>
    Array.from({ length: parallelism }, (_, subtask) => {
      const wave = 1 + Math.sin(now / 4000 + index + subtask) / 3
      const busy = Math.round(Math.min(1000, [180, 220, 420, 80, 930, 610, 240][index]! * wave))
      const held = index < 3 ? Math.round(Math.max(0, 500 - busy) * 0.8) : 0
      return {
        operatorId: id,
        operatorName: name,
        kind,
        nodes: [],
        subtask,
        parallelism,
        recordsIn: now % 1e7,
        recordsOut: now % 1e7,
        recordsInPerSecond: index < 2 ? 0 : Math.round(4200 * wave),
        recordsOutPerSecond: Math.round((index === 6 ? 0 : 4100) * wave),
        busyMsPerSecond: busy,
        backPressuredMsPerSecond: held,
        idleMsPerSecond: Math.max(0, 1000 - busy - held),
        lateRecords: index === 2 ? 12 : 0,
        watermark: now - 4000 - index * 300,
        stateBytes: index === 4 ? 48_000_000 + (now % 1e6) : index === 5 ? 9_000_000 : 0,
        lag: index < 2 ? Math.round(300 * wave) : null,
      }
    }),
  )
  return {
    takenAt: now,
    checkpoints: { completed: 412, lastDurationMs: 340, lastBytes: 1_200_000, lastFullBytes: 57_000_000 },
    operators: rows,
  }
}

/** Of twelve partitions one is quiet, and one idle. */
function partitions(): unknown {
  const takenAt = Math.floor(Date.now() / 5000) * 5000
  const partition = (number: number, behindMs: number, state = 'active') => ({
    name: `orders-${number}`,
    state,
    position: String(48_000 + number),
    end: String(48_000 + number * 3),
    pendingRecords: number * 2,
    watermark: takenAt - 4000 - behindMs,
    behindMs,
  })
  const quiet = { ...partition(7, 751_000), position: '31007', end: '31007', pendingRecords: 0 }
  const others = [11, 10, 9, 8, 6, 5, 4, 3, 2, 1].map((number) => partition(number, number * 90))
  const orders = {
    operatorId: 'a',
    operatorName: 'orders',
    nodes: [],
    isTimed: true,
    newestWatermark: takenAt - 4000,
    counts: { active: 11, idle: 1, paused: 0, ended: 0 },
    standing: { kind: 'held', partition: 'orders-7', others: 0, behindMs: 751_000, pendingRecords: 0 },
    partitions: [quiet, ...others, { ...partition(0, 4_000_000, 'idle') }],
    leftOut: 0,
  }
  return { takenAt, sources: [orders] }
}

const verdict = {
  operators: [
    {
      operator: 'join',
      verdict: 'kept',
      why: 'Its key and its inputs are the same.',
      fragment: { text: 'JOIN payments AS p ON p.order_id = o.id', line: 4, column: 1, isCut: false, view: null },
      bytes: 48_000_000,
      holds: [{ name: 'rows', entries: 410_000 }],
    },
    {
      operator: 'aggregate',
      verdict: 'dropped',
      why: 'It sums another window.',
      fragment: { text: 'SUM(p.amount) … GROUP BY o.city', line: 2, column: 8, isCut: false, view: null },
      bytes: 9_000_000,
      holds: [{ name: 'groups', entries: 12_000 }],
    },
    {
      operator: 'window',
      verdict: 'new',
      why: 'There was none before.',
      fragment: {
        text: `SUM(p.amount) OVER (PARTITION BY ${Array.from({ length: 60 }, (_, n) => `o.city_${n}`).join(', ')} ORDER BY o.placed_at)`,
        line: 3,
        column: 8,
        isCut: false,
        view: 'sums',
      },
      bytes: null,
      holds: [],
    },
    { operator: 'sink of Project', verdict: 'new', why: 'There was none before.', fragment: null, bytes: null, holds: [] },
  ],
  dropsState: true,
  dropped: { operators: 1, bytes: 9_000_000, unmeasured: 0 },
}

type Body = Readonly<Record<string, unknown>>

export const answerOf: Readonly<Record<string, unknown>> = {
  'GET /me': {
    name: 'ada',
    displayName: 'Ada Lovelace',
    isServerAdmin: true,
    memberships: [
      { workspace: 'main', title: 'Main', role: 'admin' },
      { workspace: 'lab', title: 'Laboratory', role: 'developer' },
    ],
    csrfToken: 'fixture',
  },
  'POST /sign-out': null,
  'GET /users': {
    items: ['ada', 'grace', 'lin'].map((name, at) => ({
      name,
      displayName: ['Ada Lovelace', 'Grace Hopper', ''][at],
      isServerAdmin: at === 0,
      isActive: at < 2,
      source: 'local',
      createdAt: startedAt,
      lastSeenAt: at === 2 ? null : startedAt,
    })),
    next: null,
    total: 3,
  },
  'POST /users': { user: { name: 'lin', displayName: 'Lin' }, link: 'fixture-link', linkExpiresAt: startedAt + 86_400_000 },
  'GET /members': ['ada', 'grace', 'lin'].map((user, at) => ({
    user,
    displayName: ['Ada Lovelace', 'Grace Hopper', ''][at],
    role: ['admin', 'operator', 'viewer'][at],
  })),
  'GET /tokens': [
    {
      id: 't1',
      title: 'deploys from CI',
      workspace: 'main',
      role: 'operator',
      createdBy: 'ada',
      createdAt: startedAt,
      expiresAt: startedAt + 5e9,
      lastUsedAt: null,
    },
  ],
  'GET /secrets': [
    { name: 'shop-db', changedAt: startedAt, changedBy: 'ada', isReadable: true },
    { name: 'old-key', changedAt: startedAt, changedBy: 'grace', isReadable: false },
  ],
  'POST /tokens': { token: {}, secret: 'mr_fixture_0123456789abcdefghijklmnop' },
  'GET /jobs/:job/savepoints': [
    { id: 's2', version: 3, attempt: 2, state: 'in-progress', place: null, bytes: null, askedBy: 'ada', askedAt: startedAt, failure: null },
    {
      id: 's1',
      version: 2,
      attempt: 1,
      state: 'completed',
      place: 's3://lake/savepoints/s1',
      bytes: 57_000_000,
      askedBy: 'grace',
      askedAt: startedAt - 86_400_000,
      failure: null,
    },
  ],
  'GET /jobs/:job/events': () =>
    pageOf(
      Array.from({ length: 12 }, (_, at) => ({
        sequence: 12 - at,
        at: startedAt - at * 200_000,
        by: at % 2 === 0 ? 'ada' : 'this server',
        kind: ['wish', 'status', 'version'][at % 3],
        state: at % 3 === 1 ? (at === 1 ? 'running' : 'backing-off') : null,
        text: ['run 3 of version 4 is started', 'the job runs', 'version 4 was made'][at % 3],
      })),
      new URLSearchParams('limit=20'),
    ),
  'GET /jobs/:job/topology': { vertices: vertices.map((vertex) => ({ ...vertex, fragment: fragments[vertex.id] ?? null })), plan: '' },
  'GET /jobs/:job/operators': operators,
  'GET /jobs/:job/partitions': partitions,
  'GET /jobs/:job/versions': ({ id }: Body) => {
    const line = jobLine(makeFixture({}), String(id))
    const items = Array.from({ length: line?.version ?? 0 }, (_, at) => (line?.version ?? 0) - at).map((version) => ({
      version,
      at: startedAt - version * 1e6,
      by: 'grace',
      spec: line === undefined ? null : specOf(line, version),
    }))
    return { items, next: null, total: items.length }
  },
  'POST /jobs/check': { diagnostics: [], verdict, plan: null },
  'POST /sql/check': { diagnostics: [] },
  'POST /sql/explain': {
    plan: 'Sink(print)\n  Aggregate(group: city; COUNT(*) AS orders)\n    Exchange(hash: city)\n      Source(orders: id, city, amount)',
  },
  'POST /sql/complete': ({ text, offset }: Body) => {
    const before = /[\w`]*$/.exec(String(text).slice(0, Number(offset)))?.[0] ?? ''
    return {
      completions: [
        { text: 'orders', kind: 'table', detail: 'kafka' },
        { text: 'payments', kind: 'table', detail: 'postgres-cdc' },
        { text: 'order_id', kind: 'column', detail: 'BIGINT' },
        { text: 'COUNT', kind: 'function', detail: 'aggregate' },
        { text: 'GROUP BY', kind: 'keyword', detail: null },
      ],
      from: Number(offset) - before.length,
    }
  },
  'POST /sql/sessions': { session: 'one' },
  'GET /sql/sessions/:session': { session: 'one', statement: null },
  'POST /sql/sessions/:session/statements': ({ text }: Body) => {
    keepText(String(text))
    return { statement: 'first' }
  },
}
