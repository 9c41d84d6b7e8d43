import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { changeDelete, changeUpdateAfter } from '#data'
import type { DeadLetter } from '../dead-letter.ts'
import { bulkAnswer, changes, openWriter, type PretendedServer, pretendServer, tableOf } from './server.fixture.ts'

const servers: PretendedServer[] = []
const started = async (...answer: Parameters<typeof pretendServer>): Promise<PretendedServer> => {
  const server = await pretendServer(...answer)
  servers.push(server)
  return server
}
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

const many = (from: number, to: number) => changes(Array.from({ length: to - from }, (_, at) => [`k${from + at}`, from + at]))
const idsOf = ({ asked }: PretendedServer) => asked.map(({ items }) => items.map(({ id }) => id))
const sourcesOf = ({ asked }: PretendedServer) => asked.map(({ items }) => items.map(({ source }) => source))

describe('documents', () => {
  test('are written and deleted by key, and only the last change of each is sent', async () => {
    const server = await started()
    const { writer } = await openWriter(tableOf({ hosts: server.origin, 'connection.path-prefix': '/search/' }))
    const rows = [
      ['a', 1],
      ['b', 2],
      ['a', 3],
      ['c', 4],
      ['c', 4],
    ]
    await writer.write(changes(rows, [0, 0, changeUpdateAfter, 0, changeDelete]))
    expect(server.asked).toEqual([])
    await writer.prepare()
    await writer.close()
    expect(server.asked.map(({ items }) => items)).toEqual([
      [
        { action: 'index', index: 'clicks', id: 'a', source: '{"k":"a","n":3}' },
        { action: 'index', index: 'clicks', id: 'b', source: '{"k":"b","n":2}' },
        { action: 'delete', index: 'clicks', id: 'c', source: null },
      ],
    ])
    expect(server.asked[0]?.path).toMatch(/^\/search\/_bulk\?/)
  })

  test('that are not there are deleted without trouble', async () => {
    const server = await started(({ items }) => items.map(() => 404))
    const { writer } = await openWriter(tableOf({ hosts: server.origin }))
    await writer.write(changes([['a', 1]], [changeDelete]))
    await writer.prepare()
    await writer.close()
    expect(server.asked).toHaveLength(1)
  })

  test('are sent when there are enough of them, or of bytes, or after a time', async () => {
    const server = await started()
    const byCount = await openWriter(tableOf({ hosts: server.origin, 'sink.bulk-flush.max-actions': '4' }))
    await byCount.writer.write(many(0, 10))
    expect(idsOf(server).map((ids) => ids.length)).toEqual([4, 4])
    await byCount.writer.prepare()
    expect(idsOf(server).map((ids) => ids.length)).toEqual([4, 4, 2])
    await byCount.writer.close()
    const bySize = await openWriter(tableOf({ hosts: server.origin, 'sink.bulk-flush.max-size': '1 kb' }))
    await bySize.writer.write(many(0, 100))
    await bySize.writer.prepare()
    await bySize.writer.close()
    expect(Math.max(...server.asked.map(({ bytes }) => bytes))).toBeLessThanOrEqual(1024)
    expect(idsOf(server).flat()).toHaveLength(110)
    const byTime = await openWriter(tableOf({ hosts: server.origin, 'sink.bulk-flush.interval': '50 ms' }))
    await byTime.writer.write(many(0, 1))
    await sleep(300)
    expect(idsOf(server).flat()).toHaveLength(111)
    await byTime.writer.close()
  })

  test('without a primary key have the same ids when a crash repeats them, and others in every other case', async () => {
    const server = await started()
    const table = tableOf({ hosts: server.origin, index: '{k}' }, { primaryKey: [] })
    const life = async (record: unknown, rows: readonly (readonly unknown[])[], name: string | null = 'work') => {
      const durable = name === null ? {} : { durable: { name, id: name, record, writer: { index: 0, count: 2 } } }
      const { writer } = await openWriter(table, durable)
      await writer.write(changes(rows))
      const next = await writer.prepare()
      await writer.close()
      return next
    }
    const first = await life(null, [['a', 1]])
    await life(first, [
      ['a', 2],
      ['b', 3],
    ]) // A life that is killed before its checkpoint.
    await life(first, [
      ['b', 3],
      ['a', 2],
      ['a', 4],
    ])
    const ids = server.asked.map(({ items }) => items.map(({ index, id, source }) => [index, id, source]))
    expect(new Set(ids.flat().map(([index, id]) => `${index} ${id}`)).size).toBe(4)
    expect(server.held.size).toBe(3)
    expect(ids[1]?.toSorted()).toEqual(ids[2]?.slice(0, 2).toSorted())
    // Lives of the same work, of which none came to a checkpoint.
    const known = server.held.size
    await life(null, [['a', 1]])
    expect(server.held.size).toBe(known)
    await life(null, [['a', 1]], 'other')
    await life(null, [['a', 1]], null)
    await life(null, [['a', 1]], null)
    expect(new Set(server.asked.flatMap(({ items }) => items.map(({ index, id }) => `${index} ${id}`))).size).toBe(7)
  })
})

describe('a server that is busy', () => {
  test('gets again what it rejected, before a later change of the same document', async () => {
    const server = await started(({ items, count }) =>
      items.map(({ id }) => (id === 'a' && count < 2 ? 429 : id === 'b' && count < 1 ? 503 : 200)),
    )
    const { writer, meter } = await openWriter(
      tableOf({ hosts: server.origin, 'sink.bulk-flush.max-actions': '3', 'sink.bulk-flush.backoff.delay': '100 ms' }),
    )
    const sent = writer.write(
      changes([
        ['a', 1],
        ['b', 1],
        ['c', 1],
      ]),
    )
    await sleep(40)
    expect(meter.waiting?.reason).toMatch(/^OpenSearch takes no more for now: status (429|503)$/)
    const later = writer.write(changes([['a', 2]], [changeUpdateAfter]))
    await sent
    await later
    await writer.prepare()
    await writer.close()
    expect(idsOf(server)).toEqual([['a', 'b', 'c'], ['a', 'b'], ['a'], ['a']])
    expect(server.held.get('a')).toBe('{"k":"a","n":2}')
    expect(meter.retries).toBe(2)
    expect(meter.waiting).toBeNull()
  })

  test.each([
    [{ 'sink.bulk-flush.backoff.strategy': 'DISABLED' }, 1],
    [
      {
        'sink.bulk-flush.backoff.strategy': 'CONSTANT',
        'sink.bulk-flush.backoff.max-retries': '2',
        'sink.bulk-flush.backoff.delay': '1 ms',
      },
      3,
    ],
  ])('ends the work where it is asked no more: %o', async (options, tries) => {
    const server = await started(({ items }) => items.map(() => [429, 'rejected_execution_exception', 'queue is full'] as const))
    const { writer } = await openWriter(tableOf({ hosts: server.origin, ...options }))
    await writer.write(many(0, 1))
    await expect(writer.prepare()).rejects.toMatchObject({
      code: 'CONNECTORS_OPENSEARCH_REJECTED',
      detail: `It was tried ${tries} times; the server said: status 429, rejected_execution_exception.`,
    })
    await writer.close()
    expect(server.asked).toHaveLength(tries)
  })

  test('makes who writes wait', async () => {
    let free = false
    const server = await started(({ items }) => items.map(() => (free ? 200 : 429)))
    const { writer } = await openWriter(
      tableOf({ hosts: server.origin, 'sink.bulk-flush.max-actions': '2', 'sink.bulk-flush.backoff.delay': '10 ms' }),
    )
    let over = false
    const written = Promise.resolve(writer.write(many(0, 2))).then(() => {
      over = true
    })
    await sleep(100)
    expect(over).toBe(false)
    free = true
    await written
    await writer.close()
  })

  test('is asked again where its whole answer says so', async () => {
    const server = await started(({ items, count }, response) => {
      if (count !== 0) return items.map(() => 200)
      response.writeHead(503).end()
      return null
    })
    const { writer, meter } = await openWriter(tableOf({ hosts: server.origin }))
    await writer.write(many(0, 2))
    await writer.prepare()
    await writer.close()
    expect(idsOf(server)).toEqual([
      ['k0', 'k1'],
      ['k0', 'k1'],
    ])
    expect(meter.retries).toBe(1)
  })
})

describe('a document that is refused', () => {
  const refused = [
    400,
    'mapper_parsing_exception',
    "failed to parse field [n] of type [long] in document with id 'b'. Preview of field's value: 'secret'",
  ] as const

  test('goes to the dead letters as JSON, and the others are written', async () => {
    const server = await started(({ items }) =>
      items.map(({ id }) => (id === 'b' ? refused : id === 'c' ? ([409, 'version_conflict', 'x'] as const) : 200)),
    )
    const letters: DeadLetter[] = []
    const { writer, meter } = await openWriter(tableOf({ hosts: server.origin }), { deadLetters: (letter) => letters.push(letter) })
    await writer.write(
      changes([
        ['a', 1],
        ['b', 2],
        ['c', 3],
      ]),
    )
    await writer.prepare()
    await writer.close()
    expect([...server.held.keys()]).toEqual(['a'])
    expect(server.asked).toHaveLength(1)
    expect(meter.errors).toBe(2)
    expect(letters.map(({ value, position }) => [new TextDecoder().decode(value ?? undefined), position])).toEqual([
      ['{"k":"b","n":2}', '{"index":"clicks","id":"b"}'],
      ['{"k":"c","n":3}', '{"index":"clicks","id":"c"}'],
    ])
    expect(letters[0]?.message).toBe(
      'The server said: mapper_parsing_exception: failed to parse field [n] of type [long] in document with id ….',
    )
  })

  test('ends the work without dead letters, and its values are not shown', async () => {
    const server = await started(({ items }) => items.map(() => refused))
    const { writer } = await openWriter(tableOf({ hosts: server.origin }))
    await writer.write(changes([['b', 2]]))
    const error = await writer.prepare().catch((thrown: unknown) => thrown as Error)
    expect(error).toMatchObject({
      code: 'CONNECTORS_OPENSEARCH_DOCUMENT_REFUSED',
      message: 'could not write document "b" of table "t" to index "clicks"',
    })
    expect(JSON.stringify(error)).not.toContain('secret')
    expect(() => writer.write(changes([['a', 1]]))).toThrow('could not write document "b"')
    await writer.close()
  })

  test('is left out where the table says so', async () => {
    const server = await started(({ items }) => items.map(() => refused))
    const { writer, meter } = await openWriter(tableOf({ hosts: server.origin, 'failure-handler': 'ignore' }))
    await writer.write(changes([['b', 2]]))
    await writer.prepare()
    await writer.close()
    expect(meter.errors).toBe(1)
  })

  test('is found where the server refuses a whole request because of it', async () => {
    const server = await started(({ items }, response) => {
      if (!items.some(({ id }) => id === 'k5')) return items.map(() => 200)
      response.writeHead(400).end('{"error":{"type":"illegal_argument_exception","reason":"no"},"status":400}')
      return null
    })
    const letters: DeadLetter[] = []
    const { writer } = await openWriter(tableOf({ hosts: server.origin }), { deadLetters: (letter) => letters.push(letter) })
    await writer.write(many(0, 8))
    await writer.prepare()
    await writer.close()
    expect([...server.held.keys()].toSorted()).toEqual(['k0', 'k1', 'k2', 'k3', 'k4', 'k6', 'k7'])
    expect(letters.map(({ position }) => position)).toEqual(['{"index":"clicks","id":"k5"}'])
  })

  test('is not one where the index takes none at all: that ends the work', async () => {
    const server = await started(({ items }) => items.map(() => [404, 'index_not_found_exception', 'no such index [clicks]'] as const))
    const { writer } = await openWriter(tableOf({ hosts: server.origin }), { deadLetters: () => undefined })
    await writer.write(many(0, 1))
    await expect(writer.prepare()).rejects.toMatchObject({ code: 'CONNECTORS_OPENSEARCH_INDEX_REFUSED' })
    await writer.close()
  })
})

describe('an answer', () => {
  test('that says that a request is too long makes requests shorter', async () => {
    const server = await started(({ items }, response) => {
      if (items.length <= 3) return items.map(() => 200)
      response.writeHead(413).end()
      return null
    })
    const { writer } = await openWriter(tableOf({ hosts: server.origin }))
    await writer.write(many(0, 10))
    await writer.prepare()
    await writer.close()
    expect(server.held.size).toBe(10)
    expect(
      sourcesOf(server)
        .filter((sources) => sources.length <= 3)
        .flat(),
    ).toHaveLength(10)
  })

  test('of that kind is not asked for twice', async () => {
    const refusedBytes: number[] = []
    const server = await started(({ items, bytes }, response) => {
      if (bytes <= 150_000) return items.map(() => 200)
      refusedBytes.push(bytes)
      response.writeHead(413).end()
      return null
    })
    const { writer } = await openWriter(tableOf({ hosts: server.origin }, { primaryKey: ['n'] }))
    const text = 'x'.repeat(20_000)
    for (const round of [0, 10, 20]) {
      await writer.write(changes(Array.from({ length: 10 }, (_, at) => [text, round + at])))
      await writer.prepare()
    }
    await writer.close()
    expect(server.held.size).toBe(30)
    expect(refusedBytes).toHaveLength(1)
  })

  test.each([
    ['breaks off in its midst', (body: string) => body.slice(0, -20)],
    ['has too few items', () => '{"items":[{"index":{"status":200}}]}'],
    ['is no JSON', () => '<html>busy</html>'],
  ])('that %s is asked for again', async (_, spoil) => {
    const server = await started(({ items, count }, response) => {
      if (count !== 0) return items.map(() => 200)
      response.end(spoil(bulkAnswer(items, [])))
      return null
    })
    const { writer, meter } = await openWriter(tableOf({ hosts: server.origin }))
    await writer.write(many(0, 2))
    await writer.prepare()
    await writer.close()
    expect(idsOf(server)).toEqual([
      ['k0', 'k1'],
      ['k0', 'k1'],
    ])
    expect(meter.retries).toBe(1)
  })

  test('that ends before its announced length is asked for again', async () => {
    const server = await started(({ items, count }, response) => {
      if (count !== 0) return items.map(() => 200)
      response.writeHead(200, { 'content-length': '1000' })
      response.write('{"items":[')
      setTimeout(() => response.destroy(), 20)
      return null
    })
    const { writer } = await openWriter(tableOf({ hosts: server.origin }))
    await writer.write(many(0, 2))
    await writer.prepare()
    await writer.close()
    expect(server.asked).toHaveLength(2)
  })

  test('that is never one of OpenSearch ends the work', { timeout: 20_000 }, async () => {
    const server = await started(({ count }, response) => {
      if (count < 0) return []
      response.end('{}')
      return null
    })
    const { writer } = await openWriter(tableOf({ hosts: server.origin }))
    await writer.write(many(0, 1))
    await expect(writer.prepare()).rejects.toMatchObject({ code: 'CONNECTORS_OPENSEARCH_ANSWER_UNREADABLE' })
    await writer.close()
    expect(server.asked).toHaveLength(5)
  })

  test('that does not come is waited for so long, and then asked for again', async () => {
    const server = await started(({ items, count }) => (count === 0 ? null : items.map(() => 200)))
    const { writer, meter } = await openWriter(tableOf({ hosts: server.origin, 'socket.timeout': '100 ms' }))
    await writer.write(many(0, 1))
    await writer.prepare()
    await writer.close()
    expect(server.asked).toHaveLength(2)
    expect(meter.retries).toBe(1)
  })

  test('that does not come does not keep a writer from being closed', async () => {
    const stop = new AbortController()
    const server = await started(({ count }) => (count >= 0 ? null : []))
    const { writer } = await openWriter(tableOf({ hosts: server.origin, 'sink.bulk-flush.max-actions': '1' }), { signal: stop.signal })
    const written = Promise.resolve(writer.write(many(0, 1))).catch((error: unknown) => error)
    await sleep(50)
    stop.abort()
    await writer.close()
    expect(await written).toMatchObject({ code: 'CONNECTORS_OPENSEARCH_UNREACHABLE' })
  })
})
