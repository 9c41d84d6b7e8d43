import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { question } from '../api/questions.ts'
import { useWorkspace } from '../frame/use-me.ts'
import type { Job } from '../jobs/job-line.ts'

const intervalMs = 2000
/** As often as the server takes samples. */
const sampleMs = 5000

export interface JobParams {
  readonly workspace: string
  readonly job: string
}

/** The job of the address. */
export function useJobParams(): JobParams {
  const { workspace } = useWorkspace()
  const { job = '' } = useParams({ strict: false })
  return { workspace, job }
}

/** The job as it is now, asked again as long as somebody looks. */
export function useJob(): { readonly job: Job; readonly answeredAt: number } {
  const params = useJobParams()
  const { data, dataUpdatedAt } = useSuspenseQuery({
    ...question('GET /workspaces/:workspace/jobs/:job', { params }),
    refetchInterval: intervalMs,
  })
  return { job: data, answeredAt: dataUpdatedAt }
}

/** What the operators do now; nothing while the job does not run. */
export function useOperators(isRunning: boolean) {
  const params = useJobParams()
  return useQuery({
    ...question('GET /workspaces/:workspace/jobs/:job/operators', { params }),
    refetchInterval: isRunning ? intervalMs : false,
  })
}

/** What the partitions of the sources stand at, or stood at when the job ran last. */
export function usePartitions(isRunning: boolean) {
  const params = useJobParams()
  return useQuery({
    ...question('GET /workspaces/:workspace/jobs/:job/partitions', { params }),
    refetchInterval: isRunning ? sampleMs : false,
  })
}
