/** The secrets of a workspace. Their values come in, and never go out again. */
import { Type } from 'typebox'
import { Instant, type Routes } from './route.ts'

const Card = Type.Object({
  name: Type.String(),
  changedAt: Instant,
  changedBy: Type.String(),
  isReadable: Type.Boolean({ description: 'False where it was encrypted with another key than the present one; it has to be set again.' }),
})

export const secretRoutes = {
  'GET /workspaces/:workspace/secrets': {
    summary: 'The names of the secrets of a workspace, which statements name as ${secret:name}',
    right: 'develop',
    answer: Type.Array(Card),
  },
  'PUT /workspaces/:workspace/secrets/:secret': {
    summary: 'Set a secret. Sessions find the new value with their next statement, jobs with their next start',
    right: 'administer',
    body: Type.Object({ value: Type.String({ minLength: 1, maxLength: 65_536 }) }),
    answer: null,
    changes: true,
  },
  'DELETE /workspaces/:workspace/secrets/:secret': {
    summary: 'Forget a secret',
    right: 'administer',
    answer: null,
    changes: true,
  },
} as const satisfies Routes
