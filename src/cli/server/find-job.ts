/** Jobs of a server by what people call them. */
import type { AnswerOf, Contract, JobSpec } from '#api'
import { suggestion } from '#base'
import { usageErrors } from '../errors.ts'
import type { ServerLink } from './server-link.ts'

export type JobLine = AnswerOf<Contract['GET /workspaces/:workspace/jobs']>['items'][number]
export type Job = AnswerOf<Contract['GET /workspaces/:workspace/jobs/:job']>

export interface JobFilter {
  readonly search?: string
  readonly state?: Job['status']['state']
  readonly folder?: string
  readonly tag?: string
}

const pageMax = 500

/** All jobs that fit, page by page. */
export async function* listJobs({ client, workspace }: ServerLink, filter: JobFilter): AsyncGenerator<JobLine> {
  for (let cursor: string | undefined; ; ) {
    const query = { ...filter, limit: pageMax, ...(cursor === undefined ? {} : { cursor }) }
    const { items, next } = await client.call('GET /workspaces/:workspace/jobs', { params: { workspace }, query })
    yield* items
    if (next === null) return
    cursor = next
  }
}

/** The id of the job that has this name or this id. Names come first. */
export async function findJobId(link: ServerLink, target: string): Promise<string> {
  const names: string[] = []
  let byId: string | null = null
  for await (const { id, name } of listJobs(link, {})) {
    if (name === target) return id
    if (id === target) byId = id
    names.push(name)
  }
  if (byId !== null) return byId
  throw usageErrors.CLI_JOB_NOT_FOUND({ name: target, workspace: link.workspace }, suggestion(target, names, 'jobs'))
}

export async function findJob(link: ServerLink, target: string): Promise<Job> {
  const { client, workspace } = link
  return client.call('GET /workspaces/:workspace/jobs/:job', { params: { workspace, job: await findJobId(link, target) } })
}

/** A version of a job; undefined where there is none. */
export async function findVersion({ client, workspace }: ServerLink, job: string, version: number): Promise<JobSpec | undefined> {
  // The newest before the one that follows it.
  const query = { cursor: String(version + 1), limit: 1 }
  const { items } = await client.call('GET /workspaces/:workspace/jobs/:job/versions', { params: { workspace, job }, query })
  return items.find((each) => each.version === version)?.spec
}
