/** Cells of notebooks that go on on the server: run, watched, stopped. */
import type { LiveCells } from '#live'
import { type Handlers, RawJson, type StreamEvent } from '../call.ts'
import type { liveRoutes } from '../contract/live-routes.ts'

export function liveHandlers(live: LiveCells): Handlers<typeof liveRoutes> {
  return {
    'GET /workspaces/:workspace/notebooks/:notebook/runs': ({ params }) => ({ items: live.list(keyOf(params)) }),
    'GET /workspaces/:workspace/notebooks/:notebook/runs/events': ({ params, query, signal }) =>
      eventsOf(live.watch(keyOf(params), query.after ?? '', signal)),
    'PUT /workspaces/:workspace/notebooks/:notebook/runs/:run': ({ caller, params, body }) =>
      live.begin(keyOf(params), caller.name, { run: params.run, ...body }),
    'DELETE /workspaces/:workspace/notebooks/:notebook/runs/:run': async ({ params }) => {
      await live.stop(keyOf(params), params.run)
      return null
    },
  }
}

function keyOf({ workspace, notebook }: { readonly workspace: string; readonly notebook: string }) {
  return { workspace, id: notebook }
}

/** Where a reader is says each event for its own run: one id for all of them would grow with their number. */
async function* eventsOf(texts: AsyncIterable<string>): AsyncGenerator<StreamEvent<never>> {
  for await (const text of texts) yield { id: null, data: new RawJson(text) }
}
