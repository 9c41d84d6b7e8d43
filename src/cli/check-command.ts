/** `millrace explain` and `millrace check`: what a script would do and what is wrong with it, without running it. */
import type { MillraceError } from '#base'
import type { FlinkVersion } from '#query'
import { type CliEnvironment, exitStatus } from './environment.ts'
import { exitStatusOf, noteErrors, renderError } from './render-error.ts'
import { openSession, readScript } from './script.ts'

/** Prints the plans of every query of a script. */
export async function explainScript(
  path: string,
  { settings, showsCode }: { readonly settings: Readonly<Record<string, string>>; readonly showsCode: boolean },
  environment: CliEnvironment,
): Promise<number> {
  const { screen } = environment
  const [source, session] = await Promise.all([readScript(path, environment), openSession(settings, environment)])
  try {
    await screen.write(await session.explain(source.text, showsCode ? ['GENERATED_CODE'] : []))
    return exitStatus.done
  } catch (error) {
    return noteErrors(error, source, environment)
  }
}

/** Prints every query of a script as Flink SQL, written from its plan. */
export async function renderScript(
  path: string,
  {
    settings,
    version,
    isOptimized,
  }: { readonly settings: Readonly<Record<string, string>>; readonly version: FlinkVersion; readonly isOptimized: boolean },
  environment: CliEnvironment,
): Promise<number> {
  const { screen } = environment
  const [source, session] = await Promise.all([readScript(path, environment), openSession(settings, environment)])
  try {
    await screen.write(await session.render(source.text, { version, isOptimized }))
    return exitStatus.done
  } catch (error) {
    return noteErrors(error, source, environment)
  }
}

/** Lists everything that is wrong with a script. */
export async function checkScript(path: string, format: 'text' | 'json', environment: CliEnvironment): Promise<number> {
  const { screen } = environment
  const [source, session] = await Promise.all([readScript(path, environment), openSession({}, environment)])
  const errors = await session.check(source.text)
  for (const error of errors) {
    const text =
      format === 'json'
        ? `${JSON.stringify(diagnosticOf(error, source.name))}\n`
        : renderError(error, { source, paint: screen.answerPaint })
    await screen.write(text)
  }
  if (format === 'text') {
    const count = errors.length === 1 ? '1 error' : `${errors.length || 'no'} errors`
    screen.note(`${source.name}: ${count}\n`)
  }
  return errors.length === 0 ? exitStatus.done : Math.max(...errors.map(exitStatusOf))
}

function diagnosticOf(error: MillraceError, file: string): Record<string, unknown> {
  const { position, code, message, detail, hint } = error
  return {
    file,
    line: position?.line ?? null,
    column: position?.column ?? null,
    code,
    message,
    detail: detail ?? null,
    hint: hint ?? null,
    start: position?.start ?? null,
    end: position?.end ?? null,
  }
}
