/** A server of its own folder in this process, with its jobs and sessions in real ones. */

import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { JobSpec } from '#api'
import { systemClock } from '#base'
import { type OpenServer, openServer, type ServerOptions } from '#server'
import { Person } from './person.fixture.ts'

const mb = 1_048_576

export type Role = 'viewer' | 'developer' | 'operator' | 'admin'

/** Good for nobody but these tests. */
export const password = 'correct horse battery'

/** Compiled code is kept for all processes of all tests. */
export const variables = { NODE_COMPILE_CACHE: path.join(tmpdir(), 'millrace-test-code'), ...process.env }

export class Millrace {
  /** Where tests put their files; the data of the server is below it. */
  readonly folder: string
  /** What went wrong in the server itself. */
  readonly failures: unknown[] = []
  readonly #changes: Partial<ServerOptions>
  #server: OpenServer | null = null

  private constructor(folder: string, changes: Partial<ServerOptions>) {
    this.folder = folder
    this.#changes = changes
  }

  static async create(changes: Partial<ServerOptions> = {}): Promise<Millrace> {
    const millrace = new Millrace(await mkdtemp(path.join(tmpdir(), 'millrace-server-')), changes)
    await millrace.open()
    return millrace
  }

  get dataFolder(): string {
    return path.join(this.folder, 'data')
  }

  get port(): number {
    return this.#server?.port ?? 0
  }

  async open(): Promise<void> {
    this.#server = await openServer({
      dataFolder: this.dataFolder,
      host: '127.0.0.1',
      port: 0,
      storeAddress: '',
      publicUrl: null,
      signInLinkFor: '',
      version: '0.0.0',
      clock: systemClock,
      process: {
        entry: new URL('../../src/session-process.ts', import.meta.url),
        memory: { heapBytes: 128 * mb, stateBytes: 32 * mb, totalBytes: 700 * mb },
        clock: systemClock,
        variables,
      },
      workersMax: 2,
      findCluster: () => null,
      findSecret: () => null,
      secretsKey: null,
      oidc: null,
      outboundAllowed: [],
      metricsToken: 'metrics',
      consoleFolder: null,
      failed: (_id, error) => this.failures.push(error),
      ...this.#changes,
    })
  }

  async close(): Promise<void> {
    const server = this.#server
    this.#server = null
    await server?.close()
  }

  async remove(): Promise<void> {
    await this.close()
    await rm(this.folder, { recursive: true, force: true })
  }

  stranger(): Person {
    return new Person(this.port)
  }

  /** The first administrator, `ada`. */
  async admin(): Promise<Person> {
    const link = this.#server?.signInLinks[0]?.key ?? ''
    return this.stranger().signInByLink({ link, name: 'ada', password })
  }

  /** Somebody new, with a role in a workspace. */
  async person(admin: Person, name: string, role: Role | null, workspace = 'main'): Promise<Person> {
    const { link } = await admin.call('POST /users', { body: { name, displayName: name, isServerAdmin: false } })
    if (role !== null) await admin.call('PUT /workspaces/:workspace/members/:user', { params: { workspace, user: name }, body: { role } })
    return this.stranger().signInByLink({ link, password })
  }

  /** Somebody who shows a token. */
  async service(admin: Person, role: Role, workspace = 'main'): Promise<Person> {
    const body = { title: role, role, daysValid: 1 }
    const { secret } = await admin.call('POST /workspaces/:workspace/tokens', { params: { workspace }, body })
    return new Person(this.port, { authorization: `Bearer ${secret}` })
  }

  /** The lines of files in a folder, JSON each. */
  async rows(folder: string): Promise<unknown[]> {
    return rowsIn(path.join(this.folder, folder))
  }
}

export async function rowsIn(folder: string): Promise<unknown[]> {
  if (!existsSync(folder)) return []
  const { readdir } = await import('node:fs/promises')
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.'))
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')))
  return texts.flatMap((text) => text.split('\n').filter((line) => line !== '')).map((line) => JSON.parse(line) as unknown)
}

/** A job whose script is the given one. */
export function specOf(text: string, changes: Partial<Spec> = {}): Spec {
  return {
    name: 'a job',
    description: '',
    folder: '',
    tags: [],
    owner: 'ada',
    program: { kind: 'sql', text },
    engine: { kind: 'embedded' },
    settings: {},
    variables: {},
    parallelism: 1,
    checkpointIntervalMs: 200,
    restart: { kind: 'back-off', delayMs: 100, delayMsMax: 1000, failuresMax: 5, windowMs: 60_000 },
    upgrade: 'keep-state',
    latencyTier: 'seconds',
    ...changes,
  }
}
type Spec = JobSpec

const patienceMs = 60_000

/** What it gives in the end. */
export async function until<T>(look: () => Promise<T | null> | T | null): Promise<T> {
  const startMs = systemClock.monotonicMs()
  for (;;) {
    const found = await look()
    if (found !== null) return found
    if (systemClock.monotonicMs() - startMs > patienceMs) throw new Error('it did not happen in time')
    await sleep(30)
  }
}
