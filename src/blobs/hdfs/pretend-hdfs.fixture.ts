/**
 * A name node and a data node in this process, which can fail as asked: real ones do not lose an answer or halve a file when a test needs
 * it. What real ones do is tested in test/system.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What becomes of a request: it is heeded, refused with an exception, heeded without an answer, or answered by half. */
export type HdfsFate =
  | 'heeded'
  | 'answer-lost'
  | 'halved'
  | { readonly status: number; readonly exception: string; readonly message?: string }

interface Stored {
  bytes: Buffer
  modifiedMs: number
}

export class PretendHdfs {
  readonly files = new Map<string, Stored>()
  /** Each operation, as `CREATE /a`; those of data nodes begin with `data`. */
  readonly requests: string[] = []
  fate: (request: string, count: number) => HdfsFate = () => 'heeded'
  #changes = 0
  readonly #server = createServer((request, response) => void this.#answer(request, response))

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  put(path: string, text: string): void {
    this.files.set(path, { bytes: Buffer.from(text), modifiedMs: ++this.#changes })
  }

  text(path: string): string | undefined {
    return this.files.get(path)?.bytes.toString()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', `http://${this.host}`)
    const isData = url.pathname.startsWith('/data')
    const path = decodeURIComponent(url.pathname.replace(/^\/(?:webhdfs\/v1|data)/, ''))
    const op = url.searchParams.get('op') ?? ''
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const words = `${isData ? 'data ' : ''}${op} ${path}`
    this.requests.push(words)
    const fate = this.fate(words, this.requests.filter((each) => each === words).length)
    if (typeof fate === 'object') {
      const { status, exception, message = 'as asked' } = fate
      response.writeHead(status).end(exception === '' ? message : JSON.stringify({ RemoteException: { exception, message } }))
      return
    }
    if (!isData && (op === 'OPEN' || op === 'CREATE') && (op === 'CREATE' || this.files.has(path))) {
      response.writeHead(307, { location: `http://${this.host}${url.pathname.replace('/webhdfs/v1', '/data')}${url.search}` }).end()
      return
    }
    const body = this.#heed(op, path, url.searchParams, Buffer.concat(chunks))
    if (fate === 'answer-lost') request.socket.destroy()
    else if (body === null)
      response.writeHead(404).end(JSON.stringify({ RemoteException: { exception: 'FileNotFoundException', message: path } }))
    else if (fate === 'heeded') response.writeHead(200).end(body)
    else
      response
        .writeHead(200, { 'content-length': body.length })
        .write(body.subarray(0, body.length / 2), () => void request.socket.destroy())
  }

  /** Null where there is no such file. */
  #heed(op: string, path: string, parameters: URLSearchParams, body: Buffer): Buffer | null {
    const there = this.files.get(path)
    if (op === 'CREATE') this.files.set(path, { bytes: body, modifiedMs: ++this.#changes })
    if (op === 'DELETE') this.files.delete(path)
    if (op === 'LISTSTATUS_BATCH') return this.#listing(path)
    if (op === 'RENAME') return json({ boolean: this.#rename(path, parameters.get('destination') ?? '') })
    if (op === 'CONCAT') return this.#concat(path, (parameters.get('sources') ?? '').split(','))
    if (op === 'GETFILESTATUS') return this.#status(path)
    if (op !== 'OPEN') return json({ boolean: true })
    const offset = Number(parameters.get('offset'))
    return there?.bytes.subarray(offset, offset + Number(parameters.get('length'))) ?? null
  }

  #status(path: string): Buffer | null {
    const there = this.files.get(path)
    if (there !== undefined) return json({ FileStatus: { ...fileStatus('', there) } })
    const isDirectory = [...this.files.keys()].some((name) => name.startsWith(`${path === '/' ? '' : path}/`))
    return isDirectory ? json({ FileStatus: { pathSuffix: '', type: 'DIRECTORY', length: 0, modificationTime: 0 } }) : null
  }

  #listing(path: string): Buffer {
    const below = [...this.files].filter(([name]) => name.startsWith(`${path}/`) && !name.slice(path.length + 1).includes('/'))
    const FileStatus = below.map(([name, stored]) => fileStatus(name.slice(path.length + 1), stored))
    return json({ DirectoryListing: { partialListing: { FileStatuses: { FileStatus } }, remainingEntries: 0 } })
  }

  #rename(path: string, to: string): boolean {
    const there = this.files.get(path)
    if (there === undefined || this.files.has(to)) return false
    this.files.delete(path)
    this.files.set(to, there)
    return true
  }

  #concat(path: string, sources: readonly string[]): Buffer | null {
    const all = [path, ...sources].map((name) => this.files.get(name)?.bytes)
    if (all.includes(undefined)) return null
    this.files.set(path, { bytes: Buffer.concat(all.flatMap((bytes) => bytes ?? [])), modifiedMs: ++this.#changes })
    for (const name of sources) this.files.delete(name)
    return json({})
  }
}

function fileStatus(pathSuffix: string, { bytes, modifiedMs }: Stored) {
  return { pathSuffix, type: 'FILE', length: bytes.length, modificationTime: modifiedMs }
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}
