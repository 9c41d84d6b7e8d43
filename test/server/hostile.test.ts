/** Requests that nobody means well with: of pages elsewhere, too large, half sent, or not what they say. */
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Contract, loadServing } from '#api'
import { Millrace, password, specOf } from './millrace.fixture.ts'
import { Person } from './person.fixture.ts'

const { routes } = await loadServing()

const slow = { timeout: 60_000 }
const main = { workspace: 'main' }
const blackhole = "CREATE TABLE o (n INT) WITH ('connector' = 'blackhole'); INSERT INTO o VALUES (1)"

let millrace: Millrace
let ada: Person

beforeAll(async () => {
  millrace = await Millrace.create()
  ada = await millrace.admin()
})
afterAll(() => millrace.remove())
/** Whatever is asked, the server itself does not fail at it. */
afterEach(() => {
  if (millrace.failures.length > 0) throw millrace.failures[0]
})

describe('a browser', () => {
  test('holds a cookie that no script reads and no other site sends', async () => {
    const link = await ada.call('POST /users', { body: { name: 'cookie', displayName: '', isServerAdmin: false } })
    const { headers } = await millrace.stranger().send('POST', '/api/v1/sign-in/link', { body: { link: link.link, password } })
    expect(headers['set-cookie']).toEqual([
      expect.stringMatching(/^millrace_session=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/),
    ])
    expect(headers['cache-control']).toBe('no-store')
  })

  test('is told what pages may do', async () => {
    const { headers } = await ada.send('GET', '/api/v1/me')
    expect(headers['content-security-policy']).toContain("default-src 'none'")
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
    expect(headers['access-control-allow-origin']).toBeUndefined()
  })

  test('shows with each change that it comes from the console', async () => {
    const { cookie = '' } = ada.headers
    const alone = new Person(millrace.port, { cookie })
    const wrong = new Person(millrace.port, { cookie, 'x-millrace-csrf': 'x'.repeat(43) })
    const body = { name: 'w', title: 'W' }
    for (const each of [alone, wrong]) expect((await each.try('POST /workspaces', { body })).code).toBe('API_CSRF')
    expect((await alone.try('GET /me')).status).toBe(200)
    const service = await millrace.service(ada, 'developer')
    expect((await service.try('POST /workspaces/:workspace/sql/check', { params: main, body: { text: '' } })).status).toBe(200)
  })

  test.each(['https://evil.example', 'null', 'http://127.0.0.1:1'])('of a page of %s changes nothing', async (origin) => {
    const path = '/api/v1/workspaces/main/sql/check'
    expect((await ada.send('POST', path, { body: { text: '' }, headers: { origin } })).code).toBe('API_ORIGIN')
    const own = `http://127.0.0.1:${millrace.port}`
    expect((await ada.send('POST', path, { body: { text: '' }, headers: { origin: own } })).status).toBe(200)
  })

  test('reaches it by no name that somebody else has pointed here', async () => {
    for (const host of ['evil.example', `evil.example:${millrace.port}`, 'localhost.evil.example', '127.0.0.1.evil.example'])
      expect((await ada.send('GET', '/api/v1/me', { headers: { host } })).code).toBe('API_HOST')
    for (const host of ['localhost', `LOCALHOST:${millrace.port}`, '[::1]:80'])
      expect((await ada.send('GET', '/api/v1/me', { headers: { host } })).status).toBe(200)
  })
})

describe('a request', () => {
  const path = '/api/v1/workspaces/main/sql/check'

  test('that is too large, no JSON, or of another kind is refused', async () => {
    expect((await ada.send('POST', path, { body: 'x'.repeat(4_194_305) })).code).toBe('API_BODY_TOO_LARGE')
    for (const body of ['{', '', '{"text":1}{}', Buffer.from([0xff, 0xfe, 0])]) {
      const { status, code } = await ada.send('POST', path, { body })
      expect([status, code]).toEqual([400, 'API_BODY_UNREADABLE'])
    }
    expect((await ada.send('POST', path, { body: '{"text":""}', headers: { 'content-type': 'text/xml' } })).status).toBe(400)
    expect((await ada.send('POST', path, { body: '{"text":""}', headers: { 'content-type': 'text/plain' } })).status).toBe(400)
    expect((await ada.send('POST', path, { body: '{"text":"","__proto__":{"a":1}}' })).status).toBe(400)
    expect((await ada.send('POST', path, { body: `${'['.repeat(2_000_000)}` })).status).toBe(400)
  })

  test.each([
    [{}, 'text'],
    [{ text: 1 }, 'text'],
    [{ text: '', texts: '' }, 'texts is none of its fields'],
    [[], 'object'],
    [{ text: 'x'.repeat(1_000_001) }, 'text'],
  ])('that is not as described says what is wrong: %#', async (body, word) => {
    const { status, code, text } = await ada.send('POST', path, { body })
    expect([status, code]).toEqual([400, 'API_REQUEST'])
    expect(text).toContain(word)
  })

  test('with a field that nobody knows is refused, deep inside too', async () => {
    const engine = { kind: 'embedded', cluster: 'c' }
    for (const body of [
      { ...specOf(blackhole), extra: 1 },
      { ...specOf(blackhole), engine },
    ])
      expect((await ada.send('POST', '/api/v1/workspaces/main/jobs', { body })).code).toBe('API_REQUEST')
    expect((await ada.send('GET', '/api/v1/workspaces/main/jobs?serach=x')).code).toBe('API_REQUEST')
    expect((await ada.send('GET', '/api/v1/workspaces/main/jobs?limit=0')).code).toBe('API_REQUEST')
    expect((await ada.send('GET', '/api/v1/workspaces/main/jobs?limit=1&limit=2')).code).toBe('API_REQUEST')
  })

  test('with a huge query is refused', async () => {
    expect((await ada.send('GET', `/api/v1/workspaces/main/jobs?search=${'x'.repeat(501)}`)).status).toBe(400)
    const tooLong = await ada.send('GET', `/api/v1/workspaces/main/jobs?search=${'x'.repeat(20_000)}`)
    expect([tooLong.status, tooLong.code]).toEqual([431, 'API_HEADERS_TOO_LONG'])
    expect(tooLong.headers['content-type']).toContain('application/json')
    for (const cursor of ['x', '{}', '%00', '-1', '9'.repeat(400), 'null', '1e5']) {
      for (const list of ['jobs', 'audit']) {
        const { status } = await ada.send('GET', `/api/v1/workspaces/main/${list}?cursor=${cursor}`)
        expect(['200', '400'].map((each) => `${list} ${cursor} ${each}`)).toContain(`${list} ${cursor} ${status}`)
      }
    }
  })

  test.each([
    ['%zz', 400, 'API_ADDRESS_UNREADABLE'],
    ['a'.repeat(513), 414, 'API_PATH_TOO_LONG'],
  ])('whose path nobody can read is answered as any other: case %#', async (id, status, code) => {
    const answer = await ada.send('GET', `/api/v1/workspaces/main/jobs/${id}`)
    expect([answer.status, answer.code]).toEqual([status, code])
    expect(answer.headers['content-type']).toContain('application/json')
  })

  const ids = [
    '..',
    '../..',
    '..%2f..%2fetc',
    '%00',
    '%0a',
    '__proto__',
    'constructor',
    'a'.repeat(499),
    '%F0%9F%9A%80',
    '%ED%A0%80',
    '%',
    '%zz',
    '1e0',
    '-1',
  ]
  test.each(ids)('of an id such as %s leads nowhere', slow, async (id) => {
    for (const key of Object.keys(routes) as (keyof Contract)[]) {
      const [method = '', pattern = ''] = key.split(' ')
      if (!pattern.includes(':')) continue
      for (const workspace of ['main', id]) {
        const where = pattern.replace(':workspace', workspace).replace(/:\w+/g, id)
        if (!where.includes(id)) continue
        const { status } = await ada.send(method, `/api/v1${where}`, method === 'POST' || method === 'PUT' ? { body: bodyOf(key) } : {})
        expect([`${key}: 400`, `${key}: 404`, `${key}: ${method === 'DELETE' ? 204 : 404}`]).toContain(`${key}: ${status}`)
      }
    }
  })

  test('by a method that is not there is refused', async () => {
    for (const method of ['OPTIONS', 'TRACE', 'PROPFIND', 'PUT']) expect((await ada.send(method, '/api/v1/me')).status).toBe(404)
    expect((await ada.send('HEAD', '/api/v1/health')).status).toBe(200)
    expect((await ada.send('HEAD', '/api/v1/workspaces/main/changes')).status).toBe(404)
  })

  test.each([
    ['is no HTTP', '\u0016\u0003\u0001 no HTTP at all\r\n\r\n', '400 Bad Request', 'API_REQUEST_UNREADABLE'],
    // Far more than is read before it is refused: who still sends gets the answer all the same.
    ['has no end of headers', `GET /${'x'.repeat(4_000_000)}`, '431 Request Header Fields Too Large', 'API_HEADERS_TOO_LONG'],
  ])('that %s is told so, and the connection closed', async (_, sent, status, code) => {
    const socket = connect(millrace.port, '127.0.0.1')
    socket.write(sent)
    const answer = await text(socket)
    expect(answer.split('\r\n')[0]).toBe(`HTTP/1.1 ${status}`)
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({ error: { code, blame: 'user' } })
  })

  test('that is no HTTP, or never ends, holds nobody up', async () => {
    const sockets = Array.from({ length: 200 }, (_, index) => {
      const socket = connect(millrace.port, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.write(
        index % 2 === 0
          ? '\u0016\u0003\u0001 no HTTP at all\r\n\r\n'
          : `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n`,
      )
      return socket
    })
    await sleep(100)
    expect((await ada.send('GET', '/api/v1/me')).status).toBe(200)
    for (const socket of sockets) socket.destroy()
  })
})

function bodyOf(key: keyof Contract): unknown {
  if (key.startsWith('PUT ') && key.includes(':job')) return { spec: specOf(blackhole), expectedVersion: 1 }
  if (key.includes('/members/')) return { role: 'viewer' }
  if (key.endsWith('/stop')) return { how: 'now' }
  if (key.includes('/sql/')) return { text: 'SELECT 1', ...(key.endsWith('/complete') ? { offset: 0 } : {}) }
  return {}
}

describe('who asks too often', () => {
  test('has to wait, and holds up nobody who has signed in', slow, async () => {
    const stranger = millrace.stranger()
    const replies = await Promise.all(Array.from({ length: 300 }, () => stranger.send('GET', '/api/v1/me')))
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([401, 429]))
    const signedIn = await Promise.all(Array.from({ length: 300 }, () => ada.send('GET', '/api/v1/me')))
    expect(new Set(signedIn.map(({ status }) => status))).toEqual(new Set([200]))
  })
})

test('names are kept as they are, or refused, and nothing of them is run', async () => {
  const names = ['<script>alert(1)</script>', '🚀', 'a"b', '${secret:x}', '../../etc/passwd', "x'; DROP TABLE records; --"]
  for (const name of names) {
    const job = await ada.call('POST /workspaces/:workspace/jobs', { params: main, body: specOf(blackhole, { name }) })
    expect(job.spec.name).toBe(name)
    const found = await ada.call('GET /workspaces/:workspace/jobs', { params: main, query: { search: name } })
    expect(found.items.map(({ name: each }) => each)).toContain(name)
    await ada.call('DELETE /workspaces/:workspace/jobs/:job', { params: { ...main, job: job.id } })
  }
  for (const name of ['a\u0000b', 'a\nb', '\u202Eabc', ' a', '\uD800', '']) {
    const { status } = await ada.try('POST /workspaces/:workspace/jobs', { params: main, body: specOf(blackhole, { name }) })
    expect([name, status]).toEqual([name, 400])
  }
  for (const name of ['\u0000', '\uD800', 'é'.repeat(200), 'a\nb']) {
    const { status } = await millrace.stranger().try('POST /sign-in', { body: { name, password } })
    expect([name, status]).toEqual([name, 401])
    await sleep(50)
  }
})
