import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { failureOf } from '../api/call-failure.ts'
import { follow } from '../api/follow.ts'

const gatherMs = 400

/** How kinds of records begin, and what is asked again when one of them has changed. */
const routes = [
  ['job', 'jobs'],
  ['catalog-entry', 'catalog'],
  ['alert', 'alert'],
  ['notebook', 'notebook'],
] as const

/** Asks again what has changed on the server, a little after it says so: many changes at once are one question. */
export function useFollowedChanges(workspace: string): void {
  const client = useQueryClient()
  useEffect(() => {
    if (workspace === '') return
    const stopping = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const kinds = new Set<string>()
    const ask = (): void => {
      timer = undefined
      const stale = [...kinds].flatMap((kind) => routes.filter(([begins]) => kind.startsWith(begins)).map(([, route]) => route))
      kinds.clear()
      if (stale.length === 0) return
      const isStale = (key: string): boolean => stale.some((route) => key.startsWith(`GET /workspaces/:workspace/${route}`))
      void client.invalidateQueries({ predicate: ({ queryKey }) => isStale(String(queryKey[0])) })
    }
    const following = {
      signal: stopping.signal,
      onEvents: (events: readonly { readonly kind: string }[]) => {
        for (const { kind } of events) kinds.add(kind)
        timer ??= setTimeout(ask, gatherMs)
      },
    }
    follow('GET /workspaces/:workspace/changes', { params: { workspace } }, following).catch((error: unknown) => {
      // Without the stream the pages still ask by the clock.
      console.info('changes are not followed:', failureOf(error).code)
    })
    return () => {
      stopping.abort()
      clearTimeout(timer)
    }
  }, [client, workspace])
}
