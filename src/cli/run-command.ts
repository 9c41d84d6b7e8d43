/** `millrace run`, `explain` and `check`: a script from a file or standard input. */
import type { MillraceError } from '#base'
import type { QuerySession, StatementListener } from '#query'
import { type CliEnvironment, exitStatus } from './environment.ts'
import type { OutputFormat } from './output/output.ts'
import { changelogOutput, csvOutput, jsonOutput } from './output/rows.ts'
import { tableOutput } from './output/table.ts'
import { withProgress } from './progress.ts'
import { type ErrorSource, exitStatusOf, renderError } from './render-error.ts'

const outputs = { table: tableOutput, json: jsonOutput, changelog: changelogOutput, csv: csvOutput } as const

export interface RunOptions {
  readonly format: OutputFormat
  readonly settings: Readonly<Record<string, string>>
}

/** Runs a script to the end of its inputs, or until the first Ctrl-C, which stops it cleanly. */
export async function runScript(path: string, options: RunOptions, environment: CliEnvironment): Promise<number> {
  const { screen } = environment
  const source = await readSource(path, environment)
  const session = environment.createSession(options.settings)
  const output = outputs[options.format]({ screen, timeZone: () => session.settings.get('table.local-time-zone') })
  return execute(session, source, withProgress(output, screen, () => environment.clock.nowMs()), environment)
}

async function readSource(path: string, environment: CliEnvironment): Promise<ErrorSource> {
  return { name: path === '-' ? '<stdin>' : path, text: await environment.readText(path) }
}

/** Runs statements and prints what goes wrong; returns the exit status. */
export async function execute(session: QuerySession, source: ErrorSource, listener: StatementListener, environment: CliEnvironment): Promise<number> {
  const abort = new AbortController()
  const stopListening = environment.onInterrupt(() => abort.abort())
  try {
    await session.run(source.text, listener, abort.signal)
    return abort.signal.aborted ? exitStatus.interrupted : exitStatus.done
  } catch (error) {
    const errors = error instanceof AggregateError ? error.errors : [error]
    for (const each of errors) environment.screen.note(renderError(each, source))
    return Math.max(...errors.map(exitStatusOf))
  } finally {
    stopListening()
  }
}

/** Explains every query of a script. */
export async function explainScript(path: string, options: RunOptions, environment: CliEnvironment): Promise<number> {
  const source = await readSource(path, environment)
  const session = environment.createSession(options.settings)
  try {
    await environment.screen.write(session.explain(source.text))
    return exitStatus.done
  } catch (error) {
    const errors = error instanceof AggregateError ? error.errors : [error]
    for (const each of errors) environment.screen.note(renderError(each, source))
    return Math.max(...errors.map(exitStatusOf))
  }
}

/** Lists everything that is wrong with a script without running it. */
export async function checkScript(path: string, format: 'text' | 'json', environment: CliEnvironment): Promise<number> {
  const source = await readSource(path, environment)
  const errors = environment.createSession({}).check(source.text)
  for (const error of errors) {
    await environment.screen.write(format === 'json' ? `${JSON.stringify(diagnostic(error, source.name))}\n` : renderError(error, source))
  }
  if (errors.length === 0 && format === 'text') environment.screen.note(`${source.name}: no errors\n`)
  return errors.length === 0 ? exitStatus.done : exitStatus.statement
}

function diagnostic(error: MillraceError, file: string): Record<string, unknown> {
  const { position, code, message, detail, hint } = error
  return { file, line: position?.line ?? null, column: position?.column ?? null, code, message, detail: detail ?? null, hint: hint ?? null }
}
