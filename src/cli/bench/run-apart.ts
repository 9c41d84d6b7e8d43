/** Measures a query in a process of its own: the memory and the compiled code of others would count as its own. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { type CliEnvironment, exitStatus } from '../environment.ts'
import { cliErrors } from '../errors.ts'
import type { Measurement } from './measurement.ts'

/** What a run took; or the exit status of one that failed, which has told why. */
export async function measureApart(
  words: readonly string[],
  environment: CliEnvironment,
): Promise<Measurement | { readonly status: number }> {
  const program = path.join(environment.root, 'bin', 'millrace')
  const child = spawn(program, ['bench', ...words, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const forget = environment.onInterrupt(() => child.kill('SIGTERM'))
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      child.on('error', (cause) => reject(cliErrors.CLI_COMMAND_FAILED({ command: program }, { detail: cause.message, cause })))
      child.on('close', resolve)
    })
    return status === exitStatus.done ? (JSON.parse(printed) as Measurement) : { status: status ?? exitStatus.interrupted }
  } finally {
    forget()
  }
}
