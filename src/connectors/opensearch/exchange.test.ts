/** Servers that are there, that are not, and that want something else. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { changes, openWriter, type PretendedServer, pretendServer, sinkOf, tableOf } from './server.fixture.ts'

const servers: PretendedServer[] = []
const started = async (...answer: Parameters<typeof pretendServer>): Promise<PretendedServer> => {
  const server = await pretendServer(...answer)
  servers.push(server)
  return server
}
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

const row = changes([['a', 1]])
const failing = (status: number, body = '') =>
  started((_, response) => {
    response.writeHead(status).end(body)
    return null
  })
const writeTo = async (options: Readonly<Record<string, string>>): Promise<void> => {
  const { writer } = await openWriter(tableOf(options))
  try {
    await writer.write(row)
    await writer.prepare()
  } finally {
    await writer.close()
  }
}

describe('who asks', () => {
  test.each([
    [{ username: 'ann', password: 'pass:wört' }, `Basic ${Buffer.from('ann:pass:wört').toString('base64')}`],
    [{ 'api-key': 'a2V5==' }, 'ApiKey a2V5=='],
    [{}, undefined],
  ])('says so: %o', async (options, authorization) => {
    const server = await started()
    await writeTo({ hosts: server.origin, ...options })
    expect(server.asked[0]?.authorization).toBe(authorization)
  })

  test.each([
    [401, '', 'ACCESS_REFUSED'],
    [403, '{"error":{"type":"security_exception","reason":"no permissions for [x]"}}', 'ACCESS_REFUSED'],
    [404, '', 'STATUS_REFUSED'],
    [302, '', 'STATUS_REFUSED'],
    [200, '<html>welcome</html>', 'ANSWER_UNREADABLE'],
  ])('is refused at once with status %i', async (status, body, code) => {
    const server = await failing(status, body)
    const options = { hosts: server.origin, username: 'ann', password: 'secret-word' }
    const error = await openWriter(tableOf(options)).catch((thrown: unknown) => thrown as Error)
    expect(error).toMatchObject({ code: `CONNECTORS_OPENSEARCH_${code}` })
    expect(`${(error as Error).stack ?? ''}${JSON.stringify(error)}`).not.toContain('secret-word')
  })
})

describe('a server', () => {
  test('whose host does not exist is refused at once', async () => {
    await expect(openWriter(tableOf({ hosts: 'http://no-such-host.invalid:9200' }))).rejects.toMatchObject({
      code: 'CONNECTORS_OPENSEARCH_HOST_NOT_FOUND',
    })
  })

  test('that is down gives its place to another one', async () => {
    const gone = await started()
    await gone.close()
    const server = await started()
    await writeTo({ hosts: `${gone.origin}; ${server.origin}` })
    expect(server.held.size).toBe(1)
  })

  test('that nobody answers at is waited for, and given up when the run is stopped', async () => {
    const gone = await started()
    await gone.close()
    const stop = new AbortController()
    const opening = openWriter(tableOf({ hosts: gone.origin }), { signal: stop.signal })
    setTimeout(() => stop.abort(), 300)
    await expect(opening).rejects.toMatchObject({ code: 'CONNECTORS_OPENSEARCH_UNREACHABLE' })
  })

  test('that goes down after the beginning is waited for, and the meter says so', async () => {
    const server = await started()
    const { writer, meter } = await openWriter(tableOf({ hosts: server.origin }))
    await server.close()
    await writer.write(row)
    const prepared = writer.prepare().catch((error: unknown) => error)
    while (meter.waiting === null) await sleep(10)
    expect(meter.waiting.reason).toMatch(/OpenSearch/)
    await writer.close()
    await prepared
  })
})

describe('TLS', () => {
  let folder = ''
  let pair = { key: '', cert: '' }
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'millrace-search-'))
    const words =
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test -addext subjectAltName=IP:127.0.0.1'
    await promisify(execFile)('openssl', [...words.split(' '), '-keyout', `${folder}/key.pem`, '-out', `${folder}/cert.pem`])
    const [key = '', cert = ''] = await Promise.all(['key', 'cert'].map((name) => readFile(`${folder}/${name}.pem`, 'utf8')))
    pair = { key, cert }
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  test('needs a server that is trusted, and shows a certificate to one that asks for it', async () => {
    const server = await started(undefined, { ...pair, requestCert: true, ca: pair.cert, rejectUnauthorized: true })
    await expect(writeTo({ hosts: server.origin })).rejects.toMatchObject({ code: 'CONNECTORS_OPENSEARCH_TLS_REFUSED' })
    await writeTo({
      hosts: server.origin,
      'tls.ca': `${folder}/cert.pem`,
      'tls.certificate': `${folder}/cert.pem`,
      'tls.key': `${folder}/key.pem`,
    })
    expect(server.held.size).toBe(1)
  })

  test('that only one of both speaks is refused at once', async () => {
    const plain = await started()
    await expect(writeTo({ hosts: plain.origin.replace('http', 'https') })).rejects.toMatchObject({
      code: 'CONNECTORS_OPENSEARCH_TLS_REFUSED',
    })
    const secure = await started(undefined, pair)
    await expect(writeTo({ hosts: secure.origin.replace('https', 'http') })).rejects.toMatchObject({
      code: 'CONNECTORS_OPENSEARCH_TLS_REFUSED',
      detail: 'The server speaks TLS, and the table does not.',
    })
  })
})

describe('options', () => {
  test.each([
    [{ hosts: ';' }, 'hosts'],
    [{ hosts: 'ftp://x' }, 'hosts'],
    [{ hosts: 'http://ann:secret-word@x' }, 'hosts'],
    [{ username: 'ann' }, 'username'],
    [{ username: 'ann', password: 'secret-word', 'api-key': 'k' }, 'api-key'],
    [{ 'api-key': 'secret-word\n' }, 'api-key'],
    [{ 'tls.certificate': '/nowhere' }, 'tls.certificate'],
    [{ 'tls.ca': '/nowhere' }, 'tls.ca'],
    [{ 'sink.bulk-flush.max-actions': '-1' }, 'sink.bulk-flush.max-actions'],
    [{ 'sink.parallelism': '0' }, 'sink.parallelism'],
  ])('%o cannot be', async (options, key) => {
    const error = await sinkOf(tableOf(options)).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'CONNECTORS_OPENSEARCH_OPTION_MISMATCH', message: `option "${key}" of table "t" cannot be used` })
    expect(JSON.stringify(error)).not.toContain('secret-word')
  })

  test('that Flink has and this has not are refused by name', async () => {
    await expect(sinkOf(tableOf({ 'allow-insecure': 'true' }))).rejects.toMatchObject({ code: 'FORMATS_OPTION_NOT_FOUND' })
    await expect(sinkOf(tableOf({ 'sink.delivery-guarantee': 'exactly-once' }))).rejects.toMatchObject({ code: 'FORMATS_OPTION_MISMATCH' })
  })

  test('say how many write', async () => {
    const of = async (options: Readonly<Record<string, string>>, primaryKey: readonly string[]) => {
      const { takes, isShareable, repeats } = await sinkOf(tableOf(options, { primaryKey }))
      return [takes, isShareable, repeats === undefined]
    }
    expect(await of({}, ['k'])).toEqual(['upsert', true, true])
    expect(await of({ 'sink.parallelism': '1' }, ['k'])).toEqual(['upsert', false, true])
    expect(await of({}, [])).toEqual(['append', false, true])
    expect(await of({ 'sink.parallelism': '2' }, [])).toEqual(['append', true, false])
    expect(await of({ index: '{now()|yyyy}' }, [])).toEqual(['append', false, false])
  })
})
