import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { insideOf } from './address-range.ts'
import { Outbound } from './outbound.ts'
import { postText } from './post-text.ts'

test.each([
  ['127.0.0.1', 'this machine'],
  ['0.0.0.0', 'this machine'],
  ['::1', 'this machine'],
  ['::', 'this machine'],
  ['10.1.2.3', 'a private network'],
  ['172.16.0.1', 'a private network'],
  ['172.31.255.255', 'a private network'],
  ['192.168.1.1', 'a private network'],
  ['100.64.0.1', 'a private network'],
  ['fd00::1', 'a private network'],
  ['169.254.169.254', 'a link-local address'],
  ['fe80::1', 'a link-local address'],
  ['224.0.0.1', 'many machines at once'],
  ['ff02::1', 'many machines at once'],
  ['255.255.255.255', 'a reserved address'],
  ['2001:db8::1', 'a reserved address'],
  ['4000::1', 'a reserved address'],
  ['::ffff:127.0.0.1', 'this machine'],
  ['::ffff:7f00:1', 'this machine'],
  ['::ffff:a9fe:a9fe', 'a link-local address'],
  ['::10.0.0.1', 'a private network'],
  ['64:ff9b::10.0.0.1', 'a private network'],
  ['64:ff9b::808:808', null],
  ['2002:7f00:1::', 'this machine'],
  ['2002:808:808::1', null],
  ['localhost', 'no address'],
  ['8.8.8.8', null],
  ['172.32.0.1', null],
  ['2606:4700::1111', null],
])('%s leads to %s', (address, range) => {
  expect(insideOf(address)).toBe(range)
})

test('no address of IPv6 that holds an inner one of IPv4 is taken for public', () => {
  const inner = fc.constantFrom([127, 0, 0, 1], [10, 9, 8, 7], [169, 254, 169, 254], [192, 168, 0, 1])
  fc.assert(
    fc.property(inner, fc.constantFrom('::ffff:', '64:ff9b::', '::'), fc.boolean(), ([a = 0, b = 0, c = 0, d = 0], prefix, isDotted) => {
      const groups = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
      expect(insideOf(`${prefix}${isDotted ? `${a}.${b}.${c}.${d}` : groups}`)).not.toBeNull()
    }),
  )
})

const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

/** A server of this machine that answers with a status; what it was asked. */
async function listen(status: number, headers: Record<string, string> = {}): Promise<{ port: number; asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    request.setEncoding('utf8')
    let body = ''
    request.on('data', (text: string) => (body += text))
    request.on('end', () => {
      asked.push(`${request.method} ${request.headers.host}${request.url} ${body}`)
      if (status !== 0) response.writeHead(status, headers).end('x'.repeat(200_000))
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, asked }
}

const post = (outbound: Outbound, url: string, timeoutMs = 5000): Promise<void> =>
  postText(outbound, { url, headers: { 'x-a': 'b' }, body: 'hello', timeoutMs })

test('nothing is sent inside, by address or by a name that leads there', async () => {
  const { port, asked } = await listen(200)
  const outbound = new Outbound({ lookup: async () => [{ address: '8.8.8.8' }, { address: '127.0.0.1' }] })
  for (const host of ['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1', 'example.com'])
    await expect(post(outbound, `http://${host}:${port}/`)).rejects.toMatchObject({ code: 'OUTBOUND_ADDRESS_INSIDE' })
  expect(asked).toEqual([])
})

test('what is allowed is reached, by the address that was looked at, under its own name', async () => {
  const { port, asked } = await listen(204)
  let lookups = 0
  const outbound = new Outbound({
    allowed: ['127.0.0.0/8'],
    lookup: async () => [{ address: lookups++ === 0 ? '127.0.0.1' : '192.0.2.1' }],
  })
  await post(outbound, `http://hooks.example:${port}/a?b=c`)
  expect(asked).toEqual([`POST hooks.example:${port}/a?b=c hello`])
  expect(lookups).toBe(1)
  await expect(post(outbound, `http://10.0.0.1:${port}/`)).rejects.toMatchObject({ code: 'OUTBOUND_ADDRESS_INSIDE' })
})

test('redirects are not followed, other answers are failures, and nobody is waited for longer than is said', async () => {
  const outbound = new Outbound({ allowed: ['127.0.0.1'] })
  const target = await listen(200)
  const moved = await listen(302, { location: `http://127.0.0.1:${target.port}/` })
  await expect(post(outbound, `http://127.0.0.1:${moved.port}/`)).rejects.toMatchObject({ code: 'OUTBOUND_REFUSED' })
  expect(target.asked).toEqual([])
  const broken = await listen(500)
  await expect(post(outbound, `http://127.0.0.1:${broken.port}/`)).rejects.toThrow('status 500')
  const silent = await listen(0)
  await expect(post(outbound, `http://127.0.0.1:${silent.port}/`, 100)).rejects.toMatchObject({ code: 'OUTBOUND_SLOW' })
  await expect(post(outbound, 'http://127.0.0.1:1/')).rejects.toMatchObject({ code: 'OUTBOUND_NO_ANSWER' })
})

test.each(['ftp://example.com/', 'http://user:password@example.com/', 'example.com', ''])('%j is no address to send to', async (url) => {
  const failure = await post(new Outbound(), url).catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'OUTBOUND_ADDRESS' })
  expect(String(failure)).not.toContain('password')
})

test.each(['10.0.0.0/33', '10.0.0.0/x', 'localhost', '::1/129', ''])('%j names no network', (network) => {
  expect(() => new Outbound({ allowed: [network] })).toThrow(expect.objectContaining({ code: 'OUTBOUND_NETWORK' }))
})
