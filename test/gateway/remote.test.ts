import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Batch, changeNames, rowsOf, type Schema } from '#data'
import { QuerySession, RemoteSession, type StatementListener, type StatementRunner } from '#query'
import { type GatewayClient, numbers, openGateway, token } from './gateway.fixture.ts'

const nowhere = "CREATE TABLE nowhere (n BIGINT) WITH ('connector' = 'blackhole');\n"

async function openRemote({ server }: GatewayClient, settings: Readonly<Record<string, string>> = {}): Promise<RemoteSession> {
  const address = { url: `http://127.0.0.1:${server.port}/`, headers: { authorization: `Bearer ${token}` } }
  return RemoteSession.open(address, settings)
}

/** What a listener is told, as text. */
async function told(session: StatementRunner, text: string, signal = new AbortController().signal): Promise<unknown[]> {
  const events: unknown[] = []
  let schema: Schema = []
  const listener: StatementListener = {
    opened: (query) => {
      schema = query.schema
      events.push(['opened', schema, query.updating])
    },
    changes: (batch: Batch) => {
      for (const [row, values] of rowsOf(batch, schema).entries()) events.push([changeNames[(batch.kinds?.[row] ?? 0) as 0], ...values])
    },
    closed: () => void events.push('closed'),
    table: (columns, rows) => void events.push(['table', columns.map(({ name }) => name), rows]),
    done: (message) => void events.push(message.replace(/[0-9a-f]{32}/, 'id')),
  }
  await session.run(text, listener, signal)
  return events
}

describe('a script on a gateway', () => {
  test('tells what each statement gave, in order', async () => {
    const session = await openRemote(await openGateway())
    const script = `-- what comes first\n${numbers(2)}${nowhere}SHOW TABLES; /* nothing; */
      SET 'execution.runtime-mode' = 'batch'; SELECT n FROM numbers;\nINSERT INTO nowhere SELECT n FROM numbers;
      BEGIN STATEMENT SET; INSERT INTO nowhere SELECT 1; INSERT INTO nowhere SELECT 2; END;\n-- the end`
    expect(await told(session, script)).toEqual([
      'CREATE TABLE',
      'CREATE TABLE',
      ['table', ['table name'], [['nowhere'], ['numbers']]],
      'SET',
      ['opened', [{ name: 'n', type: { kind: 'bigint', nullable: true } }], false],
      ['+I', 1],
      ['+I', 2],
      'closed',
      'job id finished',
      'job id finished',
    ])
  })
  test('reads all pages and all kinds of change', async () => {
    const session = await openRemote(await openGateway())
    const all = await told(session, `${numbers(12_000)}SELECT n FROM numbers`)
    expect(all.slice(2, -1)).toEqual(Array.from({ length: 12_000 }, (_, index) => ['+I', index + 1]))
    const counted = await told(session, 'DROP TABLE numbers; ' + `${numbers(3, 20)}SELECT COUNT(*) AS c FROM numbers`)
    expect(counted.at(-2)).toEqual(['+U', 3])
    expect(counted.at(-3)).toEqual(['-U', 2])
  })
  test('gives values of every type as a run here does', async () => {
    const client = await openGateway()
    const query = `SELECT TRUE AS a, CAST(-1 AS TINYINT) AS b, CAST(9223372036854775807 AS BIGINT) AS c, CAST(1.5 AS FLOAT) AS d, CAST('NaN' AS DOUBLE) AS e,
      12345678901234567890123456789012345678 AS f, CAST(1.10 AS DECIMAL(5, 3)) AS g, 'ü' AS h, X'00FF' AS i, DATE '2024-02-29' AS j, TIME '10:20:30' AS k,
      TIMESTAMP '2024-01-01 00:00:00' AS l, TIMESTAMP '2024-01-01 00:00:00.123456789' AS m, TO_TIMESTAMP_LTZ(-1500, 3) AS n, INTERVAL '14' MONTH AS o,
      INTERVAL '1 02:03:04.567' DAY TO SECOND(3) AS p, ARRAY[1, NULL] AS q, MAP['x', 1.5] AS r, ROW(1, 'y', ROW(DATE '2024-01-01')) AS s, CAST(NULL AS INT) AS t,
      CAST(-0.0 AS DOUBLE) AS u, 0.1 AS v`
    const settings = { 'execution.runtime-mode': 'batch', 'table.local-time-zone': 'Asia/Tokyo' }
    const here = new QuerySession(client.sessionOptions(settings))
    expect(await told(await openRemote(client, settings), query)).toEqual(await told(here, query))
  })
  test('is sent without its connections, whose options its tables have', async () => {
    const session = await openRemote(await openGateway())
    const connection = "CREATE CONNECTION made WITH ('connector' = 'datagen', 'rows-per-second' = '1000')"
    const table = "CREATE TABLE t (n INT) USING CONNECTION made WITH ('number-of-rows' = '3', 'fields.n.kind' = 'sequence')"
    expect(await told(session, `${connection};`)).toEqual(['CREATE CONNECTION'])
    const [made, shown] = (await told(session, `${table}; SHOW CREATE TABLE t`)).map((each) => JSON.stringify(each))
    expect(made).toBe('"CREATE TABLE"')
    expect(shown).toContain("'connector' = 'datagen'")
    expect(shown).toContain("'number-of-rows' = '3'")
    expect(shown).not.toContain('CONNECTION')
    expect(await told(session, 'DROP CONNECTION made')).toEqual(['DROP CONNECTION'])
    const failing = [
      ['SELECT 1;\n  DROP CONNECTION made', 'connection "made" does not exist'],
      ['SELECT 1;\n  CREATE TABLE u (n INT) USING CONNECTION made', 'connection "made" does not exist'],
      ['SELECT 1;\n  SHOW CONNECTIONS', 'connections cannot be shown or changed on Flink'],
      [`${connection};\n  ALTER CONNECTION made COMMENT 'x'`, 'connections cannot be shown or changed on Flink'],
      [
        `CREATE CONNECTION s WITH ('password' = '\${secret:shop}');\n  CREATE TABLE u (n INT) USING CONNECTION s`,
        'secret "shop" of a connection is not given to Flink',
      ],
    ] as const
    for (const [script, message] of failing)
      await expect(told(session, script)).rejects.toMatchObject({ message, position: { line: 2, column: 3 } })
    // What failed before anything ran has made nothing.
    await expect(told(session, 'CREATE TABLE u (n INT) USING CONNECTION s')).rejects.toThrow('connection "s" does not exist')
    // Where the gateway refuses what was written anew, the statement is shown.
    const again = `${connection};\n CREATE TABLE t (n INT) USING CONNECTION made`
    await expect(told(session, again)).rejects.toMatchObject({ code: 'ENGINE_FLINK_REFUSED', position: { line: 2, column: 2 } })
  })
  test('fails where the gateway says, in the words of its last cause', async () => {
    const session = await openRemote(await openGateway())
    const failing = told(session, `${nowhere}\n\nSELECT 1;\n  SELECT *\n   FROM missing;\nSELECT 2`)
    await expect(failing).rejects.toMatchObject({
      message: 'the SQL gateway refused: table "missing" does not exist [SQL_TABLE_NOT_FOUND]',
      position: { line: 6, column: 9 },
    })
  })
  test('fails at the place in a statement set, which is sent in other words', async () => {
    const session = await openRemote(await openGateway())
    const failing = told(session, `${nowhere}-- a set\nBEGIN STATEMENT SET; INSERT INTO nope VALUES (1);\nEND;`)
    await expect(failing).rejects.toMatchObject({ position: { line: 3, column: 34 } })
  })
  test('fails with its job', async () => {
    const session = await openRemote(await openGateway())
    await expect(told(session, `${numbers(3)}${nowhere}INSERT INTO nowhere SELECT 1 / (n - 2) FROM numbers`)).rejects.toThrow(
      'failed on the cluster',
    )
  })
  test('ends when it is stopped: a query and a job', async () => {
    const client = await openGateway()
    const session = await openRemote(client)
    for (const statement of ['SELECT n FROM numbers', 'INSERT INTO nowhere SELECT n FROM numbers']) {
      const stopping = new AbortController()
      setTimeout(() => stopping.abort(), 300)
      await told(
        session,
        `DROP TABLE IF EXISTS numbers; DROP TABLE IF EXISTS nowhere; ${numbers(1_000_000, 100)}${nowhere}${statement}`,
        stopping.signal,
      )
      expect(stopping.signal.aborted).toBe(true)
    }
    const jobs = await told(session, 'SHOW JOBS')
    expect(jobs).toEqual([['table', expect.anything(), [[expect.anything(), 'INSERT', 'CANCELED', expect.anything()]]]])
  })
})

async function serve(answer: (...asked: Parameters<RequestListener>) => unknown): Promise<string> {
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A gateway with one job: what SHOW JOBS does, time after time, is given; a status, or how it fails. */
async function serveJob(answers: readonly ('RUNNING' | 'FINISHED' | 'FAILED' | 'unknown' | 'cut' | 'refused')[]): Promise<string> {
  const job = 'a'.repeat(32)
  let statement = ''
  let asked = 0
  const text = { logicalType: { type: 'VARCHAR', nullable: true, length: 9 } }
  const rows = (fields: readonly string[]): unknown => ({
    resultType: 'PAYLOAD',
    resultKind: 'SUCCESS_WITH_CONTENT',
    isQueryResult: false,
    results: { columns: fields.map((_, index) => ({ name: `c${index}`, ...text })), data: [{ kind: 'INSERT', fields }] },
  })
  return serve(async (request, response) => {
    const say = (body: unknown): void => void response.end(JSON.stringify(body))
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const place = request.url ?? ''
    if (place === '/v1/api_versions') return say({ versions: ['V4'] })
    if (place === '/v4/sessions') return say({ sessionHandle: 's' })
    if (place === '/v4/sessions/s') return say({ properties: {} })
    if (place.endsWith('/close')) return say({ status: 'CLOSED' })
    if (place.endsWith('/statements')) {
      statement = (JSON.parse(body) as { statement: string }).statement
      if (statement === 'SHOW JOBS' && answers[asked] === 'cut') {
        asked++
        return void request.socket.destroy()
      }
      return say({ operationHandle: 'o' })
    }
    if (statement !== 'SHOW JOBS') return say({ ...(rows([job]) as object), jobID: job })
    const answer = answers[Math.min(asked++, answers.length - 1)] ?? ''
    if (answer === 'refused') return void response.writeHead(500).end(JSON.stringify({ errors: ['Caused by: x.Y: the cluster is away'] }))
    return say(rows([answer === 'unknown' ? 'another job' : job, 'INSERT', answer, 'now']))
  })
}

describe('a job that is waited for', () => {
  const inserting = async (...answers: Parameters<typeof serveJob>[0][number][]): Promise<unknown[]> =>
    told(await RemoteSession.open({ url: await serveJob(answers), headers: {} }, {}), 'INSERT INTO t SELECT 1')

  test('is not failed while the gateway, or the cluster behind it, does not answer', async () => {
    expect(await inserting('RUNNING', 'cut', 'cut', 'refused', 'unknown', 'RUNNING', 'FINISHED')).toEqual(['job id finished'])
  })
  test('is failed when the cluster says so', async () => {
    await expect(inserting('cut', 'FAILED')).rejects.toThrow(`job ${'a'.repeat(32)} failed on the cluster`)
  })
  test('may go on when nobody knows it any more', async () => {
    await expect(inserting('unknown')).rejects.toThrow(`the gateway does not say how job ${'a'.repeat(32)} is`)
  })
})

describe('what is no gateway', () => {
  const opening = (url: string): Promise<RemoteSession> => RemoteSession.open({ url, headers: {} }, {})

  test('is told from one that does not answer, and from one that wants to know who asks', async () => {
    await expect(opening('nonsense')).rejects.toThrow('"nonsense" is no address of a gateway')
    await expect(opening('ftp://127.0.0.1')).rejects.toThrow('is no address of a gateway')
    const { server } = await openGateway()
    await expect(opening(`http://127.0.0.1:${server.port}`)).rejects.toThrow('wants to know who asks')
    const gone = await serve((request) => request.socket.destroy())
    await expect(opening(gone)).rejects.toThrow(`the SQL gateway at ${gone} does not answer`)
  })
  test.each([
    ['<html>', 200],
    ['[]', 200],
    ['{}', 200],
    ['{"versions":["V9"]}', 200],
    ['not found', 404],
    ['{"error":1}', 500],
  ])('answers %j with %i', async (body, status) => {
    const url = await serve((_request, response) => response.writeHead(status).end(body))
    await expect(opening(url)).rejects.toThrow('does not answer as a SQL gateway does')
  })
  test('is asked again where nothing came of a question that changes nothing', async () => {
    let asked = 0
    const url = await serve((request, response) => {
      if (++asked < 3) request.socket.destroy()
      else if (request.url === '/v1/api_versions') response.end('{"versions":["V1","V2"]}')
      else response.writeHead(500).end('{"errors":["Caused by: x.yException: no more sessions"]}')
    })
    await expect(opening(url)).rejects.toThrow('the SQL gateway refused: no more sessions')
    expect(asked).toBe(4)
  })
})
