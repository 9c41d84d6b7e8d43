/** What every command that reads a script begins with. */
import { MillraceError } from '#base'
import type { QuerySession } from '#query'
import type { CliEnvironment } from './environment.ts'
import { usageErrors } from './errors.ts'
import type { ErrorSource } from './render-error.ts'

export async function readScript(path: string, environment: CliEnvironment): Promise<ErrorSource> {
  return { name: path === '-' ? '<stdin>' : path, text: await environment.readText(path) }
}

/** A session with the settings of the command line; what is wrong with those is a wrong command line. */
export async function openSession(settings: Readonly<Record<string, string>>, environment: CliEnvironment): Promise<QuerySession> {
  try {
    return await environment.createSession(settings)
  } catch (error) {
    if (!(error instanceof MillraceError) || error.blame !== 'user') throw error
    throw usageErrors.CLI_SETTING_VALUE({ problem: error.message }, { detail: error.detail, hint: error.hint, cause: error })
  }
}
