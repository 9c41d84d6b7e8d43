import { useNavigate } from '@tanstack/react-router'
import { useChange } from '../api/use-change.ts'
import { useWorkspace } from '../frame/use-me.ts'
import type { NotebookSpec } from '../notebook/notebook-spec.ts'

/** Makes a notebook, and goes to its page. */
export function useNewNotebook(): { readonly create: (spec: NotebookSpec) => void; readonly isCreating: boolean } {
  const { workspace } = useWorkspace()
  const navigate = useNavigate()
  const change = useChange('POST /workspaces/:workspace/notebooks', {
    stale: ['GET /workspaces/:workspace/notebooks'],
    onDone: ({ id }) => void navigate({ to: '/w/$workspace/notebooks/$notebook', params: { workspace, notebook: id } }),
  })
  return { create: (spec) => change.mutate({ params: { workspace }, body: spec }), isCreating: change.isPending }
}
