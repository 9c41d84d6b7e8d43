/** Which server a command speaks to: the one that the variables name, or one that was signed in to. */
import type { ApiClient } from '#api'
import { listed } from '#base'
import type { CliEnvironment } from '../environment.ts'
import { usageErrors } from '../errors.ts'

export interface ServerLink {
  readonly client: ApiClient
  readonly url: string
  readonly workspace: string
}

export interface ServerChoice {
  /** The name of a login; empty: the variables, else the newest login. */
  readonly server: string
  /** Empty: that of the login, or of the token. */
  readonly workspace: string
}

/** Null where no server is known. */
export async function findServer({ server, workspace }: ServerChoice, environment: CliEnvironment): Promise<ServerLink | null> {
  const { variables } = environment
  const variable = (name: string): string => variables[name] ?? ''
  const address = variable('MILLRACE_SERVER')
  const wanted = workspace === '' ? variable('MILLRACE_WORKSPACE') : workspace
  if (server === '' && address !== '') {
    const url = checkedAddress(address, variable('MILLRACE_INSECURE_HTTP') === '1')
    // A token that was kept for one address goes to no other.
    if (variable('MILLRACE_TOKEN') === '') throw usageErrors.CLI_TOKEN_MISSING({ url })
    const client = await environment.openApi({ url, token: checkedToken(variable('MILLRACE_TOKEN')) })
    return { client, url, workspace: await workspaceOf(client, wanted) }
  }
  const login = (await environment.openLogins()).find(server)
  if (login === null) return null
  const { url, token } = login
  return { client: await environment.openApi({ url, token }), url, workspace: wanted === '' ? login.workspace : wanted }
}

export async function openServerLink(choice: ServerChoice, environment: CliEnvironment): Promise<ServerLink> {
  const link = await findServer(choice, environment)
  if (link === null) throw usageErrors.CLI_SERVER_MISSING()
  return link
}

/** The workspace that a token is for; fails where another one was meant. */
export async function workspaceOf(client: ApiClient, wanted: string): Promise<string> {
  const { memberships } = await client.call('GET /me', {})
  const names = memberships.map(({ workspace }) => workspace)
  const [only] = names
  if (wanted === '' && names.length === 1 && only !== undefined) return only
  if (names.includes(wanted)) return wanted
  const known =
    names.length === 0
      ? 'no workspace'
      : `workspace ${listed(
          names.map((name) => `"${name}"`),
          'and',
          5,
        )}`
  throw usageErrors.CLI_WORKSPACE({ known, workspace: wanted })
}

/** The origin of an address to which a token may go. */
export function checkedAddress(text: string, allowsPlain: boolean): string {
  const url = URL.parse(text)
  const isPlain = url !== null && /^https?:$/.test(url.protocol) && `${url.username}${url.password}${url.search}${url.hash}` === ''
  if (!isPlain || url.pathname !== '/') throw usageErrors.CLI_SERVER_ADDRESS({ address: shownAddress(text) })
  if (url.protocol === 'http:' && !allowsPlain && !isLoopback(url.hostname)) throw usageErrors.CLI_SERVER_PLAIN({ host: url.host })
  return url.origin
}

/** Without what may be a password. */
function shownAddress(text: string): string {
  return text.replace(/\/\/[^/]*@/, '//…@')
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

/** What can stand in a header. */
export function checkedToken(text: string): string {
  const token = text.trim()
  if (!/^[\x21-\x7e]{1,1000}$/.test(token)) throw usageErrors.CLI_TOKEN_VALUE()
  return token
}
