/** A pretended OpenSearch server, and writers to it. */
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createSecureServer, type ServerOptions } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { systemClock } from '#base'
import { type Batch, batchOf, bigintType, type Schema, stringType } from '#data'
import type { ConnectorTable, Sink, SinkWriter, WriteRequest } from '../connector.ts'
import { ConnectorMeter } from '../connector-meter.ts'
import { openSearchConnector } from './connector.ts'

export interface Item {
  readonly action: 'index' | 'delete'
  readonly index: string
  readonly id: string
  readonly source: string | null
}
export interface Asked {
  readonly items: readonly Item[]
  readonly path: string
  readonly authorization: string | undefined
  readonly bytes: number
  /** Counted from 0, without the request that opens. */
  readonly count: number
}
/** By item: its status, or an error with one. */
export type ItemStatus = number | readonly [status: number, type: string, reason: string]

export interface PretendedServer {
  readonly origin: string
  readonly asked: readonly Asked[]
  /** What it would hold, by id. */
  readonly held: ReadonlyMap<string, string>
  close(): Promise<void>
}

/** Answers with statuses by item, or answers itself and gives null. */
export async function pretendServer(
  answer: (asked: Asked, response: ServerResponse) => readonly ItemStatus[] | null = ({ items }) => items.map(() => 200),
  secure?: ServerOptions,
): Promise<PretendedServer> {
  const asked: Asked[] = []
  const held = new Map<string, string>()
  const sockets = new Set<Socket>()
  const listener: RequestListener = (request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const body = Buffer.concat(parts)
      const isOpening = body.toString() === '\n'
      const each = {
        items: isOpening ? [] : itemsIn(body.toString()),
        path: request.url ?? '',
        authorization: request.headers.authorization,
        bytes: body.length,
        count: isOpening ? -1 : asked.length,
      }
      if (!isOpening) asked.push(each)
      const statuses = answer(each, response)
      if (statuses === null) return
      if (isOpening) {
        response.writeHead(400).end('{"error":{"type":"action_request_validation_exception","reason":"no requests added"}}')
        return
      }
      for (const [place, { id, source }] of each.items.entries()) {
        if (statuses[place] !== 200) continue
        if (source === null) held.delete(id)
        else held.set(id, source)
      }
      response.end(bulkAnswer(each.items, statuses))
    })
  }
  const server = secure === undefined ? createServer(listener) : createSecureServer(secure, listener)
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `${secure === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    held,
    close: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

export function bulkAnswer(items: readonly Item[], statuses: readonly ItemStatus[]): string {
  const results = items.map(({ action }, place) => {
    const status = statuses[place] ?? 200
    return { [action]: typeof status === 'number' ? { status } : { status: status[0], error: { type: status[1], reason: status[2] } } }
  })
  return JSON.stringify({ items: results })
}

function itemsIn(body: string): Item[] {
  const lines = body.split('\n').slice(0, -1)
  const items: Item[] = []
  for (let at = 0; at < lines.length; at++) {
    const head = JSON.parse(lines[at] ?? '') as Record<'index' | 'delete', { _index: string; _id: string }>
    const action = 'index' in head ? 'index' : 'delete'
    const { _index: index, _id: id } = head[action]
    items.push({ action, index, id, source: action === 'index' ? (lines[++at] ?? '') : null })
  }
  return items
}

const schema: Schema = [
  { name: 'k', type: stringType },
  { name: 'n', type: bigintType },
]

export function tableOf(options: Readonly<Record<string, string>>, more: Partial<ConnectorTable> = {}): ConnectorTable {
  const own = { connector: 'opensearch', index: 'clicks', hosts: 'http://127.0.0.1:1', ...options }
  const nothing = { metadataColumns: [], partitionedBy: [] }
  return { name: 't', schema, options: own, primaryKey: ['k'], timeZone: 'UTC', clock: systemClock, ...nothing, ...more }
}

export async function sinkOf(table: ConnectorTable): Promise<Sink> {
  const connector = openSearchConnector('opensearch')
  await connector.load?.(table.options)
  return (connector.sink as NonNullable<typeof connector.sink>)(table)
}

export interface OpenWriter {
  readonly writer: SinkWriter
  readonly meter: ConnectorMeter
}

export async function openWriter(table: ConnectorTable, more: Partial<WriteRequest> = {}): Promise<OpenWriter> {
  const meter = new ConnectorMeter(systemClock)
  const request = { schema: table.schema, overwrite: false, signal: new AbortController().signal, meter, deadLetters: null, ...more }
  return { writer: await (await sinkOf(table)).open(request), meter }
}

/** Rows with their kinds of change: 0 insert, 1 and 2 update before and after, 3 delete. */
export function changes(rows: readonly (readonly unknown[])[], kinds: readonly number[] | null = null, of: Schema = schema): Batch {
  return {
    ...batchOf(
      of,
      rows.map((row) => [...row]),
    ),
    kinds: kinds === null ? null : Uint8Array.from(kinds),
  }
}
