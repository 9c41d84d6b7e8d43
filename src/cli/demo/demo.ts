/**
 * `millrace demo`: a server of its own with live flights, and what to try in its page. At a terminal it stays until Ctrl-C; elsewhere it
 * shows what there is to see, in the terminal's part too, and ends.
 */
import type { CliEnvironment } from '../environment.ts'

export interface DemoOptions {
  /** Without the server. */
  readonly isTerminalOnly: boolean
  /** Ends by itself, as where there is no terminal. */
  readonly isOnce: boolean
}

export async function runDemo({ isTerminalOnly, isOnce }: DemoOptions, environment: CliEnvironment): Promise<number> {
  const { screen, terminal, variables } = environment
  if (isTerminalOnly) {
    const { runTerminalDemo } = await import('./terminal-demo.ts')
    return runTerminalDemo(environment)
  }
  const isWatched = screen.isTerminal && terminal.isInteractive && !isSet(variables['CI'])
  const { runServerDemo } = await import('./server-demo.ts')
  return runServerDemo(isWatched && !isOnce, environment)
}

function isSet(variable: string | undefined): boolean {
  return variable !== undefined && variable !== '' && variable !== 'false'
}
