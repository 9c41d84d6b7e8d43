/** The secrets of a workspace. */
import type { WorkspaceSecrets } from '#secrets'
import type { Handlers } from '../call.ts'
import type { secretRoutes } from '../contract/secret-routes.ts'

export function secretHandlers(secrets: WorkspaceSecrets): Handlers<typeof secretRoutes> {
  return {
    'GET /workspaces/:workspace/secrets': ({ params }) => secrets.list(params.workspace),
    'PUT /workspaces/:workspace/secrets/:secret': async ({ caller, params, body }) => {
      await secrets.set(params.workspace, params.secret, body.value, caller.name)
      return null
    },
    'DELETE /workspaces/:workspace/secrets/:secret': async ({ caller, params }) => {
      await secrets.remove(params.workspace, params.secret, caller.name)
      return null
    },
  }
}
