/** What was measured of jobs, and what people are told about. */
import { type Static, Type } from 'typebox'
import { Instant, Nullable, Page, PageQuery, type Routes, Word } from './route.ts'

const Name = Type.String({ minLength: 1, maxLength: 200 })
const DurationMs = Type.Integer({ minimum: 0, maximum: 2_592_000_000 })
const Id = Type.String({ maxLength: 200 })

const Condition = Type.Union([
  Type.Object({
    kind: Type.Literal('state'),
    states: Type.Array(Word(['stopped', 'starting', 'running', 'stopping', 'backing-off', 'finished', 'failed']), { maxItems: 7 }),
    isNot: Type.Boolean(),
  }),
  Type.Object({ kind: Type.Literal('not-as-wanted') }),
  Type.Object({ kind: Type.Literal('unreachable') }),
  Type.Object({
    kind: Type.Literal('metric'),
    metric: Type.String({ maxLength: 100 }),
    is: Word(['above', 'below']),
    threshold: Type.Number(),
    clearsAt: Nullable(Type.Number()),
  }),
  Type.Object({ kind: Type.Literal('no-rows'), of: Word(['in', 'out']) }),
  Type.Object({
    kind: Type.Literal('increase'),
    metric: Word(['jobLateRecords', 'jobDeadRecords', 'numberOfFailedCheckpoints']),
    above: Type.Number(),
    withinMs: DurationMs,
  }),
  Type.Object({ kind: Type.Literal('no-checkpoint'), withinMs: DurationMs }),
  Type.Object({ kind: Type.Literal('failures'), above: Type.Number(), withinMs: DurationMs }),
])

const Scope = Type.Union([
  Type.Object({ kind: Type.Literal('all') }),
  Type.Object({ kind: Type.Literal('jobs'), jobs: Type.Array(Id, { maxItems: 1000 }) }),
  Type.Object({
    kind: Type.Literal('matching'),
    folder: Nullable(Type.String({ maxLength: 500 })),
    tags: Type.Array(Type.String({ maxLength: 100 }), { maxItems: 50 }),
    latencyTier: Nullable(Word(['seconds', 'minutes'])),
  }),
])

export const RuleSpec = Type.Object(
  {
    name: Name,
    description: Type.String({ maxLength: 10_000 }),
    isActive: Type.Boolean(),
    severity: Word(['critical', 'warning', 'info']),
    scope: Scope,
    condition: Condition,
    forMs: DurationMs,
    clearAfterMs: DurationMs,
    repeatMs: Nullable(DurationMs),
    channels: Type.Array(Id, { maxItems: 100 }),
  },
  { additionalProperties: false },
)
export type RuleSpec = Static<typeof RuleSpec>

export const ChannelSpec = Type.Object(
  {
    name: Name,
    isActive: Type.Boolean(),
    hearsWatcher: Type.Boolean(),
    target: Type.Union([
      Type.Object({
        kind: Type.Literal('webhook'),
        url: Type.String({ maxLength: 2000 }),
        secret: Nullable(
          Type.String({ maxLength: 200, description: 'Names the secret that requests are signed with, as ${secret:name}.' }),
        ),
        heartbeatMs: Nullable(DurationMs),
      }),
      Type.Object({
        kind: Type.Literal('mail'),
        host: Type.String({ maxLength: 300 }),
        port: Type.Integer({ minimum: 1, maximum: 65_535 }),
        security: Word(['tls', 'starttls', 'none']),
        user: Nullable(Type.String({ maxLength: 300 })),
        password: Nullable(Type.String({ maxLength: 200, description: 'Names the secret, as ${secret:name}.' })),
        from: Type.String({ maxLength: 400 }),
        to: Type.Array(Type.String({ maxLength: 400 }), { maxItems: 50 }),
      }),
    ]),
  },
  { additionalProperties: false },
)
export type ChannelSpec = Static<typeof ChannelSpec>

const Rule = Type.Object({ id: Id, version: Type.Integer(), changedAt: Instant, changedBy: Type.String(), spec: RuleSpec })

const Channel = Type.Object({
  id: Id,
  version: Type.Integer(),
  changedAt: Instant,
  changedBy: Type.String(),
  spec: ChannelSpec,
})

const Alert = Type.Object({
  id: Id,
  rule: Id,
  ruleName: Type.String(),
  severity: Word(['critical', 'warning', 'info']),
  job: Id,
  jobName: Type.String(),
  phase: Word(['pending', 'firing', 'unknown']),
  since: Instant,
  text: Type.String(),
  isSilenced: Type.Boolean(),
  notifiedAt: Nullable(Instant),
})

const PastAlert = Type.Object({
  sequence: Type.Integer(),
  kind: Word(['fired', 'resolved', 'watcher-silent']),
  ruleName: Type.String(),
  severity: Word(['critical', 'warning', 'info']),
  job: Id,
  jobName: Type.String(),
  at: Instant,
  text: Type.String(),
})

export const monitorRoutes = {
  'GET /workspaces/:workspace/jobs/:job/series': {
    summary: 'What was measured of a job, in even steps; null where nothing was',
    right: 'read',
    query: Type.Object({
      metrics: Type.String({ maxLength: 2000, description: 'Names, between commas, such as numRecordsInPerSecond,busyTimeMsPerSecond.' }),
      from: Instant,
      to: Instant,
      stepMs: Type.Optional(Type.Integer({ minimum: 1000, default: 5000 })),
      operator: Type.Optional(Type.String({ maxLength: 200, description: 'Left out: all of them; empty: the job as a whole.' })),
      by: Type.Optional(Word(['subtask', 'operator'])),
    }),
    answer: Type.Object({
      stepMs: Type.Integer(),
      times: Type.Array(Instant),
      series: Type.Array(
        Type.Object({
          operatorId: Type.String(),
          operatorName: Type.String(),
          subtask: Nullable(Type.Integer()),
          metric: Type.String(),
          values: Type.Array(Nullable(Type.Number())),
        }),
      ),
    }),
  },
  'GET /workspaces/:workspace/alerts': {
    summary: 'Alerts that wait, fire, or of which nobody knows',
    right: 'read',
    answer: Type.Array(Alert),
  },
  'GET /workspaces/:workspace/alerts/history': {
    summary: 'Alerts that fired and were resolved, newest first',
    right: 'read',
    query: Type.Object({ ...PageQuery, job: Type.Optional(Id) }),
    answer: Page(PastAlert),
  },
  'GET /workspaces/:workspace/alert-rules': { summary: 'What people want to be told of', right: 'read', answer: Type.Array(Rule) },
  'POST /workspaces/:workspace/alert-rules': { summary: 'Make a rule', right: 'operate', body: RuleSpec, answer: Rule, changes: true },
  'PUT /workspaces/:workspace/alert-rules/:rule': {
    summary: 'Change a rule from the version that was seen',
    right: 'operate',
    body: Type.Object({ spec: RuleSpec, expectedVersion: Type.Integer({ minimum: 1 }) }),
    answer: Rule,
    changes: true,
  },
  'DELETE /workspaces/:workspace/alert-rules/:rule': { summary: 'Remove a rule', right: 'operate', answer: null, changes: true },
  'GET /workspaces/:workspace/alert-channels': { summary: 'Ways to people', right: 'operate', answer: Type.Array(Channel) },
  'POST /workspaces/:workspace/alert-channels': {
    summary: 'Make a way to people',
    right: 'administer',
    body: ChannelSpec,
    answer: Channel,
    changes: true,
  },
  'PUT /workspaces/:workspace/alert-channels/:channel': {
    summary: 'Change a way to people from the version that was seen',
    right: 'administer',
    body: Type.Object({ spec: ChannelSpec, expectedVersion: Type.Integer({ minimum: 1 }) }),
    answer: Channel,
    changes: true,
  },
  'DELETE /workspaces/:workspace/alert-channels/:channel': {
    summary: 'Remove a way to people',
    right: 'administer',
    answer: null,
    changes: true,
  },
  'POST /workspaces/:workspace/alert-channels/:channel/test': {
    summary: 'Send a test by a channel',
    right: 'administer',
    answer: null,
    changes: true,
  },
} as const satisfies Routes
