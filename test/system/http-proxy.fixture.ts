/** Stands between a client and a store, and lets requests go wrong as asked. Signatures stay right: heads are passed on as they are. */
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What becomes of a request: passed on, refused with a code of S3, or passed on and its answer cut in the middle or lost. */
export type Fate = 'passed' | 'halved' | 'lost' | { readonly status: number; readonly code: string }

export class HttpProxy {
  readonly requests: string[] = []
  fate: (request: string) => Fate | Promise<Fate> = () => 'passed'
  readonly #target: URL
  readonly #server = http.createServer((request, response) => void this.#answer(request, response))

  constructor(endpoint: string) {
    this.#target = new URL(endpoint)
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const words = `${request.method} ${request.url}`
    this.requests.push(words)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const fate = await this.fate(words)
    if (typeof fate === 'object') {
      response.writeHead(fate.status, { 'content-type': 'application/xml' })
      response.end(`<?xml version="1.0"?><Error><Code>${fate.code}</Code><Message>as asked</Message></Error>`)
      return
    }
    const { method, url: path, headers } = request
    const passed = http.request({ host: this.#target.hostname, port: this.#target.port, method, path, headers }, (answer) => {
      if (fate === 'lost') {
        answer.resume()
        answer.on('end', () => void response.destroy())
        return
      }
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      if (fate === 'passed') {
        answer.pipe(response)
        return
      }
      const half = Math.floor(Number(answer.headers['content-length'] ?? 2) / 2)
      let sent = 0
      answer.on('data', (bytes: Buffer) => {
        response.write(bytes.subarray(0, half - sent), () => {
          if (sent >= half) response.destroy()
        })
        sent += Math.min(bytes.length, half - sent)
      })
    })
    passed.on('error', () => void response.destroy())
    passed.end(Buffer.concat(chunks))
  }
}
