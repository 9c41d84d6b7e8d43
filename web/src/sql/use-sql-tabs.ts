import { useCallback, useEffect, useState } from 'react'
import { canAdd, freeTitle, type PastRun, readPastRuns, readTabs, type SqlTab, withRun } from './sql-tabs.ts'

const keepMs = 400

function newTab(tabs: readonly SqlTab[], word: string, text: string): SqlTab {
  return { id: crypto.randomUUID().slice(0, 8), title: freeTitle(tabs, word), text }
}

/** Adds a tab from another page; gives its id, or that of a tab with the same text. */
export function keepTab(workspace: string, word: string, text: string): string {
  const key = keyOf(workspace)
  const tabs = readTabs(localStorage.getItem(key))
  const known = tabs.find((tab) => tab.text === text)
  if (known !== undefined) return known.id
  const added = newTab(tabs, word, text)
  // Where there is no room for another one, the oldest gives way.
  localStorage.setItem(key, JSON.stringify([...(canAdd(tabs) ? tabs : tabs.slice(1)), added]))
  return added.id
}

function keyOf(workspace: string): string {
  return `millrace.sql.${workspace}`
}

/** The tabs of a workspace, kept a moment after they change; with none there is an empty one. */
export function useSqlTabs(workspace: string, word: string, firstText: string) {
  const key = keyOf(workspace)
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
