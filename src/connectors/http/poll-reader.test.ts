import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { nextLink } from './poll-reader.ts'
import { allRows, openReader, readRows, serve, sourceOf, type TestServer } from './server.fixture.ts'

const servers: TestServer[] = []
const started = async (...answer: Parameters<typeof serve>): Promise<TestServer> => {
  const server = await serve(...answer)
  servers.push(server)
  return server
}
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

const rows = (from: number, to: number): string =>
  JSON.stringify(Array.from({ length: to - from }, (_, at) => ({ n: from + at, a: `a${from + at}` })))
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at)
const firstColumn = (all: readonly unknown[][]): unknown[] => all.map(([n]) => n)

describe('an answer', () => {
  test('is one row, lines, or an array of them', async () => {
    const bodies: Record<string, string> = {
      '/one': '{"n":12345678901234567890,"a":"x"}',
      '/big': '{"n":9007199254740993,"a":"x"}',
      '/lines': '{"n":1,"a":"x"}\r\n\n{"n":2}\n{"n":3,"a":"z"}',
      '/array': ' [ {"n":1,"a":"[,]"}, {"a":null,"n":2} ] ',
      '/within': '{"meta":{"items":[]},"data":{"items":[{"n":7}]}}',
      '/empty': '[]',
      '/nothing': '',
    }
    const server = await started(({ path }, response) => response.end(bodies[path]))
    const read = (path: string, options: Readonly<Record<string, string>> = {}) => allRows({ url: server.origin + path, ...options })
    await expect(read('/one')).rejects.toMatchObject({ code: 'CONNECTORS_MESSAGE_UNREADABLE' })
    expect(await read('/big')).toEqual([[9007199254740993n, 'x']])
    expect(await read('/lines', { 'response.rows': 'lines' })).toEqual([
      [1, 'x'],
      [2, null],
      [3, 'z'],
    ])
    expect(await read('/array', { 'response.rows': 'array' })).toEqual([
      [1, '[,]'],
      [2, null],
    ])
    expect(await read('/within', { 'response.rows': 'array', 'response.path': '/data/items' })).toEqual([[7, null]])
    expect(await read('/empty', { 'response.rows': 'array' })).toEqual([])
    expect(await read('/nothing')).toEqual([])
  })

  test('that is something else is named with its place', async () => {
    const server = await started((_, response) => response.end('<html>'))
    await expect(allRows({ url: server.origin, 'response.rows': 'array' })).rejects.toMatchObject({
      code: 'CONNECTORS_HTTP_RESPONSE_UNREADABLE',
      detail: 'Expected "[" at byte 1.',
    })
  })

  test('may hold more rows than a batch, and rows that cannot be read', async () => {
    const server = await started((_, response) => response.end(`${rows(0, 10_000).slice(0, -1)},{"n":"x"},{"n":10000}]`))
    const found = await allRows({ url: server.origin, 'response.rows': 'array', 'json.ignore-parse-errors': 'true' })
    expect(firstColumn(found).filter((n) => n !== null)).toEqual(numbers(0, 10_001))
  })

  test('is asked for with the headers, the method and the body of the table', async () => {
    const server = await started((_, response) => response.end('{"n":1}'))
    await allRows({
      url: `${server.origin}/x?y=1`,
      method: 'POST',
      body: '{"q":1}',
      'headers.authorization': 'Bearer s3cret',
      'headers.content-type': 'application/json',
    })
    expect(server.asked[0]).toMatchObject({
      method: 'POST',
      path: '/x?y=1',
      headers: { authorization: 'Bearer s3cret', 'content-type': 'application/json' },
    })
    expect(String(server.asked[0]?.body)).toBe('{"q":1}')
  })
})

describe('polls', () => {
  test('come again after the interval, and say what they know', async () => {
    const server = await started(({ headers }, response, count) => {
      response.setHeader('etag', `"${Math.min(count, 2)}"`)
      response.setHeader('last-modified', 'Wed, 21 Oct 2015 07:28:00 GMT')
      if (count === 3 || count === 4) response.writeHead(headers['if-none-match'] === '"2"' ? 304 : 500).end()
      else response.end(`{"n":${count}}`)
    })
    const opened = await openReader({ url: server.origin, 'poll.interval': '20 ms' })
    expect(firstColumn(await readRows(opened, 3))).toEqual([1, 2, 5])
    expect(server.asked.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"1"', '"2"', '"2"', '"2"'])
    expect(server.asked[1]?.headers['if-modified-since']).toBe('Wed, 21 Oct 2015 07:28:00 GMT')
    opened.stop()
    expect(await opened.reader.read()).toBe(null)
    await opened.reader.close()
  })

  test('ask for what is newer than the cursor, and leave out what is not', async () => {
    const server = await started(({ path }, response, count) => {
      const after = Number(new URL(path, 'http://h').searchParams.get('after'))
      // It gives what it was asked for last once more, newest first.
      if (after < 9) response.end(JSON.stringify([after + 2, after + 1, after].map((n) => ({ n }))))
      else response.end(count > 8 ? '[{"n":10}]' : '[]')
    })
    const url = `${server.origin}/?after=\${cursor}`
    const options = { url, 'response.rows': 'array', 'cursor.column': 'n', 'cursor.start': '5', 'poll.interval': '20 ms' }
    const opened = await openReader(options, {
      columns: [{ kind: 'physical', key: 'a', type: { kind: 'varchar', length: 100, nullable: true } }],
    })
    expect(await readRows({ reader: opened.reader }, 5)).toHaveLength(5)
    expect(opened.reader.position()).toMatchObject({ newest: '10' })
    await opened.reader.close()
    expect(server.asked.slice(0, 3).map(({ path }) => path)).toEqual(['/?after=5', '/?after=7', '/?after=9'])
    const again = await openReader(options, {
      position: { cursor: '7', newest: '7', etag: null, modified: null, page: null, isOver: false },
    })
    expect(firstColumn(await readRows(again, 2))).toEqual([9, 8])
    await again.reader.close()
  })

  test('follow pages to their end', async () => {
    const server = await started(({ path }, response) => {
      const page = Number(new URL(path, 'http://h').searchParams.get('page') ?? 0)
      if (page < 3) response.setHeader('link', `</?page=0>; rel="first", </?page=${page + 1}>; rel="next"`)
      response.end(rows(page * 10, page * 10 + 10))
    })
    const options = { url: server.origin, 'response.rows': 'array', pagination: 'link' }
    expect(firstColumn(await allRows(options))).toEqual(numbers(0, 40))
    expect(server.asked).toHaveLength(4)
  })

  test('do not follow pages to another origin', async () => {
    const other = await started((_, response) => response.end('[]'))
    const server = await started((_, response) => response.setHeader('link', `<${other.origin}/>; rel=next`).end('[]'))
    const failure = allRows({ url: server.origin, 'response.rows': 'array', pagination: 'link', 'headers.authorization': 'x' })
    await expect(failure).rejects.toMatchObject({ code: 'CONNECTORS_HTTP_REDIRECT_REFUSED' })
    expect(other.asked).toEqual([])
  })

  test('go on within an answer that is still the same, and read one that is not anew', async () => {
    let body = rows(0, 9000)
    const server = await started((_, response) => response.end(body))
    const options = { url: server.origin, 'response.rows': 'array', 'scan.bounded.mode': 'latest' }
    const first = await openReader(options)
    const begun = await readRows(first, 1)
    const position = JSON.parse(JSON.stringify(first.reader.position())) as unknown
    await first.reader.close()
    expect(begun.length).toBeLessThan(9000)
    expect(firstColumn([...begun, ...(await allRows(options, { position }))])).toEqual(numbers(0, 9000))
    body = rows(20_000, 20_010)
    expect(firstColumn(await allRows(options, { position }))).toEqual(numbers(20_000, 20_010))
  })

  test('are over after one, also for who goes on', async () => {
    const server = await started((_, response) => response.end('{"n":1}'))
    const opened = await openReader({ url: server.origin, 'scan.bounded.mode': 'latest' })
    await readRows(opened)
    const position = JSON.parse(JSON.stringify(opened.reader.position())) as unknown
    await opened.reader.close()
    expect(await allRows({ url: server.origin }, { position })).toEqual([])
    expect(server.asked).toHaveLength(1)
  })
})

test.each([
  ['</p2>; rel="next"', '/p2'],
  ['<http://h/p2?a=1,2>; title="x, <y>"; rel=next', '/p2?a=1,2'],
  ['</p1>; rel="prev", </p3>; rel="last next"', '/p3'],
  ['</p1>; rel="prev"', null],
  ['</p1>; rel="nextish"', null],
  [undefined, null],
])('the next link of %j is %j', (header, next) => {
  expect(nextLink(header, new URL('http://h/list'))).toBe(next === null ? null : `http://h${next}`)
})

describe('a server in trouble', () => {
  test('is waited for as long as it asks, and the answer is read once', async () => {
    const times: number[] = []
    const server = await started((_, response, count) => {
      times.push(performance.now())
      if (count === 1) response.writeHead(503, { 'retry-after': '1' }).end()
      else if (count === 2) response.writeHead(429).end()
      else if (count === 3) response.writeHead(500).end()
      else response.end('{"n":1}')
    })
    expect(await allRows({ url: server.origin })).toEqual([[1, null]])
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(950)
    expect(times).toHaveLength(4)
  })

  test('that cuts answers in the middle is asked again, and nothing comes twice', async () => {
    const whole = rows(0, 100)
    const server = await started((_, response, count) => {
      if (count % 2 === 1) {
        if (count === 1) response.setHeader('content-length', whole.length)
        response.write(whole.slice(0, 500))
        setTimeout(() => response.destroy(), 30)
      } else response.end(whole)
    })
    expect(firstColumn(await allRows({ url: server.origin, 'response.rows': 'array' }))).toEqual(numbers(0, 100))
    expect(firstColumn(await allRows({ url: server.origin, 'response.rows': 'array' }))).toEqual(numbers(0, 100))
    expect(server.asked).toHaveLength(4)
  })

  test('that sends a byte now and then is given up', async () => {
    const timers: NodeJS.Timeout[] = []
    const server = await started((_, response, count) => {
      if (count > 1) response.end('{"n":1}')
      else timers.push(setInterval(() => response.write(' '), 20))
    })
    const startMs = performance.now()
    expect(await allRows({ url: server.origin, 'request.timeout': '300 ms' })).toEqual([[1, null]])
    expect(performance.now() - startMs).toBeGreaterThan(290)
    for (const timer of timers) clearInterval(timer)
  })

  test.each([
    ['said', true],
    ['not said', false],
  ])('that sends more than the limit is refused, its length being %s', async (_, isSaid) => {
    const server = await started((__, response) => {
      response.on('error', () => undefined)
      if (isSaid) response.setHeader('content-length', 200_000)
      for (let part = 0; part < 200; part++) response.write(' '.repeat(1000))
      response.end()
    })
    await expect(allRows({ url: server.origin, 'response.max-size': '100 kb' })).rejects.toMatchObject({
      code: 'CONNECTORS_HTTP_RESPONSE_TOO_LONG',
    })
  })

  test.each([
    [401, 'CONNECTORS_HTTP_STATUS_REFUSED'],
    [404, 'CONNECTORS_HTTP_STATUS_REFUSED'],
  ])('that answers %i is not asked again, and no secret is told', async (status, code) => {
    const server = await started((_, response) => response.writeHead(status).end('secret-body'))
    const error = (await allRows({
      url: `${server.origin}/secret-path?token=secret-token`,
      'headers.authorization': 'Bearer secret-header',
    }).catch((caught: unknown) => caught)) as Error & { detail?: string; hint?: string }
    expect(error).toMatchObject({ code })
    expect(server.asked).toHaveLength(1)
    expect([error.message, error.detail, error.hint, error.stack, String(error.cause)].join()).not.toMatch(/secret-/)
  })

  test('is waited for while nobody answers, and the run can be stopped', async () => {
    const server = await started((_, response, count) => (count === 1 ? response.end('{"n":1}') : response.end('{"n":2}')))
    const opened = await openReader({ url: server.origin, 'poll.interval': '50 ms' })
    await readRows(opened, 1)
    await server.close()
    const next = opened.reader.read()
    await sleep(700)
    expect(opened.meter.waiting?.reason).toMatch(/nobody answers|connection was lost/)
    opened.stop()
    expect(await next).toBe(null)
    await opened.reader.close()
  })
})

test.each([
  [{ url: 'ftp://h/' }, 'url'],
  [{ url: 'http://user:pw@h/' }, 'url'],
  [{ url: `http://\${a}.example/x` }, 'url'],
  [{ url: `http://h/\${b}` }, 'url'],
  [{ url: 'http://h/', 'cursor.column': 'n' }, 'cursor.column'],
  [{ url: `http://h/\${cursor}`, 'cursor.column': 'm' }, 'cursor.column'],
  [{ url: `http://h/\${cursor}`, 'cursor.column': 'n', 'cursor.start': 'x' }, 'cursor.start'],
  [{ url: 'http://h/', 'headers.content-length': '5' }, 'headers.content-length'],
  [{ url: 'http://h/', 'headers.x': 'a\nb: c' }, 'headers.x'],
  [{ url: 'http://h/', 'response.path': '/a' }, 'response.path'],
  [{ url: 'http://h/', mode: 'sse', pagination: 'link' }, 'pagination'],
])('%j is refused before anything is asked', async (options, key) => {
  await expect(sourceOf(options)).rejects.toMatchObject({
    code: 'CONNECTORS_HTTP_OPTION_MISMATCH',
    message: `option "${key}" of table "t" cannot be used`,
  })
})
