/** A gateway on a port of its own, over the embedded engine, and a client that asks it as others do. */
import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { systemClock } from '#base'
import { MemoryCatalog } from '#catalog'
import { EmbeddedEngine } from '#engines'
import { type GatewayServer, type ServerOptions, serveGateway } from '#gateway'
import { QuerySession, UserFunctions } from '#query'

export const token = 'a token of the tests'

/** Defines a table of the numbers from 1 on. */
export function numbers(rows: number, perSecond = 1_000_000): string {
  return `CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '${perSecond}', 'number-of-rows' = '${rows}',
    'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '${rows}');\n`
}

export interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
}

export interface Page {
  readonly resultType: string
  readonly resultKind?: string
  readonly isQueryResult?: boolean
  readonly jobID?: string
  readonly nextResultUri?: string
  readonly results?: {
    readonly columns: readonly { readonly name: string; readonly logicalType: Record<string, unknown> }[]
    readonly data: readonly { readonly kind: string; readonly fields: readonly unknown[] }[]
  }
}

/** What a gateway told of what went wrong. */
export interface Reports {
  readonly failures: unknown[]
  readonly jobs: { readonly jobId: string; readonly error: unknown }[]
}

export class GatewayClient {
  readonly reports: Reports
  readonly server: GatewayServer
  /** The session that statements go to. */
  session = ''

  constructor(server: GatewayServer, reports: Reports) {
    this.server = server
    this.reports = reports
  }

  /** What sessions are opened with. */
  sessionOptions(settings: Readonly<Record<string, string>>): ConstructorParameters<typeof QuerySession>[0] {
    return sessionOptions(settings)
  }

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(`http://127.0.0.1:${this.server.port}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }

  async open(properties: Readonly<Record<string, string>> = {}): Promise<this> {
    const { body } = await this.call('POST', '/v4/sessions', { sessionName: 'test', properties })
    this.session = String(body['sessionHandle'])
    return this
  }

  /** Submits a statement; the path of its operation. */
  async submit(statement: string, more: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const { body } = await this.call('POST', `/v4/sessions/${this.session}/statements`, { statement, executionTimeout: 0, ...more })
    return `/v4/sessions/${this.session}/operations/${String(body['operationHandle'])}`
  }

  /** All pages of a statement but those that are not ready; the last one is an error where it failed. */
  async pages(statement: string, format = 'JSON'): Promise<readonly (Page & { readonly errors?: readonly string[] })[]> {
    const pages: Page[] = []
    let next: string | undefined = `${await this.submit(statement)}/result/0?rowFormat=${format}`
    while (next !== undefined) {
      const { body } = await this.call('GET', next)
      const page = body as unknown as Page
      if (page.resultType !== 'NOT_READY') pages.push(page)
      next = page.nextResultUri
    }
    return pages
  }

  /** The fields of all rows; fails with what the gateway says. */
  async rows(statement: string, format = 'JSON'): Promise<unknown[]> {
    const pages = await this.pages(statement, format)
    const failed = pages.find(({ errors }) => errors !== undefined)
    if (failed !== undefined) throw new Error(failed.errors?.join('\n'))
    return pages.flatMap((page) => page.results?.data.map(({ fields }) => fields) ?? [])
  }
}

function sessionOptions(settings: Readonly<Record<string, string>>): ConstructorParameters<typeof QuerySession>[0] {
  const functions = new UserFunctions(() => Promise.resolve({}))
  return {
    createCatalog: () => new MemoryCatalog(),
    engine: new EmbeddedEngine({ clock: systemClock, userFunction: (user) => functions.callable(user) }),
    settings,
    clock: systemClock,
    loadFunction: (definition) => functions.load(definition),
  }
}

/** Ends with the test. */
export async function openGateway(options: Partial<ServerOptions> = {}): Promise<GatewayClient> {
  const reports: Reports = { failures: [], jobs: [] }
  const server = await serveGateway({
    clock: systemClock,
    createId: randomUUID,
    createSession: async (settings) => new QuerySession(sessionOptions(settings)),
    cluster: '',
    openElsewhere: (cluster) => Promise.reject(new TypeError(`no cluster ${cluster}`)),
    jobFailed: (jobId, error) => reports.jobs.push({ jobId, error }),
    failed: (error) => reports.failures.push(error),
    limits: { sessionsMax: 5, sessionIdleMs: 60_000 },
    host: '127.0.0.1',
    port: 0,
    token,
    ...options,
  })
  onTestFinished(() => server.close())
  return new GatewayClient(server, reports)
}
