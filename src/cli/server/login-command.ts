/** `millrace login` and `millrace logout`: which servers are known here, and by which tokens. */
import { printable } from '#base'
import { type CliEnvironment, exitStatus } from '../environment.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { checkedAddress, checkedToken, workspaceOf } from './server-link.ts'

export interface LoginOptions {
  /** Empty: the servers are listed. */
  readonly address: string
  readonly name: string
  /** Empty: that of the token. */
  readonly workspace: string
  readonly allowsPlain: boolean
}

export async function runLogin(options: LoginOptions, environment: CliEnvironment): Promise<number> {
  const { screen, terminal } = environment
  const logins = await environment.openLogins()
  if (options.address === '') {
    const lines = [...logins.all()].map(([name, { url, workspace }]) => `${[name, url, workspace].map(printable).join('  ')}\n`)
    await screen.write(lines.join(''))
    return exitStatus.done
  }
  const url = checkedAddress(options.address, options.allowsPlain)
  const given = terminal.isInteractive ? await typedToken(terminal, environment) : await environment.readText('-')
  if (given === null) return exitStatus.interrupted
  const token = checkedToken(given)
  const client = await environment.openApi({ url, token })
  const workspace = await workspaceOf(client, options.workspace)
  const { displayName, memberships } = await client.call('GET /me', {})
  logins.keep(options.name, { url, token, workspace })
  const role = memberships.find((each) => each.workspace === workspace)?.role ?? ''
  screen.note(`note: signed in to ${url} as "${printable(displayName)}", ${role} in workspace "${printable(workspace)}"\n`)
  return exitStatus.done
}

export async function runLogout(name: string, environment: CliEnvironment): Promise<number> {
  const removed = (await environment.openLogins()).remove(name)
  environment.screen.note(`note: the token of "${removed}" is forgotten here; the server takes it until it is taken back there\n`)
  return exitStatus.done
}

/** What is typed without being shown; null after Ctrl-C. */
async function typedToken(terminal: Terminal, { screen }: CliEnvironment): Promise<string | null> {
  screen.note('Token (not shown): ')
  const { promise, resolve } = Promise.withResolvers<string | null>()
  let typed = ''
  const stop = terminal.readKeys(({ name, text, ctrl }) => {
    if (ctrl && (name === 'c' || name === 'd')) resolve(null)
    else if (name === 'return' || name === 'enter') resolve(typed)
    else if (name === 'backspace') typed = typed.slice(0, -1)
    else if (!ctrl && typed.length < typedLengthMax) typed += text
  })
  try {
    return await promise
  } finally {
    stop()
    screen.note('\n')
  }
}

const typedLengthMax = 10_000
