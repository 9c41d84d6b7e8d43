/** Notebooks of a workspace: what people write in them, their versions, and what their cells showed last. */
import { fillPlaces } from '#jobs'
import type { CellOutput, Notebook, NotebookCard, Notebooks } from '#notebook'
import type { Stored } from '#store'
import type { Handlers } from '../call.ts'
import type { notebookRoutes } from '../contract/notebook-routes.ts'
import type { AnswerOf } from '../contract/route.ts'
import { numberOf } from '../paging.ts'

type NotebookRoutes = typeof notebookRoutes

const pageDefault = 50
/** Versions are read whole. */
const versionsPageMax = 50

export function notebookHandlers(notebooks: Notebooks): Handlers<NotebookRoutes> {
  return {
    'GET /workspaces/:workspace/notebooks': ({ params, query }) => {
      const { cursor, limit, ...wanted } = query
      const { items, next, total } = notebooks.list(params.workspace, { ...wanted, after: cursor, limit: limit ?? pageDefault })
      return { items: items.map(lineOf), next, total }
    },
    'POST /workspaces/:workspace/notebooks': async ({ caller, params, body }) =>
      savedOf(await notebooks.create(params.workspace, body, caller.name)),
    'POST /workspaces/:workspace/notebooks/fill': ({ body }) => fillPlaces(body.text, body.variables),
    'GET /workspaces/:workspace/notebooks/:notebook': async ({ params }) => {
      const key = keyOf(params)
      const found = await notebooks.get(key)
      const outputs = await notebooks.outputs.of(
        key,
        found.value.cells.map(({ id }) => id),
      )
      return { ...savedOf(found), outputs: [...outputs].map(([cell, output]) => keptOf(cell, output)) }
    },
    'PUT /workspaces/:workspace/notebooks/:notebook': async ({ caller, params, body }) =>
      savedOf(await notebooks.change(keyOf(params), body.spec, body.expectedVersion, caller.name)),
    'DELETE /workspaces/:workspace/notebooks/:notebook': async ({ caller, params }) => {
      await notebooks.remove(keyOf(params), caller.name)
      return null
    },
    'GET /workspaces/:workspace/notebooks/:notebook/versions': async ({ params, query }) => {
      const limit = Math.min(query.limit ?? versionsPageMax, versionsPageMax)
      const before = query.cursor === undefined ? {} : { before: numberOf(query.cursor) }
      const found = await notebooks.versions(keyOf(params), { ...before, limit: limit + 1 })
      const shown = found.slice(0, limit)
      const last = shown.at(-1)
      return {
        items: shown.map(({ version, writtenAt, writtenBy, value }) => ({
          version,
          at: writtenAt,
          by: writtenBy,
          title: value.title,
          cells: value.cells.length,
        })),
        next: found.length > limit && last !== undefined ? String(last.version) : null,
        total: null,
      }
    },
    'GET /workspaces/:workspace/notebooks/:notebook/versions/:version': async ({ params }) => {
      const number = /^[1-9]\d{0,8}$/.test(params.version) ? Number(params.version) : 0
      const { version, writtenAt, writtenBy, value } = await notebooks.version(keyOf(params), number)
      return { version, at: writtenAt, by: writtenBy, spec: value }
    },
    'PUT /workspaces/:workspace/notebooks/:notebook/outputs/:cell': async ({ caller, params, body }) => {
      await notebooks.keepOutput(keyOf(params), params.cell, body, caller.name)
      return null
    },
    'DELETE /workspaces/:workspace/notebooks/:notebook/outputs': async ({ caller, params }) => {
      const key = keyOf(params)
      notebooks.card(key)
      await notebooks.outputs.clear(key, caller.name)
      return null
    },
  }
}

function keyOf({ workspace, notebook }: { readonly workspace: string; readonly notebook: string }) {
  return { workspace, id: notebook }
}

function lineOf({ id, title, folder, tags, cellCount, excerpt, version, changedAt, changedBy }: NotebookCard) {
  return { id, title, folder, tags, cells: cellCount, excerpt, version, changedAt, changedBy }
}

function savedOf({ id, version, writtenAt, writtenBy, value }: Stored<Notebook>) {
  return { id, version, changedAt: writtenAt, changedBy: writtenBy, spec: value }
}

type Kept = AnswerOf<NotebookRoutes['GET /workspaces/:workspace/notebooks/:notebook']>['outputs'][number]

function keptOf(cell: string, { writtenAt, writtenBy, value }: Stored<CellOutput>): Kept {
  const { columns, rows, messages, failures } = value
  const output = {
    ...value,
    columns: [...columns],
    rows: rows.map((row) => [...row]),
    messages: [...messages],
    failures: failures.map((each) => ({ ...each, causes: [...each.causes] })),
  }
  return { cell, at: writtenAt, by: writtenBy, output }
}
