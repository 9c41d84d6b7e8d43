/** Jobs: what is wanted of them, what is known of them, and what can be done. */
import { type Static, Type } from 'typebox'
import { Failure, Instant, Nullable, Page, PageQuery, type Routes, Word } from './route.ts'

const Texts = Type.Record(Type.String(), Type.String({ maxLength: 100_000 }))

export const JobSpec = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200 }),
    description: Type.String({ maxLength: 10_000 }),
    folder: Type.String({ maxLength: 500, description: 'Such as sales/daily; empty: at the top.' }),
    tags: Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { maxItems: 50 }),
    owner: Type.String({ maxLength: 200 }),
    program: Type.Object({ kind: Type.Literal('sql'), text: Type.String({ maxLength: 1_000_000 }) }),
    engine: Type.Union([
      Type.Object({ kind: Type.Literal('embedded') }),
      Type.Object({ kind: Type.Literal('flink'), cluster: Type.String({ minLength: 1, maxLength: 200 }) }),
    ]),
    settings: Texts,
    variables: Texts,
    parallelism: Type.Integer({ minimum: 1, maximum: 1024 }),
    checkpointIntervalMs: Type.Integer({ minimum: 100, maximum: 86_400_000 }),
    restart: Type.Union([
      Type.Object({ kind: Type.Literal('never') }),
      Type.Object({
        kind: Type.Literal('back-off'),
        delayMs: Type.Integer({ minimum: 100, maximum: 86_400_000 }),
        delayMsMax: Type.Integer({ minimum: 100, maximum: 86_400_000 }),
        failuresMax: Type.Integer({ minimum: 1, maximum: 1000 }),
        windowMs: Type.Integer({ minimum: 1000, maximum: 604_800_000 }),
      }),
    ]),
    upgrade: Word(['keep-state', 'drop-state']),
    latencyTier: Word(['seconds', 'minutes']),
  },
  { additionalProperties: false },
)
export type JobSpec = Static<typeof JobSpec>

const Report = Type.Object({
  rowsIn: Type.Number(),
  rowsOut: Type.Number(),
  lateRows: Type.Number(),
  skippedRows: Type.Number(),
  watermark: Nullable(Instant),
  durationMs: Type.Number(),
  waiting: Type.Array(Type.Object({ table: Type.String(), reason: Type.String(), since: Instant })),
})

const JobState = Word(['stopped', 'starting', 'running', 'stopping', 'backing-off', 'finished', 'failed'])

const Reason = Type.Object({ message: Type.String(), hint: Nullable(Type.String()) })

const Status = Type.Object({
  state: JobState,
  since: Instant,
  /** Why it is in this state. */
  reason: Reason,
  /** What is in the way now of knowing more, or of doing what is wanted. */
  trouble: Nullable(Reason),
  run: Nullable(
    Type.Object({
      attempt: Type.Integer(),
      version: Type.Integer(),
      startedAt: Nullable(Instant),
      endedAt: Nullable(Instant),
      report: Nullable(Report),
    }),
  ),
  evidence: Type.Object({
    kind: Word(['present', 'absent', 'unreachable', 'none']),
    source: Type.String(),
    at: Instant,
    seenAt: Nullable(Instant),
    ageMs: Nullable(Type.Number({ description: 'How old the newest answer is; null before the first.' })),
    reason: Nullable(Type.String()),
  }),
  intent: Nullable(Type.Object({ kind: Word(['start', 'stop']), attempt: Type.Integer(), since: Instant })),
  restart: Type.Object({ failures: Type.Integer(), nextAt: Nullable(Instant) }),
  failure: Nullable(Failure),
})

const Wanted = Type.Object({ state: Word(['running', 'stopped']), version: Type.Integer(), askedBy: Type.String(), askedAt: Instant })

/** A job in a list. */
const JobLine = Type.Object({
  id: Type.String(),
  name: Type.String(),
  folder: Type.String(),
  tags: Type.Array(Type.String()),
  owner: Type.String(),
  engine: Type.String({ description: 'embedded, or flink: and the name of the cluster.' }),
  latencyTier: Word(['seconds', 'minutes']),
  version: Type.Integer(),
  changedAt: Instant,
  wanted: Wanted,
  status: Status,
})

const Job = Type.Object({
  id: Type.String(),
  version: Type.Integer(),
  changedAt: Instant,
  changedBy: Type.String(),
  spec: JobSpec,
  wanted: Wanted,
  status: Status,
})

const Version = Type.Object({ version: Type.Integer(), at: Instant, by: Type.String(), spec: JobSpec })

const Fragment = Type.Object(
  {
    text: Type.String({ maxLength: 2000, description: 'The clauses as they are written, with an ellipsis for what stands between them.' }),
    line: Type.Integer(),
    column: Type.Integer(),
    isCut: Type.Boolean({ description: 'Whether there is more of it.' }),
    view: Nullable(Type.String({ description: 'The view that it stands in, of whose text the line and the column are.' })),
  },
  { description: 'What an operator is made of: a part of the script; of state that is dropped, a part of the script before.' },
)

const StatePart = Type.Object({
  operator: Type.String(),
  verdict: Word(['kept', 'dropped', 'new']),
  why: Type.String(),
  fragment: Nullable(Fragment),
  bytes: Nullable(Type.Number({ description: 'Its size in the newest checkpoint.' })),
  holds: Type.Array(Type.Object({ name: Type.String(), entries: Type.Integer() }), {
    description: 'What is counted in it, such as groups; nothing where nobody knows.',
  }),
})

const Verdict = Type.Object({
  operators: Type.Array(StatePart),
  dropsState: Type.Boolean(),
  dropped: Type.Object({
    operators: Type.Integer(),
    bytes: Nullable(Type.Number({ description: 'Of those whose size is known.' })),
    unmeasured: Type.Integer({ description: 'How many of them have a size that nobody knows.' }),
  }),
})

const Savepoint = Type.Object({
  id: Type.String(),
  version: Type.Integer(),
  attempt: Type.Integer(),
  state: Word(['asked', 'in-progress', 'completed', 'failed', 'disposing']),
  place: Nullable(Type.String()),
  bytes: Nullable(Type.Number()),
  askedBy: Type.String(),
  askedAt: Instant,
  failure: Nullable(Failure),
})

const JobEvent = Type.Object({
  sequence: Type.Integer(),
  at: Instant,
  by: Type.String(),
  kind: Type.String(),
  /** Where the job went; null where it stayed. */
  state: Nullable(JobState),
  text: Type.String(),
})

const LogLine = Type.Object({
  cursor: Type.String(),
  at: Instant,
  version: Type.Integer(),
  attempt: Type.Integer(),
  level: Word(['error', 'warning', 'info']),
  source: Word(['job', 'engine']),
  text: Type.String(),
})

const TopologyVertex = Type.Object({
  id: Type.String(),
  name: Type.String(),
  kind: Word(['source', 'operator', 'exchange', 'sink']),
  parallelism: Type.Integer(),
  detail: Type.String(),
  fragment: Nullable(Fragment),
  inputs: Type.Array(Type.Object({ from: Type.String(), ship: Type.String() })),
})

const Diagnostics = Type.Array(Failure)

const begun = { summaryOfVerb: 'The job with what is now wanted of it; whether it is so yet says its status.' }

const StartFrom = Type.Union([
  Type.Object({ kind: Type.Literal('newest') }),
  Type.Object({ kind: Type.Literal('savepoint'), id: Type.String({ maxLength: 100 }) }),
  Type.Object({ kind: Type.Literal('empty') }),
])

const StartBody = Type.Object({
  version: Type.Optional(Type.Integer({ minimum: 1, description: 'By default the newest.' })),
  from: Type.Optional(StartFrom),
  allowsDroppedState: Type.Optional(Type.Boolean()),
})

export const jobRoutes = {
  'GET /workspaces/:workspace/jobs': {
    summary: 'Jobs, found by words of their name, folder, tags or script',
    right: 'read',
    query: Type.Object({
      ...PageQuery,
      search: Type.Optional(Type.String({ maxLength: 500 })),
      state: Type.Optional(JobState),
      tag: Type.Optional(Type.String({ maxLength: 100 })),
      folder: Type.Optional(Type.String({ maxLength: 500 })),
      owner: Type.Optional(Type.String({ maxLength: 200 })),
      evidence: Type.Optional(Word(['present', 'absent', 'unreachable', 'none'])),
      sort: Type.Optional(Word(['name', '-name', 'changed', '-changed', 'state', '-state'])),
    }),
    answer: Type.Object({
      items: Type.Array(JobLine),
      next: Nullable(Type.String()),
      total: Type.Integer(),
      /** How many jobs of the workspace are in each state, whatever was searched. */
      states: Type.Record(Type.String(), Type.Integer()),
    }),
  },
  'POST /workspaces/:workspace/jobs': {
    summary: 'Make a job; it does not run yet',
    right: 'develop',
    body: JobSpec,
    answer: Job,
    changes: true,
  },
  'POST /workspaces/:workspace/jobs/check': {
    summary: 'What is wrong with a job, and what a new version of it does to state',
    right: 'develop',
    body: Type.Object({
      spec: JobSpec,
      job: Type.Optional(Type.String({ maxLength: 100 })),
      /** Of which state the verdict is; by default of that which the next run of the job begins with. */
      from: Type.Optional(StartFrom),
    }),
    answer: Type.Object({ diagnostics: Diagnostics, verdict: Nullable(Verdict), plan: Nullable(Type.String()) }),
  },
  'GET /workspaces/:workspace/jobs/:job': { summary: 'One job', right: 'read', answer: Job },
  'PUT /workspaces/:workspace/jobs/:job': {
    summary: 'Make a new version of a job; it runs where `restarts` is true',
    right: 'develop',
    body: Type.Object({
      spec: JobSpec,
      expectedVersion: Type.Integer({ minimum: 1, description: 'The version that the change was made from.' }),
      acceptsDroppedState: Type.Optional(Type.Boolean()),
      restarts: Type.Optional(Type.Boolean()),
    }),
    answer: Job,
    changes: true,
  },
  'DELETE /workspaces/:workspace/jobs/:job': {
    summary: 'Remove a job that is stopped, with its state',
    right: 'develop',
    answer: null,
    changes: true,
  },
  'POST /workspaces/:workspace/jobs/:job/start': {
    summary: begun.summaryOfVerb,
    right: 'operate',
    body: StartBody,
    answer: Job,
    changes: true,
  },
  'POST /workspaces/:workspace/jobs/:job/stop': {
    summary: begun.summaryOfVerb,
    right: 'operate',
    body: Type.Object({ how: Word(['checkpoint', 'savepoint', 'now']) }),
    answer: Job,
    changes: true,
  },
  'POST /workspaces/:workspace/jobs/:job/restart': {
    summary: begun.summaryOfVerb,
    right: 'operate',
    body: StartBody,
    answer: Job,
    changes: true,
  },
  'GET /workspaces/:workspace/jobs/:job/versions': {
    summary: 'Versions of a job, newest first',
    right: 'read',
    query: Type.Object(PageQuery),
    answer: Page(Version),
  },
  'POST /workspaces/:workspace/jobs/:job/versions/:version/rollback': {
    summary: 'Make a new version of a job that is as an earlier one',
    right: 'develop',
    body: Type.Object({ acceptsDroppedState: Type.Optional(Type.Boolean()), restarts: Type.Optional(Type.Boolean()) }),
    answer: Job,
    changes: true,
  },
  'GET /workspaces/:workspace/jobs/:job/savepoints': {
    summary: 'Savepoints of a job, newest first',
    right: 'read',
    answer: Type.Array(Savepoint),
  },
  'POST /workspaces/:workspace/jobs/:job/savepoints': { summary: 'Take a savepoint', right: 'operate', answer: Savepoint, changes: true },
  'DELETE /workspaces/:workspace/jobs/:job/savepoints/:savepoint': {
    summary: 'Remove a savepoint with its state',
    right: 'operate',
    answer: null,
    changes: true,
  },
  'GET /workspaces/:workspace/jobs/:job/events': {
    summary: 'What happened to a job, newest first',
    right: 'read',
    query: Type.Object(PageQuery),
    answer: Page(JobEvent),
  },
  'GET /workspaces/:workspace/jobs/:job/logs': {
    summary: 'Lines of the log of a job, newest first',
    right: 'read',
    query: Type.Object({
      ...PageQuery,
      search: Type.Optional(Type.String({ maxLength: 500 })),
      level: Type.Optional(Word(['error', 'warning', 'info'])),
    }),
    answer: Page(LogLine),
  },
  'GET /workspaces/:workspace/jobs/:job/logs/follow': {
    summary: 'Lines of the log of a job as they come',
    right: 'read',
    answer: LogLine,
    streams: true,
  },
  'GET /workspaces/:workspace/jobs/:job/topology': {
    summary: 'The operators of a job as they are planned',
    right: 'read',
    answer: Type.Object({ vertices: Type.Array(TopologyVertex), plan: Type.String() }),
  },
  'GET /workspaces/:workspace/jobs/:job/operators': {
    summary: 'What the operators of a job do now: one entry for each subtask, in the words of Flink',
    right: 'read',
    answer: Type.Object({
      takenAt: Nullable(Instant),
      checkpoints: Nullable(
        Type.Object({
          completed: Type.Integer(),
          lastDurationMs: Nullable(Type.Number()),
          lastBytes: Nullable(Type.Number()),
          lastFullBytes: Nullable(Type.Number()),
        }),
      ),
      operators: Type.Array(
        Type.Object({
          operatorId: Type.String(),
          operatorName: Type.String(),
          kind: Word(['source', 'operator', 'exchange', 'sink']),
          nodes: Type.Array(Type.Integer(), { description: 'The operators of the topology that it computes.' }),
          subtask: Type.Integer(),
          parallelism: Type.Integer(),
          recordsIn: Type.Number(),
          recordsOut: Type.Number(),
          recordsInPerSecond: Type.Number(),
          recordsOutPerSecond: Type.Number(),
          busyMsPerSecond: Type.Number(),
          backPressuredMsPerSecond: Type.Number(),
          idleMsPerSecond: Type.Number(),
          lateRecords: Type.Number(),
          watermark: Nullable(Instant),
          stateBytes: Type.Number(),
          lag: Nullable(Type.Number()),
        }),
      ),
    }),
  },
  'GET /workspaces/:workspace/changes': {
    summary: 'What changes in a workspace, as it does: ids of jobs, notebooks and tables whose records have changed',
    right: 'read',
    answer: Type.Object({ kind: Type.String(), id: Type.String(), version: Type.Integer(), by: Type.String() }),
    streams: true,
  },
} as const satisfies Routes
