/** What the connector `redis` writes for good, with a real server: commits that are repeated, runs and servers that are killed. */
import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '#base'
import { ConnectorMeter, connectorOf, type DeadLetter, type DurableWork, loadConnector, type SinkWriter } from '#connectors'
import { batchOf, bigintType, changeDelete, changeInsert, changeUpdateAfter, type Schema, stringType } from '#data'
import { freePort } from './ports.fixture.ts'
import { type RedisServer, startRedisServer } from './redis-server.fixture.ts'
import { entriesIn, hashIn, keysIn, numbers, redisTable } from './redis-table.fixture.ts'
import { type KillableRun, killableRun } from './sql-run.fixture.ts'

let server: RedisServer
const runs: KillableRun[] = []

beforeAll(async () => {
  server = await startRedisServer('--maxmemory-policy', 'noeviction')
})
afterAll(() => server.remove())
beforeEach(() => server.ask('FLUSHALL'))
afterEach(async () => {
  for (const run of runs.splice(0)) await run.remove()
})

const table = (name: string, columns: string, options: Readonly<Record<string, string>>, at = server.options): string =>
  redisTable(name, columns, options, at)
const hash = (key: string) => hashIn(server, key)
const entries = (stream: string) => entriesIn(server, stream)
const keys = () => keysIn(server)

async function durable(script: string): Promise<KillableRun> {
  const run = await killableRun(script)
  runs.push(run)
  return run
}

interface CuttingProxy {
  readonly port: number
  /** How many more answers are swallowed, with their connections. */
  cutAnswers: number
  close(): void
}

/** Stands before the server and swallows answers: what was asked was done, and nobody knows. */
async function cuttingProxy(port: number): Promise<CuttingProxy> {
  const proxy = { port: await freePort(), cutAnswers: 0, close: () => void listener.close() }
  const listener = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    // Logging in is let through.
    let isIn = false
    near.on('data', (bytes) => {
      isIn = /MULTI|EVAL/i.test(bytes.toString('latin1'))
      far.write(bytes)
    })
    far.on('data', (bytes) => {
      if (isIn && proxy.cutAnswers > 0) {
        proxy.cutAnswers -= 1
        near.destroy()
        far.destroy()
      } else near.write(bytes)
    })
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => undefined)
      one.on('close', () => other.destroy())
    }
  })
  await new Promise<void>((resolve) => listener.listen(proxy.port, '127.0.0.1', resolve))
  return proxy
}

describe('a writer', () => {
  const schema: Schema = [
    { name: 'k', type: stringType },
    { name: 'n', type: bigintType },
  ]
  const letters: DeadLetter[] = []
  const opened = async (options: Readonly<Record<string, string>>, durable?: DurableWork, primaryKey: readonly string[] = []) => {
    const at = { connector: 'redis', host: '127.0.0.1', port: String(server.port), password: server.password }
    const definition = { name: 't', schema, metadataColumns: [], options: { ...at, ...options }, primaryKey, partitionedBy: [] }
    const tableOf = { ...definition, timeZone: 'UTC', clock: systemClock }
    await loadConnector(tableOf.options)
    const meter = new ConnectorMeter(systemClock)
    const watch = { meter, deadLetters: (letter: DeadLetter) => void letters.push(letter), signal: new AbortController().signal }
    return (await connectorOf(tableOf)
      .sink?.(tableOf)
      .open({ schema, overwrite: false, ...(durable === undefined ? {} : { durable }), ...watch })) as SinkWriter
  }
  const stream = { 'key.pattern': 'x', 'data-structure': 'stream' }
  const added = async (): Promise<(string | undefined)[]> => (await entries('x')).map(({ n }) => n)

  test('commits what it prepared once, however often it is asked and whoever asks', async () => {
    const first = await opened(stream, { name: 'w', id: 'w', record: null })
    await first.write(
      batchOf(
        schema,
        Array.from({ length: 2500 }, (_, n) => ['a', n]),
      ),
    )
    const record = await first.prepare()
    expect(await added()).toEqual([])
    await first.write(batchOf(schema, [['a', 9000]]))
    await first.commit(record)
    await first.commit(record)
    const expected = Array.from({ length: 2500 }, (_, n) => String(n))
    expect(await added()).toEqual(expected)
    const later = await first.prepare()
    await first.write(batchOf(schema, [['a', 9999]]))
    await first.close()
    const second = await opened(stream, { name: 'w', id: 'w', record: later })
    expect(await added()).toEqual([...expected, '9000'])
    await second.commit(record)
    await second.commit(later)
    await second.close()
    const third = await opened(stream, { name: 'w', id: 'w', record: later })
    await third.close()
    expect(await added()).toEqual([...expected, '9000'])
    expect((await keys()).filter((key) => key.startsWith('millrace:staged:'))).toEqual([])
  })

  test.each([
    ['hash', {}, ['a', 'b'], ['a']],
    ['string', { 'data-structure': 'string', 'key.pattern': `s:\${k}` }, ['s:a', 's:b'], ['s:a']],
    ['sorted set', { 'data-structure': 'sorted-set', 'key.pattern': 'z', 'sorted-set.score': 'n' }, ['z'], ['z']],
  ] as const)('deletes rows of a %s', async (_, options, before, after) => {
    const writer = await opened(options, undefined, ['k'])
    await writer.write(
      batchOf(schema, [
        ['a', 1],
        ['b', 2],
      ]),
    )
    await writer.prepare()
    expect(await keys()).toEqual(before)
    await writer.write(
      batchOf(
        schema,
        [
          ['a', 5],
          ['b', 2],
          ['c', 1],
          ['c', 1],
        ],
        [changeUpdateAfter, changeDelete, changeInsert, changeDelete],
      ),
    )
    await writer.prepare()
    await writer.close()
    expect(await keys()).toEqual(after)
    expect(after[0] === 'z' ? await server.ask('ZRANGE', 'z', 0, -1, 'WITHSCORES') : ['a', '5']).toEqual(['a', '5'])
  })

  test('sends again what it had no answer for, and it is there once', async () => {
    const proxy = await cuttingProxy(server.port)
    try {
      const writer = await opened(
        { ...stream, port: String(proxy.port), 'sink.buffer-flush.max-rows': '10' },
        { name: 'w', id: 'w', record: null },
      )
      proxy.cutAnswers = 3
      await writer.write(
        batchOf(
          schema,
          Array.from({ length: 30 }, (_, n) => ['a', n]),
        ),
      )
      const record = await writer.prepare()
      proxy.cutAnswers = 2
      await writer.commit(record)
      await writer.close()
    } finally {
      proxy.close()
    }
    expect(proxy.cutAnswers).toBe(0)
    expect(await added()).toEqual(Array.from({ length: 30 }, (_, n) => String(n)))
  })

  test('says when what it prepared is gone', async () => {
    const writer = await opened(stream, { name: 'w', id: 'w', record: null })
    await writer.write(batchOf(schema, [['a', 1]]))
    const record = await writer.prepare()
    await server.ask('DEL', ...(await keys()).filter((key) => key.startsWith('millrace:staged:')))
    await expect(writer.commit(record)).rejects.toMatchObject({ code: 'CONNECTORS_REDIS_STAGED_LOST' })
    await writer.write(batchOf(schema, [['a', 2]]))
    await sleep(1300)
    await server.ask('DEL', ...(await keys()).filter((key) => key.startsWith('millrace:staged:')))
    await expect(writer.prepare()).rejects.toMatchObject({ code: 'CONNECTORS_REDIS_STAGED_LOST' })
    await writer.close()
  })

  test('without durable work leaves nothing of what was not committed', async () => {
    const writer = await opened(stream)
    await writer.write(batchOf(schema, [['a', 1]]))
    await writer.prepare()
    await writer.write(batchOf(schema, [['a', 2]]))
    await sleep(1300)
    expect((await keys()).length).toBe(3)
    await writer.close()
    expect(await keys()).toEqual([])
  })

  test('gives rows that are refused to the dead letters, and writes the others', async () => {
    await server.ask('SET', 'b', 'a text')
    const writer = await opened({}, undefined, ['k'])
    await writer.write(
      batchOf(schema, [
        ['a', 1],
        ['b', 2],
        ['c', 3],
      ]),
    )
    await writer.prepare()
    await writer.close()
    expect(letters).toMatchObject([{ code: 'CONNECTORS_REDIS_ROW_REFUSED', position: '{"key":"b"}', key: null }])
    expect(String(Buffer.from(letters[0]?.value ?? []))).toBe('{"k":"b","n":2}')
    expect(await Promise.all(['a', 'c'].map(hash))).toEqual([{ n: '1' }, { n: '3' }])
  })
})

describe('a durable run', () => {
  const rows = 12_000

  test('is killed, and its server is killed: streams, lists and hashes hold each row once', async () => {
    const run = await durable(`${numbers(rows, 2000)}
      ${table('x', 'n BIGINT', { 'key.pattern': 'x', 'data-structure': 'stream' })}
      ${table('l', 'n BIGINT', { 'key.pattern': `l:\${n}`, 'data-structure': 'list' }).replace(`l:\${n}`, 'l')}
      ${table('h', 'g BIGINT, n BIGINT, total BIGINT, PRIMARY KEY (g) NOT ENFORCED', { 'key.pattern': `h:\${g}` })}
      EXECUTE STATEMENT SET BEGIN
        INSERT INTO x SELECT n FROM numbers;
        INSERT INTO l SELECT n FROM numbers;
        INSERT INTO h SELECT MOD(n, 3), COUNT(*), SUM(n) FROM numbers GROUP BY MOD(n, 3);
      END;`)
    for (let life = 0; life < 3; life++) {
      const { child, ended } = run.start()
      await run.nextCheckpoint()
      await sleep(60 * life)
      if (life === 1) {
        await server.kill()
        await sleep(300)
        await server.restart()
        await run.nextCheckpoint()
      }
      run.kill(child)
      await ended
    }
    const { ended } = run.start()
    await run.nextCheckpoint()
    await server.kill()
    await sleep(500)
    await server.restart()
    expect(await ended).toMatchObject({ status: 0 })
    const expected = Array.from({ length: rows }, (_, n) => String(n))
    expect((await entries('x')).map(({ n }) => n)).toEqual(expected)
    expect(await server.ask('LRANGE', 'l', 0, -1)).toEqual(expected)
    for (const g of [0, 1, 2]) {
      const of = expected.map(Number).filter((n) => n % 3 === g)
      expect(await hash(`h:${g}`)).toEqual({ n: String(of.length), total: String(of.reduce((sum, n) => sum + n, 0)) })
    }
    expect((await keys()).filter((key) => key.startsWith('millrace:staged:'))).toEqual([])
  })

  test('goes on in a stream where it was killed', async () => {
    const added = Array.from({ length: rows }, (_, n) => n)
    for (let at = 0; at < rows; at += 1000) await Promise.all(added.slice(at, at + 1000).map((n) => server.ask('XADD', 's', '*', 'n', n)))
    const run = await durable(`
      ${table('s', 'n BIGINT', { 'key.pattern': 's', 'data-structure': 'stream', 'scan.group': 'readers' })}
      ${table('x', 'n BIGINT', { 'key.pattern': 'x', 'data-structure': 'stream' })}
      INSERT INTO x SELECT n FROM s;`)
    for (let life = 0; life < 3; life++) {
      const { child, ended } = run.start()
      await run.nextCheckpoint()
      for (let n = 0; n < 500; n++) await server.ask('XADD', 's', '*', 'n', rows + life * 500 + n)
      run.kill(child)
      await ended
    }
    const { child, ended } = run.start()
    while (Number(await server.ask('XLEN', 'x')) < rows + 1500) await sleep(50)
    await sleep(300)
    run.kill(child)
    await ended
    expect((await entries('x')).map(({ n }) => Number(n))).toEqual(Array.from({ length: rows + 1500 }, (_, n) => n))
    const [group] = (await server.ask('XINFO', 'GROUPS', 's')) as unknown[][]
    expect(group?.[group.indexOf('name') + 1]).toBe('readers')
  })

  test('ends where entries were trimmed that it had not read', async () => {
    for (let n = 0; n < 10; n++) await server.ask('XADD', 's', `${n + 1}-0`, 'n', n)
    const run = await durable(`
      ${table('s', 'n BIGINT', { 'key.pattern': 's', 'data-structure': 'stream' })}
      ${table('x', 'n BIGINT', { 'key.pattern': 'x', 'data-structure': 'stream' })}
      INSERT INTO x SELECT n FROM s;`)
    const first = run.start()
    while (Number(await server.ask('XLEN', 'x')) < 10) await sleep(20)
    await run.nextCheckpoint()
    run.kill(first.child)
    await first.ended
    // Everything that was read may go.
    await server.ask('XTRIM', 's', 'MAXLEN', 0)
    await server.ask('XADD', 's', '11-0', 'n', 10)
    const second = run.start()
    while (Number(await server.ask('XLEN', 'x')) < 11) await sleep(20)
    await run.nextCheckpoint()
    run.kill(second.child)
    await second.ended
    for (let n = 11; n < 15; n++) await server.ask('XADD', 's', `${n + 1}-0`, 'n', n)
    await server.ask('XTRIM', 's', 'MAXLEN', 2)
    const third = await run.start().ended
    expect(third).toMatchObject({ status: 3, notes: expect.stringContaining('stream "s" no longer has all entries after 11-0') })
    expect(third.notes).toContain('2 entries were trimmed')
  })
})
