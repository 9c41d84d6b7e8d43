/** `millrace server`: serves until Ctrl-C. */
import type { OidcOptions } from '#api'
import { parseDurationMs } from '#base'
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
  /** How long a cell goes on that nobody watches, such as `30min`. */
  readonly liveCellGrace: string
  readonly oidc: OidcChoice
}

/** As it is written in a command line. */
interface OidcChoice {
  /** Empty: people sign in here alone. */
  readonly issuer: string
  readonly clientId: string
  readonly title: string
  /** Empty, or a claim and the value that it has to have, such as `groups=data`. */
  readonly required: string
}

export async function runServer({ liveCellGrace, ...options }: ServerCommandOptions, environment: CliEnvironment): Promise<number> {
  const { screen } = environment
  const publicUrl = options.publicUrl === '' ? null : checkedUrl(options.publicUrl)
  const server = await environment.openServer({
    ...options,
    publicUrl,
    liveLimits: { graceMs: checkedGraceMs(liveCellGrace) },
    oidc: checkedOidc(options.oidc),
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
  const end = await Promise.race([untilInterrupted(environment), server.over])
  if (end !== undefined) noteErrors(end, undefined, environment)
  screen.note('note: stopping; jobs take a last checkpoint\n')
  await server.close()
  return end === undefined ? exitStatus.interrupted : exitStatus.outside
}

function checkedGraceMs(text: string): number {
  const ms = parseDurationMs(text)
  if (ms === undefined || ms < graceMsMin || ms > graceMsMax) throw wrong('--live-cell-grace', 'a time from 10s to 7d, such as 30min', text)
  return ms
}

const graceMsMin = 10_000
const graceMsMax = 604_800_000

function checkedUrl(text: string): string {
  const url = URL.parse(text)
  const isPlain = url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && url.pathname === '/'
  if (!isPlain) throw wrong('--public-url', 'an address such as https://millrace.example.org', text)
  return url.origin
}

function checkedOidc({ issuer, clientId, title, required }: OidcChoice): Omit<OidcOptions, 'clientSecret'> | null {
  if (issuer === '') return null
  const url = URL.parse(issuer)
  const isHere = url?.protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname)
  if (url === null || (url.protocol !== 'https:' && !isHere))
    throw wrong('--oidc-issuer', 'an address such as https://login.example.org', issuer)
  if (clientId === '') throw wrong('--oidc-client', 'the name of this server at the issuer', clientId)
  const [, claim = '', value = ''] = /^([^=]+)=(.+)$/.exec(required) ?? []
  if (required !== '' && claim === '') throw wrong('--oidc-require', 'a claim and its value, such as groups=data', required)
  return { issuer, clientId, title: title === '' ? url.host : title, required: required === '' ? null : { claim, value } }
}

function wrong(name: string, expected: string, got: string): Error {
  return usageErrors.CLI_OPTION_VALUE({ name, expected, got: `"${got}"` })
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
