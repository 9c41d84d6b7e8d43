/** A server as people start it, with its first administrator, a token of a service, and the command line as others call it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

const program = path.resolve('bin/millrace')

export interface Outcome {
  readonly status: number | null
  readonly out: string
  readonly notes: string
}

export interface Calling {
  readonly input?: string
  readonly variables?: Readonly<Record<string, string>>
}

export class LiveServer {
  readonly url: string
  readonly folder: string
  readonly #child: ChildProcess
  /** Variables that sign the command line in. */
  readonly #tokens = new Map<string, string>()

  private constructor(url: string, folder: string, child: ChildProcess) {
    this.url = url
    this.folder = folder
    this.#child = child
  }

  static async start(): Promise<LiveServer> {
    const folder = await mkdtemp(path.join(tmpdir(), 'millrace-server-cli-'))
    const child = spawn(program, ['server', '--port', '0', '--data-dir', path.join(folder, 'data')], { stdio: ['ignore', 'pipe', 'pipe'] })
    let notes = ''
    child.stderr.on('data', (data) => {
      notes += String(data)
    })
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout.once('data', (data) => resolve(String(data).trim()))
      child.once('close', () => reject(new Error(notes)))
    })
    const server = new LiveServer(url, folder, child)
    while (!notes.includes('#link=')) await new Promise((resolve) => setTimeout(resolve, 20))
    await server.#makeTokens(/#link=(\S+)/.exec(notes)?.[1] ?? '')
    return server
  }

  async #makeTokens(link: string): Promise<void> {
    const post = async (place: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
      fetch(`${this.url}/api/v1${place}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      })
    const signedIn = await post('/sign-in/link', { link, name: 'ada', password: 'correct horse battery' })
    const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const { csrfToken } = (await signedIn.json()) as { readonly csrfToken: string }
    for (const role of ['admin', 'viewer']) {
      const made = await post(
        '/workspaces/main/tokens',
        { title: `cli of ${role}`, role, daysValid: 1 },
        { cookie, 'x-millrace-csrf': csrfToken },
      )
      this.#tokens.set(role, ((await made.json()) as { readonly secret: string }).secret)
    }
  }

  token(role: 'admin' | 'viewer' = 'admin'): string {
    return this.#tokens.get(role) ?? ''
  }

  /** Calls the command line, signed in by variables unless others are given. */
  millrace(words: readonly string[], { input = '', variables }: Calling = {}): Promise<Outcome> {
    const own = variables ?? { MILLRACE_SERVER: this.url, MILLRACE_TOKEN: this.token() }
    return callProgram(words, { input, variables: { MILLRACE_HOME: path.join(this.folder, 'home'), ...own }, folder: this.folder })
  }

  async write(name: string, text: string): Promise<string> {
    await mkdir(path.dirname(path.join(this.folder, name)), { recursive: true })
    await writeFile(path.join(this.folder, name), text)
    return name
  }

  read(name: string): Promise<string> {
    return readFile(path.join(this.folder, name), 'utf8')
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.#child.once('close', resolve))
    this.#child.kill('SIGTERM')
    await gone
    await rm(this.folder, { recursive: true, force: true })
  }
}

function callProgram(
  words: readonly string[],
  { input, variables, folder }: { readonly input: string; readonly variables: Readonly<Record<string, string>>; readonly folder: string },
): Promise<Outcome> {
  const child = spawn(program, words, { cwd: folder, env: { ...process.env, ...variables }, stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.end(input)
  let out = ''
  let notes = ''
  child.stdout.on('data', (data) => {
    out += String(data)
  })
  child.stderr.on('data', (data) => {
    notes += String(data)
  })
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, out, notes })))
}
