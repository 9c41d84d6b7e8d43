/** Notebooks: cells of SQL and Markdown, their versions, and what cells showed last. */
import { Type } from 'typebox'
import { Failure, Instant, Nullable, Page, PageQuery, type Routes, Word } from './route.ts'

const Id = Type.String({ minLength: 1, maxLength: 40 })
const Text = Type.String({ maxLength: 102_400 })
const Name = Type.String({ maxLength: 1000 })
const Variables = Type.Record(Type.String(), Type.String({ maxLength: 100_000 }))

const Chart = Type.Object({ x: Name, y: Name, series: Nullable(Name), form: Nullable(Word(['line', 'area', 'bars', 'points'])) })

const Cell = Type.Union([
  Type.Object({ id: Id, kind: Type.Literal('sql'), text: Text, view: Word(['table', 'changes', 'chart']), chart: Nullable(Chart) }),
  Type.Object({ id: Id, kind: Type.Literal('markdown'), text: Text }),
])

const NotebookSpec = Type.Object(
  {
    title: Type.String({ minLength: 1, maxLength: 200 }),
    folder: Type.String({ maxLength: 500, description: 'Such as sales/daily; empty: at the top.' }),
    tags: Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { maxItems: 50 }),
    variables: Variables,
    cells: Type.Array(Cell, { maxItems: 200 }),
  },
  { additionalProperties: false },
)

const Value = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])

const CellOutput = Type.Object({
  text: Type.String({ maxLength: 102_400, description: 'The text that ran: where the cell has another one, this is stale.' }),
  variables: Variables,
  outcome: Word(['finished', 'failed', 'cancelled', 'running']),
  startedAt: Instant,
  endedAt: Instant,
  columns: Type.Array(Type.Object({ name: Type.String(), type: Type.String() }), { maxItems: 1000 }),
  rows: Type.Array(Type.Array(Value), { maxItems: 200, description: 'The last rows; what is no number, text or truth value is text.' }),
  rowCount: Type.Integer({ minimum: 0, description: 'How many rows there were.' }),
  updating: Type.Boolean(),
  messages: Type.Array(Type.String({ maxLength: 10_000 }), { maxItems: 50 }),
  failures: Type.Array(Failure, { maxItems: 20 }),
})

const KeptOutput = Type.Object({ cell: Id, at: Instant, by: Type.String(), output: CellOutput })

const Line = Type.Object({
  id: Type.String(),
  title: Type.String(),
  folder: Type.String(),
  tags: Type.Array(Type.String()),
  cells: Type.Integer({ description: 'How many.' }),
  excerpt: Type.String(),
  version: Type.Integer(),
  changedAt: Instant,
  changedBy: Type.String(),
})

const Written = { id: Type.String(), version: Type.Integer(), changedAt: Instant, changedBy: Type.String(), spec: NotebookSpec }

const Saved = Type.Object(Written)

export const notebookRoutes = {
  'GET /workspaces/:workspace/notebooks': {
    summary: 'Notebooks, the one that was changed last first, found by words of their title, folder, tags and cells',
    right: 'read',
    query: Type.Object({
      ...PageQuery,
      search: Type.Optional(Type.String({ maxLength: 500 })),
      folder: Type.Optional(Type.String({ maxLength: 500 })),
      tag: Type.Optional(Type.String({ maxLength: 100 })),
    }),
    answer: Type.Object({ items: Type.Array(Line), next: Nullable(Type.String()), total: Type.Integer() }),
  },
  'POST /workspaces/:workspace/notebooks': {
    summary: 'Make a notebook',
    right: 'develop',
    body: NotebookSpec,
    answer: Saved,
    changes: true,
  },
  'POST /workspaces/:workspace/notebooks/fill': {
    summary: 'A text with values in the place of its variables, and where they stand',
    right: 'develop',
    body: Type.Object({ text: Type.String({ maxLength: 1_000_000 }), variables: Variables }),
    answer: Type.Object({
      text: Type.String(),
      places: Type.Array(
        Type.Object({ start: Type.Integer(), end: Type.Integer(), scriptStart: Type.Integer(), scriptEnd: Type.Integer() }),
      ),
    }),
  },
  'GET /workspaces/:workspace/notebooks/:notebook': {
    summary: 'One notebook, with what its cells showed last',
    right: 'read',
    answer: Type.Object({ ...Written, outputs: Type.Array(KeptOutput) }),
  },
  'PUT /workspaces/:workspace/notebooks/:notebook': {
    summary: 'Change a notebook from the version that was seen',
    right: 'develop',
    body: Type.Object({ spec: NotebookSpec, expectedVersion: Type.Integer({ minimum: 1 }) }),
    answer: Saved,
    changes: true,
  },
  'DELETE /workspaces/:workspace/notebooks/:notebook': {
    summary: 'Remove a notebook with what its cells showed',
    right: 'develop',
    answer: null,
    changes: true,
  },
  'GET /workspaces/:workspace/notebooks/:notebook/versions': {
    summary: 'Versions of a notebook, newest first',
    right: 'read',
    query: Type.Object(PageQuery),
    answer: Page(Type.Object({ version: Type.Integer(), at: Instant, by: Type.String(), title: Type.String(), cells: Type.Integer() })),
  },
  'GET /workspaces/:workspace/notebooks/:notebook/versions/:version': {
    summary: 'One version of a notebook',
    right: 'read',
    answer: Type.Object({ version: Type.Integer(), at: Instant, by: Type.String(), spec: NotebookSpec }),
  },
  'PUT /workspaces/:workspace/notebooks/:notebook/outputs/:cell': {
    summary: 'Keep what a cell showed when it ran',
    right: 'develop',
    body: CellOutput,
    answer: null,
    changes: true,
  },
  'DELETE /workspaces/:workspace/notebooks/:notebook/outputs': {
    summary: 'Forget what the cells of a notebook showed',
    right: 'develop',
    answer: null,
    changes: true,
  },
} as const satisfies Routes
