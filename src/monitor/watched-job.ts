/** What rules and /metrics see of a job: what is wanted of it, what was seen, and who says so. */
import type { ControlLoop, JobBook, JobSpec, JobStatus, JobWish } from '#jobs'
import type { JobKey } from './sample-database.ts'

export interface WatchedJob extends JobKey {
  readonly spec: Pick<JobSpec, 'name' | 'folder' | 'tags' | 'owner' | 'engine' | 'latencyTier'>
  readonly wanted: JobWish['state']
  readonly status: JobStatus
}

/** All jobs of a server, as the control loop knows them now. */
export function watchedJobs(book: JobBook, loop: Pick<ControlLoop, 'look'>): WatchedJob[] {
  const jobs: WatchedJob[] = []
  for (const card of book.cards()) {
    const { workspace, id: job } = card
    const sight = loop.look(job)
    const wanted = book.wishes.get(workspace, job)?.value.state ?? 'stopped'
    if (sight !== null) jobs.push({ workspace, job, spec: card, wanted, status: sight.status })
  }
  return jobs
}

/** A text by which jobs are found in maps. */
export function idOf({ workspace, job }: JobKey): string {
  return JSON.stringify([workspace, job])
}
