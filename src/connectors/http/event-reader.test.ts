import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { bigintType, rowsOf, stringType } from '#data'
import { openReader, readRows, serve, type TestServer } from './server.fixture.ts'

const servers: TestServer[] = []
const started = async (...answer: Parameters<typeof serve>): Promise<TestServer> => {
  const server = await serve(...answer)
  servers.push(server)
  return server
}
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

const begin = (response: ServerResponse): ServerResponse => response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
const event = (n: number): string => `id: ${n}\ndata: {"n":${n}}\n\n`
const first = (rows: readonly unknown[][]): unknown[] => rows.map(([n]) => n)

test('events come as they are sent; comments and blank events give none', async () => {
  const server = await started(({ headers }, response) => {
    expect(headers.accept).toBe('text/event-stream')
    begin(response).write(': hello\n\nretry: 20\n\ndata: {"n":1,\ndata: "a":"x"}\n\n')
    setTimeout(() => response.write(`event: tick\n${event(2)}: alive\n`), 30)
  })
  const columns = [
    { kind: 'physical' as const, key: 'n', type: bigintType },
    { kind: 'metadata' as const, key: 'event', type: stringType },
    { kind: 'metadata' as const, key: 'id', type: stringType },
  ]
  const opened = await openReader({ url: server.origin, mode: 'sse' }, { columns })
  const rows: unknown[][] = []
  while (rows.length < 2) {
    const next = await opened.reader.read()
    if (next !== null)
      rows.push(
        ...rowsOf(
          next.batch,
          columns.map(({ key, type }) => ({ name: key, type })),
        ),
      )
  }
  expect(rows).toEqual([
    [1, 'message', null],
    [2, 'tick', '2'],
  ])
  opened.stop()
  expect(await opened.reader.read()).toBe(null)
  await opened.reader.close()
})

test('after a lost connection it goes on after the last event, once the server is ready', async () => {
  const times: number[] = []
  const server = await started(({ headers }, response, count) => {
    times.push(performance.now())
    const from = Number(headers['last-event-id'] ?? 0) + 1
    if (count === 2) {
      response.writeHead(503).end()
      return
    }
    begin(response).write(`retry: 200\n${event(from)}${event(from + 1)}id: ${from + 2}\ndata: {"n":${from + 2}}\n`)
    setTimeout(() => response.destroy(), 30)
  })
  const opened = await openReader({ url: server.origin, mode: 'sse' })
  expect(first(await readRows(opened, 6))).toEqual([1, 2, 3, 4, 5, 6])
  expect(server.asked.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '2', '2', '4'])
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(200)
  await opened.reader.close()
})

test('its position is the last event that was read, not one that waits', async () => {
  const server = await started(({ headers }, response) => {
    const from = Number(headers['last-event-id'] ?? 0) + 1
    begin(response).write(Array.from({ length: 5000 }, (_, at) => event(from + at)).join(''))
  })
  const opened = await openReader({ url: server.origin, mode: 'sse' })
  const rows = await readRows(opened, 1)
  const position = JSON.parse(JSON.stringify(opened.reader.position())) as unknown
  await opened.reader.close()
  expect(position).toEqual({ id: String(rows.length) })
  expect(rows.length).toBeLessThanOrEqual(4096)
  const again = await openReader({ url: server.origin, mode: 'sse' }, { position })
  expect(first(await readRows(again, 1))[0]).toBe(rows.length + 1)
  await again.reader.close()
})

test('a server that is silent for too long is asked again', async () => {
  const server = await started((_, response, count) => {
    begin(response).write(`retry: 10\n${count === 1 ? '' : event(count)}`)
  })
  const opened = await openReader({ url: server.origin, mode: 'sse', 'sse.idle-timeout': '150 ms' })
  expect(first(await readRows(opened, 1))).toEqual([2])
  await opened.reader.close()
})

test('a server that has no more to say ends the table', async () => {
  const server = await started((_, response, count) => {
    if (count === 1) begin(response).end(`retry: 10\n${event(1)}`)
    else response.writeHead(204).end()
  })
  const opened = await openReader({ url: server.origin, mode: 'sse' })
  expect(first(await readRows(opened))).toEqual([1])
  await opened.reader.close()
})

test('what is no stream of events is refused', async () => {
  const server = await started((_, response) => response.end('{"n":1}'))
  await expect(openReader({ url: server.origin, mode: 'sse' })).rejects.toMatchObject({ code: 'CONNECTORS_HTTP_RESPONSE_UNREADABLE' })
})

test('an event that does not end is given up at the limit', async () => {
  const server = await started((_, response) => {
    response.on('error', () => undefined)
    begin(response).write('data: ')
    for (let part = 0; part < 300; part++) response.write('x'.repeat(1000))
  })
  const opened = await openReader({ url: server.origin, mode: 'sse', 'response.max-size': '100 kb' })
  await expect(readRows(opened)).rejects.toMatchObject({ code: 'CONNECTORS_HTTP_RESPONSE_TOO_LONG' })
  await opened.reader.close()
})

test('a server that is faster than its reader has to wait', async () => {
  let written = 0
  let isClosed = false
  const server = await started((_, response) => {
    begin(response)
    response.on('close', () => {
      isClosed = true
    })
    const more = (): void => {
      while (!isClosed && written < 200_000_000) {
        written += 100_000
        if (!response.write(`data: {"n":1,"a":"${'x'.repeat(100_000)}"}\n\n`)) {
          response.once('drain', more)
          return
        }
      }
    }
    more()
  })
  const opened = await openReader({ url: server.origin, mode: 'sse' })
  for (let before = -1; before !== written; ) {
    before = written
    await sleep(500)
  }
  expect(written).toBeLessThan(50_000_000)
  await opened.reader.close()
})
