import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { batchOf } from '#data'
import { allRows, openReader, openWriter, readRows, schema, serve, type TestServer } from './server.fixture.ts'

const servers: TestServer[] = []
const started = async (...answer: Parameters<typeof serve>): Promise<TestServer> => {
  const server = await serve(...answer)
  servers.push(server)
  return server
}
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})
const secret = { 'headers.authorization': 'Bearer s3cret' }

describe('a redirect', () => {
  test('within the origin is followed, with the headers of the table', async () => {
    const server = await started(({ path: asked }, response) => {
      if (asked === '/old') response.writeHead(302, { location: '/new?x=1' }).end()
      else response.end('{"n":1}')
    })
    expect(await allRows({ url: `${server.origin}/old`, ...secret })).toEqual([[1, null]])
    expect(server.asked.map(({ path: asked, headers }) => [asked, headers.authorization])).toEqual([
      ['/old', 'Bearer s3cret'],
      ['/new?x=1', 'Bearer s3cret'],
    ])
  })

  test('to another origin is refused, or followed without the headers of the table', async () => {
    const other = await started((_, response) => response.end('{"n":2}'))
    const server = await started((_, response) => response.writeHead(307, { location: `${other.origin}/there` }).end())
    await expect(allRows({ url: server.origin, ...secret })).rejects.toMatchObject({
      code: 'CONNECTORS_HTTP_REDIRECT_REFUSED',
      message: `"${server.origin}" sends requests on to "${other.origin}"`,
    })
    expect(other.asked).toEqual([])
    expect(await allRows({ url: server.origin, redirects: 'any', ...secret })).toEqual([[2, null]])
    expect(other.asked[0]?.headers.authorization).toBeUndefined()
  })

  test('is not followed where the table says so, nor for ever', async () => {
    const server = await started((_, response) => response.writeHead(302, { location: '/again' }).end())
    await expect(allRows({ url: server.origin, redirects: 'none' })).rejects.toMatchObject({ code: 'CONNECTORS_HTTP_REDIRECT_REFUSED' })
    expect(server.asked).toHaveLength(1)
    await expect(allRows({ url: server.origin })).rejects.toMatchObject({ detail: 'More than 5 redirects follow one another.' })
  })

  test('takes no rows to another origin, and makes no GET of a POST', async () => {
    const other = await started((_, response) => response.end())
    const server = await started(({ path: asked }, response) => {
      if (asked === '/308') response.writeHead(308, { location: `${other.origin}/x` }).end()
      else response.writeHead(asked === '/303' ? 303 : 200, { location: '/x' }).end()
    })
    for (const [at, redirects] of [
      ['/308', 'any'],
      ['/303', 'same-origin'],
    ] as const) {
      const { writer } = await openWriter({ url: server.origin + at, redirects })
      await writer.write(batchOf(schema, [[1, 'a']]))
      await expect(writer.prepare()).rejects.toMatchObject({ code: 'CONNECTORS_HTTP_REDIRECT_REFUSED' })
      await writer.close()
    }
    expect(other.asked).toEqual([])
    expect(server.asked.map(({ path: asked }) => asked)).toEqual(['/308', '/303'])
  })

  test('takes rows to another place of the origin', async () => {
    const server = await started(({ path: asked }, response) =>
      response.writeHead(asked === '/old' ? 307 : 200, { location: '/new' }).end(),
    )
    const { writer } = await openWriter({ url: `${server.origin}/old` })
    await writer.write(batchOf(schema, [[1, 'a']]))
    await writer.prepare()
    await writer.close()
    expect(server.asked.map(({ method, path: asked, body }) => [method, asked, body.toString()])).toEqual([
      ['POST', '/old', '[{"n":1,"a":"a"}]'],
      ['POST', '/new', '[{"n":1,"a":"a"}]'],
    ])
  })
})

describe('TLS', () => {
  test('needs a certificate that is trusted', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'millrace-http-'))
    try {
      const files = ['-keyout', `${folder}/key.pem`, '-out', `${folder}/cert.pem`]
      const words = [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=test',
      ]
      await promisify(execFile)('openssl', [...words, '-addext', 'subjectAltName=IP:127.0.0.1', ...files])
      const [key = '', cert = ''] = await Promise.all(['key', 'cert'].map((name) => readFile(`${folder}/${name}.pem`, 'utf8')))
      const server = await started((_, response) => response.end('{"n":1}'), { key, cert })
      const failure = allRows({ url: server.origin, ...secret })
      await expect(failure).rejects.toMatchObject({ code: 'CONNECTORS_HTTP_TLS_REFUSED' })
      expect(server.asked).toEqual([])
      expect(await allRows({ url: server.origin, 'tls.ca': `${folder}/cert.pem` })).toEqual([[1, null]])
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  test('is not spoken by a server without it', async () => {
    const server = await started((_, response) => response.end('{"n":1}'))
    await expect(allRows({ url: server.origin.replace('http', 'https') })).rejects.toMatchObject({ code: 'CONNECTORS_HTTP_TLS_REFUSED' })
  })
})

test('a host that is not there is refused at once', async () => {
  await expect(allRows({ url: 'http://no-such-host.invalid/' })).rejects.toMatchObject({ code: 'CONNECTORS_HTTP_HOST_NOT_FOUND' })
})

test('a server that nobody answers at is given up when the run is stopped, and is named', async () => {
  const server = await serve(() => undefined)
  await server.close()
  const stop = new AbortController()
  const opening = openReader({ url: `${server.origin}/secret` }, { signal: stop.signal })
  setTimeout(() => stop.abort(), 300)
  await expect(opening).rejects.toMatchObject({
    code: 'CONNECTORS_HTTP_UNREACHABLE',
    message: `could not get an answer from "${server.origin}"`,
  })
})

test('an answer that is compressed unasked is refused', async () => {
  const server = await started((_, response) => response.setHeader('content-encoding', 'gzip').end('x'))
  await expect(allRows({ url: server.origin })).rejects.toMatchObject({ code: 'CONNECTORS_HTTP_RESPONSE_UNREADABLE' })
})

test('nothing is left open', async () => {
  const server = await started((_, response) => response.end('{"n":1}'))
  const opened = await openReader({ url: server.origin, 'poll.interval': '10 ms' })
  await readRows(opened, 2)
  await opened.reader.close()
  const before = server.asked.length
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(server.asked.length).toBe(before)
})
