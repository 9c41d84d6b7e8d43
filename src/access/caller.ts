/** Who calls, and what he may do. */
import { accessErrors } from './errors.ts'
import { mayDo, type Role, type WorkspaceRight } from './rights.ts'

export interface Caller {
  /** The name of a person, or `token:` and the id of a service's token. */
  readonly name: string
  readonly displayName: string
  readonly isServerAdmin: boolean
  /** What a browser sends beside its cookie with all that changes something; null where no cookie says who calls. */
  readonly csrfToken: string | null
  /** By workspace. */
  readonly roles: ReadonlyMap<string, Role>
}

/** Fails unless the caller may do something in a workspace. A workspace that he is not in does not exist for him. */
export function assertMay({ name, roles }: Caller, right: WorkspaceRight, workspace: string): void {
  const role = roles.get(workspace)
  if (role === undefined) throw accessErrors.ACCESS_WORKSPACE_NOT_FOUND({ name: workspace })
  if (!mayDo(role, right)) throw accessErrors.ACCESS_DENIED({ name, right, workspace })
}

export function assertServerAdmin({ isServerAdmin }: Caller): void {
  if (!isServerAdmin) throw accessErrors.ACCESS_SERVER_ADMIN()
}
