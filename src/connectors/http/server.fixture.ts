/** Servers of a test, and tables that ask them. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { type Clock, systemClock } from '#base'
import { bigintType, rowsOf, type Schema, stringType } from '#data'
import type { ConnectorTable, ReadRequest, Sink, SinkWriter, Source, SourceReader, WriteRequest } from '../connector.ts'
import { ConnectorMeter } from '../connector-meter.ts'
import type { DeadLetter } from '../dead-letter.ts'
import { httpConnector } from './connector.ts'

interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}
type Answer = (asked: Asked, response: ServerResponse, count: number) => void

export interface TestServer {
  readonly origin: string
  readonly asked: Asked[]
  /** Ends all connections at once. */
  cut(): void
  close(): Promise<void>
}

/** `secure`: key and certificate. */
export async function serve(answer: Answer, secure?: { readonly key: string; readonly cert: string }): Promise<TestServer> {
  const asked: Asked[] = []
  const sockets = new Set<Socket>()
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const each = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body: Buffer.concat(parts) }
      asked.push(each)
      answer(each, response, asked.length)
    })
  }
  const server: Server = secure === undefined ? createServer(listener) : createSecureServer(secure, listener)
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    origin: `${secure === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    cut,
    close: () => {
      cut()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

export const schema: Schema = [
  { name: 'n', type: bigintType },
  { name: 'a', type: stringType },
]

function tableOf(options: Readonly<Record<string, string>>, clock: Clock = systemClock): ConnectorTable {
  const own = { connector: 'http', format: 'json', ...options }
  return { name: 't', schema, metadataColumns: [], options: own, primaryKey: [], partitionedBy: [], timeZone: 'UTC', clock }
}

export async function sourceOf(options: Readonly<Record<string, string>>): Promise<Source> {
  const table = tableOf(options)
  await httpConnector.load?.(table.options)
  return (httpConnector.source as NonNullable<typeof httpConnector.source>)(table)
}

export interface OpenReader {
  readonly reader: SourceReader
  readonly meter: ConnectorMeter
  stop(): void
}

export async function openReader(options: Readonly<Record<string, string>>, more: Partial<ReadRequest> = {}): Promise<OpenReader> {
  const source = await sourceOf(options)
  const abort = new AbortController()
  const meter = new ConnectorMeter(systemClock)
  const columns = schema.map(({ name, type }) => ({ kind: 'physical' as const, key: name, type }))
  const request = { columns, conditions: [], signal: abort.signal, meter, hasDeadLetters: false, work: null, ...more }
  return { reader: await source.open(request), meter, stop: () => abort.abort() }
}

/** Rows of the next batches, until there are so many or the input ends. */
export async function readRows({ reader }: Pick<OpenReader, 'reader'>, count = Number.POSITIVE_INFINITY): Promise<unknown[][]> {
  const rows: unknown[][] = []
  while (rows.length < count) {
    const next = await reader.read()
    if (next === null) break
    rows.push(...rowsOf(next.batch, schema))
  }
  return rows
}

/** All rows of a table, which ends. */
export async function allRows(options: Readonly<Record<string, string>>, more: Partial<ReadRequest> = {}): Promise<unknown[][]> {
  const opened = await openReader({ 'scan.bounded.mode': 'latest', ...options }, more)
  try {
    return await readRows(opened)
  } finally {
    await opened.reader.close()
  }
}

export async function sinkOf(options: Readonly<Record<string, string>>): Promise<Sink> {
  const table = tableOf(options)
  await httpConnector.load?.(table.options)
  return (httpConnector.sink as NonNullable<typeof httpConnector.sink>)(table)
}

export interface OpenWriter {
  readonly writer: SinkWriter
  readonly meter: ConnectorMeter
  readonly letters: DeadLetter[]
}

export async function openWriter(options: Readonly<Record<string, string>>, more: Partial<WriteRequest> = {}): Promise<OpenWriter> {
  const sink = await sinkOf(options)
  const letters: DeadLetter[] = []
  const meter = new ConnectorMeter(systemClock)
  const request = { schema, overwrite: false, signal: new AbortController().signal, meter, deadLetters: null, ...more }
  return { writer: await sink.open(request), meter, letters }
}
