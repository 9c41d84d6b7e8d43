/** Statements of people: sessions, their statements, and what comes back. */
import { Type } from 'typebox'
import { Failure, Nullable, type Routes, Word } from './route.ts'

const Text = Type.String({ maxLength: 1_000_000 })
const Settings = Type.Record(Type.String(), Type.String({ maxLength: 100_000 }))

export const Column = Type.Object({ name: Type.String(), type: Type.String() })

export const Order = Type.Object({
  column: Type.Integer({ description: 'Its place, from 0.' }),
  descending: Type.Boolean(),
  nullsFirst: Type.Boolean(),
})

/** A value of a row as JSON: numbers that JSON cannot hold exactly, times and bytes are texts, printed as in results. */
const Cell = Type.Unknown()

/** The kind of change, and the values of the row. */
export const Change = Type.Object({ op: Word(['+I', '-U', '+U', '-D']), values: Type.Array(Cell) })

/** What happens while statements run, one after another. */
const StatementEvent = Type.Union([
  Type.Object({
    kind: Type.Literal('started'),
    statement: Type.String(),
    line: Type.Integer(),
    start: Type.Integer(),
    end: Type.Integer(),
  }),
  Type.Object({ kind: Type.Literal('opened'), columns: Type.Array(Column), updating: Type.Boolean(), order: Type.Array(Order) }),
  Type.Object({
    kind: Type.Literal('changes'),
    rows: Type.Array(Change),
  }),
  Type.Object({ kind: Type.Literal('table'), columns: Type.Array(Column), rows: Type.Array(Type.Array(Cell)) }),
  Type.Object({ kind: Type.Literal('done'), message: Type.String() }),
  Type.Object({
    kind: Type.Literal('progress'),
    rowsIn: Type.Number(),
    rowsOut: Type.Number(),
    durationMs: Type.Number(),
    watermark: Nullable(Type.Number()),
  }),
  Type.Object({ kind: Type.Literal('closed') }),
  Type.Object({ kind: Type.Literal('failed'), failures: Type.Array(Failure) }),
  Type.Object({ kind: Type.Literal('ended'), outcome: Word(['finished', 'failed', 'cancelled']) }),
])

const Completion = Type.Object({ text: Type.String(), kind: Type.String(), detail: Nullable(Type.String()) })

export const sqlRoutes = {
  'POST /workspaces/:workspace/sql/check': {
    summary: 'Everything that is wrong with a text',
    right: 'develop',
    body: Type.Object({ text: Text }),
    answer: Type.Object({ diagnostics: Type.Array(Failure) }),
  },
  'POST /workspaces/:workspace/sql/explain': {
    summary: 'The plans of the queries of a text',
    right: 'develop',
    body: Type.Object({ text: Text }),
    answer: Type.Object({ plan: Type.String() }),
  },
  'POST /workspaces/:workspace/sql/complete': {
    summary: 'What may stand at a place of a text',
    right: 'develop',
    body: Type.Object({ text: Text, offset: Type.Integer({ minimum: 0 }), session: Type.Optional(Type.String({ maxLength: 100 })) }),
    answer: Type.Object({ completions: Type.Array(Completion), from: Type.Integer() }),
  },
  'POST /workspaces/:workspace/sql/sessions': {
    summary: 'Open a session; it keeps what its statements set up, and ends when nobody uses it',
    right: 'develop',
    body: Type.Object({ settings: Type.Optional(Settings) }),
    answer: Type.Object({ session: Type.String() }),
    changes: true,
  },
  'GET /workspaces/:workspace/sql/sessions/:session': {
    summary: 'Whether a session is there',
    right: 'develop',
    answer: Type.Object({ session: Type.String(), statement: Nullable(Type.String({ description: 'The one that runs.' })) }),
  },
  'DELETE /workspaces/:workspace/sql/sessions/:session': {
    summary: 'End a session and what runs in it',
    right: 'develop',
    answer: null,
    changes: true,
  },
  'POST /workspaces/:workspace/sql/sessions/:session/statements': {
    summary: 'Run statements, one after another',
    right: 'develop',
    body: Type.Object({ text: Text }),
    answer: Type.Object({ statement: Type.String() }),
    changes: true,
  },
  'GET /workspaces/:workspace/sql/sessions/:session/statements/:statement': {
    summary: 'What statements answer, as it comes; rows wait for who reads them',
    right: 'develop',
    query: Type.Object({ after: Type.Optional(Type.Integer({ minimum: 0, description: 'The id of the last event that was read.' })) }),
    answer: StatementEvent,
    streams: true,
  },
  'DELETE /workspaces/:workspace/sql/sessions/:session/statements/:statement': {
    summary: 'Stop statements',
    right: 'develop',
    answer: null,
    changes: true,
  },
} as const satisfies Routes
