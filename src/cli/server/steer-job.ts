/** What is asked of a job that a server keeps: to run, to stop, to go; and waiting until it is so. */
import { setTimeout as sleep } from 'node:timers/promises'
import { errorOf, MillraceError, printable } from '#base'
import { type CliEnvironment, exitStatus } from '../environment.ts'
import { cliErrors } from '../errors.ts'
import { timeOf } from '../job-lines.ts'
import { noteErrors } from '../render-error.ts'
import { findJobId, findVersion, type Job } from './find-job.ts'
import type { ServerJobOptions } from './run-server-job.ts'
import type { ServerLink } from './server-link.ts'
import { verdictText } from './verdict-text.ts'

const pollMs = 300

export async function startJob(link: ServerLink, options: ServerJobOptions, environment: CliEnvironment): Promise<number> {
  const { client, workspace } = link
  const params = { workspace, job: await findJobId(link, options.target) }
  await tellVerdict(link, params.job, options, environment)
  const job = await client.call('POST /workspaces/:workspace/jobs/:job/start', { params, body: startBody(options) })
  return tellAndWait(link, job, { wanted: 'running', attemptAfter: null }, options.waitMs, environment)
}

export async function restartJob(link: ServerLink, options: ServerJobOptions, environment: CliEnvironment): Promise<number> {
  const { client, workspace } = link
  const params = { workspace, job: await findJobId(link, options.target) }
  const { status } = await client.call('GET /workspaces/:workspace/jobs/:job', { params })
  await tellVerdict(link, params.job, options, environment)
  const job = await client.call('POST /workspaces/:workspace/jobs/:job/restart', { params, body: startBody(options) })
  return tellAndWait(link, job, { wanted: 'running', attemptAfter: status.run?.attempt ?? null }, options.waitMs, environment)
}

/** What a start that names a savepoint finds of its state; what is wrong with its script the start itself says. */
async function tellVerdict(link: ServerLink, job: string, { version, fromSavepoint }: ServerJobOptions, environment: CliEnvironment) {
  if (fromSavepoint === '') return
  const { client, workspace } = link
  const newest = await client.call('GET /workspaces/:workspace/jobs/:job', { params: { workspace, job } })
  const spec = version === null || version === newest.version ? newest.spec : await findVersion(link, job, version)
  // Of a version that is not there the server says so.
  if (spec === undefined) return
  const body = { spec, job, from: { kind: 'savepoint', id: fromSavepoint } } as const
  const { verdict } = await client.call('POST /workspaces/:workspace/jobs/check', { params: { workspace }, body })
  if (verdict !== null) environment.screen.note(`state of savepoint ${printable(fromSavepoint)}:\n${verdictText(verdict)}`)
}

function startBody({ version, fromSavepoint, startsEmpty, acceptsDroppedState }: ServerJobOptions) {
  const from = fromSavepoint === '' ? undefined : ({ kind: 'savepoint', id: fromSavepoint } as const)
  const beginning = startsEmpty ? ({ kind: 'empty' } as const) : from
  return {
    ...(version === null ? {} : { version }),
    ...(beginning === undefined ? {} : { from: beginning }),
    ...(acceptsDroppedState ? { allowsDroppedState: true } : {}),
  }
}

export async function stopJob(link: ServerLink, options: ServerJobOptions, environment: CliEnvironment): Promise<number> {
  const { client, workspace } = link
  const params = { workspace, job: await findJobId(link, options.target) }
  const job = await client.call('POST /workspaces/:workspace/jobs/:job/stop', { params, body: { how: options.stopHow } })
  return tellAndWait(link, job, { wanted: 'stopped', attemptAfter: null }, options.waitMs, environment)
}

/** Prints the id of the savepoint. */
export async function savepointJob(link: ServerLink, options: ServerJobOptions, environment: CliEnvironment): Promise<number> {
  const { client, workspace } = link
  const params = { workspace, job: await findJobId(link, options.target) }
  const { id } = await client.call('POST /workspaces/:workspace/jobs/:job/savepoints', { params })
  await environment.screen.write(`${id}\n`)
  if (options.waitMs === null) return exitStatus.done
  const ended = await until(options.waitMs, environment, async () => {
    const savepoints = await client.call('GET /workspaces/:workspace/jobs/:job/savepoints', { params })
    const found = savepoints.find((each) => each.id === id)
    return found?.state === 'completed' || found?.state === 'failed' ? found : null
  })
  if (ended === null)
    throw cliErrors.CLI_WAIT_TIME({ name: options.target, state: 'without its savepoint', limit: timeOf(options.waitMs), wanted: 'there' })
  if (ended.state === 'completed') return exitStatus.done
  throw cliErrors.CLI_SAVEPOINT_FAILED(
    { id, name: options.target },
    { detail: ended.failure === null ? undefined : `${ended.failure.message}.` },
  )
}

export async function removeJob(link: ServerLink, options: ServerJobOptions, environment: CliEnvironment): Promise<number> {
  const { client, workspace } = link
  const params = { workspace, job: await findJobId(link, options.target) }
  await client.call('DELETE /workspaces/:workspace/jobs/:job', { params })
  environment.screen.note(`note: job "${printable(options.target)}" is being removed, with its state\n`)
  if (options.waitMs === null) return exitStatus.done
  const gone = await until(options.waitMs, environment, async () => {
    try {
      await client.call('GET /workspaces/:workspace/jobs/:job', { params })
      return null
    } catch (error) {
      if (error instanceof MillraceError && error.code === 'JOBS_JOB_NOT_FOUND') return true
      throw error
    }
  })
  if (gone !== null) return exitStatus.done
  throw cliErrors.CLI_WAIT_TIME({ name: options.target, state: 'there', limit: timeOf(options.waitMs), wanted: 'gone' })
}

export interface Goal {
  readonly wanted: 'running' | 'stopped'
  /** A run of a later attempt than this counts; null: any. */
  readonly attemptAfter: number | null
}

/** Prints the id of a job, says what is wanted of it now, and waits for that where somebody asked to. */
export async function tellAndWait(
  link: ServerLink,
  job: Job,
  goal: Goal,
  waitMs: number | null,
  environment: CliEnvironment,
): Promise<number> {
  const { screen } = environment
  await screen.write(`${job.id}\n`)
  const { name } = job.spec
  screen.note(`note: job "${printable(name)}" is ${job.status.state}, and shall be ${job.wanted.state} in version ${job.wanted.version}\n`)
  return waitMs === null ? exitStatus.done : waitFor(link, job, goal, waitMs, environment)
}

export async function waitFor(link: ServerLink, job: Job, goal: Goal, waitMs: number, environment: CliEnvironment): Promise<number> {
  const { client, workspace } = link
  let newest = job
  const reached = await until(waitMs, environment, async () => {
    newest = await client.call('GET /workspaces/:workspace/jobs/:job', { params: { workspace, job: job.id } })
    return isReached(newest, goal) || newest.status.state === 'failed' ? newest : null
  })
  const { name, program } = newest.spec
  if (reached === null)
    throw cliErrors.CLI_WAIT_TIME(
      { name, state: newest.status.state, limit: timeOf(waitMs), wanted: goal.wanted },
      { detail: `${newest.status.reason.message}.` },
    )
  if (isReached(reached, goal)) {
    environment.screen.note(`note: job "${printable(name)}" is ${reached.status.state}\n`)
    return exitStatus.done
  }
  const { failure } = reached.status
  if (failure !== null) noteErrors(errorOf(failure), { name, text: program.text }, environment)
  throw cliErrors.CLI_JOB_FAILED({ name }, { detail: `${reached.status.reason.message}.` })
}

function isReached({ status, wanted }: Job, { wanted: goal, attemptAfter }: Goal): boolean {
  const { state, run, intent } = status
  if (goal === 'stopped') return (state === 'stopped' || state === 'finished') && intent === null
  const isNew = run !== null && run.version === wanted.version && (attemptAfter === null || run.attempt > attemptAfter)
  return isNew && (state === 'running' || state === 'finished')
}

/** What a look gives, once it gives something; null when the time is over. */
async function until<Found>(waitMs: number, { clock }: CliEnvironment, look: () => Promise<Found | null>): Promise<Found | null> {
  for (const end = clock.nowMs() + waitMs; ; ) {
    const found = await look()
    if (found !== null || clock.nowMs() >= end) return found
    await sleep(pollMs)
  }
}
