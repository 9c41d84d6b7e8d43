/** What was measured of jobs, and what people are told about. */
import { type Static, Type } from 'typebox'
import { Instant, Nullable, Page, PageQuery, type Routes, Word } from './route.ts'

const Name = Type.String({ minLength: 1, maxLength: 200 })
const DurationMs = Type.Integer({ minimum: 0, maximum: 2_592_000_000 })
const Id = Type.String({ maxLength: 200 })

const JobMetric = Word([
  'jobRecordsInPerSecond',
  'jobRecordsOutPerSecond',
  'jobRecordsIn',
  'jobRecordsOut',
  'jobBusyTimeMsPerSecond',
  'jobBackPressuredTimeMsPerSecond',
  'jobPendingRecords',
  'jobWatermarkLagMs',
  'jobLateRecords',
  'jobDeadRecords',
  'jobStateBytes',
  'numberOfCompletedCheckpoints',
  'numberOfFailedCheckpoints',
  'lastCheckpointDuration',
  'lastCheckpointSize',
  'lastCheckpointFullSize',
])

const Severity = Word(['critical', 'warning', 'info'])

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
    metric: JobMetric,
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
  Type.Object({
    kind: Type.Literal('sql'),
    text: Type.String({ maxLength: 100_000, description: 'One SELECT over metrics, job_metrics, operator_metrics and jobs.' }),
    metrics: Type.Array(Type.String({ maxLength: 100 }), { maxItems: 100, description: 'Those that it needs; none: all of them.' }),
    pastMs: Type.Integer({ minimum: 0, maximum: 3_600_000, description: 'How far back samples go; 0: the newest of each job.' }),
  }),
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
    severity: Severity,
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
  health: Type.Object({
    lastSuccessAt: Nullable(Instant),
    lastFailureAt: Nullable(Instant),
    trouble: Type.String({ description: 'Empty unless it fails now.' }),
    failuresInARow: Type.Integer(),
    pending: Type.Integer({ description: 'Notices that wait.' }),
  }),
})

const Delivery = Type.Object({
  sequence: Type.Integer(),
  at: Instant,
  kind: Type.String(),
  outcome: Word(['delivered', 'failed', 'given-up', 'dropped']),
  tries: Type.Integer(),
  trouble: Type.String(),
})

/** What is seen of a condition now, and who says so. */
const Sighting = {
  text: Type.String(),
  value: Nullable(Type.Number()),
  threshold: Nullable(Type.Number()),
  source: Type.String(),
  seenAt: Nullable(Instant),
}

/** `between`: it begins no alert, and ends none. */
const Sight = Word(['met', 'between', 'clear', 'unknown'])

const Trial = Type.Object({
  /** Of all jobs that the rule is about. */
  counts: Type.Object({ met: Type.Integer(), between: Type.Integer(), clear: Type.Integer(), unknown: Type.Integer() }),
  jobs: Type.Array(Type.Object({ job: Id, jobName: Type.String(), sight: Sight, ...Sighting }), {
    description: 'The first ones; those for which it holds come first.',
  }),
})

const SilenceSpec = Type.Object(
  {
    rule: Nullable(Id),
    job: Nullable(Id),
    from: Instant,
    until: Instant,
    comment: Type.String({ maxLength: 1000 }),
  },
  { additionalProperties: false },
)

const Silence = Type.Object({ id: Id, by: Type.String(), at: Instant, spec: SilenceSpec })

const Phase = Word(['pending', 'firing', 'unknown'])

const Alert = Type.Object({
  id: Id,
  rule: Id,
  ruleName: Type.String(),
  severity: Severity,
  job: Id,
  jobName: Type.String(),
  phase: Phase,
  since: Instant,
  ...Sighting,
  isSilenced: Type.Boolean(),
  notifiedAt: Nullable(Instant),
})

const PastAlert = Type.Object({
  sequence: Type.Integer(),
  kind: Word(['fired', 'resolved', 'watcher-silent']),
  ruleName: Type.String(),
  severity: Severity,
  job: Id,
  jobName: Type.String(),
  at: Instant,
  text: Type.String(),
})

const Partition = Type.Object({
  name: Type.String(),
  state: Word(['active', 'idle', 'paused', 'ended']),
  position: Nullable(Type.String({ description: 'Where reading goes on, such as the offset of the next row.' })),
  end: Nullable(Type.String({ description: 'Behind the last row that is there, or where reading ends.' })),
  pendingRecords: Nullable(Type.Number()),
  watermark: Nullable(Instant),
  behindMs: Nullable(Type.Number({ description: 'How far its watermark is behind that of the newest partition.' })),
})

/** Which partition holds the watermark of a source back, or why none does. */
const Standing = Type.Object({
  kind: Word(['untimed', 'ended', 'all-idle', 'no-rows', 'alone', 'level', 'held']),
  partition: Nullable(Type.String({ description: 'The one that holds the watermark back.' })),
  others: Type.Integer({ description: 'How many stand where it does.' }),
  behindMs: Nullable(Type.Number({ description: 'Behind the newest partition; null: none of its rows has said what time it is.' })),
  pendingRecords: Nullable(Type.Number({ description: 'Rows of it that are there and not read.' })),
})

const PartitionedSource = Type.Object({
  operatorId: Type.String(),
  operatorName: Type.String(),
  nodes: Type.Array(Type.Integer()),
  isTimed: Type.Boolean({ description: 'Whether anything asks for the event time of its rows.' }),
  newestWatermark: Nullable(Instant),
  counts: Type.Object({ active: Type.Integer(), idle: Type.Integer(), paused: Type.Integer(), ended: Type.Integer() }),
  standing: Standing,
  partitions: Type.Array(Partition, { description: 'Those that hold the watermark back first.' }),
  leftOut: Type.Integer({ description: 'How many partitions there are besides.' }),
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
  'GET /workspaces/:workspace/jobs/:job/partitions': {
    summary: 'What each partition of the sources of a job stands at, or stood at when it ran last',
    right: 'read',
    answer: Type.Object({
      takenAt: Nullable(Instant),
      sources: Type.Array(PartitionedSource, { description: 'Those whose partitions are known: on Flink none are.' }),
    }),
  },
  'GET /workspaces/:workspace/alerts': {
    summary: 'Alerts that wait, fire, or of which nobody knows: those that fire first, the gravest before the others',
    right: 'read',
    query: Type.Object({
      ...PageQuery,
      phase: Type.Optional(Phase),
      job: Type.Optional(Id),
      search: Type.Optional(Type.String({ maxLength: 500 })),
    }),
    answer: Type.Object({
      items: Type.Array(Alert),
      next: Nullable(Type.String()),
      total: Type.Integer(),
      /** Of all alerts of the workspace, or of the job that is asked for; those that fire and are silenced are not among `firing`. */
      counts: Type.Object({ firing: Type.Integer(), pending: Type.Integer(), unknown: Type.Integer(), silenced: Type.Integer() }),
    }),
  },
  'GET /workspaces/:workspace/alerts/history': {
    summary: 'Alerts that fired and were resolved, newest first',
    right: 'read',
    query: Type.Object({ ...PageQuery, job: Type.Optional(Id) }),
    answer: Page(PastAlert),
  },
  'GET /workspaces/:workspace/alert-rules': { summary: 'What people want to be told of', right: 'read', answer: Type.Array(Rule) },
  'POST /workspaces/:workspace/alert-rules': { summary: 'Make a rule', right: 'operate', body: RuleSpec, answer: Rule, changes: true },
  'POST /workspaces/:workspace/alert-rules/try': {
    summary: 'What a rule would see now. Nobody is told, and nothing is kept',
    right: 'operate',
    body: RuleSpec,
    answer: Trial,
  },
  'POST /workspaces/:workspace/alert-rules/starting': {
    summary: 'Give a workspace without rules those that most begin with; they tell no channel yet',
    right: 'operate',
    answer: Type.Array(Rule),
    changes: true,
  },
  'PUT /workspaces/:workspace/alert-rules/:rule': {
    summary: 'Change a rule from the version that was seen',
    right: 'operate',
    body: Type.Object({ spec: RuleSpec, expectedVersion: Type.Integer({ minimum: 1 }) }),
    answer: Rule,
    changes: true,
  },
  'DELETE /workspaces/:workspace/alert-rules/:rule': { summary: 'Remove a rule', right: 'operate', answer: null, changes: true },
  'GET /workspaces/:workspace/alert-silences': {
    summary: 'For what people are not told for a time',
    right: 'read',
    answer: Type.Array(Silence),
  },
  'POST /workspaces/:workspace/alert-silences': {
    summary: 'Tell nobody of a rule, a job or both for a time; it is watched and shown all the same',
    right: 'operate',
    body: SilenceSpec,
    answer: Silence,
    changes: true,
  },
  'DELETE /workspaces/:workspace/alert-silences/:silence': {
    summary: 'End a silence',
    right: 'operate',
    answer: null,
    changes: true,
  },
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
  'GET /workspaces/:workspace/alert-channels/:channel/deliveries': {
    summary: 'What became of the notices of a channel, newest first',
    right: 'operate',
    query: Type.Object(PageQuery),
    answer: Page(Delivery),
  },
} as const satisfies Routes
