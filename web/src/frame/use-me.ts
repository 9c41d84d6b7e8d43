import { useSuspenseQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { type Me, meQuestion } from '../api/questions.ts'
import { lastWorkspace } from './last-workspace.ts'

export function useMe(): Me {
  return useSuspenseQuery(meQuestion).data
}

type Role = Me['memberships'][number]['role']

/** The workspace of the address, else the one that was open last, and what the person may do there. */
export function useWorkspace() {
  const me = useMe()
  const { memberships, isServerAdmin } = me
  const address = useParams({ strict: false })
  const workspace = address.workspace ?? lastWorkspace(me) ?? ''
  const membership = memberships.find((each) => each.workspace === workspace)
  const role: Role = membership?.role ?? (isServerAdmin ? 'admin' : 'viewer')
  return { workspace, title: membership?.title ?? workspace, role, may: rightsOf[role] }
}

/** What each role may do, for showing what can be pressed; the server judges each call by itself. */
const rightsOf: Readonly<Record<Role, { readonly develop: boolean; readonly operate: boolean; readonly administer: boolean }>> = {
  viewer: { develop: false, operate: false, administer: false },
  developer: { develop: true, operate: false, administer: false },
  operator: { develop: true, operate: true, administer: false },
  admin: { develop: true, operate: true, administer: true },
}
