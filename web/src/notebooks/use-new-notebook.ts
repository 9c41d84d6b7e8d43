import { useNavigate } from '@tanstack/react-router'
import { useRef } from 'react'
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
  // Cells have ids of their own, so that a second click would ask for another notebook.
  const isAsked = useRef(false)
  const create = (spec: NotebookSpec): void => {
    if (isAsked.current) return
    isAsked.current = true
    const onSettled = (): void => {
      isAsked.current = false
    }
    change.mutate({ params: { workspace }, body: spec }, { onSettled })
  }
  return { create, isCreating: change.isPending }
}
