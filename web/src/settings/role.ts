import type { Me } from '../api/questions.ts'

export type Role = Me['memberships'][number]['role']

/** Each may do what those before it may. */
export const roles = ['viewer', 'developer', 'operator', 'admin'] as const satisfies readonly Role[]
