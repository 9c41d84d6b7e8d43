/** What the catalog of a workspace has. It is changed by statements, not here. */
import { withoutSecrets } from '#base'
import { type CatalogEntry, entryIdOf, type WorkspaceCatalogs } from '#catalog'
import type { Stored } from '#store'
import type { Handlers } from '../call.ts'
import type { catalogRoutes } from '../contract/catalog-routes.ts'
import type { AnswerOf } from '../contract/route.ts'
import { entryParts } from '../entry-parts.ts'

type CatalogRoutes = typeof catalogRoutes
export type LineageAnswer = AnswerOf<CatalogRoutes['GET /workspaces/:workspace/catalog/lineage']>
type Tree = AnswerOf<CatalogRoutes['GET /workspaces/:workspace/catalog/tree']>

export interface CatalogParts {
  readonly catalogs: WorkspaceCatalogs
  readonly lineageOf: (
    workspace: string,
    object: string,
    bounds: { readonly depth: number; readonly most: number },
  ) => Promise<LineageAnswer>
}

const linesMax = 2000
const tablesMax = 1000
const depthUsual = 2
const nodesUsual = 100

export function catalogHandlers({ catalogs, lineageOf }: CatalogParts): Handlers<CatalogRoutes> {
  return {
    'GET /workspaces/:workspace/catalog': ({ params, query }) => {
      const words = (query.search ?? '').toLowerCase().split(/\s+/).filter(Boolean)
      const isAsked = ({ object }: CatalogEntry): boolean =>
        (query.kind === undefined || object.kind === query.kind) &&
        (query.catalog === undefined || object.path[0] === query.catalog) &&
        (query.database === undefined || object.path[1] === query.database)
      const found = catalogs.entries(params.workspace).filter(({ value }) => isAsked(value) && words.every((word) => has(value, word)))
      // A page begins behind the id that the one before it ended with, whether that is there still or not.
      const behind = query.cursor === undefined ? found : found.filter(({ id }) => id > (query.cursor ?? ''))
      const shown = behind.slice(0, query.limit ?? linesMax)
      return { items: shown.map(lineOf), next: behind.length > shown.length ? (shown.at(-1)?.id ?? null) : null, total: found.length }
    },
    'GET /workspaces/:workspace/catalog/tree': ({ params }) => treeOf(catalogs.entries(params.workspace)),
    'GET /workspaces/:workspace/catalog/lineage': ({ params, query: { object, depth = depthUsual, limit = nodesUsual } }) =>
      lineageOf(params.workspace, object, { depth, most: limit }),
    'GET /workspaces/:workspace/catalog/:entry': ({ params }) => {
      const entry = catalogs.find(params.workspace, params.entry)
      const { comment, connector, connection } = entry.value
      const tables = entry.value.object.kind === 'connection' ? tablesUsing(catalogs.entries(params.workspace), entry.value) : []
      const used = connection === undefined ? null : { id: entryIdOf({ kind: 'connection', path: connection }), path: connection }
      return { ...headOf(entry), ...entryParts(entry.value), comment, connector, connection: used, tables }
    },
    'GET /workspaces/:workspace/catalog/:entry/versions': async ({ params }) => {
      const versions = await catalogs.versions(params.workspace, params.entry)
      // What has no versions was never there.
      if (versions.length === 0) catalogs.find(params.workspace, params.entry)
      return versions.map(({ version, writtenAt, writtenBy, value }) => ({
        version,
        at: writtenAt,
        by: writtenBy,
        text: withoutSecrets(value.text),
      }))
    },
  }
}

function has({ object, columns, comment, connector }: CatalogEntry, word: string): boolean {
  const texts = [...object.path, ...(columns ?? []).map(({ name }) => name), comment ?? '', connector ?? '']
  return texts.some((text) => text.toLowerCase().includes(word))
}

function tablesUsing(entries: readonly Stored<CatalogEntry>[], { object: { path } }: CatalogEntry) {
  return entries
    .filter(({ value: { connection } }) => connection !== undefined && path.every((name, index) => name === connection[index]))
    .slice(0, tablesMax)
    .map(({ id, value }) => ({ id, path: value.object.path }))
}

interface Counts {
  tables: number
  views: number
  functions: number
  connections: number
}

function noneOf(): Counts {
  return { tables: 0, views: 0, functions: 0, connections: 0 }
}

/** By name. The database that each workspace begins with is there without a statement that made it. */
function treeOf(entries: readonly Stored<CatalogEntry>[]): Tree {
  const catalogs = new Map([['default_catalog', new Map([['default_database', noneOf()]])]])
  for (const { value } of entries) {
    const [catalog = '', database] = value.object.path
    const databases = catalogs.get(catalog) ?? new Map<string, Counts>()
    catalogs.set(catalog, databases)
    if (database === undefined) continue
    const counts = databases.get(database) ?? noneOf()
    databases.set(database, counts)
    const { kind } = value.object
    if (kind !== 'catalog' && kind !== 'database') counts[`${kind}s`]++
  }
  return sorted(catalogs).map(([name, databases]) => ({
    name,
    databases: sorted(databases).map(([each, counts]) => ({ name: each, ...counts })),
  }))
}

function sorted<Value>(map: ReadonlyMap<string, Value>): [string, Value][] {
  return [...map].toSorted(([a], [b]) => (a < b ? -1 : 1))
}

function headOf({ id, value, version, writtenAt, writtenBy }: Stored<CatalogEntry>) {
  return { id, kind: value.object.kind, path: value.object.path, version, changedAt: writtenAt, changedBy: writtenBy } as const
}

function lineOf(entry: Stored<CatalogEntry>): AnswerOf<CatalogRoutes['GET /workspaces/:workspace/catalog']>['items'][number] {
  const { connector, comment, columns, object } = entry.value
  return { ...headOf(entry), path: [...object.path], connector, comment, columns: columns?.length ?? null }
}
