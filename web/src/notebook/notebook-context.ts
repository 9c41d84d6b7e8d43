import { createContext, useContext, useSyncExternalStore } from 'react'
import { assert } from '#base'
import type { DraftView, NotebookDraft } from './notebook-draft.ts'
import type { NotebookRuns } from './notebook-runs.ts'

export const NotebookContext = createContext<NotebookRuns | null>(null)

interface OpenNotebook {
  readonly runs: NotebookRuns
  readonly draft: NotebookDraft
  readonly view: DraftView
}

/** The notebook that is open, as it is now. */
export function useNotebook(): OpenNotebook {
  const runs = useContext(NotebookContext)
  assert(runs !== null, 'a part of a notebook stands in one')
  const { draft } = runs
  useSyncExternalStore(runs.listen, runs.read)
  const view = useSyncExternalStore(draft.listen, draft.read)
  return { runs, draft, view }
}
