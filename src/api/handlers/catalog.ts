/** What the catalog of a workspace has. It is changed by statements, not here. */
import type { CatalogEntry, WorkspaceCatalogs } from '#catalog'
import type { Stored } from '#store'
import type { Handlers } from '../call.ts'
import type { catalogRoutes } from '../contract/catalog-routes.ts'
import type { AnswerOf } from '../contract/route.ts'

type CatalogRoutes = typeof catalogRoutes

const linesMax = 2000

export function catalogHandlers(catalogs: WorkspaceCatalogs): Handlers<CatalogRoutes> {
  return {
    'GET /workspaces/:workspace/catalog': ({ params, query }) => {
      const words = (query.search ?? '').toLowerCase().split(/\s+/).filter(Boolean)
      const found = catalogs
        .entries(params.workspace)
        .filter(({ value }) => (query.kind === undefined || value.object.kind === query.kind) && words.every((word) => has(value, word)))
      return { items: found.slice(0, linesMax).map(lineOf), total: found.length }
    },
    'GET /workspaces/:workspace/catalog/:entry': ({ params }) => {
      const entry = catalogs.find(params.workspace, params.entry)
      const { text, columns, comment, connector } = entry.value
      return { ...headOf(entry), text, columns, comment, connector }
    },
    'GET /workspaces/:workspace/catalog/:entry/versions': async ({ params }) => {
      const versions = await catalogs.versions(params.workspace, params.entry)
      // What has no versions was never there.
      if (versions.length === 0) catalogs.find(params.workspace, params.entry)
      return versions.map(({ version, writtenAt, writtenBy, value }) => ({ version, at: writtenAt, by: writtenBy, text: value.text }))
    },
  }
}

function has({ object, columns, comment, connector }: CatalogEntry, word: string): boolean {
  const texts = [...object.path, ...(columns ?? []).map(({ name }) => name), comment ?? '', connector ?? '']
  return texts.some((text) => text.toLowerCase().includes(word))
}

function headOf({ id, value, version, writtenAt, writtenBy }: Stored<CatalogEntry>) {
  return { id, kind: value.object.kind, path: value.object.path, version, changedAt: writtenAt, changedBy: writtenBy } as const
}

function lineOf(entry: Stored<CatalogEntry>): AnswerOf<CatalogRoutes['GET /workspaces/:workspace/catalog']>['items'][number] {
  const { connector, comment, columns, object } = entry.value
  return { ...headOf(entry), path: [...object.path], connector, comment, columns: columns?.length ?? null }
}
