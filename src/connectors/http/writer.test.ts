import { createHmac } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { batchOf } from '#data'
import type { DeadLetter } from '../dead-letter.ts'
import { openWriter, schema, serve, sinkOf, type TestServer } from './server.fixture.ts'

const servers: TestServer[] = []
const started = async (...answer: Parameters<typeof serve>): Promise<TestServer> => {
  const server = await serve(...answer)
  servers.push(server)
  return server
}
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

const rows = (from: number, to: number) =>
  batchOf(
    schema,
    Array.from({ length: to - from }, (_, at) => [from + at, `a${from + at}`]),
  )
const numbersIn = (body: Buffer): number[] => (JSON.parse(body.toString()) as { n: number }[]).map(({ n }) => n)
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at)
const idsOf = ({ asked }: TestServer) => asked.map(({ headers }) => headers['idempotency-key'])

describe('rows are sent', () => {
  test.each([
    ['array', 'application/json', ['[{"n":1,"a":"a1"},{"n":2,"a":"a2"}]', '[{"n":3,"a":"a3"}]']],
    ['lines', 'application/x-ndjson', ['{"n":1,"a":"a1"}\n{"n":2,"a":"a2"}\n', '{"n":3,"a":"a3"}\n']],
    ['row', 'application/json', ['{"n":1,"a":"a1"}', '{"n":2,"a":"a2"}', '{"n":3,"a":"a3"}']],
  ])('as %s', async (shape, type, bodies) => {
    const server = await started((_, response) => response.writeHead(202).end())
    const { writer } = await openWriter({ url: `${server.origin}/hook`, 'sink.rows': shape, 'sink.buffer-flush.max-rows': '2' })
    await writer.write(rows(1, 4))
    await writer.prepare()
    await writer.close()
    expect(server.asked.map(({ body }) => body.toString())).toEqual(bodies)
    expect(server.asked[0]).toMatchObject({ method: 'POST', path: '/hook', headers: { 'content-type': type } })
  })

  test('after the interval, without a checkpoint', async () => {
    const server = await started((_, response) => response.end())
    const { writer } = await openWriter({ url: server.origin, 'sink.buffer-flush.interval': '50 ms' })
    await writer.write(rows(0, 3))
    await sleep(300)
    expect(server.asked).toHaveLength(1)
    await writer.close()
  })

  test('in requests that are not too long', async () => {
    const server = await started((_, response) => response.end())
    const { writer } = await openWriter({ url: server.origin, 'sink.buffer-flush.max-size': '1 kb' })
    await writer.write(rows(0, 200))
    await writer.prepare()
    await writer.close()
    expect(server.asked.flatMap(({ body }) => numbersIn(body))).toEqual(numbers(0, 200))
    expect(Math.max(...server.asked.map(({ body }) => body.length))).toBeLessThanOrEqual(1030)
  })

  test('in order, one request after another, whatever goes wrong', async () => {
    let open = 0
    let most = 0
    const server = await started(({ body }, response, count) => {
      most = Math.max(most, ++open)
      const end = (act: () => void): void =>
        void setTimeout(() => {
          open -= 1
          act()
        }, 5)
      if (count % 4 === 1) end(() => response.destroy())
      else if (count % 4 === 2) end(() => response.writeHead(500).end())
      else if (count % 4 === 3) end(() => response.writeHead(429).end())
      else end(() => response.end(String(body.length)))
    })
    const { writer, meter } = await openWriter({ url: server.origin, 'sink.buffer-flush.max-rows': '10' })
    for (let from = 0; from < 50; from += 5) await writer.write(rows(from, from + 5))
    await writer.prepare()
    await writer.close()
    const taken = server.asked.filter((_, at) => at % 4 === 3)
    expect(taken.flatMap(({ body }) => numbersIn(body))).toEqual(numbers(0, 50))
    expect(most).toBe(1)
    expect(meter.retries).toBe(15)
    // A request that is made again is the same one.
    expect(new Set(idsOf(server)).size).toBe(taken.length)
  })

  test('and whoever writes has to wait for a slow server', async () => {
    const server = await started((_, response) => void setTimeout(() => response.end(), 200))
    const { writer } = await openWriter({ url: server.origin, 'sink.buffer-flush.max-rows': '10' })
    const startMs = performance.now()
    for (let from = 0; from < 40; from += 10) await writer.write(rows(from, from + 10))
    expect(performance.now() - startMs).toBeGreaterThan(700)
    await writer.close()
  })
})

describe('a signature', () => {
  test.each([
    ['a text', 'sëcret', Buffer.from('sëcret')],
    ['whsec_ and base64', `whsec_${Buffer.from([0, 1, 254, 255]).toString('base64')}`, Buffer.from([0, 1, 254, 255])],
  ])('is that of id, time and body, by a secret that is %s', async (_, secret, key) => {
    const server = await started((__, response) => response.end())
    const { writer } = await openWriter({ url: server.origin, 'signature.secret': secret })
    await writer.write(rows(0, 3))
    await writer.prepare()
    await writer.close()
    const [{ headers, body }] = server.asked as [TestServer['asked'][number]]
    const { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signature } = headers
    const expected = createHmac('sha256', key)
      .update(Buffer.concat([Buffer.from(`${String(id)}.${String(seconds)}.`), body]))
      .digest('base64')
    expect(signature).toBe(`v1,${expected}`)
    expect(Math.abs(Number(seconds) - Date.now() / 1000)).toBeLessThan(60)
    expect(headers['idempotency-key']).toBe(id)
  })
})

describe('the id of a request', () => {
  const durable = { name: 'work', id: 'work', record: null }
  const send = async (
    server: TestServer,
    life: typeof durable | { name: string; id: string; record: unknown },
    ...parts: (readonly [number, number])[]
  ): Promise<unknown> => {
    const { writer } = await openWriter({ url: server.origin, 'sink.buffer-flush.max-rows': '10' }, { durable: life })
    for (const [from, to] of parts) await writer.write(rows(from, to))
    const record = await writer.prepare()
    await writer.close()
    return record
  }

  test('is the same when the same rows are sent again after a crash, and no other has it', async () => {
    const server = await started((_, response) => response.end())
    const record = await send(server, durable, [0, 30])
    const before = idsOf(server)
    expect(new Set(before).size).toBe(3)
    await send(server, durable, [0, 10], [10, 30])
    expect(idsOf(server).slice(3)).toEqual(before)
    // The same rows in another checkpoint, in another work or cut otherwise are not the same request.
    await send(server, { name: 'work', id: 'work', record }, [0, 30])
    await send(server, { name: 'other', id: 'other', record: null }, [0, 30])
    await send(server, durable, [0, 9])
    expect(new Set(idsOf(server)).size).toBe(3 + 3 + 3 + 1)
  })
})

describe('a request that is refused', () => {
  test('is divided until the row is found that goes to the dead letters, and all others are sent', async () => {
    const server = await started(({ body }, response) => response.writeHead(numbersIn(body).includes(5) ? 422 : 200).end('secret-answer'))
    const letters: DeadLetter[] = []
    const { writer, meter } = await openWriter(
      { url: server.origin, 'sink.buffer-flush.max-rows': '8' },
      { deadLetters: (letter) => void letters.push(letter) },
    )
    await writer.write(rows(0, 20))
    await writer.prepare()
    await writer.close()
    expect(letters.map(({ code, value }) => [code, Buffer.from(value ?? []).toString()])).toEqual([
      ['CONNECTORS_HTTP_BATCH_REFUSED', '{"n":5,"a":"a5"}'],
    ])
    expect(meter.errors).toBe(1)
    const taken = server.asked.map(({ body }) => numbersIn(body)).filter((sent) => !sent.includes(5))
    expect(taken.flat()).toEqual(numbers(0, 20).filter((n) => n !== 5))
  })

  test('because it is too long is divided', async () => {
    const server = await started(({ body }, response) => response.writeHead(body.length > 100 ? 413 : 200).end())
    const { writer } = await openWriter({ url: server.origin })
    await writer.write(rows(0, 20))
    await writer.prepare()
    await writer.close()
    expect(server.asked.filter(({ body }) => body.length <= 100).flatMap(({ body }) => numbersIn(body))).toEqual(numbers(0, 20))
  })

  test('ends the work where there are none', async () => {
    const server = await started((_, response) => response.writeHead(422).end())
    const { writer } = await openWriter({ url: server.origin })
    await writer.write(rows(0, 2))
    await expect(writer.prepare()).rejects.toMatchObject({
      code: 'CONNECTORS_HTTP_BATCH_REFUSED',
      message: `"${server.origin}" refused 2 rows of table "t" with status 422`,
    })
    await expect(writer.prepare()).rejects.toMatchObject({ code: 'CONNECTORS_HTTP_BATCH_REFUSED' })
    expect(server.asked).toHaveLength(1)
    await writer.close()
  })

  test('because of who sends it ends the work, dead letters or not, and no secret is told', async () => {
    const server = await started((_, response) => response.writeHead(401).end())
    const { writer } = await openWriter(
      { url: `${server.origin}/secret-path`, 'headers.authorization': 'secret-header', 'signature.secret': 'secret-key' },
      { deadLetters: () => expect.unreachable() },
    )
    await writer.write(rows(0, 2))
    const error = (await writer.prepare().catch((caught: unknown) => caught)) as Error
    expect(error).toMatchObject({ code: 'CONNECTORS_HTTP_STATUS_REFUSED' })
    expect(JSON.stringify([error, error.message, error.stack, error.cause])).not.toMatch(/secret-/)
    await writer.close()
  })
})

test.each([
  [{ url: `http://h/\${a}` }, 'url'],
  [{ url: 'http://h/', method: 'GET' }, 'method'],
  [{ url: 'http://h/', format: 'csv', 'sink.rows': 'array' }, 'sink.rows'],
])('%j is refused before anything is sent', async (options, key) => {
  await expect(sinkOf(options)).rejects.toMatchObject({ message: `option "${key}" of table "t" cannot be used` })
})
