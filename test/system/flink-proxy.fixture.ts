/** A proxy before a server of Flink, with a network that can be cut and slowed down. */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface SlowProxy {
  readonly url: string
  /** How long each request waits before it goes on. */
  delayMs: number
  /** Nothing comes through any more, in either direction. */
  cut(): void
  /** The next request to a path that ends so comes through, but no answer to it, and nothing after it. */
  cutAfter(end: string): void
  mend(): void
  close(): Promise<void>
}

export async function startProxy(target: string): Promise<SlowProxy> {
  const sockets = new Set<Socket>()
  let isCut = false
  let last: string | null = null
  const forward = async (incoming: IncomingMessage, answer: ServerResponse): Promise<void> => {
    await sleep(proxy.delayMs)
    if (isCut) return void incoming.socket.destroy()
    const isLast = last !== null && (incoming.url ?? '').endsWith(last)
    const outgoing = request(new URL(incoming.url ?? '/', target), { method: incoming.method, headers: incoming.headers }, (response) => {
      if (isLast) {
        proxy.cut()
        response.resume()
        return
      }
      answer.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(answer)
    })
    outgoing.on('error', () => incoming.socket.destroy())
    incoming.pipe(outgoing)
  }
  const server = createServer((incoming, answer) => void forward(incoming, answer))
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    if (isCut) socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const proxy: SlowProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    delayMs: 0,
    cut() {
      isCut = true
      for (const socket of sockets) socket.destroy()
    },
    cutAfter(end) {
      last = end
    },
    mend() {
      isCut = false
      last = null
    },
    async close() {
      proxy.cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return proxy
}
