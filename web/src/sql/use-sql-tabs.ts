import { useCallback, useEffect, useState } from 'react'
import { freeTitle, type PastRun, readPastRuns, readTabs, type SqlTab, withRun } from './sql-tabs.ts'

const keepMs = 400

function newTab(tabs: readonly SqlTab[], word: string, text: string): SqlTab {
  return { id: crypto.randomUUID().slice(0, 8), title: freeTitle(tabs, word), text }
}

/** The tabs of a workspace, kept a moment after they change; with none there is an empty one. */
export function useSqlTabs(workspace: string, word: string, firstText: string) {
  const key = `millrace.sql.${workspace}`
  const [tabs, setTabs] = useState<readonly SqlTab[]>(() => {
    const kept = readTabs(localStorage.getItem(key))
    return kept.length > 0 ? kept : [newTab([], word, firstText)]
  })
  useEffect(() => {
    const keep = (): void => localStorage.setItem(key, JSON.stringify(tabs))
    const timer = setTimeout(keep, keepMs)
    addEventListener('pagehide', keep)
    return () => {
      removeEventListener('pagehide', keep)
      clearTimeout(timer)
      keep()
    }
  }, [key, tabs])
  const change = useCallback((id: string, changes: Partial<SqlTab>) => {
    setTabs((last) => last.map((tab) => (tab.id === id ? { ...tab, ...changes } : tab)))
  }, [])
  const add = (text: string): SqlTab => {
    const added = newTab(tabs, word, text)
    setTabs([...tabs, added])
    return added
  }
  /** Closes a tab; gives the one to show instead. */
  const close = (id: string): SqlTab | undefined => {
    const at = tabs.findIndex((tab) => tab.id === id)
    const rest = tabs.filter((tab) => tab.id !== id)
    const left = rest.length > 0 ? rest : [newTab([], word, '')]
    setTabs(left)
    return left[Math.max(0, at - 1)]
  }
  return { tabs, change, add, close }
}

export function usePastRuns(workspace: string) {
  const key = `millrace.sql-history.${workspace}`
  const [runs, setRuns] = useState(() => readPastRuns(localStorage.getItem(key)))
  const add = useCallback(
    (run: PastRun) =>
      setRuns((last) => {
        const next = withRun(last, run)
        localStorage.setItem(key, JSON.stringify(next))
        return next
      }),
    [key],
  )
  return { runs, add }
}
