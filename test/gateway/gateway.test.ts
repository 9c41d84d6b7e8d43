import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { GatewayClient, numbers, openGateway, type Page, token } from './gateway.fixture.ts'

const endless = "CREATE TABLE endless (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000')"

describe('a session', () => {
  test('keeps what its client said, and what was set since', async () => {
    const client = await (await openGateway()).open({
      'rest.port': '8081',
      'pipeline.name': 'first',
      'execution.checkpointing.dir': '/no/where',
    })
    await client.rows("SET 'pipeline.name' = 'second';")
    await client.rows("SET 'sql-client.execution.result-mode' = 'tableau';")
    const { body } = await client.call('GET', `/v4/sessions/${client.session}`)
    expect(body['properties']).toEqual({
      'rest.port': '8081',
      'execution.checkpointing.dir': '/no/where',
      'pipeline.name': 'second',
      'sql-client.execution.result-mode': 'tableau',
    })
  })
  test('runs nothing in a place of its client', async () => {
    const place = path.join(await folderOf(), 'checkpoints')
    const client = await (await openGateway()).open({ 'execution.checkpointing.dir': place, 'table.dml-sync': 'true' })
    await client.rows(numbers(3))
    await client.rows("CREATE TABLE nowhere (n BIGINT) WITH ('connector' = 'blackhole')")
    await client.rows('INSERT INTO nowhere SELECT n FROM numbers')
    expect(existsSync(place)).toBe(false)
    await client.rows(`SET 'execution.checkpointing.dir' = '${place}'`)
    await client.rows('INSERT INTO nowhere SELECT n FROM numbers')
    expect(existsSync(place)).toBe(true)
  })
  test('has nothing set that was reset, or that was set for one statement alone', async () => {
    const client = await (await openGateway()).open({ 'table.local-time-zone': 'Asia/Tokyo', 'a.b': 'c' })
    const properties = async (): Promise<unknown> => (await client.call('GET', `/v4/sessions/${client.session}`)).body['properties']
    await client.rows('RESET')
    expect(await properties()).toEqual({ 'a.b': 'c' })
    const operation = await client.submit("SET 'pipeline.name' = 'x'", { executionConfig: { 'pipeline.name': 'y' } })
    await vi.waitFor(async () => expect((await client.call('GET', `${operation}/status`)).body).toEqual({ status: 'FINISHED' }))
    expect(await properties()).toEqual({ 'a.b': 'c', 'pipeline.name': 'x' })
  })
  test('has tables of its own', async () => {
    const first = await (await openGateway()).open()
    const second = await new GatewayClient(first.server, first.reports).open()
    await first.rows(numbers(2))
    expect(await first.rows('SHOW TABLES')).toEqual([['numbers']])
    expect(await second.rows('SHOW TABLES')).toEqual([])
  })
  test('is gone when it was closed, idle for too long, or never there', async () => {
    const client = await (await openGateway({ limits: { sessionsMax: 5, sessionIdleMs: 200 } })).open()
    const idle = client.session
    await vi.waitFor(async () => {
      const answers = [await new Promise((resolve) => setTimeout(resolve, 300)), await client.call('GET', `/v4/sessions/${idle}`)] as const
      expect(answers[1].status).toBe(500)
    })
    await client.open()
    expect((await client.call('DELETE', `/v4/sessions/${client.session}`)).body).toEqual({ status: 'CLOSED' })
    const { status, body } = await client.call('POST', `/v4/sessions/${client.session}/heartbeat`)
    expect([status, JSON.stringify(body)]).toEqual([500, expect.stringContaining(`session \\"${client.session}\\" does not exist`)])
  })
  test('is one of so many', async () => {
    const client = await openGateway({ limits: { sessionsMax: 1, sessionIdleMs: 60_000 } })
    await client.open()
    const { status, body } = await client.call('POST', '/v4/sessions', {})
    expect([status, JSON.stringify(body)]).toEqual([500, expect.stringContaining('holds 1 sessions already')])
  })
  test('is configured by what runs nothing', async () => {
    const client = await (await openGateway()).open()
    const configure = (statement: string): Promise<{ status: number; body: unknown }> =>
      client.call('POST', `/v4/sessions/${client.session}/configure-session`, { statement })
    expect(await configure(numbers(1))).toEqual({ status: 200, body: {} })
    expect(await client.rows('SELECT * FROM numbers')).toEqual([[1]])
    expect(JSON.stringify(await configure('SELECT 1'))).toContain('a session cannot be configured by SELECT')
    expect(JSON.stringify(await configure('DROP TABLE other'))).toContain('table \\"other\\" does not exist')
  })
  test('says how a statement may go on', async () => {
    const client = await (await openGateway()).open()
    await client.rows(numbers(1))
    const asked = JSON.stringify({ statement: 'SELECT * FROM nu', position: 16 })
    // Flink's clients send a body with GET, which fetch does not.
    const text = await rawGet(client, `/v2/sessions/${client.session}/complete-statement`, asked)
    expect(JSON.parse(text)).toEqual({ candidates: ['numbers'] })
  })
})

describe('a query', () => {
  test('gives its rows, then its end', async () => {
    const client = await (await openGateway()).open()
    await client.rows(numbers(3))
    const pages = await client.pages('SELECT n, n * 1.5 AS more FROM numbers')
    const end = pages.at(-1) as Page
    expect(pages.flatMap(({ results }) => results?.data)).toEqual([
      { kind: 'INSERT', fields: [1, 1.5] },
      { kind: 'INSERT', fields: [2, 3] },
      { kind: 'INSERT', fields: [3, 4.5] },
    ])
    expect(pages.every(({ jobID }) => /^[0-9a-f]{32}$/.test(jobID ?? ''))).toBe(true)
    expect([end.resultType, end.isQueryResult, end.resultKind, end.nextResultUri]).toEqual(['EOS', true, 'SUCCESS_WITH_CONTENT', undefined])
    expect(end.results?.columns.map(({ name, logicalType }) => [name, logicalType['type'], logicalType['nullable']])).toEqual([
      ['n', 'BIGINT', true],
      ['more', 'DECIMAL', true],
    ])
  })
  test('gives changes by their kinds', async () => {
    const client = await (await openGateway()).open()
    await client.rows(numbers(3, 20))
    const pages = await client.pages('SELECT COUNT(*) AS c FROM numbers')
    const kinds = pages.flatMap(({ results }) => results?.data.map(({ kind }) => kind) ?? [])
    expect(kinds[0]).toBe('INSERT')
    expect(new Set(kinds)).toEqual(new Set(['INSERT', 'UPDATE_BEFORE', 'UPDATE_AFTER']))
  })
  test('of every type is written as Flink writes it', async () => {
    const client = await (await openGateway()).open({ 'table.local-time-zone': 'Europe/Berlin' })
    const query = `SELECT CAST(1.50 AS DECIMAL(20, 3)), TIMESTAMP '2024-01-01 00:00:00.120', DATE '2024-01-02', TRUE, CAST(NULL AS INT), ARRAY[1, 2],
      MAP['x', 1], ROW(1, 'y'), X'0AFF', CAST(1.5 AS DOUBLE), TO_TIMESTAMP_LTZ(1500, 3), 12345678901234567890, TIME '10:20:30', 'ü"'`
    expect(await client.rows(query)).toEqual([
      [
        1.5,
        '2024-01-01T00:00:00.12',
        '2024-01-02',
        true,
        null,
        [1, 2],
        { x: 1 },
        { EXPR$0: 1, EXPR$1: 'y' },
        'Cv8=',
        1.5,
        '1970-01-01T01:00:01.5Z',
        12_345_678_901_234_567_000,
        '10:20:30',
        'ü"',
      ],
    ])
    expect(await client.rows(query, 'PLAIN_TEXT')).toEqual([
      [
        '1.500',
        '2024-01-01 00:00:00.120',
        '2024-01-02',
        'TRUE',
        null,
        '[1, 2]',
        '{x=1}',
        '(1, y)',
        "x'0aff'",
        '1.5',
        '1970-01-01 01:00:01.500',
        '12345678901234567890',
        '10:20:30',
        'ü"',
      ],
    ])
  })
  test('gives a page again, but none that is further back', async () => {
    const client = await (await openGateway()).open()
    await client.rows(numbers(20_000))
    const operation = await client.submit('SELECT n FROM numbers')
    const page = async (number: number): Promise<string> => JSON.stringify((await client.call('GET', `${operation}/result/${number}`)).body)
    const first = await page(0)
    expect(await page(0)).toBe(first)
    expect(await page(2)).toContain('expected page 1 or 0, got 2')
    await page(1)
    expect(await page(0)).toContain('expected page 2 or 1, got 0')
    expect(await page(-1)).toContain('expects a whole number')
  })
  test('waits for who reads it: an endless one holds no more rows than fit', async () => {
    const client = await (await openGateway()).open()
    await client.rows(numbers(2_000_000))
    const operation = await client.submit('SELECT n FROM numbers')
    const seen: unknown[] = []
    let next: string | undefined = `${operation}/result/0`
    for (let page = 0; page < 5 && next !== undefined; page++) {
      const { body }: { body: unknown } = await client.call('GET', next)
      const { results, nextResultUri } = body as Page
      seen.push(...(results?.data.map(({ fields }) => fields[0]) ?? []))
      expect(results?.data.length).toBeLessThanOrEqual(5000)
      next = nextResultUri
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect(seen).toEqual(seen.map((_, index) => index + 1))
    expect(seen.length).toBeGreaterThan(5000)
  })
  test('ends when it is cancelled, closed, or out of time', async () => {
    const client = await (await openGateway()).open()
    await client.rows(endless)
    const cancelled = await client.submit('SELECT n FROM endless')
    await client.call('GET', `${cancelled}/result/0`)
    expect((await client.call('GET', `${cancelled}/status`)).body).toEqual({ status: 'FINISHED' })
    expect((await client.call('POST', `${cancelled}/cancel`)).body).toEqual({ status: 'CANCELED' })
    expect((await client.call('GET', `${cancelled}/status`)).body).toEqual({ status: 'CANCELED' })
    const closed = await client.submit('SELECT n FROM endless')
    expect((await client.call('DELETE', `${closed}/close`)).body).toEqual({ status: 'CLOSED' })
    expect(JSON.stringify((await client.call('GET', `${closed}/status`)).body)).toContain('does not exist [GATEWAY_OPERATION_NOT_FOUND]')
    const done = await client.submit('SELECT 1')
    await vi.waitFor(async () => expect(JSON.stringify((await client.call('GET', `${done}/result/1`)).body)).toContain('got 1'))
    const { status, body } = await client.call('POST', `${done}/cancel`)
    expect([status, JSON.stringify(body)]).toEqual([500, expect.stringContaining('has ended as FINISHED')])
    await client.rows("SET 'table.dml-sync' = 'true'")
    await client.rows("CREATE TABLE nowhere (n INT) WITH ('connector' = 'blackhole')")
    const late = await client.submit('INSERT INTO nowhere SELECT n FROM endless', { executionTimeout: 100 })
    await vi.waitFor(async () => expect((await client.call('GET', `${late}/status`)).body).toEqual({ status: 'TIMEOUT' }))
    expect(JSON.stringify((await client.call('GET', `${late}/result/0`)).body)).toContain('took longer than 100 ms')
    expect(client.reports.failures).toEqual([])
  })
})

describe('a statement that writes', () => {
  test('is answered when its job runs, which outlives the session', async () => {
    const folder = await folderOf()
    const client = await (await openGateway()).open()
    await client.rows(numbers(400, 1000))
    await client.rows(`CREATE TABLE kept (n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${folder}', 'format' = 'csv')`)
    const [page] = await client.pages('INSERT INTO kept SELECT n FROM numbers')
    expect([page?.isQueryResult, page?.results?.columns[0]?.name, page?.results?.data[0]?.fields[0]]).toEqual([
      false,
      'job id',
      page?.jobID,
    ])
    await client.call('DELETE', `/v4/sessions/${client.session}`)
    await vi.waitFor(() => expect(written(folder).split('\n')).toHaveLength(401), { timeout: 10_000 })
  })
  test('is waited for where table.dml-sync says so, for one statement alone too', async () => {
    const folder = await folderOf()
    const client = await (await openGateway()).open()
    await client.rows(numbers(300, 1000))
    await client.rows(`CREATE TABLE kept (n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${folder}', 'format' = 'csv')`)
    const operation = await client.submit('INSERT INTO kept SELECT n FROM numbers', {
      executionConfig: { 'table.dml-sync': 'true', 'a.b': 'c' },
    })
    let page: Page
    do page = (await client.call('GET', `${operation}/result/0`)).body as unknown as Page
    while (page.resultType === 'NOT_READY')
    expect(written(folder).split('\n')).toHaveLength(301)
    expect((await client.call('GET', `/v4/sessions/${client.session}`)).body['properties']).toEqual({})
  })
  test('is set up by what was sent before it, also by who does not wait', async () => {
    const client = await (await openGateway()).open()
    await client.rows(numbers(300, 1000))
    await client.rows("CREATE TABLE nowhere (n BIGINT) WITH ('connector' = 'blackhole')")
    const insert = 'INSERT INTO nowhere SELECT n FROM numbers'
    await Promise.all(
      ["SET 'table.dml-sync' = 'true'", insert, "SET 'pipeline.name' = 'late'", "SET 'table.dml-sync' = 'false'", insert].map(
        async (statement, index) => {
          await new Promise((resolve) => setTimeout(resolve, index * 5))
          return client.submit(statement)
        },
      ),
    )
    await vi.waitFor(async () =>
      expect((await client.rows('SHOW JOBS')).map((row) => (row as unknown[]).slice(1, 3))).toEqual([
        ['late', expect.stringMatching(/RUNNING|FINISHED/)],
        ['INSERT', 'FINISHED'],
      ]),
    )
  })
  test('goes on though the statement that waits for it is cancelled, closed or out of time', async () => {
    const client = await (await openGateway()).open({ 'table.dml-sync': 'true' })
    await client.rows(endless)
    await client.rows("CREATE TABLE nowhere (n INT) WITH ('connector' = 'blackhole')")
    const insert = 'INSERT INTO nowhere SELECT n FROM endless'
    const jobs = async (): Promise<unknown[]> => (await other.rows('SHOW JOBS')).map((row) => (row as unknown[])[2])
    const other = await new GatewayClient(client.server, client.reports).open()
    const cancelled = await client.submit(insert)
    await vi.waitFor(async () => expect(await jobs()).toEqual(['RUNNING']))
    await client.call('POST', `${cancelled}/cancel`)
    await client.submit(insert, { executionTimeout: 100 })
    const closed = await client.submit(insert)
    await vi.waitFor(async () => expect(await jobs()).toHaveLength(3))
    await client.call('DELETE', `${closed}/close`)
    await client.call('DELETE', `/v4/sessions/${client.session}`)
    expect(await jobs()).toEqual(['RUNNING', 'RUNNING', 'RUNNING'])
  })
  test('has a place of its own for checkpoints', async () => {
    const place = path.join(await folderOf(), 'checkpoints')
    const client = await openGateway()
    const ids: unknown[] = []
    for (const session of [await client.open(), await new GatewayClient(client.server, client.reports).open()]) {
      await session.rows(numbers(3))
      await session.rows("CREATE TABLE nowhere (n BIGINT) WITH ('connector' = 'blackhole')")
      await session.rows(`SET 'execution.checkpointing.dir' = '${place}/'`)
      ids.push(((await session.rows('INSERT INTO nowhere SELECT n FROM numbers')) as unknown[][])[0]?.[0])
      expect(await session.rows('SET')).toContainEqual(['execution.checkpointing.dir', `${place}/`])
    }
    await vi.waitFor(() => expect(new Set<unknown>(readdirSync(place))).toEqual(new Set(ids)))
    await vi.waitFor(async () =>
      expect((await client.rows('SHOW JOBS')).map((row) => (row as unknown[])[2])).toEqual(['FINISHED', 'FINISHED']),
    )
  })
  test('is told of when it fails later', async () => {
    const client = await (await openGateway()).open()
    await client.rows(numbers(3))
    await client.rows("CREATE TABLE nowhere (n BIGINT) WITH ('connector' = 'blackhole')")
    const [page] = await client.pages('INSERT INTO nowhere SELECT 1 / (n - 2) FROM numbers')
    await vi.waitFor(() => expect(client.reports.jobs.map(({ jobId }) => jobId)).toEqual([page?.jobID]))
    expect(String(client.reports.jobs[0]?.error)).toContain('cannot divide by zero')
  })
  test('may be several as a set, told one by one', async () => {
    const client = await (await openGateway()).open()
    await client.rows(numbers(3))
    await client.rows("CREATE TABLE nowhere (n BIGINT) WITH ('connector' = 'blackhole')")
    const said = []
    const statements = [
      'BEGIN STATEMENT SET;',
      'INSERT INTO nowhere SELECT n FROM numbers; -- one',
      'INSERT INTO nowhere SELECT 2;',
      'END;',
    ]
    for (const statement of statements) said.push(...(await client.rows(statement)))
    expect(said).toEqual([['OK'], ['OK'], ['OK'], [expect.stringMatching(/^[0-9a-f]{32}$/)]])
    await client.rows('/* a set */ BEGIN STATEMENT SET; -- of inserts')
    await expect(client.rows(' INSERT INTO nowhere SELECT m FROM numbers')).rejects.toThrow('line 1, column 29: column "m" does not exist')
    await expect(client.rows('SELECT 1')).rejects.toThrow('a statement set takes INSERT statements, got SELECT')
  })
})

describe('jobs', () => {
  test('are shown, and stopped by their id, from any session', async () => {
    const client = await (await openGateway()).open()
    await client.rows(endless)
    await client.rows(numbers(3))
    await client.rows("CREATE TABLE nowhere (n BIGINT) WITH ('connector' = 'blackhole')")
    await client.rows("SET 'pipeline.name' = 'the endless one'")
    const [[id]] = (await client.rows('INSERT INTO nowhere SELECT n FROM endless')) as [[string]]
    await client.rows("RESET 'pipeline.name'")
    const [[ended]] = (await client.rows('INSERT INTO nowhere SELECT n FROM numbers')) as [[string]]
    const shown = async (): Promise<unknown[]> => (await other.rows('SHOW JOBS;')).map((row) => (row as unknown[]).slice(0, 3))
    const other = await new GatewayClient(client.server, client.reports).open()
    await vi.waitFor(async () =>
      expect(await shown()).toEqual([
        [ended, 'INSERT', 'FINISHED'],
        [id, 'the endless one', 'RUNNING'],
      ]),
    )
    expect(await other.rows(`STOP JOB '${id}';`)).toEqual([['OK']])
    expect((await shown())[1]).toEqual([id, 'the endless one', 'CANCELED'])
    await expect(other.rows(`STOP JOB '${id}'`)).rejects.toThrow(`job ${id} has ended as CANCELED`)
    expect(await other.rows('SHOW JOBS -- all of them')).toHaveLength(2)
    await expect(other.rows("STOP JOB 'no job'")).rejects.toThrow('job no job does not exist')
    expect(client.reports.jobs).toEqual([])
  })
})

test('a job that is being stopped is waited for at the end', async () => {
  const folder = await folderOf()
  const client = await (await openGateway()).open()
  await client.rows(endless)
  await client.rows(`CREATE TABLE kept (n INT) WITH ('connector' = 'filesystem', 'path' = '${folder}', 'format' = 'csv')`)
  const [[id]] = (await client.rows('INSERT INTO kept SELECT n FROM endless')) as [[string]]
  await new Promise((resolve) => setTimeout(resolve, 300))
  await client.submit(`STOP JOB '${id}'`)
  await client.submit(`STOP JOB '${id}'`)
  await client.server.close()
  expect(written(folder)).not.toBe('')
})

describe('what is wrong', () => {
  test.each([
    ['SELECT * FROM missing', 'line 1, column 15: table "missing" does not exist'],
    ['SELEC 1', 'Did you mean SELECT?'],
    ['SELECT 1; SELECT 2', 'expected one statement, got 2'],
    ['', 'expected one statement, got 0'],
    ["SET 'no.such.key' = '1'", 'setting "no.such.key" does not exist'],
  ])('in %j is said with the result', async (statement, message) => {
    const client = await (await openGateway()).open()
    const failed = await client.call('GET', `${await client.submit(statement)}/result/0`)
    expect(failed.status).toBe(500)
    expect((failed.body['errors'] as string[])[1]).toContain(message)
    expect(await client.rows('SELECT 1')).toEqual([[1]])
  })
  test('in a request is said at once', async () => {
    const client = await (await openGateway()).open()
    const statements = `/v4/sessions/${client.session}/statements`
    expect((await client.call('POST', statements, '{"statement"')).status).toBe(400)
    expect((await client.call('POST', statements, '[1]')).status).toBe(400)
    expect(JSON.stringify(await client.call('POST', statements, { nostatement: 1 }))).toContain(
      'field \\"statement\\" of the request expects a text',
    )
    expect(JSON.stringify(await client.call('POST', '/v4/sessions', { properties: { a: 1 } }))).toContain('texts by key')
    expect((await client.call('POST', statements, { statement: `SELECT '${'x'.repeat(17_000_000)}'` })).status).toBe(400)
    expect((await client.call('GET', '/v5/info')).body).toEqual({ errors: ['Not found: /v5/info'] })
    expect((await client.call('PUT', '/v4/info')).status).toBe(404)
    expect((await client.call('POST', `/v1/sessions/${client.session}/configure-session`, { statement: 'RESET' })).status).toBe(404)
    const done = await client.submit('SELECT 1')
    expect(JSON.stringify(await client.call('GET', `${done}/result/0?rowFormat=XML`))).toContain('row format \\"XML\\" does not exist')
  })
  test('is not that a client went away in the middle of its request', async () => {
    const client = await openGateway()
    const socket = connect(client.server.port, '127.0.0.1')
    await new Promise((resolve) => {
      socket.write(`POST /v4/sessions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-length: 1000\r\n\r\n{"s`, resolve)
    })
    await new Promise((resolve) => setTimeout(resolve, 100))
    socket.destroy()
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(client.reports.failures).toEqual([])
    expect((await client.call('GET', '/info')).status).toBe(200)
  })
  test('is not a statement that has longer than a timer can wait', async () => {
    const client = await (await openGateway()).open({ 'table.dml-sync': 'true' })
    await client.rows(numbers(200, 1000))
    await client.rows("CREATE TABLE nowhere (n BIGINT) WITH ('connector' = 'blackhole')")
    const operation = await client.submit('INSERT INTO nowhere SELECT n FROM numbers', { executionTimeout: 3_000_000_000 })
    await vi.waitFor(async () => expect((await client.call('GET', `${operation}/status`)).body).toEqual({ status: 'FINISHED' }))
  })
  test('without the token nothing is answered', async () => {
    const client = await (await openGateway()).open()
    for (const authorization of ['', 'Bearer', `Bearer ${token}x`, `Basic ${btoa(token)}`]) {
      for (const place of ['/v1/api_versions', `/v4/sessions/${client.session}`, '/nowhere']) {
        expect((await client.call('GET', place, undefined, { authorization })).status).toBe(401)
      }
    }
  })
  test('an empty token is none', async () => {
    await expect(openGateway({ token: '' })).rejects.toThrow('a gateway has a token')
  })
  test('a port that is taken is said to be', async () => {
    const { server } = await openGateway()
    await expect(openGateway({ port: server.port })).rejects.toThrow(`could not listen at 127.0.0.1:${server.port}`)
  })
})

test('version 1 has results without a row format', async () => {
  const client = await (await openGateway()).open()
  const operation = (await client.submit('SELECT 1')).replace('/v4/', '/v1/')
  const { body } = await client.call('GET', `${operation}/result/0`)
  expect(body['nextResultUri']).toBe(`${operation}/result/1`)
})

test('an end stops queries and jobs', async () => {
  const client = await (await openGateway()).open()
  await client.rows(endless)
  const folder = await folderOf()
  await client.rows(`CREATE TABLE kept (n INT) WITH ('connector' = 'filesystem', 'path' = '${folder}', 'format' = 'csv')`)
  await client.rows('INSERT INTO kept SELECT n FROM endless')
  const query = await client.submit('SELECT n FROM endless')
  await vi.waitFor(async () =>
    expect(((await client.call('GET', `${query}/result/0`)).body as unknown as Page).results?.data).not.toEqual([]),
  )
  await new Promise((resolve) => setTimeout(resolve, 500))
  await client.server.close()
  // What is stopped cleanly shows what it has written.
  expect(written(folder)).toMatch(/^-?\d+\n/)
  await expect(client.call('GET', '/v1/api_versions')).rejects.toThrow('fetch failed')
  expect(client.reports).toEqual({ failures: [], jobs: [] })
})

/** A folder that is gone after the test. */
async function folderOf(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'millrace-gateway-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

function written(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  const shown = files.filter((file) => file.isFile() && !/[._]/.test(file.name[0] ?? ''))
  return shown.map((file) => readFileSync(path.join(file.parentPath, file.name), 'utf8')).join('')
}

/** The body of the answer to a GET with a body. */
function rawGet(client: GatewayClient, place: string, body: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const head = `GET ${place} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer ${token}\r\ncontent-length: ${Buffer.byteLength(body)}`
  const socket = connect(client.server.port, '127.0.0.1', () => socket.write(`${head}\r\n\r\n${body}`))
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk.toString()
  })
  socket.on('error', reject)
  socket.on('close', () => resolve(answer.slice(answer.indexOf('\r\n\r\n') + 4)))
  return promise
}
