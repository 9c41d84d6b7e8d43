/** Sessions that a gateway hands over to the gateway of a cluster: here another one of Millrace. */
import { randomUUID } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { ForwardedSession } from '#query'
import { type GatewayClient, numbers, openGateway, token } from './gateway.fixture.ts'

interface Pair {
  readonly cluster: GatewayClient
  readonly front: GatewayClient
}

/** A gateway that plays the cluster "far", and one in front of it. */
async function openPair(options: Parameters<typeof openGateway>[0] = {}): Promise<Pair> {
  const cluster = await openGateway()
  const url = `http://127.0.0.1:${cluster.server.port}`
  const headers = { authorization: `Bearer ${token}` }
  const front = await openGateway({
    token: 'token of the front',
    openElsewhere: (name, properties) =>
      name === 'far' ? ForwardedSession.open({ url, headers }, properties) : Promise.reject(new TypeError(`no cluster ${name}`)),
    ...options,
  })
  const call = front.call.bind(front)
  front.call = (method, path, body) => call(method, path, body, { authorization: 'Bearer token of the front' })
  return { cluster, front }
}

test('statements of a session run on the cluster that it names', async () => {
  const { cluster, front } = await openPair()
  await front.open({ 'millrace.cluster': 'far', 'table.local-time-zone': 'Asia/Tokyo' })
  await front.rows(numbers(12_000))
  const rows = await front.rows('SELECT n FROM numbers')
  expect(rows).toHaveLength(12_000)
  cluster.session = front.session
  expect(await cluster.rows('SHOW TABLES')).toEqual([['numbers']])
  expect(await front.rows('SELECT CAST(TO_TIMESTAMP_LTZ(0, 3) AS STRING)')).toEqual([['1970-01-01 09:00:00.000']])
  const { body } = await front.call('GET', `/v4/sessions/${front.session}`)
  expect(body['properties']).toEqual({ 'table.local-time-zone': 'Asia/Tokyo' })
})

test('other sessions run here', async () => {
  const { cluster, front } = await openPair()
  await front.open()
  await front.rows(numbers(2))
  cluster.session = front.session
  await expect(cluster.rows('SHOW TABLES')).rejects.toThrow('does not exist')
})

test('a gateway may be for one cluster alone, and a session may still ask for this engine', async () => {
  const { cluster, front } = await openPair({ cluster: 'far' })
  await front.open()
  cluster.session = front.session
  expect(await cluster.rows('SHOW TABLES')).toEqual([])
  await front.open({ 'millrace.cluster': '' })
  cluster.session = front.session
  await expect(cluster.rows('SHOW TABLES')).rejects.toThrow('does not exist')
})

test('what the cluster says of an error comes back as it is', async () => {
  const { front } = await openPair({ cluster: 'far' })
  await front.open()
  await expect(front.rows('SELECT * FROM nothing')).rejects.toThrow(/nothing/)
  const unknown = await front.call('GET', `/v4/sessions/${front.session}/operations/${randomUUID()}/status`)
  expect([unknown.status, JSON.stringify(unknown.body)]).toEqual([500, expect.stringContaining('GATEWAY_OPERATION_NOT_FOUND')])
})

test('a session is closed there with its end here, or when nobody uses it', async () => {
  const { cluster, front } = await openPair({ cluster: 'far', limits: { sessionsMax: 2, sessionIdleMs: 300 } })
  const isThere = async (session: string): Promise<boolean> => (await cluster.call('GET', `/v4/sessions/${session}`)).status === 200
  await front.open()
  const first = front.session
  expect(await isThere(first)).toBe(true)
  expect((await front.call('DELETE', `/v4/sessions/${first}`)).body).toEqual({ status: 'CLOSED' })
  expect(await isThere(first)).toBe(false)
  await front.open()
  await vi.waitFor(async () => expect(await isThere(front.session)).toBe(false), { timeout: 5000, interval: 100 })
  expect((await front.call('GET', `/v4/sessions/${front.session}`)).status).toBe(500)
})

test('sessions of clusters count among those that there may be', async () => {
  const { front } = await openPair({ cluster: 'far', limits: { sessionsMax: 2, sessionIdleMs: 60_000 } })
  await front.open()
  await front.open({ 'millrace.cluster': '' })
  const refused = await front.call('POST', '/v4/sessions', { properties: {} })
  expect(JSON.stringify(refused.body)).toContain('GATEWAY_SESSIONS_MAX')
})

test('a cluster that does not answer is told, and no secret of its address or headers', async () => {
  const headers = { authorization: 'Bearer hunter2' }
  const { front } = await openPair({
    openElsewhere: (_name, given) => ForwardedSession.open({ url: 'http://127.0.0.1:9', headers }, given),
  })
  const { status, body } = await front.call('POST', '/v4/sessions', { properties: { 'millrace.cluster': 'far' } })
  expect([status, JSON.stringify(body)]).toEqual([500, expect.stringContaining('ENGINE_FLINK_UNREACHABLE')])
  expect(JSON.stringify(body)).not.toContain('hunter2')
})

test('completions, which clients ask for by a GET that has a body, are those of the cluster', async () => {
  const { front } = await openPair({ cluster: 'far' })
  await front.open()
  await front.rows(numbers(1))
  const { request } = await import('node:http')
  const body = JSON.stringify({ statement: 'SELECT * FROM num', position: 17 })
  const answer = await new Promise<string>((resolve, reject) => {
    const headers = { authorization: 'Bearer token of the front', 'content-length': Buffer.byteLength(body) }
    const path = `/v4/sessions/${front.session}/complete-statement`
    const sent = request({ host: '127.0.0.1', port: front.server.port, method: 'GET', path, headers }, (response) => {
      let text = ''
      response.on('data', (bytes: Buffer) => {
        text += bytes.toString()
      })
      response.on('end', () => resolve(text))
    })
    sent.on('error', reject)
    sent.end(body)
  })
  expect(JSON.parse(answer)).toEqual({ candidates: expect.arrayContaining(['numbers']) })
})
