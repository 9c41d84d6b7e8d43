import { useEffect, useSyncExternalStore } from 'react'
import { historyOf, type MetricHistory, type Sample } from './metric-history.ts'
import { type JobParams, useOperators } from './use-job.ts'

/** Keeps what the operators do while the page of the job is open, whatever tab is shown. */
export function useSampling({ workspace, job }: JobParams, isRunning: boolean): void {
  const { data } = useOperators(isRunning)
  useEffect(() => {
    if (data !== undefined && data.takenAt !== null) historyOf(workspace, job).add(data.takenAt, data.operators)
  }, [data, workspace, job])
}

export function useSamples({ workspace, job }: JobParams): readonly Sample[] {
  const history: MetricHistory = historyOf(workspace, job)
  return useSyncExternalStore(history.listen, history.read)
}
