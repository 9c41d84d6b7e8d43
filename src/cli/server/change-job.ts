/** Jobs of a server made, changed and set back from the command line. What is wrong with a script is told with its place in the file. */
import type { AnswerOf, Contract, JobSpec } from '#api'
import { errorOf, printable } from '#base'
import { type CliEnvironment, exitStatus } from '../environment.ts'
import { usageErrors } from '../errors.ts'
import { noteErrors } from '../render-error.ts'
import { readScript } from '../script.ts'
import { findJob, findVersion, type Job } from './find-job.ts'
import { applyFacts, emptySpec, factChanges } from './job-facts.ts'
import { type JobFile, parseJobFile } from './job-file.ts'
import { shiftedError } from './job-texts.ts'
import type { ServerJobOptions } from './run-server-job.ts'
import type { ServerLink } from './server-link.ts'
import { tellAndWait } from './steer-job.ts'
import { verdictText } from './verdict-text.ts'

export type JobCheck = AnswerOf<Contract['POST /workspaces/:workspace/jobs/check']>

/** The header of the file, and what the command line says beside it. */
export async function createJob(link: ServerLink, options: ServerJobOptions, environment: CliEnvironment): Promise<number> {
  const { client, workspace } = link
  const source = await readScript(options.target, environment)
  let head: Pick<JobFile, 'headLines' | 'headLength'> = { headLines: 0, headLength: 0 }
  try {
    const file = parseJobFile(source.text, emptySpec('', ''))
    head = file
    const given = withOptions(file.spec, options)
    if (given.name === '') throw usageErrors.CLI_OPTION_MISSING({ name: '--name', purpose: '"millrace job create"' })
    const spec = given.owner === '' ? { ...given, owner: (await client.call('GET /me', {})).name } : given
    checkScript(await client.call('POST /workspaces/:workspace/jobs/check', { params: { workspace }, body: { spec } }))
    const { id } = await client.call('POST /workspaces/:workspace/jobs', { params: { workspace }, body: spec })
    await environment.screen.write(`${id}\n`)
    environment.screen.note(`note: job "${printable(spec.name)}" is made; start it with millrace job start\n`)
    return exitStatus.done
  } catch (error) {
    return noteErrors(inFile(error, head), source, environment)
  }
}

/** A file with its header where one is given, and what the command line says; all else stays. */
export async function changeJob(link: ServerLink, options: ServerJobOptions, environment: CliEnvironment): Promise<number> {
  const job = await findJob(link, options.target)
  const source = options.second === '' ? null : await readScript(options.second, environment)
  let head: Pick<JobFile, 'headLines' | 'headLength'> = { headLines: 0, headLength: 0 }
  try {
    const file = source === null ? null : parseJobFile(source.text, job.spec)
    if (file !== null) head = file
    const spec = withOptions(file?.spec ?? job.spec, options)
    return await writeChange(link, job, { spec, headLines: head.headLines }, options, environment)
  } catch (error) {
    return noteErrors(inFile(error, head), source ?? { name: job.spec.name, text: job.spec.program.text }, environment)
  }
}

async function writeChange(
  link: ServerLink,
  job: Job,
  { spec, headLines }: NewVersion,
  options: ServerJobOptions,
  environment: CliEnvironment,
): Promise<number> {
  if (!(await tellVerdict(link, job, { spec, headLines }, options, environment))) return exitStatus.done
  const { acceptsDroppedState, restarts } = options
  const changed = await link.client.call('PUT /workspaces/:workspace/jobs/:job', {
    params: { workspace: link.workspace, job: job.id },
    body: { spec, expectedVersion: job.version, acceptsDroppedState, restarts },
  })
  return tellChanged(link, job, changed, options, environment)
}

export async function rollBackJob(link: ServerLink, options: ServerJobOptions, environment: CliEnvironment): Promise<number> {
  const { client, workspace } = link
  const { second, acceptsDroppedState, restarts } = options
  if (!/^[1-9]\d{0,8}$/.test(second))
    throw usageErrors.CLI_ARGUMENT_VALUE({ name: 'second', expected: 'the number of a version', got: second })
  const job = await findJob(link, options.target)
  const params = { workspace, job: job.id }
  const spec = await findVersion(link, job.id, Number(second))
  try {
    // Of one that is not there the server says so.
    if (spec !== undefined && !(await tellVerdict(link, job, { spec, headLines: 0 }, options, environment))) return exitStatus.done
    const changed = await client.call('POST /workspaces/:workspace/jobs/:job/versions/:version/rollback', {
      params: { ...params, version: second },
      body: { acceptsDroppedState, restarts },
    })
    return await tellChanged(link, job, changed, options, environment)
  } catch (error) {
    return noteErrors(error, { name: job.spec.name, text: (spec ?? job.spec).program.text }, environment)
  }
}

interface NewVersion {
  readonly spec: JobSpec
  /** Lines of the file before the script. */
  readonly headLines: number
}

/**
 * What a new version changes, and what becomes of state; false where it changes nothing and the job does not run in another one. Fails where
 * its script is wrong.
 */
async function tellVerdict(
  { client, workspace }: ServerLink,
  job: Job,
  { spec, headLines }: NewVersion,
  { restarts }: ServerJobOptions,
  { screen }: CliEnvironment,
): Promise<boolean> {
  const changes = factChanges(job.spec, spec)
  const { wanted } = job
  const goesOnInIt = restarts && wanted.state === 'running' && wanted.version !== job.version
  if (changes.length === 0 && !goesOnInIt) {
    screen.note(`note: job "${printable(spec.name)}" is so already\n`)
    return false
  }
  const check = await client.call('POST /workspaces/:workspace/jobs/check', { params: { workspace }, body: { spec, job: job.id } })
  checkScript(check)
  const changed = changes.length === 0 ? '' : `changes: ${printable(changes.join(', '))}\n`
  screen.note(`${changed}${check.verdict === null ? '' : verdictText(check.verdict, headLines)}`)
  return true
}

async function tellChanged(
  link: ServerLink,
  before: Job,
  after: Job,
  options: ServerJobOptions,
  environment: CliEnvironment,
): Promise<number> {
  const { screen } = environment
  screen.note(`note: job "${printable(after.spec.name)}" has version ${after.version} now\n`)
  if (after.wanted.state !== 'running' || !options.restarts) {
    await screen.write(`${after.id}\n`)
    if (after.wanted.state === 'running') screen.note(`note: version ${after.wanted.version} runs on until a restart\n`)
    return exitStatus.done
  }
  const goal = { wanted: 'running', attemptAfter: before.status.run?.attempt ?? null } as const
  return tellAndWait(link, after, goal, options.waitMs, environment)
}

function withOptions(before: JobSpec, { texts }: ServerJobOptions): JobSpec {
  return applyFacts(
    before,
    (key) => texts.get(key),
    ({ key, expected }, given) => usageErrors.CLI_OPTION_VALUE({ name: `--${key}`, expected, got: `"${given.join('", "')}"` }),
  )
}

/** Fails with all that is wrong with a script. */
export function checkScript({ diagnostics }: JobCheck): void {
  const wrong = diagnostics.length === 0 ? null : new AggregateError(diagnostics.map(errorOf))
  if (wrong !== null) throw wrong
}

/** Errors with their places in the file, of which the script is the end. */
export function inFile(error: unknown, { headLines, headLength }: Pick<JobFile, 'headLines' | 'headLength'>): unknown {
  if (error instanceof AggregateError) return new AggregateError(error.errors.map((each) => shiftedError(each, headLines, headLength)))
  return shiftedError(error, headLines, headLength)
}
