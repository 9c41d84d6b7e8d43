/** `millrace job`: jobs on a Flink cluster, started once, looked at, and stopped with a savepoint. */
import { counted, MillraceError, printable } from '#base'
import type { JarProgram, ParallelismWish, RemoteJobs, RescaledVertex, StartedJob, StartOptions } from '#query'
import type { ClusterJobAction } from './arguments/job-actions.ts'
import { type CliEnvironment, exitStatus } from './environment.ts'
import { usageErrors } from './errors.ts'
import { type JarOptions, readJar, refuseWithoutJar } from './jar-program.ts'
import { jobLine, showJob } from './job-lines.ts'
import { type ErrorSource, noteErrors } from './render-error.ts'
import { openSession, readScript } from './script.ts'
import { unboundLines } from './topology-command.ts'
import { loadEdits } from './topology-file.ts'
import { watchJob } from './watch-job.ts'

export interface JobOptions extends JarOptions {
  readonly action: ClusterJobAction
  /** The script or the JAR to start, else the name or the id of a job. */
  readonly target: string
  readonly cluster: string
  readonly name: string
  readonly from: string
  readonly claimMode: string
  readonly allowsDroppedState: boolean
  /** The folder of durable work of this machine that the job goes on with; empty: none. */
  readonly dataDir: string
  /** Where savepoints go; empty: where the cluster keeps them. */
  readonly folder: string
  /** How often a job is looked at. */
  readonly intervalMs: number
  /** What it shall have; null: nothing was wished for. */
  readonly wish: ParallelismWish | null
  readonly json: boolean
}

export async function runJobCommand(options: JobOptions, environment: CliEnvironment): Promise<number> {
  const { action, target, cluster, folder, settings } = options
  const { screen } = environment
  if (cluster === '')
    throw usageErrors.CLI_OPTION_MISSING(
      { name: '--cluster', purpose: `"millrace job ${action}"` },
      { hint: 'For the jobs of a server, sign in with millrace login URL.' },
    )
  if (action !== 'start') refuseWithoutJar(options)
  const jobs = await environment.openJobs(cluster, settings)
  if (action === 'list') return list(jobs, options.json, environment)
  if (target === '') throw usageErrors.CLI_ARGUMENT_MISSING({ command: `millrace job ${action}`, name: 'target' })
  switch (action) {
    case 'start':
      return start(jobs, options, environment)
    case 'show':
      return showJob(await jobs.look(target), options.json, environment)
    case 'watch':
      return watchJob(jobs, { target, intervalMs: options.intervalMs, json: options.json }, environment)
    case 'rescale':
      return rescale(jobs, options, environment)
    case 'savepoint':
    case 'stop': {
      const place = action === 'stop' ? await jobs.stop(target, folder) : await jobs.savepoint(target, folder)
      await screen.write(`${place}\n`)
      screen.note(action === 'stop' ? 'note: the job is stopped; start it again with --from-savepoint\n' : 'note: the job runs on\n')
      return exitStatus.done
    }
    case 'cancel': {
      const { id, state } = await jobs.cancel(target)
      await screen.write(`${id}  ${state}\n`)
      return exitStatus.done
    }
  }
}

async function start(jobs: RemoteJobs, options: JobOptions, environment: CliEnvironment): Promise<number> {
  if (options.name === '') throw usageErrors.CLI_OPTION_MISSING({ name: '--name', purpose: '"millrace job start"' })
  const program = await readJar(options.target, options)
  if (program !== null) return startJar(jobs, program, options, environment)
  const source = await readScript(options.target, environment)
  try {
    return options.dataDir === '' ? await startOne(jobs, source, options, [], environment) : await move(jobs, source, options, environment)
  } catch (error) {
    return noteErrors(error, source, environment)
  }
}

async function startOne(
  jobs: RemoteJobs,
  { text }: ErrorSource,
  options: JobOptions,
  adjustments: readonly string[],
  environment: CliEnvironment,
): Promise<number> {
  const edits = await loadEdits(options.target)
  const edited = edits.vertices.length + edits.states.length === 0 ? null : await jobs.edited(text, edits)
  for (const line of edited === null ? [] : unboundLines(edited)) environment.screen.note(line)
  const started = await jobs.start({ ...startOptionsOf(options), text, adjustments, edits, edited })
  return tellStarted(started, options, environment)
}

async function startJar(jobs: RemoteJobs, program: JarProgram, options: JobOptions, environment: CliEnvironment): Promise<number> {
  try {
    return await tellStarted(await jobs.startJar({ ...startOptionsOf(options), ...program }), options, environment)
  } catch (error) {
    return noteErrors(error, undefined, environment)
  }
}

function startOptionsOf({ name, from, claimMode, allowsDroppedState }: JobOptions): StartOptions {
  return { name, from, claimMode: claimMode === '' ? '' : claimMode.replace('-', '_').toUpperCase(), allowsDroppedState }
}

async function tellStarted({ id, isAttached }: StartedJob, { name }: JobOptions, { screen }: CliEnvironment): Promise<number> {
  await screen.write(`${id}\n`)
  screen.note(isAttached ? `note: job "${name}" runs already\n` : `note: job "${name}" is started\n`)
  return exitStatus.done
}

/** Starts a job that goes on with durable work of this machine, which then does not go on here. */
async function move(jobs: RemoteJobs, source: ErrorSource, options: JobOptions, environment: CliEnvironment): Promise<number> {
  const { name, cluster, settings, dataDir } = options
  const session = await openSession({ ...settings, 'execution.checkpointing.dir': dataDir }, environment)
  const handOver = await session.handOver(source.text)
  const successor = `job "${name}" on cluster "${cluster}"`
  if ((await jobs.running(name)) === null) {
    const { notes, statements } = await handOver.begin(successor)
    for (const note of notes) environment.screen.note(`note: ${note}\n`)
    try {
      await startOne(jobs, source, options, statements, environment)
    } catch (error) {
      // What is refused never begins. Of what got no answer nobody knows: the same command finds it.
      if (error instanceof MillraceError && error.blame === 'user') await handOver.takeBack()
      throw error
    }
  } else await startOne(jobs, source, options, [], environment)
  await handOver.complete(successor)
  return exitStatus.done
}

async function rescale(jobs: RemoteJobs, { target, wish, json }: JobOptions, { screen }: CliEnvironment): Promise<number> {
  if (wish === null) throw usageErrors.CLI_OPTION_MISSING({ name: '--parallelism', purpose: '"millrace job rescale"' })
  const vertices = await jobs.rescale(target, wish)
  const textOf = ({ id, name, before, after }: RescaledVertex): string =>
    `${printable(id)}  parallelism ${before === after ? after : `${before} -> ${after}`}  ${printable(name)}`
  await screen.write(vertices.map((vertex) => `${json ? JSON.stringify(vertex) : textOf(vertex)}\n`).join(''))
  const isChanged = vertices.some(({ before, after }) => before !== after)
  screen.note(isChanged ? 'note: the job runs with its new parallelism\n' : 'note: the job runs so already\n')
  return exitStatus.done
}

async function list(jobs: RemoteJobs, json: boolean, { screen }: CliEnvironment): Promise<number> {
  const all = await jobs.list()
  await screen.write(all.map((job) => `${json ? JSON.stringify(job) : jobLine(job)}\n`).join(''))
  if (!json) screen.note(`${counted(all.length, 'job')}\n`)
  return exitStatus.done
}
