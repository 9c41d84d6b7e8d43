/** `millrace server`: serves until Ctrl-C. */
import { type CliEnvironment, exitStatus } from './environment.ts'
import { usageErrors } from './errors.ts'
import { noteErrors } from './render-error.ts'

export interface ServerCommandOptions {
  /** Empty: the usual one. */
  readonly dataFolder: string
  readonly host: string
  readonly port: number
  /** Empty: in the data folder. */
  readonly storeAddress: string
  /** Empty: the address that it listens at. */
  readonly publicUrl: string
  /** Empty: nobody. */
  readonly signInLinkFor: string
}

export async function runServer(options: ServerCommandOptions, environment: CliEnvironment): Promise<number> {
  const { screen } = environment
  const publicUrl = options.publicUrl === '' ? null : checkedUrl(options.publicUrl)
  const server = await environment.openServer({
    ...options,
    publicUrl,
    failed: (id, error) => {
      screen.note(`failure ${id}\n`)
      noteErrors(error, undefined, environment)
    },
  })
  const address = publicUrl ?? `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${server.port}`
  await screen.write(`${address}\n`)
  if (!server.hasConsole) screen.note('note: the console was not built; make web builds it\n')
  for (const { user, key } of server.signInLinks) {
    screen.note(`note: ${user === null ? 'the first administrator' : user} signs in, once, at ${address}/welcome#link=${key}\n`)
  }
  await untilInterrupted(environment)
  screen.note('note: stopping; jobs take a last checkpoint\n')
  await server.close()
  return exitStatus.interrupted
}

function checkedUrl(text: string): string {
  const url = URL.parse(text)
  const isPlain = url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && url.pathname === '/'
  if (!isPlain)
    throw usageErrors.CLI_OPTION_VALUE({
      name: '--public-url',
      expected: 'an address such as https://millrace.example.org',
      got: `"${text}"`,
    })
  return url.origin
}

/** The second Ctrl-C ends the process at once. */
async function untilInterrupted(environment: CliEnvironment): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let isStopping = false
  environment.onInterrupt(() => {
    if (isStopping) environment.exit(exitStatus.interrupted)
    isStopping = true
    resolve()
  })
  await promise
}
