import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { call } from '../api/call.ts'
import { marksOf } from './job-marks.ts'
import { operatorNames, sampledMetrics, samplesOf } from './metric-history.ts'
import { refreshMs, stretchOf, type TimeRange } from './time-range.ts'
import type { JobParams } from './use-job.ts'

const marksMax = 200

/** What was measured of a job in a stretch of the past that ends now. */
export function useSeries(params: JobParams, range: TimeRange, isEnabled = true) {
  const { data, error } = useQuery({
    queryKey: ['GET /workspaces/:workspace/jobs/:job/series', { params, range }],
    queryFn: async ({ signal }) => {
      const stretch = stretchOf(range, Date.now())
      const query = { metrics: sampledMetrics.join(','), by: 'operator', ...stretch } as const
      return { stretch, answer: await call('GET /workspaces/:workspace/jobs/:job/series', { params, query }, signal) }
    },
    enabled: isEnabled,
    refetchInterval: refreshMs(range),
    placeholderData: keepPreviousData,
  })
  const samples = useMemo(() => (data === undefined ? undefined : samplesOf(data.answer)), [data])
  const names = useMemo(() => (data === undefined ? new Map<string, string>() : operatorNames(data.answer)), [data])
  return { samples, names, stretch: data?.stretch, error }
}

/** What happened to a job in a stretch of the past. */
export function useMarks(params: JobParams, from: number | undefined) {
  const { workspace, job } = params
  const events = useQuery({
    queryKey: ['GET /workspaces/:workspace/jobs/:job/events', { params, for: 'marks' }],
    queryFn: ({ signal }) => call('GET /workspaces/:workspace/jobs/:job/events', { params, query: { limit: marksMax } }, signal),
    refetchInterval: 10_000,
  })
  const alerts = useQuery({
    queryKey: ['GET /workspaces/:workspace/alerts/history', { params, for: 'marks' }],
    queryFn: ({ signal }) =>
      call('GET /workspaces/:workspace/alerts/history', { params: { workspace }, query: { job, limit: marksMax } }, signal),
    refetchInterval: 10_000,
  })
  return useMemo(
    () => (from === undefined ? [] : marksOf(events.data?.items ?? [], alerts.data?.items ?? [], from)),
    [events.data, alerts.data, from],
  )
}
