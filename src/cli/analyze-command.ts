/** `millrace explain --analyze`: runs a script, and prints the plan of each query with what its operators did. */
import type { CliEnvironment } from './environment.ts'
import { execute } from './run-command.ts'
import { openSession, readScript } from './script.ts'

/** Runs every statement: tables are written as in a run, and the rows of a SELECT are thrown away. */
export async function analyzeScript(
  path: string,
  settings: Readonly<Record<string, string>>,
  environment: CliEnvironment,
): Promise<number> {
  const { screen } = environment
  const [source, session] = await Promise.all([readScript(path, environment), openSession(settings, environment)])
  let title = ''
  return execute(
    session,
    source,
    {
      started: ({ kind, position }) => {
        title = `-- ${kind}, line ${position.line}\n`
      },
      measured: ({ isLast, explain }) => {
        if (isLast) void screen.write(`${title}${explain()}\n`)
      },
    },
    environment,
  )
}
