import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { RunFeed } from './run-feed.ts'
import type { ToldEvent } from './watched-answer.ts'

interface Connection {
  readonly after: string
  say(event: object): void
  readonly isOpen: () => boolean
}

const connections: Connection[] = []

/** A server whose streams a test writes. */
function answer(address: string, init: RequestInit): Response {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  let isOpen = true
  const body = new ReadableStream<Uint8Array>({
    start(own) {
      controller = own
    },
  })
  init.signal?.addEventListener('abort', () => {
    isOpen = false
    controller?.error(new Error('aborted'))
  })
  const after = new URL(address, 'http://localhost').searchParams.get('after') ?? ''
  const say = (event: object): void => controller?.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(event)}\n\n`))
  connections.push({ after, say, isOpen: () => isOpen })
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}

beforeEach(() => {
  connections.length = 0
  vi.stubGlobal('fetch', async (address: string, init: RequestInit) => answer(address, init))
})
afterEach(() => vi.unstubAllGlobals())

const whole = (run: string, number: number, endedAt: number | null = null) => ({
  kind: 'whole',
  run,
  number,
  incarnation: 'i1',
  card: { endedAt },
})
const change = (run: string, number: number) => ({ kind: 'changes', run, number, rows: [] })

function open() {
  const told: string[] = []
  const gone: string[] = []
  const feed = new RunFeed('main', 'n1', {
    told: (event: ToldEvent) => told.push(`${event.kind} ${event.run} ${event.number}`),
    gone: (run) => gone.push(run),
  })
  return { feed, told, gone }
}

test('it says where it is with each connection, and tells each event once', async () => {
  const { feed, told, gone } = open()
  feed.expect('a')
  feed.want(true)
  feed.want(true)
  await expect.poll(() => connections.length).toBe(1)
  expect(connections[0]?.after).toBe('a::0')
  for (const event of [whole('a', 4), change('a', 5), change('a', 5), whole('b', 1), change('c', 1), { kind: 'gone', run: 'd' }])
    connections[0]?.say(event)
  await expect.poll(() => told).toEqual(['whole a 4', 'changes a 5', 'whole b 1'])
  expect(gone).toEqual(['d'])
  feed.want(false)
  expect(connections[0]?.isOpen()).toBe(false)
  feed.want(true)
  await expect.poll(() => connections.length).toBe(2)
  expect(connections[1]?.after).toBe('a:i1:5,b:i1:1')
  // Of what has ended nothing more is asked for.
  connections[1]?.say(whole('b', 3, 1000))
  await expect.poll(() => told.at(-1)).toBe('whole b 3')
  feed.want(false)
  feed.want(true)
  await expect.poll(() => connections[2]?.after).toBe('a:i1:5')
  feed.want(false)
})

test('where an event is missing, the whole is asked for anew', async () => {
  const { feed, told } = open()
  feed.want(true)
  await expect.poll(() => connections.length).toBe(1)
  for (const event of [whole('a', 4), change('a', 6)]) connections[0]?.say(event)
  await expect.poll(() => connections.length).toBe(2)
  expect(connections[1]?.after).toBe('a::0')
  expect(told).toEqual(['whole a 4'])
  feed.want(false)
})
