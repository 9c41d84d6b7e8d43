/** A job manager that answers what a test tells it to, and keeps what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface FakeRestServer {
  readonly url: string
  /** By the path without what it asks for: an answer, or a status and what went wrong. */
  readonly answers: Map<string, unknown>
  /** Methods and paths, with bodies. */
  readonly asked: string[]
  close(): Promise<void>
}

export class Refusal {
  readonly status: number
  readonly reason: string

  constructor(status: number, reason: string) {
    this.status = status
    this.reason = reason
  }
}

export async function startFakeRestServer(): Promise<FakeRestServer> {
  const answers = new Map<string, unknown>()
  const asked: string[] = []
  const tell = async (incoming: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    asked.push(`${incoming.method} ${incoming.url}${body === '' ? '' : ` ${body}`}`)
    const [path = ''] = (incoming.url ?? '').split('?')
    const known = answers.get(path) ?? new Refusal(404, `there is no ${path}`)
    const told = typeof known === 'function' ? (known as (method: string, body: string) => unknown)(incoming.method ?? '', body) : known
    const isRefusal = told instanceof Refusal
    answer.writeHead(isRefusal ? told.status : 200)
    answer.end(JSON.stringify(isRefusal ? { errors: [told.reason] } : told))
  }
  const server = createServer((incoming, answer) => void tell(incoming, answer))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url, answers, asked, close }
}

/** What a job manager writes of a vertex. */
export function writtenVertex(id: string, name: string, parallelism: number, more: object = {}): object {
  return {
    id,
    name,
    parallelism,
    maxParallelism: 128,
    slotSharingGroupId: 'group',
    status: 'RUNNING',
    'start-time': 1000,
    duration: 10_000,
    tasks: { RUNNING: parallelism },
    metrics: writtenCounts(30, 20, 1000),
    ...more,
  }
}

/** Of a subtask that has lived so long: a tenth of it busy, the rest idle. */
export function writtenCounts(recordsIn: number, recordsOut: number, lifeMs: number): object {
  return {
    'read-records': recordsIn,
    'read-records-complete': true,
    'write-records': recordsOut,
    'write-records-complete': true,
    'accumulated-busy-time': lifeMs / 10,
    'accumulated-idle-time': (9 * lifeMs) / 10,
    'accumulated-backpressured-time': 0,
  }
}

export function writtenJob(vertices: readonly object[], more: object = {}): object {
  return { jid: 'j', name: 'orders', state: 'RUNNING', 'start-time': 900, duration: 10_100, schedulerType: 'Adaptive', vertices, ...more }
}
