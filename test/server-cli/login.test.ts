/** Signing in from the command line: where tokens are kept, and where they never go. */
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LiveServer } from './live-server.fixture.ts'

let server: LiveServer

beforeAll(async () => {
  server = await LiveServer.start()
})
afterAll(() => server.stop())

const unsigned = { variables: {} }

test('a login is kept where nobody else reads it, and is forgotten again', async () => {
  const { status, out, notes } = await server.millrace(['login', server.url, '--name', 'here'], {
    ...unsigned,
    input: `${server.token()}\n`,
  })
  expect({ status, out, notes }).toEqual({
    status: 0,
    out: '',
    notes: `note: signed in to ${server.url} as "cli of admin", admin in workspace "main"\n`,
  })
  const file = path.join(server.folder, 'home', 'servers.json')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect((await server.millrace(['login'], unsigned)).out).toBe(`here  ${server.url}  main\n`)
  expect((await server.millrace(['logout', 'her'], unsigned)).notes).toContain('Use "here"')
  expect((await server.millrace(['logout'], unsigned)).status).toBe(0)
  expect(await server.read('home/servers.json')).not.toContain(server.token())
})

test('a token that the server does not know is not kept', async () => {
  const { status, notes } = await server.millrace(['login', server.url], { ...unsigned, input: 'mrt_wrong' })
  expect(status).toBe(1)
  expect(notes).toContain('code: ACCESS_TOKEN_NOT_KNOWN')
  expect((await server.millrace(['login'], unsigned)).out).toBe('')
})

test.each([
  ['http://millrace.example.org', 'CLI_SERVER_PLAIN'],
  ['ftp://millrace.example.org', 'CLI_SERVER_ADDRESS'],
  ['https://ada:hunter2@millrace.example.org', 'CLI_SERVER_ADDRESS'],
  ['https://millrace.example.org/console', 'CLI_SERVER_ADDRESS'],
])('%s gets no token', async (address, code) => {
  const { status, notes } = await server.millrace(['login', address], { ...unsigned, input: server.token() })
  expect(status).toBe(2)
  expect(notes).toContain(`code: ${code}`)
  expect(notes).not.toContain('hunter2')
  expect(notes).not.toContain(server.token())
})

test('a token with a line break, or for another workspace, is refused', async () => {
  const broken = await server.millrace(['login', server.url], { ...unsigned, input: 'one\r\nx-evil: 1' })
  expect([broken.status, broken.notes.includes('CLI_TOKEN_VALUE')]).toEqual([2, true])
  const other = await server.millrace(['login', server.url, '--workspace', 'sales'], { ...unsigned, input: server.token() })
  expect(other.notes).toContain('the token is for workspace "main", not for workspace "sales"')
})

test('a kept token goes to no other address that a variable names', async () => {
  await server.millrace(['login', server.url], { ...unsigned, input: server.token() })
  const { status, notes } = await server.millrace(['job', 'list'], { variables: { MILLRACE_SERVER: 'http://127.0.0.1:9' } })
  expect([status, notes.includes('CLI_TOKEN_MISSING')]).toEqual([2, true])
  expect((await server.millrace(['logout'], unsigned)).status).toBe(0)
})
