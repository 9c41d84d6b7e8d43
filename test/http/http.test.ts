/** The connector `http` in statements: rows are looked up, and runs that read and send are killed and go on. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { changesOf, type KillableRun, killableRun } from '../system/sql-run.fixture.ts'

const servers: Server[] = []
const runs: KillableRun[] = []

afterEach(async () => {
  for (const run of runs.splice(0)) await run.remove()
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function serve(answer: (request: IncomingMessage, response: ServerResponse, body: string) => void): Promise<string> {
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (part: Buffer) => {
      body += part.toString()
    })
    request.on('end', () => answer(request, response, body))
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function table(name: string, columns: string, options: Readonly<Record<string, string>>): string {
  const words = Object.entries({ connector: 'http', format: 'json', ...options }).map(([key, value]) => `'${key}' = '${value}'`)
  return `CREATE TABLE ${name} (${columns}) WITH (${words.join(', ')});\n`
}

const numbers = (rows: number, perSecond: number): string =>
  `CREATE TABLE numbers (n BIGINT, proctime AS PROCTIME()) WITH ('connector' = 'datagen', 'rows-per-second' = '${perSecond}',
  'fields.n.kind' = 'sequence', 'fields.n.start' = '0', 'fields.n.end' = '${rows - 1}');\n`

describe('a lookup join', () => {
  test('asks for each key, so many at a time, and finds one row, several or none', async () => {
    const asked: string[] = []
    let open = 0
    let most = 0
    const origin = await serve(({ url = '' }, response) => {
      asked.push(url)
      most = Math.max(most, ++open)
      const n = Number(/\d+/.exec(url)?.[0])
      setTimeout(() => {
        open -= 1
        if (n % 3 === 0) response.writeHead(404).end()
        else response.end(JSON.stringify(n % 3 === 1 ? [{ label: `l${n}` }] : [{ label: `l${n}`, id: -1 }, { label: null }]))
      }, 5)
    })
    const labels = table('labels', 'id BIGINT, label STRING', {
      url: `${origin}/labels/\${id}`,
      'response.rows': 'array',
      'lookup.max-concurrent-requests': '4',
      'lookup.cache': 'PARTIAL',
      'lookup.partial-cache.max-rows': '100',
    })
    const changes = await changesOf(`${numbers(60, 100_000)}${labels}
      SELECT o.n, l.id, l.label FROM (SELECT MOD(n, 20) AS n, proctime FROM numbers) AS o
        JOIN labels FOR SYSTEM_TIME AS OF o.proctime AS l ON o.n = l.id;`)
    const once = Array.from({ length: 20 }, (_, n) =>
      n % 3 === 0 ? [] : n % 3 === 1 ? [`+I ${n}, ${n}, l${n}`] : [`+I ${n}, ${n}, l${n}`, `+I ${n}, ${n}, NULL`],
    ).flat()
    expect(changes.toSorted()).toEqual([...once, ...once, ...once].toSorted())
    expect(asked.toSorted()).toEqual(Array.from({ length: 20 }, (_, n) => `/labels/${n}`).toSorted())
    expect(most).toBe(4)
  })

  test('writes keys into the address so that they stay in their place', async () => {
    const asked: string[] = []
    const origin = await serve(({ url = '' }, response) => {
      asked.push(url)
      response.end('{"found":true}')
    })
    const things = table('things', 'a STRING, b STRING, found BOOLEAN', { url: `${origin}/things/\${a}/x?b=\${b}` })
    const changes = await changesOf(`${numbers(3, 1000)}${things}
      CREATE VIEW keyed AS SELECT CASE n WHEN 0 THEN '..' WHEN 1 THEN 'a/../b?c#d' ELSE 'ü' END AS a, CASE n WHEN 0 THEN '1' WHEN 1 THEN '&x=2' ELSE '..' END AS b, proctime FROM numbers;
      SELECT o.a, t.found FROM keyed AS o
        LEFT JOIN things FOR SYSTEM_TIME AS OF o.proctime AS t ON o.a = t.a AND o.b = t.b;`)
    expect(changes.toSorted()).toEqual(['+I .., NULL', '+I a/../b?c#d, TRUE', '+I ü, TRUE'])
    expect(asked.toSorted()).toEqual(['/things/%C3%BC/x?b=..', '/things/a%2F..%2Fb%3Fc%23d/x?b=%26x%3D2'])
  })

  test('compares columns that are not in the address with what was found', async () => {
    const origin = await serve(({ url = '' }, response) => response.end(`{"id":0,"x":${url.slice(1)}}`))
    const changes = await changesOf(`${numbers(3, 1000)}${table('t', 'id BIGINT, x BIGINT', { url: `${origin}/\${id}` })}
      SELECT o.n FROM numbers AS o JOIN t FOR SYSTEM_TIME AS OF o.proctime ON o.n = t.id AND o.n * o.n = t.x;`)
    expect(changes.toSorted()).toEqual(['+I 0', '+I 1'])
  })

  test('needs all columns of the address', async () => {
    const failure = changesOf(`${numbers(1, 1000)}${table('t', 'a BIGINT, b BIGINT', { url: `http://127.0.0.1:9/\${a}/\${b}` })}
      SELECT o.n FROM numbers AS o JOIN t FOR SYSTEM_TIME AS OF o.proctime ON o.n = t.a;`)
    await expect(failure).rejects.toMatchObject({ code: 'CONNECTORS_HTTP_LOOKUP_KEY_MISSING' })
  })
})

describe('a run that is killed', () => {
  test('goes on polling after the last row that it has committed', async () => {
    let last = 0
    const growing = setInterval(() => {
      last += 37
    }, 10)
    const origin = await serve(({ url = '' }, response) => {
      const after = Number(/\d+$/.exec(url)?.[0])
      const rows = Array.from({ length: Math.min(200, Math.max(0, last - after)) }, (_, at) => ({ n: after + 1 + at }))
      response.end(JSON.stringify(rows))
    })
    const folder = await mkdtemp(path.join(tmpdir(), 'millrace-http-'))
    try {
      const source = {
        url: `${origin}/?after=\${cursor}`,
        'response.rows': 'array',
        'cursor.column': 'n',
        'cursor.start': '0',
        'poll.interval': '20 ms',
      }
      const run = await killableRun(`${table('t', 'n BIGINT', source)}
        CREATE TABLE kept (n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${folder}/kept', 'format' = 'csv');
        INSERT INTO kept SELECT n FROM t;`)
      runs.push(run)
      for (let life = 0; life < 4; life++) {
        const { child, ended } = run.start()
        await run.nextCheckpoint()
        await run.nextCheckpoint()
        await sleep(20 * life)
        run.kill(child)
        await ended
      }
      const names = (await readdir(`${folder}/kept`)).filter((name) => !name.startsWith('.'))
      const texts = await Promise.all(names.map((name) => readFile(`${folder}/kept/${name}`, 'utf8')))
      const found = texts.flatMap((text) => text.trim().split('\n').map(Number)).toSorted((a, b) => a - b)
      expect(found.length).toBeGreaterThan(500)
      expect(found).toEqual(Array.from({ length: found.length }, (_, at) => at + 1))
    } finally {
      clearInterval(growing)
      await rm(folder, { recursive: true, force: true })
    }
  }, 90_000)

  test('sends all rows, and under one id nothing but the same again', async () => {
    const bodies = new Map<string, string>()
    let repeated = 0
    const origin = await serve(({ headers }, response, body) => {
      const id = String(headers['idempotency-key'])
      if (bodies.has(id)) repeated += 1
      expect(bodies.get(id) ?? body).toBe(body)
      bodies.set(id, body)
      response.end()
    })
    const rows = 3000
    const run = await killableRun(`${numbers(rows, 1000)}${table('hook', 'n BIGINT', { url: origin, 'sink.rows': 'row' })}
      INSERT INTO hook SELECT n FROM numbers;`)
    runs.push(run)
    for (let life = 0; life < 3; life++) {
      const { child, ended } = run.start()
      await run.nextCheckpoint()
      await sleep(30)
      run.kill(child)
      await ended
    }
    expect(await run.start().ended).toMatchObject({ status: 0 })
    const sent = [...bodies.values()].map((body) => (JSON.parse(body) as { n: number }).n).toSorted((a, b) => a - b)
    expect(sent).toEqual(Array.from({ length: rows }, (_, n) => n))
    expect(repeated).toBeGreaterThan(0)
  }, 90_000)
})
