/** Notebooks that were opened on this page since it was loaded: what they run goes on while other pages are shown. */
import type { NotebookRuns } from './notebook-runs.ts'

const opened = new Map<string, NotebookRuns>()

export function openNotebook(workspace: string, notebook: string, make: () => NotebookRuns): NotebookRuns {
  const key = `${workspace}/${notebook}`
  const found = opened.get(key)
  if (found !== undefined) return found
  const made = make()
  opened.set(key, made)
  return made
}

export function forgetNotebook(workspace: string, notebook: string): void {
  opened.delete(`${workspace}/${notebook}`)
}

addEventListener('pagehide', () => {
  for (const { draft } of opened.values()) draft.leave()
})
