/** The connector `redis` with a real server. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { MillraceError, systemClock } from '#base'
import { ConnectorMeter, connectorOf, type DeadLetter, loadConnector, type SourceReader } from '#connectors'
import { bigintType, rowsOf, type Schema } from '#data'
import { freePort } from './ports.fixture.ts'
import { type RedisServer, startRedisServer } from './redis-server.fixture.ts'
import { entriesIn, hashIn, keysIn, numbers, redisTable } from './redis-table.fixture.ts'
import { changesOf, startSql } from './sql-run.fixture.ts'

let server: RedisServer

beforeAll(async () => {
  server = await startRedisServer('--maxmemory-policy', 'noeviction')
})
afterAll(() => server.remove())
beforeEach(() => server.ask('FLUSHALL'))

const table = (name: string, columns: string, options: Readonly<Record<string, string>>, at = server.options): string =>
  redisTable(name, columns, options, at)
const hash = (key: string) => hashIn(server, key)
const entries = (stream: string) => entriesIn(server, stream)
const keys = () => keysIn(server)

describe('a sink', () => {
  test('keeps rows in hashes, by their primary keys, with the values of all types as they are', async () => {
    const columns = `minute_at BIGINT, page STRING, visits BIGINT, price DECIMAL(30, 2), seen TIMESTAMP(9), ok BOOLEAN, bytes_held BYTES,
      PRIMARY KEY (minute_at, page) NOT ENFORCED`
    await changesOf(`${table('pages', columns, { 'key.pattern': `dashboard:\${minute_at}:\${page}` })}
      INSERT INTO pages VALUES
        (1, 'home', 9007199254740993, 12345678901234567890.12, TIMESTAMP '2024-01-02 03:04:05.123456789', TRUE, x'00ff'),
        (2, 'home', NULL, NULL, NULL, NULL, NULL);`)
    expect(await hash('dashboard:1:home')).toMatchObject({
      visits: '9007199254740993',
      price: '12345678901234567890.12',
      seen: '2024-01-02 03:04:05.123456789',
      ok: 'true',
    })
    expect(await server.ask('STRLEN', 'dashboard:1:home').catch(String)).toContain('WRONGTYPE')
    expect(await server.ask('HSTRLEN', 'dashboard:1:home', 'bytes_held')).toBe(2)
    expect(await hash('dashboard:2:home')).toEqual({ '': '' })
  })

  test('gives different rows different keys, whatever is in them', async () => {
    await changesOf(`${table('t', 'a STRING, b STRING, n INT, PRIMARY KEY (a, b) NOT ENFORCED', { 'key.pattern': `\${a}:\${b}` })}
      INSERT INTO t VALUES ('x:y', 'z', 1), ('x', 'y:z', 2), ('x%3Ay', 'z', 3), ('', 'x:y:z', 4), ('x:y:z', '', 5);`)
    expect(await keys()).toEqual([':x%3Ay%3Az', 'x%253Ay:z', 'x%3Ay%3Az:', 'x%3Ay:z', 'x:y%3Az'])
  })

  test('changes rows, and takes away fields that become NULL', async () => {
    await server.ask('HSET', 'k', 'strange', 'stays')
    const t = table('t', 'k STRING, n BIGINT, label STRING, PRIMARY KEY (k) NOT ENFORCED', {})
    await changesOf(`${t} INSERT INTO t VALUES ('k', 1, 'a');`)
    expect(await hash('k')).toEqual({ n: '1', label: 'a', strange: 'stays' })
    await changesOf(`${t}
      INSERT INTO t SELECT k, COUNT(*), NULLIF(MAX(label), 'z') FROM (VALUES ('k', 'a'), ('k', 'z')) AS v(k, label)
        GROUP BY k;`)
    expect(await keys()).toEqual(['k'])
    expect(await hash('k')).toEqual({ n: '2', strange: 'stays' })
  })

  test('lets keys expire', async () => {
    const options = { ttl: '10 min' }
    await changesOf(`${table('h', 'k STRING, n INT, PRIMARY KEY (k) NOT ENFORCED', { ...options, 'key.pattern': `h:\${k}` })}
      ${table('s', 'k STRING, n INT, PRIMARY KEY (k) NOT ENFORCED', { ...options, 'key.pattern': `s:\${k}`, 'data-structure': 'string' })}
      ${table('z', 'k STRING, n INT, PRIMARY KEY (k) NOT ENFORCED', { ...options, 'key.pattern': 'z', 'data-structure': 'sorted-set', 'sorted-set.score': 'n' })}
      ${table('x', 'k STRING, n INT', { ...options, 'key.pattern': 'x', 'data-structure': 'stream' })}
      EXECUTE STATEMENT SET BEGIN INSERT INTO h VALUES ('a', 1); INSERT INTO s VALUES ('a', 1); INSERT INTO z VALUES ('a', 1); INSERT INTO x VALUES ('a', 1); END;`)
    for (const key of ['h:a', 's:a', 'z', 'x']) {
      const left = Number(await server.ask('PTTL', key))
      expect(left).toBeGreaterThan(500_000)
      expect(left).toBeLessThanOrEqual(600_000)
    }
  })

  test('keeps strings as text and as JSON, sorted sets with scores, lists and streams in order', async () => {
    await changesOf(`
      ${table('s', 'k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED', { 'key.pattern': `s:\${k}`, 'data-structure': 'string' })}
      ${table('j', 'k STRING, r ROW<a INT>, n DECIMAL(5, 2), PRIMARY KEY (k) NOT ENFORCED', { 'key.pattern': `j:\${k}`, 'data-structure': 'string', 'value.format': 'json', 'value.fields-include': 'EXCEPT_KEY' })}
      ${table('z', 'm INT, page STRING, n DOUBLE, PRIMARY KEY (m, page) NOT ENFORCED', { 'key.pattern': `top:\${m}`, 'data-structure': 'sorted-set', 'sorted-set.score': 'n' })}
      ${table('l', 'n INT', { 'key.pattern': 'l', 'data-structure': 'list' })}
      ${table('x', 'a STRING, n INT', { 'key.pattern': 'x', 'data-structure': 'stream', 'stream.max-length': '1000000' })}
      EXECUTE STATEMENT SET BEGIN
        INSERT INTO s VALUES ('a', 1), ('b', 2), ('a', 3);
        INSERT INTO j VALUES ('a', ROW(7), 1.50), ('b', NULL, NULL);
        INSERT INTO z VALUES (1, 'home', 2.5), (1, 'shop', -1), (2, 'home', 1), (1, 'home', 9007199254740993);
        INSERT INTO l VALUES (3), (1), (2);
        INSERT INTO x VALUES ('a', 1), (NULL, 2);
      END;`)
    expect(await server.ask('MGET', 's:a', 's:b', 'j:a', 'j:b')).toEqual(['3', '2', '{"r":{"a":7},"n":1.50}', '{"r":null,"n":null}'])
    expect(await server.ask('ZRANGE', 'top:1', 0, -1, 'WITHSCORES')).toEqual(['shop', '-1', 'home', '9007199254740992'])
    expect(await server.ask('LRANGE', 'l', 0, -1)).toEqual(['3', '1', '2'])
    expect(await entries('x')).toEqual([{ a: 'a', n: '1' }, { n: '2' }])
    // Nothing of what waited for a checkpoint is left.
    expect(await keys()).toEqual(['j:a', 'j:b', 'l', 's:a', 's:b', 'top:1', 'top:2', 'x'])
  })

  test.each([
    [
      'a column beside the primary key in the key',
      'a INT, b INT, PRIMARY KEY (a) NOT ENFORCED',
      { 'key.pattern': `\${a}:\${b}` },
      'STRUCTURE_MISMATCH',
    ],
    [
      'a primary key that the key does not hold',
      'a INT, b INT, PRIMARY KEY (a, b) NOT ENFORCED',
      { 'key.pattern': `\${a}` },
      'STRUCTURE_MISMATCH',
    ],
    [
      'columns without a mark between them',
      'a STRING, b STRING, PRIMARY KEY (a, b) NOT ENFORCED',
      { 'key.pattern': `\${a}2\${b}` },
      'PATTERN_MISMATCH',
    ],
    ['a column that is not there', 'a INT, PRIMARY KEY (a) NOT ENFORCED', { 'key.pattern': `x:\${aa}` }, 'PATTERN_MISMATCH'],
    ['a brace that is not closed', 'a INT, PRIMARY KEY (a) NOT ENFORCED', { 'key.pattern': `x:\${a` }, 'PATTERN_MISMATCH'],
    ['a column that a hash cannot hold', 'a INT, b ARRAY<INT>, PRIMARY KEY (a) NOT ENFORCED', {}, 'COLUMN_UNSUPPORTED'],
    [
      'two columns in a string without a format',
      'a INT, b INT, c INT, PRIMARY KEY (a) NOT ENFORCED',
      { 'data-structure': 'string' },
      'STRUCTURE_MISMATCH',
    ],
    ['a cluster', 'a INT, PRIMARY KEY (a) NOT ENFORCED', { mode: 'cluster' }, 'OPTION_MISMATCH'],
    ['a score of a table of hashes', 'a INT, b INT, PRIMARY KEY (a) NOT ENFORCED', { 'sorted-set.score': 'b' }, 'OPTION_MISMATCH'],
  ])('refuses %s before it runs', async (_, columns, options, code) => {
    const failure = changesOf(`${table('t', columns, options)} INSERT INTO t SELECT * FROM t;`)
    await expect(failure).rejects.toMatchObject({ code: `CONNECTORS_REDIS_${code}` })
  })

  test('waits while the memory of the server is used up, and goes on when there is some', async () => {
    const used = Number(/used_memory:(\d+)/.exec(String(await server.ask('INFO', 'memory')))?.[1])
    await server.ask('CONFIG', 'SET', 'maxmemory', used - 1)
    try {
      const run = startSql(
        `${table('t', 'k INT, n INT, PRIMARY KEY (k) NOT ENFORCED', { 'key.pattern': `t:\${k}` })} INSERT INTO t VALUES (1, 2);`,
      )
      await sleep(1500)
      expect(await keys()).toEqual([])
      await server.ask('CONFIG', 'SET', 'maxmemory', 0)
      await run.ended
      expect(await hash('t:1')).toEqual({ n: '2' })
    } finally {
      await server.ask('CONFIG', 'SET', 'maxmemory', 0)
    }
  })

  test('names the row that a key of another kind does not take', async () => {
    await server.ask('SET', 't:1', 'a text')
    const failure = changesOf(
      `${table('t', 'k INT, n INT, PRIMARY KEY (k) NOT ENFORCED', { 'key.pattern': `t:\${k}` })} INSERT INTO t VALUES (1, 2);`,
    )
    await expect(failure).rejects.toMatchObject({
      code: 'CONNECTORS_REDIS_ROW_REFUSED',
      message: 'could not write the row with key "t:1" of table "t"',
      detail: expect.stringContaining('WRONGTYPE'),
    })
  })
})

describe('a connection', () => {
  const insert = (at: string): string => `${table('t', 'k INT, n INT, PRIMARY KEY (k) NOT ENFORCED', {}, at)} INSERT INTO t VALUES (1, 2);`
  const connector = `'connector' = 'redis'`

  test('may be given as an address', async () => {
    await changesOf(insert(`${connector}, 'url' = 'redis://:${server.password}@127.0.0.1:${server.port}/3'`))
    expect(await keys()).toEqual([])
    await server.ask('SELECT', 3)
    expect(await keys()).toEqual(['1'])
    await server.ask('SELECT', 0)
  })

  test.each([
    ['a password that is wrong', () => `'host' = '127.0.0.1', 'port' = '${server.port}', 'password' = 'guessed-9'`, 'ACCESS_REFUSED'],
    ['no password', () => `'host' = '127.0.0.1', 'port' = '${server.port}'`, 'ACCESS_REFUSED'],
    ['a user that is not there', () => `'url' = 'redis://nobody:guessed-9@127.0.0.1:${server.port}'`, 'ACCESS_REFUSED'],
    ['a host that is not there', () => `'host' = 'no-such-host.invalid', 'password' = 'guessed-9'`, 'HOST_NOT_FOUND'],
    ['a database that is not there', () => `${server.options.replace(/^[^,]*, /, '')}, 'database' = '99'`, 'REFUSED'],
  ])('with %s is refused at once, and no secret is told', async (_, at, code) => {
    const startMs = performance.now()
    const error = await changesOf(insert(`${connector}, ${at()}`)).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: `CONNECTORS_REDIS_${code}` })
    expect(performance.now() - startMs).toBeLessThan(15_000)
    const { message, detail, hint, stack, cause } = error as Error & { detail?: string; hint?: string }
    expect([message, detail, hint, stack, String(cause)].join()).not.toMatch(new RegExp(`guessed-9|${server.password}`))
  })

  test('with TLS to a server that does not speak it is refused', async () => {
    const failure = changesOf(insert(`${server.options}, 'tls' = 'true', 'connect.timeout' = '2 s'`))
    await expect(failure).rejects.toMatchObject({ code: 'CONNECTORS_REDIS_TLS_MISMATCH' })
  })

  test('without TLS to a server that speaks it is refused; with TLS the certificates of both sides count', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'millrace-tls-'))
    const request = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2'
    const make = (name: string, ...words: readonly string[]): Promise<unknown> => {
      const files = ['-subj', `/CN=${name}`, '-keyout', `${folder}/${name}.key`, '-out', `${folder}/${name}.pem`]
      return promisify(execFile)('openssl', [...request.split(' '), ...files, ...words])
    }
    await make('server', '-addext', 'subjectAltName=IP:127.0.0.1')
    await make('client')
    const port = await freePort()
    const certificate = ['--tls-cert-file', `${folder}/server.pem`, '--tls-key-file', `${folder}/server.key`]
    const secure = await startRedisServer('--tls-port', String(port), ...certificate, '--tls-ca-cert-file', `${folder}/client.pem`)
    try {
      const at = `${connector}, 'host' = '127.0.0.1', 'port' = '${port}', 'password' = '${secure.password}'`
      const trusted = `${at}, 'tls' = 'true', 'tls.ca' = '${folder}/server.pem'`
      const shown = `${trusted}, 'tls.certificate' = '${folder}/client.pem', 'tls.key' = '${folder}/client.key'`
      await expect(changesOf(insert(`${at}, 'tls' = 'true'`))).rejects.toMatchObject({ code: 'CONNECTORS_REDIS_TLS_MISMATCH' })
      await changesOf(insert(shown))
      expect(await secure.ask('KEYS', '*')).toEqual(['1'])
      await secure.ask('CONFIG', 'SET', 'tls-auth-clients', 'no')
      await expect(changesOf(insert(at))).rejects.toMatchObject({ code: 'CONNECTORS_REDIS_TLS_MISMATCH' })
    } finally {
      await secure.remove()
      await rm(folder, { recursive: true, force: true })
    }
  })

  test('to an address where nobody answers is given up when the run is stopped', async () => {
    const port = await freePort()
    const run = startSql(insert(`${connector}, 'host' = '127.0.0.1', 'port' = '${port}'`))
    await sleep(500)
    run.stop()
    await expect(run.ended).rejects.toBeInstanceOf(MillraceError)
  })
})

describe('a lookup join', () => {
  const orders = `CREATE VIEW orders AS SELECT n AS id, proctime FROM numbers;\n`

  test('finds hashes by key, those with NULLs too, and none where there is none', async () => {
    await server.ask('HSET', 'user:0', 'name', 'Ada', 'age', '36')
    await server.ask('HSET', 'user:1', 'other', 'x')
    const changes = await changesOf(`${numbers(3, 1000)}${orders}
      ${table('users', 'id BIGINT, name STRING, age INT, PRIMARY KEY (id) NOT ENFORCED', { 'key.pattern': `user:\${id}` })}
      SELECT o.id, u.id, u.name, u.age FROM orders AS o LEFT JOIN users FOR SYSTEM_TIME AS OF o.proctime AS u ON o.id = u.id;`)
    expect(changes.toSorted()).toEqual(['+I 0, 0, Ada, 36', '+I 1, 1, NULL, NULL', '+I 2, NULL, NULL, NULL'])
  })

  test('finds strings, as text and as JSON, and compares what is not in the key', async () => {
    await server.ask('MSET', 't:0', 'zero', 't:1', 'one', 'j:0', '{"n":0,"x":1,"y":[1,2]}', 'j:1', '{"n":1,"x":7,"y":[]}')
    const changes = await changesOf(`${numbers(2, 1000)}${orders}
      ${table('t', 'id BIGINT, label STRING, PRIMARY KEY (id) NOT ENFORCED', { 'key.pattern': `t:\${id}`, 'data-structure': 'string' })}
      ${table('j', 'n BIGINT, x BIGINT, y ARRAY<INT>, PRIMARY KEY (n) NOT ENFORCED', { 'key.pattern': `j:\${n}`, 'data-structure': 'string', 'value.format': 'json', 'lookup.cache': 'PARTIAL', 'lookup.partial-cache.max-rows': '10' })}
      SELECT o.id, t.label, j.y FROM orders AS o
        JOIN t FOR SYSTEM_TIME AS OF o.proctime ON o.id = t.id
        JOIN j FOR SYSTEM_TIME AS OF o.proctime ON o.id = j.n AND o.id + 1 = j.x;`)
    expect(changes).toEqual(['+I 0, zero, [1, 2]'])
  })

  test('says which key holds what is no value of its column', async () => {
    await server.ask('HSET', 'user:0', 'age', 'old')
    const failure = changesOf(`${numbers(1, 1000)}${orders}
      ${table('users', 'id BIGINT, age INT, PRIMARY KEY (id) NOT ENFORCED', { 'key.pattern': `user:\${id}`, 'lookup.max-retries': '0' })}
      SELECT o.id, u.age FROM orders AS o JOIN users FOR SYSTEM_TIME AS OF o.proctime AS u ON o.id = u.id;`)
    const error = (await failure.catch((caught: unknown) => caught)) as Error & { detail?: string }
    expect(`${error.message} ${error.detail} ${String(error.cause)}`).toContain('user:0')
  })

  test('needs all columns of the key', async () => {
    const failure = changesOf(`${numbers(1, 1000)}${orders}
      ${table('users', 'a BIGINT, b BIGINT, age INT, PRIMARY KEY (a, b) NOT ENFORCED', {})}
      SELECT o.id, u.age FROM orders AS o JOIN users FOR SYSTEM_TIME AS OF o.proctime AS u ON o.id = u.a;`)
    await expect(failure).rejects.toMatchObject({ code: 'CONNECTORS_REDIS_LOOKUP_KEY_MISSING' })
  })
})

describe('a stream', () => {
  const columns = 'id STRING METADATA VIRTUAL, `timestamp` TIMESTAMP_LTZ(3) METADATA VIRTUAL, a STRING, n INT'
  const stream = (options: Readonly<Record<string, string>> = {}): string =>
    table('s', columns, { 'key.pattern': 's', 'data-structure': 'stream', 'scan.bounded.mode': 'latest', ...options })

  test('is read from its beginning, a time or an id to its present end', async () => {
    for (const n of [1, 2, 3]) await server.ask('XADD', 's', `${n * 1000}-5`, 'n', n, 'strange', 'x', ...(n === 2 ? [] : ['a', `a${n}`]))
    const all = [
      '+I 1000-5, 1970-01-01 00:00:01.000, a1, 1',
      '+I 2000-5, 1970-01-01 00:00:02.000, NULL, 2',
      '+I 3000-5, 1970-01-01 00:00:03.000, a3, 3',
    ]
    const select = 'SELECT id, `timestamp`, a, n FROM s;'
    expect(await changesOf(`${stream()}${select}`)).toEqual(all)
    const from = { 'scan.startup.mode': 'timestamp', 'scan.startup.timestamp-millis': '2000' }
    expect(await changesOf(`${stream(from)}${select}`)).toEqual(all.slice(1))
    const after = { 'scan.startup.mode': 'specific', 'scan.startup.specific-id': '2000-5' }
    expect(await changesOf(`${stream(after)}${select}`)).toEqual(all.slice(2))
    expect(await changesOf(`${stream({ 'scan.startup.mode': 'latest' })}${select}`)).toEqual([])
  })

  test('is waited for, and gives what comes', async () => {
    const run = startSql(`${stream({ 'scan.bounded.mode': 'unbounded', 'scan.startup.mode': 'latest' })} SELECT n FROM s;`)
    await sleep(1000)
    for (const n of [1, 2, 3]) await server.ask('XADD', 's', '*', 'n', n)
    while (run.changes.length < 3) await sleep(20)
    run.stop()
    expect((await run.ended).map((change) => change.replace(/.* /, ''))).toEqual(['1', '2', '3'])
  })

  test('names the entry that cannot be read', async () => {
    await server.ask('XADD', 's', '7-1', 'n', 'many')
    await expect(changesOf(`${stream()} SELECT n FROM s;`)).rejects.toMatchObject({
      code: 'CONNECTORS_REDIS_VALUE_UNREADABLE',
      message: expect.stringContaining('"id":"7-1"'),
    })
  })

  test.each([
    ['fields', {}, { n: 'many' }, { n: '1' }, 'CONNECTORS_REDIS_VALUE_UNREADABLE', '{"n":"many"}'],
    [
      'a format',
      { 'value.format': 'json' },
      { value: '{"n":"many"}' },
      { value: '{"n":1}' },
      'CONNECTORS_MESSAGE_UNREADABLE',
      '{"n":"many"}',
    ],
  ] as const)('gives entries that cannot be read to the dead letters: of %s', async (_, options, wrong, right, code, value) => {
    await server.ask('XADD', 's', '7-1', ...Object.entries(wrong).flat())
    await server.ask('XADD', 's', '7-2', ...Object.entries(right).flat())
    const at = { connector: 'redis', host: '127.0.0.1', port: String(server.port), password: server.password }
    const given = { ...at, 'key.pattern': 's', 'data-structure': 'stream', 'scan.bounded.mode': 'latest', ...options }
    const schema: Schema = [{ name: 'n', type: bigintType }]
    const definition = { name: 't', schema, metadataColumns: [], options: given, primaryKey: [], partitionedBy: [] }
    const tableOf = { ...definition, timeZone: 'UTC', clock: systemClock }
    await loadConnector(given)
    const columns = [{ kind: 'physical' as const, key: 'n', type: bigintType }]
    const watch = { meter: new ConnectorMeter(systemClock), hasDeadLetters: true, work: null, signal: new AbortController().signal }
    const reader = (await connectorOf(tableOf)
      .source?.(tableOf)
      .open({ columns, conditions: [], ...watch })) as SourceReader
    const letters: DeadLetter[] = []
    const rows: unknown[][] = []
    for (let next = await reader.read(); next !== null; next = await reader.read()) {
      letters.push(...(next.deadLetters ?? []))
      rows.push(...rowsOf(next.batch, schema))
    }
    await reader.close()
    expect(rows).toEqual([[1]])
    expect(letters).toMatchObject([{ code, position: '{"stream":"s","id":"7-1"}' }])
    expect(Buffer.from(letters[0]?.value ?? []).toString()).toBe(value)
    expect(reader.skippedRows).toBe(1)
    expect(reader.position()).toMatchObject({ id: '7-2', seen: 2 })
  })

  test('holds rows in a format', async () => {
    const options = { 'key.pattern': 's', 'data-structure': 'stream', 'value.format': 'json', 'stream.value-field': 'row' }
    await changesOf(`${table('w', 'a STRING, y ARRAY<INT>', options)} INSERT INTO w VALUES ('x', ARRAY[1, 2]), (NULL, NULL);`)
    expect(await entries('s')).toEqual([{ row: '{"a":"x","y":[1,2]}' }, { row: '{"a":null,"y":null}' }])
    const read = table('r', 'a STRING, y ARRAY<INT>', { ...options, 'scan.bounded.mode': 'latest' })
    expect(await changesOf(`${read} SELECT a, y FROM r;`)).toEqual(['+I x, [1, 2]', '+I NULL, NULL'])
  })
})
