import { type QueryClient, useQueries, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { Query } from '../api/call.ts'
import { question } from '../api/questions.ts'
import type { JobLine, JobPageAnswer } from './job-line.ts'

export type JobFilters = Omit<Query<'GET /workspaces/:workspace/jobs'>, 'cursor' | 'limit'>

const pageSize = 100
/** Pages in sight are asked again so often, changes that were told aside: ages and rates live from it. */
const intervalMs = 4000

export interface JobRow {
  readonly line: JobLine
  readonly answeredAt: number
}

/**
 * The jobs that match, page by page as they come into sight. Pages that have left it keep their rows and are asked again only when they
 * are seen again, so that a long list costs no more than a short one.
 */
export function useJobPages(workspace: string, filters: JobFilters) {
  const client = useQueryClient()
  const [sight, setSight] = useState({ first: 0, end: 1 })
  const pageOf = (row: number): number => Math.floor(Math.max(0, row) / pageSize)
  const questions = questionsUpTo(client, workspace, filters, pageOf(sight.end - 1))
  const answers = useQueries({
    queries: questions.map((each, index) => ({
      ...each,
      enabled:
        isInSight(index, pageOf(sight.first), pageOf(sight.end - 1)) || client.getQueryData<JobPageAnswer>(each.queryKey) === undefined,
      refetchInterval: intervalMs,
    })),
  })
  const [first] = answers
  const rows = useMemo(
    () => answers.flatMap(({ data, dataUpdatedAt }) => (data?.items ?? []).map((line): JobRow => ({ line, answeredAt: dataUpdatedAt }))),
    [answers],
  )
  return {
    rows,
    total: first?.data?.total,
    states: first?.data?.states,
    error: answers.find(({ error }) => error !== null)?.error ?? null,
    isPending: first?.isPending === true,
    setSight,
  }
}

function isInSight(page: number, first: number, last: number): boolean {
  return page >= first && page <= last
}

/** Each page begins where the one before it ends, so that a page can be asked for once that one is there. */
function questionsUpTo(client: QueryClient, workspace: string, filters: JobFilters, last: number) {
  const make = (cursor: string | undefined) => {
    const query = { ...filters, limit: pageSize, ...(cursor === undefined ? {} : { cursor }) }
    return question('GET /workspaces/:workspace/jobs', { params: { workspace }, query })
  }
  const questions = [make(undefined)]
  while (questions.length <= last) {
    const before = questions.at(-1)
    const next = before === undefined ? undefined : client.getQueryData<JobPageAnswer>(before.queryKey)?.next
    if (typeof next !== 'string') break
    questions.push(make(next))
  }
  return questions
}
