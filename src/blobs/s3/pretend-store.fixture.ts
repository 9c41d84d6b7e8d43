/**
 * A store that speaks as much S3 as locks and small blobs need, in this process, so that it can fail as asked: real ones do not answer
 * 503, lose an answer or tell a wrong time when a test needs it. What blobs do with a real store is tested in test/system.
 */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Patience, systemClock } from '#base'
import { defaultLeaseTimes, type LeaseTimes } from './lease.ts'
import { S3Blobs } from './s3-blobs.ts'

/** What becomes of a request: it is heeded, refused with a code, heeded without an answer, or met by silence. */
export type Fate = 'heeded' | 'answer-lost' | 'silence' | { readonly status: number; readonly code: string; readonly date?: string }

export class PretendStore {
  readonly objects = new Map<string, Buffer>()
  /** Each request, as `PUT name`. */
  readonly requests: string[] = []
  readonly heads: IncomingMessage['headers'][] = []
  /** Decides the fate of each request. */
  fate: (request: string, count: number) => Fate = () => 'heeded'
  readonly #server = createServer((request, response) => void this.#answer(request, response))

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Blobs that are kept here, for whom pauses of retries pass fifty times as fast. */
  blobs(retryMsMax = 60_000): S3Blobs {
    let skippedMs = 0
    const clock = { nowMs: () => systemClock.nowMs(), monotonicMs: () => systemClock.monotonicMs() + skippedMs }
    const pause = async (ms: number): Promise<void> => {
      await sleep(ms / 50)
      skippedMs += (ms * 49) / 50
    }
    return this.#open({ clock, retryMsMax, sleep: pause, random: () => 0.5 }, defaultLeaseTimes)
  }

  /** Blobs that are kept here, whose lock has other times. */
  leased(lease: LeaseTimes): S3Blobs {
    return this.#open({ clock: systemClock, retryMsMax: 2000, sleep: (ms) => sleep(ms), random: () => 0.5 }, lease)
  }

  #open(patience: Patience, lease: LeaseTimes): S3Blobs {
    return new S3Blobs('s3://bucket/run', { environment: { variables: { AWS_ENDPOINT_URL: this.address }, patience }, lease })
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const name = (request.url ?? '').split('?')[0]?.replace('/bucket/run/', '') ?? ''
    const words = `${request.method} ${name}`
    this.requests.push(words)
    this.heads.push(request.headers)
    const fate = this.fate(words, this.requests.filter((each) => each === words).length)
    if (fate === 'silence') return
    if (typeof fate === 'object') {
      if (fate.date !== undefined) response.setHeader('date', fate.date)
      refuse(response, fate.status, fate.code)
      return
    }
    if (fate === 'answer-lost') {
      this.#heed(request, name, bodyOf(request, Buffer.concat(chunks)), null)
      request.socket.destroy()
      return
    }
    this.#heed(request, name, bodyOf(request, Buffer.concat(chunks)), response)
  }

  #heed({ method, headers }: IncomingMessage, name: string, body: Buffer, response: ServerResponse | null): void {
    const there = this.objects.get(name)
    const trouble = troubleOf(method, headers, there)
    if (trouble !== null) {
      refuse(response, ...trouble)
      return
    }
    if (method === 'PUT') this.objects.set(name, body)
    if (method === 'DELETE') this.objects.delete(name)
    response?.setHeader('etag', markOf(method === 'PUT' ? body : there))
    response?.end(method === 'GET' ? there : undefined)
  }
}

function troubleOf(method = '', headers: IncomingMessage['headers'], there: Buffer | undefined): [status: number, code: string] | null {
  const match = headers['if-match']
  if (method === 'PUT' && match !== undefined && there !== undefined && match !== markOf(there)) return [412, 'PreconditionFailed']
  if (method === 'PUT' && headers['if-none-match'] !== undefined && there !== undefined) return [412, 'PreconditionFailed']
  const isNeeded = method === 'GET' || (method === 'PUT' && match !== undefined)
  return isNeeded && there === undefined ? [404, 'NoSuchKey'] : null
}

function markOf(bytes: Buffer | undefined): string {
  return bytes === undefined ? '' : `"${createHash('md5').update(bytes).digest('hex')}"`
}

function refuse(response: ServerResponse | null, status: number, code: string): void {
  response?.writeHead(status, { 'content-type': 'application/xml' })
  response?.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>ACCESSKEY SECRETKEY</Message></Error>`)
}

/** Bodies that are sent with a checksum behind them come in chunks of their own. */
function bodyOf({ headers }: IncomingMessage, bytes: Buffer): Buffer {
  if (!(headers['content-encoding'] ?? '').includes('aws-chunked')) return bytes
  const parts: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf('\r\n', at)
    const length = Number.parseInt(bytes.toString('latin1', at, end), 16)
    if (length === 0) break
    parts.push(bytes.subarray(end + 2, end + 2 + length))
    at = end + 2 + length + 2
  }
  return Buffer.concat(parts)
}
