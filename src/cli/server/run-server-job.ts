/** `millrace job` where a server is signed in to: what each action asks of it, and prints. */
import { counted, printable, printBytes } from '#base'
import type { CommandInput } from '../arguments/command.ts'
import type { ServerJobAction } from '../arguments/job-actions.ts'
import { type CliEnvironment, exitStatus } from '../environment.ts'
import { usageErrors } from '../errors.ts'
import { instantText } from '../job-lines.ts'
import { changeJob, createJob, rollBackJob } from './change-job.ts'
import { findJob, findJobId, type JobFilter, listJobs } from './find-job.ts'
import { factChanges } from './job-facts.ts'
import { showLogs } from './job-logs.ts'
import { showPartitions } from './job-partitions.ts'
import { jobLineText, jobText } from './job-texts.ts'
import type { ServerLink } from './server-link.ts'
import { removeJob, restartJob, savepointJob, startJob, stopJob } from './steer-job.ts'

/** What stood on the command line. */
export interface ServerJobOptions {
  readonly action: ServerJobAction
  /** The name or the id of a job; of create a file. */
  readonly target: string
  /** Of change a file, of rollback a version; empty: none. */
  readonly second: string
  readonly texts: CommandInput['values']
  readonly filter: JobFilter
  /** Null: the newest. */
  readonly version: number | null
  /** The id of a savepoint; empty: none. */
  readonly fromSavepoint: string
  readonly startsEmpty: boolean
  readonly acceptsDroppedState: boolean
  readonly stopHow: 'checkpoint' | 'savepoint' | 'now'
  readonly restarts: boolean
  /** Null: not at all. */
  readonly waitMs: number | null
  readonly follows: boolean
  readonly search: string
  readonly level: 'error' | 'warning' | 'info' | undefined
  readonly limit: number
  readonly json: boolean
}

export async function runServerJob(link: ServerLink, options: ServerJobOptions, environment: CliEnvironment): Promise<number> {
  const { action, target, second } = options
  if (action === 'list') return list(link, options, environment)
  if (target === '') throw usageErrors.CLI_ARGUMENT_MISSING({ command: `millrace job ${action}`, name: 'target' })
  if (second !== '' && action !== 'change' && action !== 'rollback')
    throw usageErrors.CLI_ARGUMENT_UNEXPECTED({ got: second, command: `millrace job ${action}` })
  switch (action) {
    case 'show': {
      const job = await findJob(link, target)
      await environment.screen.write(options.json ? `${JSON.stringify(job)}\n` : jobText(job))
      return exitStatus.done
    }
    case 'create':
      return createJob(link, options, environment)
    case 'change':
      return changeJob(link, options, environment)
    case 'rollback':
      return rollBackJob(link, options, environment)
    case 'start':
      return startJob(link, options, environment)
    case 'restart':
      return restartJob(link, options, environment)
    case 'stop':
      return stopJob(link, options, environment)
    case 'savepoint':
      return savepointJob(link, options, environment)
    case 'remove':
      return removeJob(link, options, environment)
    case 'savepoints':
      return listSavepoints(link, options, environment)
    case 'versions':
      return listVersions(link, options, environment)
    case 'events':
      return listEvents(link, options, environment)
    case 'partitions':
      return showPartitions(link, options, environment)
    case 'logs':
      return showLogs(link, options, environment)
    case 'export':
      return (await import('./export-jobs.ts')).exportJobs(link, target, environment)
  }
}

async function list(link: ServerLink, { filter, json }: ServerJobOptions, { screen }: CliEnvironment): Promise<number> {
  let count = 0
  for await (const job of listJobs(link, filter)) {
    count++
    await screen.write(`${json ? JSON.stringify(job) : jobLineText(job)}\n`)
    if (screen.closed.aborted) break
  }
  if (!json) screen.note(`${counted(count, 'job')}\n`)
  return exitStatus.done
}

async function listSavepoints(link: ServerLink, { target, json }: ServerJobOptions, { screen }: CliEnvironment): Promise<number> {
  const { client, workspace } = link
  const params = { workspace, job: await findJobId(link, target) }
  for (const savepoint of await client.call('GET /workspaces/:workspace/jobs/:job/savepoints', { params })) {
    const { id, state, version, bytes, place, askedAt, failure } = savepoint
    const facts = [
      id,
      state,
      `version ${version}`,
      instantText(askedAt),
      ...(bytes === null ? [] : [printBytes(bytes)]),
      ...(place === null ? [] : [place]),
      ...(failure === null ? [] : [failure.message]),
    ]
    await screen.write(`${json ? JSON.stringify(savepoint) : facts.map(printable).join('  ')}\n`)
  }
  return exitStatus.done
}

/** Newest first, each with what it changed. */
async function listVersions(link: ServerLink, { target, json, limit }: ServerJobOptions, { screen }: CliEnvironment): Promise<number> {
  const { client, workspace } = link
  const params = { workspace, job: await findJobId(link, target) }
  // One more, for what the oldest of them changed.
  const query = { limit: Math.min(limit + 1, pageMax) }
  const { items } = await client.call('GET /workspaces/:workspace/jobs/:job/versions', { params, query })
  for (const [index, each] of items.slice(0, limit).entries()) {
    const before = items[index + 1]
    const changes = before === undefined ? '' : factChanges(before.spec, each.spec).join(', ')
    const text = [`version ${each.version}`, instantText(each.at), each.by, changes]
      .filter((part) => part !== '')
      .map(printable)
      .join('  ')
    await screen.write(`${json ? JSON.stringify(each) : text}\n`)
  }
  return exitStatus.done
}

/** Of one page. */
const pageMax = 500

/** The newest ones, in the order in which they happened. */
async function listEvents(link: ServerLink, { target, json, limit }: ServerJobOptions, { screen }: CliEnvironment): Promise<number> {
  const { client, workspace } = link
  const params = { workspace, job: await findJobId(link, target) }
  const query = { limit: Math.min(limit, pageMax) }
  const { items } = await client.call('GET /workspaces/:workspace/jobs/:job/events', { params, query })
  for (const event of items.toReversed()) {
    const text = `${instantText(event.at)}  ${printable(event.by)}  ${printable(event.text)}`
    await screen.write(`${json ? JSON.stringify(event) : text}\n`)
  }
  return exitStatus.done
}
