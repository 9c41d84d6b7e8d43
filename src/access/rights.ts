/** What each role may do in a workspace. Each may do what those before it may. */
const roles = ['viewer', 'developer', 'operator', 'admin'] as const
export type Role = (typeof roles)[number]

/** Something that can be done in a workspace. */
export type WorkspaceRight = 'read' | 'develop' | 'operate' | 'administer'

const leastRole: Readonly<Record<WorkspaceRight, Role>> = {
  read: 'viewer',
  develop: 'developer',
  operate: 'operator',
  administer: 'admin',
}

export function mayDo(role: Role, right: WorkspaceRight): boolean {
  return roles.indexOf(role) >= roles.indexOf(leastRole[right])
}
