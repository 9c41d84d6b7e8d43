/** `millrace run`: a script from a file or standard input. */
import { MillraceError } from '#base'
import type { StatementListener, StatementRunner } from '#query'
import { type CliEnvironment, exitStatus } from './environment.ts'
import type { OutputFactory, OutputFormat } from './output/output.ts'
import { changelogOutput, csvOutput, jsonOutput } from './output/rows.ts'
import { tableOutput } from './output/table.ts'
import { withProgress } from './progress.ts'
import { type ErrorSource, noteErrors } from './render-error.ts'
import { openSession, readScript } from './script.ts'

const outputs: Readonly<Record<OutputFormat, OutputFactory>> = {
  table: tableOutput,
  json: jsonOutput,
  changelog: changelogOutput,
  csv: csvOutput,
}

export interface RunOptions {
  readonly format: OutputFormat
  readonly settings: Readonly<Record<string, string>>
  /** Where the last checkpoint of a run that is stopped is exported to; empty: nowhere. */
  readonly savepoints: string
  /** The file that metrics are written to; empty: none. */
  readonly metrics: string
  /** The SQL gateway that runs the script; empty: it runs here. */
  readonly gateway: string
}

/** Runs a script to the end of its inputs, or until the first Ctrl-C, which stops it cleanly. */
export async function runScript(path: string, options: RunOptions, environment: CliEnvironment): Promise<number> {
  const { screen, clock } = environment
  if (options.gateway !== '') return runRemotely(path, options, environment)
  const [source, session] = await Promise.all([readScript(path, environment), openSession(options.settings, environment)])
  const output = outputs[options.format]({ screen, timeZone: () => session.settings.get('table.local-time-zone') })
  const listener = withProgress(output, screen, clock)
  const run = (measured: Pick<StatementListener, 'measured'>): Promise<number> =>
    execute(session, source, { ...listener, ...measured }, environment)
  const status = options.metrics === '' ? await run({}) : await runWithMetrics(options.metrics, run, environment)
  if (status !== exitStatus.interrupted || options.savepoints === '') return status
  const { takeSavepoint } = await import('./checkpoint-command.ts')
  const savepoint = await takeSavepoint(session.settings.get('execution.checkpointing.dir'), options.savepoints, environment)
  screen.note(`note: savepoint ${savepoint}; start from it with --from-checkpoint\n`)
  return status
}

/** Runs a script on a SQL gateway. */
async function runRemotely(path: string, { format, settings, gateway }: RunOptions, environment: CliEnvironment): Promise<number> {
  const { screen, clock } = environment
  const source = await readScript(path, environment)
  const session = await environment.openRemote(gateway, settings)
  const output = outputs[format]({ screen, timeZone: () => session.settings.get('table.local-time-zone') })
  try {
    return await execute(session, source, withProgress(output, screen, clock), environment)
  } finally {
    await session.close().catch(() => undefined)
  }
}

/** Runs while metrics are written to a file. Where those are lost, the run is not. */
async function runWithMetrics(
  path: string,
  run: (measured: Pick<StatementListener, 'measured'>) => Promise<number>,
  environment: CliEnvironment,
): Promise<number> {
  const { MetricsFile } = await import('./metrics-file.ts')
  const file = await MetricsFile.open(path)
  const status = await run({ measured: (measured) => file.add(measured) })
  try {
    await file.close()
    return status
  } catch (error) {
    const lost = noteErrors(error, undefined, environment)
    return status === exitStatus.done ? lost : status
  }
}

/** A clean stop that takes longer is worth a word. */
const patienceMs = 1000

/** Runs statements and prints what goes wrong; returns the exit status. The second Ctrl-C ends the process at once. */
export async function execute(
  session: StatementRunner,
  source: ErrorSource,
  listener: StatementListener,
  environment: CliEnvironment,
): Promise<number> {
  const { screen } = environment
  const stopping = new AbortController()
  const stop = (): void => stopping.abort()
  let patience: NodeJS.Timeout | undefined
  const forget = environment.onInterrupt(() => {
    if (stopping.signal.aborted) environment.exit(exitStatus.interrupted)
    else if (screen.showsProgress)
      patience = setTimeout(() => screen.note('\nStopping; press Ctrl-C again to leave at once.\n'), patienceMs)
    stop()
  })
  screen.closed.addEventListener('abort', stop, { once: true })
  if (screen.closed.aborted) stop()
  try {
    await session.run(source.text, listener, stopping.signal)
    if (screen.closed.aborted) return exitStatus.done
    return stopping.signal.aborted ? exitStatus.interrupted : exitStatus.done
  } catch (error) {
    if (screen.closed.aborted) return exitStatus.done
    const status = noteErrors(error, source, environment)
    // Who pressed Ctrl-C wanted it to end, by force if need be.
    const isForced = stopping.signal.aborted && error instanceof MillraceError && error.code === 'ENGINE_WORKER_KILLED'
    return isForced ? exitStatus.interrupted : status
  } finally {
    clearTimeout(patience)
    forget()
    screen.closed.removeEventListener('abort', stop)
  }
}
