/** The catalog of a workspace: what statements made for good. */
import { Type } from 'typebox'
import { Instant, Nullable, type Routes, Word } from './route.ts'

const Kind = Word(['catalog', 'database', 'table', 'view', 'function'])

const Line = Type.Object({
  id: Type.String(),
  kind: Kind,
  path: Type.Array(Type.String(), { description: 'One name for a catalog, two for a database, else three.' }),
  connector: Nullable(Type.String()),
  comment: Nullable(Type.String()),
  columns: Nullable(Type.Integer({ description: 'How many.' })),
  version: Type.Integer(),
  changedAt: Instant,
  changedBy: Type.String(),
})

const Column = Type.Object({ name: Type.String(), type: Type.String(), comment: Nullable(Type.String()) })

const Entry = Type.Object({
  id: Type.String(),
  kind: Kind,
  path: Type.Array(Type.String()),
  text: Type.String({ description: 'The statement that makes it. Secrets stand in it by their names.' }),
  columns: Nullable(Type.Array(Column)),
  connector: Nullable(Type.String()),
  comment: Nullable(Type.String()),
  version: Type.Integer(),
  changedAt: Instant,
  changedBy: Type.String(),
})

export const catalogRoutes = {
  'GET /workspaces/:workspace/catalog': {
    summary: 'What the catalog of a workspace has, found by words of its names, columns and comments',
    right: 'read',
    query: Type.Object({ search: Type.Optional(Type.String({ maxLength: 500 })), kind: Type.Optional(Kind) }),
    answer: Type.Object({ items: Type.Array(Line), total: Type.Integer() }),
  },
  'GET /workspaces/:workspace/catalog/:entry': { summary: 'One thing of the catalog', right: 'read', answer: Entry },
  'GET /workspaces/:workspace/catalog/:entry/versions': {
    summary: 'Versions of a thing, newest first, those of one that is gone, too',
    right: 'read',
    answer: Type.Array(Type.Object({ version: Type.Integer(), at: Instant, by: Type.String(), text: Type.String() })),
  },
} as const satisfies Routes
