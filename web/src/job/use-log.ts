import { useCallback, useEffect, useState } from 'react'
import { call } from '../api/call.ts'
import { follow } from '../api/follow.ts'
import type { readLogSearch } from '../search.ts'
import { isWanted, type LogLine, withNewer, withOlder } from './log-lines.ts'
import type { JobParams } from './use-job.ts'

type LogSearch = ReturnType<typeof readLogSearch>

interface Log {
  readonly lines: readonly LogLine[]
  /** Where older lines go on; null when there are none. */
  readonly next: string | null
  readonly isPending: boolean
  readonly error: unknown
}

const pageSize = 200
const nothing: Log = { lines: [], next: null, isPending: true, error: null }

/** The log of a job: its newest page, older ones when asked, and what comes while it is followed. */
export function useLog({ workspace, job }: JobParams, { search, level }: LogSearch, isFollowed: boolean) {
  const [log, setLog] = useState<Log>(nothing)
  const read = useCallback(
    (cursor: string | undefined, signal?: AbortSignal) => {
      const query = { limit: pageSize, ...(search === undefined ? {} : { search }), ...(level === undefined ? {} : { level }) }
      const given = { params: { workspace, job }, query: cursor === undefined ? query : { ...query, cursor } }
      return call('GET /workspaces/:workspace/jobs/:job/logs', given, signal)
    },
    [workspace, job, search, level],
  )
  useEffect(() => {
    const stopping = new AbortController()
    const { signal } = stopping
    setLog(nothing)
    read(undefined, signal).then(
      ({ items, next }) => {
        setLog({ lines: withOlder([], items), next, isPending: false, error: null })
      },
      (error: unknown) => {
        if (!signal.aborted) setLog({ ...nothing, isPending: false, error })
      },
    )
    if (isFollowed) {
      const onEvents = (lines: readonly LogLine[]): void => {
        const wanted = lines.filter((line) => isWanted(line, search, level))
        if (wanted.length > 0) setLog((last) => ({ ...last, lines: withNewer(last.lines, wanted) }))
      }
      const following = follow('GET /workspaces/:workspace/jobs/:job/logs/follow', { params: { workspace, job } }, { signal, onEvents })
      following.catch((error: unknown) => setLog((last) => ({ ...last, error })))
    }
    return () => stopping.abort()
  }, [read, workspace, job, search, level, isFollowed])
  const readOlder = async (): Promise<void> => {
    if (log.next === null) return
    const { items, next } = await read(log.next)
    setLog((last) => ({ ...last, lines: withOlder(last.lines, items), next }))
  }
  return { ...log, readOlder }
}
