/** The catalog of a workspace: what statements made for good, and where its data comes from and goes to. */
import { Type } from 'typebox'
import { Instant, Nullable, PageQuery, type Routes, Word } from './route.ts'

const Kind = Word(['catalog', 'database', 'table', 'view', 'function', 'connection'])
const Name = Type.String({ maxLength: 500 })

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

const Column = Type.Object({
  name: Type.String(),
  type: Type.String(),
  comment: Nullable(Type.String()),
  origin: Word(['stored', 'computed', 'metadata']),
  /** What it is computed from, or the name of the metadata; null where it is stored. */
  expression: Nullable(Type.String()),
})

const Other = Type.Object({ id: Type.String(), path: Type.Array(Type.String()) })

const Entry = Type.Object({
  id: Type.String(),
  kind: Kind,
  path: Type.Array(Type.String()),
  text: Type.String({ description: 'The statement that makes it. Secrets stand in it by their names.' }),
  columns: Nullable(Type.Array(Column)),
  primaryKey: Type.Array(Type.String()),
  partitionedBy: Type.Array(Type.String()),
  watermark: Nullable(Type.Object({ column: Type.String(), expression: Type.String() })),
  options: Type.Array(Type.Object({ key: Type.String(), value: Type.String({ description: 'Secrets are not shown.' }) })),
  connector: Nullable(Type.String()),
  connection: Nullable(Other),
  tables: Type.Array(Other, { description: 'Those that use a connection, up to 1000 of them.' }),
  comment: Nullable(Type.String()),
  version: Type.Integer(),
  changedAt: Instant,
  changedBy: Type.String(),
})

const Lineage = Type.Object({
  nodes: Type.Array(
    Type.Object({
      id: Type.String(),
      kind: Word(['catalog', 'database', 'table', 'view', 'function', 'connection', 'job']),
      path: Type.Array(Type.String(), { description: 'Of a job its name.' }),
      entry: Nullable(Type.String({ description: 'In the catalog; null where a script makes it for itself, and for jobs.' })),
      job: Nullable(Type.String()),
      state: Nullable(Word(['stopped', 'starting', 'running', 'stopping', 'backing-off', 'finished', 'failed'])),
      connector: Nullable(Type.String()),
      distance: Type.Integer({ description: 'How many steps behind what was asked for; below zero: before it.' }),
      hasMore: Type.Boolean({ description: 'Whether it has neighbours that are not told of.' }),
    }),
  ),
  flows: Type.Array(Type.Object({ from: Type.String(), to: Type.String() })),
  pending: Type.Integer({ description: 'Jobs and views that were not read yet: ask again for them.' }),
  unreadable: Type.Integer({ description: 'Jobs and views that do not fit the catalog as it is.' }),
})

export const catalogRoutes = {
  'GET /workspaces/:workspace/catalog': {
    summary: 'What the catalog of a workspace has, found by words of its names, columns and comments',
    right: 'read',
    query: Type.Object({
      cursor: PageQuery.cursor,
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 2000, default: 2000 })),
      search: Type.Optional(Type.String({ maxLength: 500 })),
      kind: Type.Optional(Kind),
      catalog: Type.Optional(Name),
      database: Type.Optional(Name),
    }),
    answer: Type.Object({ items: Type.Array(Line), next: Nullable(Type.String()), total: Type.Integer() }),
  },
  'GET /workspaces/:workspace/catalog/tree': {
    summary: 'Catalogs with their databases, and how much is in each',
    right: 'read',
    answer: Type.Array(
      Type.Object({
        name: Type.String(),
        databases: Type.Array(
          Type.Object({
            name: Type.String(),
            tables: Type.Integer(),
            views: Type.Integer(),
            functions: Type.Integer(),
            connections: Type.Integer(),
          }),
        ),
      }),
    ),
  },
  'GET /workspaces/:workspace/catalog/lineage': {
    summary: 'Which tables and jobs lead to a thing of the catalog or a job, and where it leads to',
    right: 'read',
    query: Type.Object({
      object: Type.String({ maxLength: 2000, description: 'The id of a thing of the catalog, or job: and the id of a job.' }),
      depth: Type.Optional(Type.Integer({ minimum: 1, maximum: 10, default: 2 })),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 300, default: 100 })),
    }),
    answer: Lineage,
  },
  'GET /workspaces/:workspace/catalog/:entry': { summary: 'One thing of the catalog', right: 'read', answer: Entry },
  'GET /workspaces/:workspace/catalog/:entry/versions': {
    summary: 'Versions of a thing, newest first, those of one that is gone, too',
    right: 'read',
    answer: Type.Array(Type.Object({ version: Type.Integer(), at: Instant, by: Type.String(), text: Type.String() })),
  },
} as const satisfies Routes
