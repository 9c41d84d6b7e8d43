/** `millrace apply`: jobs and tables of a folder of files, brought about on a server. What is so already is left alone. */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { counted, MillraceError, printable } from '#base'
import { type CliEnvironment, exitStatus } from '../environment.ts'
import { cliErrors, usageErrors } from '../errors.ts'
import { type ErrorSource, noteErrors } from '../render-error.ts'
import { readScript } from '../script.ts'
import { applyCatalog } from './apply-catalog.ts'
import { checkScript, inFile, type JobCheck } from './change-job.ts'
import { type Job, type JobLine, listJobs } from './find-job.ts'
import { emptySpec, factChanges } from './job-facts.ts'
import { type JobFile, parseJobFile } from './job-file.ts'
import type { ServerLink } from './server-link.ts'
import { waitFor } from './steer-job.ts'
import { verdictText } from './verdict-text.ts'

export interface ApplyOptions {
  readonly folder: string
  readonly isDry: boolean
  readonly prunes: boolean
  readonly acceptsDroppedState: boolean
}

interface JobSource {
  readonly file: JobFile
  readonly source: ErrorSource
}

const stopWaitMs = 120_000

export async function runApply(link: ServerLink, options: ApplyOptions, environment: CliEnvironment): Promise<number> {
  const { folder, isDry } = options
  const wanted = await readJobs(folder, environment)
  if (wanted === null) return exitStatus.statement
  const catalog = await applyCatalog(link, folder, isDry, environment)
  const statuses = [...catalog.statuses]
  const known = new Map<string, JobLine>()
  for await (const job of listJobs(link, {})) known.set(job.name, job)
  for (const each of wanted.values()) {
    const status = await applyJob(link, each, known.get(each.file.spec.name), { ...options, isBehind: catalog.isBehind }, environment)
    statuses.push(status)
  }
  for (const job of options.prunes ? known.values() : []) {
    if (!wanted.has(job.name)) statuses.push(await removeJob(link, job, options, environment))
  }
  const failed = statuses.filter((status) => status !== exitStatus.done).length
  environment.screen.note(
    `${isDry ? 'nothing is changed: a dry run' : 'done'}${failed === 0 ? '' : `; ${counted(failed, 'thing')} went wrong`}\n`,
  )
  return Math.max(exitStatus.done, ...statuses)
}

/** By name; null where files are wrong, which is told: then nothing is begun. */
async function readJobs(folder: string, environment: CliEnvironment): Promise<Map<string, JobSource> | null> {
  const jobs = new Map<string, JobSource>()
  let isWrong = false
  for (const place of await jobFiles(folder)) {
    const source = await readScript(place, environment)
    try {
      const file = parseJobFile(source.text, emptySpec(path.basename(place, '.sql'), ''))
      const { name } = file.spec
      const other = jobs.get(name)
      if (other !== undefined) throw usageErrors.CLI_APPLY_TWICE({ name, one: other.source.name, other: place })
      jobs.set(name, { file, source })
    } catch (error) {
      noteErrors(error, source, environment)
      isWrong = true
    }
  }
  return isWrong ? null : jobs
}

async function jobFiles(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true, recursive: true })
    const files = entries
      .filter((entry) => entry.isFile() && entry.name.endsWith('.sql'))
      .map((entry) => path.join(entry.parentPath, entry.name))
    return files.filter((file) => path.relative(folder, file).split(path.sep)[0] !== 'catalog').sort()
  } catch (cause) {
    throw cliErrors.CLI_FILE_UNREADABLE({ path: folder }, { cause })
  }
}

type JobOptions = ApplyOptions & {
  /** Whether tables are missing that a dry run has not made. */
  readonly isBehind: boolean
}

/** One that cannot be brought about does not keep the others from it. */
async function applyJob(
  link: ServerLink,
  { file, source }: JobSource,
  line: JobLine | undefined,
  options: JobOptions,
  environment: CliEnvironment,
): Promise<number> {
  const { screen } = environment
  const { name } = file.spec
  try {
    await (line === undefined ? createOne(link, file, options, environment) : changeOne(link, file, line.id, options, environment))
    return exitStatus.done
  } catch (error) {
    if (options.isBehind && options.isDry && (error instanceof AggregateError || error instanceof MillraceError)) {
      await screen.write(`? job ${printable(name)}: cannot be checked before its tables are there\n`)
      return exitStatus.done
    }
    await screen.write(`! job ${printable(name)}\n`)
    return noteErrors(inFile(error, file), source, environment)
  }
}

async function createOne(link: ServerLink, file: JobFile, { isDry }: JobOptions, { screen }: CliEnvironment): Promise<void> {
  const { client, workspace } = link
  const params = { workspace }
  const spec = file.hasOwner ? file.spec : { ...file.spec, owner: (await client.call('GET /me', {})).name }
  checkScript(await client.call('POST /workspaces/:workspace/jobs/check', { params, body: { spec } }))
  await screen.write(`+ job ${printable(spec.name)}${file.wanted === 'running' ? ', started' : ''}\n`)
  if (isDry) return
  const { id } = await client.call('POST /workspaces/:workspace/jobs', { params, body: spec })
  if (file.wanted === 'running')
    await client.call('POST /workspaces/:workspace/jobs/:job/start', { params: { workspace, job: id }, body: {} })
}

async function changeOne(link: ServerLink, file: JobFile, jobId: string, options: JobOptions, { screen }: CliEnvironment): Promise<void> {
  const { client, workspace } = link
  const params = { workspace, job: jobId }
  const job = await client.call('GET /workspaces/:workspace/jobs/:job', { params })
  const spec = file.hasOwner ? file.spec : { ...file.spec, owner: job.spec.owner }
  const changes = factChanges(job.spec, spec)
  const move = moveOf(job, file)
  if (changes.length === 0 && move === null) {
    await screen.write(`= job ${printable(spec.name)}\n`)
    return
  }
  const { acceptsDroppedState, isDry } = options
  let verdict: JobCheck['verdict'] = null
  if (changes.length > 0) {
    const check = await client.call('POST /workspaces/:workspace/jobs/check', { params: { workspace }, body: { spec, job: jobId } })
    checkScript(check)
    verdict = check.verdict
  }
  const moves = move === null ? [] : [move === 'start' ? 'started' : 'stopped']
  await screen.write(
    `~ job ${printable([`${spec.name}: ${changes[0] ?? moves[0]}`, ...[...changes, ...moves].slice(1)].join(', '))}\n${verdict === null ? '' : verdictText(verdict, file.headLines)}`,
  )
  const isLost = verdict?.dropsState === true && spec.upgrade === 'keep-state' && !acceptsDroppedState
  if (isLost && isDry) throw usageErrors.CLI_APPLY_STATE({ name: spec.name })
  if (isDry) return
  if (changes.length > 0) {
    // One that is to be stopped does not run in the new version first.
    const body = { spec, expectedVersion: job.version, acceptsDroppedState, restarts: move !== 'stop' }
    await client.call('PUT /workspaces/:workspace/jobs/:job', { params, body })
  }
  if (move === 'start') await client.call('POST /workspaces/:workspace/jobs/:job/start', { params, body: {} })
  if (move === 'stop') await client.call('POST /workspaces/:workspace/jobs/:job/stop', { params, body: { how: 'checkpoint' } })
}

function moveOf({ wanted }: Job, file: JobFile): 'start' | 'stop' | null {
  if (file.wanted === null || file.wanted === wanted.state) return null
  return file.wanted === 'running' ? 'start' : 'stop'
}

/** With its state, which is lost only where somebody has said so. */
async function removeJob(link: ServerLink, line: JobLine, options: ApplyOptions, environment: CliEnvironment): Promise<number> {
  const { client, workspace } = link
  const params = { workspace, job: line.id }
  await environment.screen.write(`- job ${printable(line.name)}\n`)
  try {
    if (line.status.run !== null && !options.acceptsDroppedState) throw usageErrors.CLI_APPLY_STATE({ name: line.name })
    if (options.isDry) return exitStatus.done
    const job = await client.call('POST /workspaces/:workspace/jobs/:job/stop', { params, body: { how: 'checkpoint' } })
    await waitFor(link, job, { wanted: 'stopped', attemptAfter: null }, stopWaitMs, environment)
    await client.call('DELETE /workspaces/:workspace/jobs/:job', { params })
    return exitStatus.done
  } catch (error) {
    return noteErrors(error, undefined, environment)
  }
}
