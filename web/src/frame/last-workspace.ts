import type { Me } from '../api/questions.ts'

const kept = 'millrace.workspace'

/** The workspace that was open last, while the person is still in it. */
export function lastWorkspace(me: Me | undefined): string | undefined {
  const names = me?.memberships.map(({ workspace }) => workspace) ?? []
  const last = localStorage.getItem(kept)
  return names.find((name) => name === last) ?? names[0]
}

export function keepWorkspace(name: string): void {
  localStorage.setItem(kept, name)
}
