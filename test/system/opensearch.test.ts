/** The connector `opensearch` with a real server. */
import { createServer, request as forward } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Commands, numbers } from './command.fixture.ts'
import { type OpenSearchServer, startOpenSearchServer } from './opensearch-server.fixture.ts'
import { changesOf, startSql } from './sql-run.fixture.ts'

let server: OpenSearchServer
let commands: Commands

beforeAll(async () => {
  server = await startOpenSearchServer()
  commands = await Commands.open()
}, 300_000)
afterAll(async () => {
  await commands?.close()
  await server?.remove()
})

function table(name: string, columns: string, index: string, options: Readonly<Record<string, string>> = {}): string {
  const all = { connector: 'opensearch-2', hosts: server.origin, index, ...options }
  const clause = Object.entries(all).map(([key, value]) => `'${key}' = '${value}'`)
  return `CREATE TABLE ${name} (${columns}) WITH (${clause.join(', ')});\n`
}

const sortedNumbers = (documents: ReadonlyMap<string, Readonly<Record<string, unknown>>>): number[] =>
  Array.from(documents.values(), (row) => Number(row['n'])).toSorted((a, b) => a - b)
const contents = async (index: string) => Object.fromEntries(await server.documents(index))

describe('documents', () => {
  test('hold the values of all types, as the server understands them', { timeout: 120_000 }, async () => {
    const columns = `k STRING, n BIGINT, d DECIMAL(20, 2), x DOUBLE, ok BOOLEAN, day_at DATE, ts TIMESTAMP(3), at_ltz TIMESTAMP_LTZ(3),
      b BYTES, r ROW<a INT, l ARRAY<STRING>>, PRIMARY KEY (k) NOT ENFORCED`
    await changesOf(`${table('t', columns, 'types')}
      INSERT INTO t VALUES
        ('a', 9007199254740991, 12345678901234567.89, 1.5, TRUE, DATE '2024-01-02', TIMESTAMP '2024-01-02 03:04:05.678',
          CAST(TIMESTAMP '2024-01-02 03:04:05' AS TIMESTAMP_LTZ(3)), x'00ff', ROW(1, ARRAY['x', 'y'])),
        ('b', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);`)
    const { a, b } = await contents('types')
    expect(a).toMatchObject({ n: 9007199254740991, x: 1.5, ok: true, day_at: '2024-01-02', ts: '2024-01-02T03:04:05.678' })
    expect(a).toMatchObject({ at_ltz: '2024-01-02T03:04:05Z', b: 'AP8=', r: { a: 1, l: ['x', 'y'] } })
    expect(b).toMatchObject({ k: 'b', n: null })
    const mapping = await server.ask('GET', 'types/_mapping')
    expect(mapping).toMatchObject({
      types: {
        mappings: { properties: { ts: { type: 'date' }, at_ltz: { type: 'date' }, day_at: { type: 'date' }, n: { type: 'long' } } },
      },
    })
  })

  test('change and go with their rows', { timeout: 120_000 }, async () => {
    const counts = table('counts', 'page STRING, kind STRING, n BIGINT, PRIMARY KEY (page, kind) NOT ENFORCED', 'counts')
    await changesOf(`${counts} INSERT INTO counts VALUES ('home', 'a_b', 7), ('home_a', 'b', 8), ('home', 'gone', 1);`)
    expect(Object.keys(await contents('counts')).toSorted()).toEqual(['home%5Fa_b', 'home_a%5Fb', 'home_gone'])
    expect(await contents('counts')).toMatchObject({ 'home%5Fa_b': { n: 8 }, 'home_a%5Fb': { n: 7 } })
    const run = startSql(`${numbers(1800, 600)}
      ${table('by_rest', 'rest BIGINT, n BIGINT, PRIMARY KEY (rest) NOT ENFORCED', 'rests', { 'sink.bulk-flush.interval': '50 ms' })}
      INSERT INTO by_rest SELECT MOD(n, 3), COUNT(*) FROM numbers GROUP BY MOD(n, 3) HAVING COUNT(*) < 500 OR MOD(n, 3) = 0;`)
    while ((await server.documents('rests')).size < 3) await sleep(20)
    await run.ended
    expect(await contents('rests')).toEqual({ 0: { rest: 0, n: 600 } })
  })

  test('go to the indexes that their columns name', { timeout: 120_000 }, async () => {
    await changesOf(`${table('t', 'page STRING, ts TIMESTAMP(3), n INT', 'by-{page}-{ts|yyyy-MM-dd}')}
      INSERT INTO t VALUES ('home', TIMESTAMP '2024-01-02 23:59:59', 1), ('home', TIMESTAMP '2024-01-03 00:00:00', 2),
        ('shop', TIMESTAMP '2024-01-03 00:00:00', 3), ('home', TIMESTAMP '2024-01-03 05:00:00', 4);`)
    const found = async (index: string) => sortedNumbers(await server.documents(index))
    expect(await found('by-home-2024-01-02')).toEqual([1])
    expect(await found('by-home-2024-01-03')).toEqual([2, 4])
    expect(await found('by-shop-2024-01-03')).toEqual([3])
  })

  test('that the mapping does not take become dead letters, and the others are written', { timeout: 120_000 }, async () => {
    await server.ask('PUT', 'mapped', { mappings: { properties: { n: { type: 'long' } } } })
    const t = table('t', 'k STRING, n STRING, PRIMARY KEY (k) NOT ENFORCED', 'mapped')
    const rows = "INSERT INTO t VALUES ('a', '1'), ('b', 'no number'), ('c', '3');"
    const letters = table(
      'letters',
      `table_name STRING, error_code STRING, error_message STRING, source_position STRING, message_key BYTES, message_value BYTES,
        failed_at TIMESTAMP_LTZ(3)`,
      'letters',
    )
    const ended = await changesOf(`${t} ${rows}`).catch((error: unknown) => error as Error)
    expect(ended).toMatchObject({ code: 'CONNECTORS_OPENSEARCH_DOCUMENT_REFUSED' })
    expect(String(ended)).toContain('document "b" of table')
    expect(JSON.stringify(ended) + String((ended as { detail?: string }).detail)).not.toContain('no number')
    expect(String((ended as { detail?: string }).detail)).toContain('failed to parse field [n] of type [long]')
    await changesOf(`${letters} ${t} SET 'table.exec.dead-letters.table' = 'letters'; ${rows}`)
    expect(Object.keys(await contents('mapped')).toSorted()).toEqual(['a', 'c'])
    const [letter] = (await server.documents('letters')).values()
    expect(letter).toMatchObject({ error_code: 'CONNECTORS_OPENSEARCH_DOCUMENT_REFUSED', source_position: '{"index":"mapped","id":"b"}' })
    expect(Buffer.from(String(letter?.['message_value']), 'base64').toString()).toBe('{"k":"b","n":"no number"}')
  })
})

describe('a durable run that is killed four times', () => {
  test.each([
    ['with a primary key', 'n BIGINT, PRIMARY KEY (n) NOT ENFORCED'],
    ['without one', 'n BIGINT'],
  ])('writes each row once, %s', { timeout: 240_000 }, async (name, columns) => {
    const index = `killed-${name.replaceAll(' ', '-')}`
    // Many requests between two checkpoints, which the next life sends again.
    const often = { 'sink.bulk-flush.max-actions': '20' }
    const script = `SET 'parallelism.default' = '2'; ${numbers(9000, 2000)} ${table('t', columns, index, often)} INSERT INTO t SELECT n FROM numbers;`
    const lives = await commands.runKilled(script, [150, 30, 250, 80])
    expect(lives).toBe(5)
    const documents = await server.documents(index)
    expect(sortedNumbers(documents)).toEqual(Array.from({ length: 9000 }, (_, n) => n))
  })
})

describe('a server', () => {
  test('that asks for a password gets it, and refuses a wrong one at once', { timeout: 60_000 }, async () => {
    const password = 'right-horse'
    const expected = [`Basic ${Buffer.from(`writer:${password}`).toString('base64')}`, 'ApiKey abc==']
    const proxy = createServer((asked, answer) => {
      if (!expected.includes(asked.headers.authorization ?? '')) {
        answer.writeHead(401, { 'content-type': 'text/plain' }).end('Unauthorized')
        return
      }
      const { method, url, headers } = asked
      const passed = forward({ host: '127.0.0.1', port: server.port, method, path: url, headers }, (got) => {
        answer.writeHead(got.statusCode ?? 502, got.headers)
        got.pipe(answer)
      })
      asked.pipe(passed)
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const hosts = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
    const run = (options: Readonly<Record<string, string>>) =>
      changesOf(`${table('t', 'k STRING, PRIMARY KEY (k) NOT ENFORCED', 'asked', { hosts, ...options })} INSERT INTO t VALUES ('a');`)
    try {
      await run({ username: 'writer', password })
      await run({ 'api-key': 'abc==' })
      expect(Object.keys(await contents('asked'))).toEqual(['a'])
      const error = await run({ username: 'writer', password: 'wrong-horse' }).catch((thrown: unknown) => thrown as Error)
      expect(error).toMatchObject({ code: 'CONNECTORS_OPENSEARCH_ACCESS_REFUSED' })
      expect(`${String(error)} ${(error as Error).stack ?? ''} ${JSON.stringify(error)}`).not.toContain('horse')
    } finally {
      proxy.close()
      proxy.closeAllConnections()
    }
  })

  test('that is killed and comes back is waited for, and gets every row', { timeout: 300_000 }, async () => {
    const script = `${numbers(4000, 1000)} ${table('t', 'n BIGINT', 'restarted', { 'sink.bulk-flush.interval': '100 ms' })}
      INSERT INTO t SELECT n FROM numbers;`
    const run = startSql(script)
    while ((await server.documents('restarted')).size === 0) await sleep(50)
    await server.kill()
    await sleep(500)
    await server.restart()
    await run.ended
    expect(sortedNumbers(await server.documents('restarted'))).toEqual(Array.from({ length: 4000 }, (_, n) => n))
  })
})
