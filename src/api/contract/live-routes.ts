/** Cells of notebooks that go on on the server: each run is watched by as many pages as there are, and outlives them. */
import { Type } from 'typebox'
import { Failure, Instant, Nullable, type Routes, Word } from './route.ts'
import { Change, Column, Order } from './sql-routes.ts'

const Id = Type.String({ minLength: 1, maxLength: 40 })
const Variables = Type.Record(Type.String(), Type.String({ maxLength: 100_000 }))

const Script = Type.Object({ text: Type.String({ maxLength: 102_400 }), variables: Variables })

const State = Word(['waiting', 'running', 'live', 'finished', 'failed', 'cancelled'])

const RunCard = Type.Object({
  run: Type.String(),
  cell: Type.String(),
  by: Type.String({ description: 'Whose session it runs in.' }),
  state: State,
  text: Type.String(),
  variables: Variables,
  session: Nullable(Type.String()),
  startedAt: Instant,
  againAt: Nullable(Type.Integer({ description: 'When it was started again with its server, in epoch milliseconds.' })),
  endedAt: Nullable(Instant),
})

const Progress = Type.Object({
  rowsIn: Type.Number(),
  rowsOut: Type.Number(),
  durationMs: Type.Number(),
  watermark: Nullable(Type.Number()),
})

const Answered = { columns: Type.Array(Column), updating: Type.Boolean(), order: Type.Array(Order) }

/** `number` counts the events of an incarnation of a run: behind `whole` comes the event of the next number. */
const Told = { run: Type.String(), number: Type.Integer() }

const RunEvent = Type.Union([
  Type.Object({
    kind: Type.Literal('whole'),
    ...Told,
    incarnation: Type.String(),
    card: RunCard,
    messages: Type.Array(Type.String()),
    failures: Type.Array(Failure),
    progress: Nullable(Progress),
    results: Type.Array(
      Type.Object({
        statement: Type.String(),
        ...Answered,
        rowCount: Type.Integer({ description: 'With those that are no longer kept.' }),
        rows: Type.Array(Change),
      }),
    ),
  }),
  Type.Object({ kind: Type.Literal('started'), ...Told, text: Type.String() }),
  Type.Object({ kind: Type.Literal('opened'), ...Told, ...Answered }),
  Type.Object({ kind: Type.Literal('changes'), ...Told, rows: Type.Array(Change) }),
  Type.Object({ kind: Type.Literal('closed'), ...Told }),
  Type.Object({ kind: Type.Literal('done'), ...Told, message: Type.String() }),
  Type.Object({ kind: Type.Literal('progress'), ...Told, progress: Progress }),
  Type.Object({ kind: Type.Literal('state'), ...Told, card: RunCard, failures: Type.Array(Failure) }),
  /** It ended so long ago that only what was kept of it is there, or was never begun. */
  Type.Object({ kind: Type.Literal('gone'), run: Type.String() }),
])

export const liveRoutes = {
  'GET /workspaces/:workspace/notebooks/:notebook/runs': {
    summary: 'The cells of a notebook that run',
    right: 'read',
    answer: Type.Object({ items: Type.Array(RunCard) }),
  },
  'GET /workspaces/:workspace/notebooks/:notebook/runs/events': {
    summary: 'What the cells of a notebook show that run: each as a whole, then its changes',
    right: 'read',
    query: Type.Object({
      after: Type.Optional(
        Type.String({
          maxLength: 4000,
          pattern: '^[A-Za-z0-9:,-]*$',
          description: 'Where the reader is, as run:incarnation:number for each run that he knows, with commas between them.',
        }),
      ),
    }),
    answer: RunEvent,
    streams: true,
  },
  'PUT /workspaces/:workspace/notebooks/:notebook/runs/:run': {
    summary: 'Run a cell, under an id that nobody has used; it goes on when nobody watches, for a while',
    right: 'develop',
    body: Type.Object({
      cell: Id,
      session: Type.String({ maxLength: 100 }),
      script: Script,
      setUp: Type.Array(Script, { maxItems: 1000, description: 'What runs in the session before it.' }),
      remake: Type.Array(Script, { maxItems: 1000, description: 'What would have to run before it in a new session.' }),
    }),
    answer: RunCard,
    changes: true,
  },
  'DELETE /workspaces/:workspace/notebooks/:notebook/runs/:run': {
    summary: 'Stop the run of a cell',
    right: 'develop',
    answer: null,
    changes: true,
  },
} as const satisfies Routes
