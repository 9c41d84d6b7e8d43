import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { FlinkJars } from './cluster-jars.ts'

interface Asked {
  readonly place: string
  readonly type: string
  readonly body: string
}

type Answer = (asked: Asked, response: ServerResponse) => unknown

/** A job manager that gives the answers of `answers` by the ends of their places, and keeps what it was asked. */
async function serve(answers: Readonly<Record<string, Answer>>): Promise<{ readonly jars: FlinkJars; readonly asked: Asked[] }> {
  const asked: Asked[] = []
  const answering = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const place = `${request.method} ${request.url}`
    const [, answer] = Object.entries(answers).find(([end]) => place.endsWith(end)) ?? []
    if (answer === undefined) return void request.socket.destroy()
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const question = { place, type: request.headers['content-type'] ?? '', body: Buffer.concat(parts).toString('latin1') }
    asked.push(question)
    const said = answer(question, response)
    if (!response.writableEnded) response.end(JSON.stringify(said))
  }
  const server = createServer((request, response) => void answering(request, response).catch(() => undefined))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { jars: new FlinkJars({ url, headers: {} }), asked }
}

const jar = {
  hash: 'abc123',
  bytes: 12,
  async *read() {
    yield await Promise.resolve(Buffer.from('PK the '))
    yield Buffer.from('bytes')
  },
}
const program = { mainClass: '', arguments: [], parallelism: 0, settings: {} }
const run = { ...program, jobId: 'f'.repeat(32), from: '', claimMode: '', allowsDroppedState: false }
const refusing =
  (text: string): Answer =>
  (_asked, response) =>
    response.writeHead(500).end(JSON.stringify({ errors: ['Internal server error.', text] }))

test('a JAR is sent as a file that is named by its content', async () => {
  const { jars, asked } = await serve({
    'GET /jars': () => ({ files: [{ id: 'u_other.jar', name: 'other.jar' }] }),
    '/upload': () => ({ filename: '/tmp/web/u_abc123.jar', status: 'success' }),
  })
  expect(await jars.keep(jar)).toBe('u_abc123.jar')
  const sent = asked[1]
  expect(sent?.type).toMatch(/^multipart\/form-data; boundary=/)
  expect(sent?.body).toMatch(/name="jarfile"; filename="abc123.jar"\r\n[\s\S]*\r\n\r\nPK the bytes\r\n/)
})

test('a JAR whose content is there is not sent again', async () => {
  const { jars, asked } = await serve({ 'GET /jars': () => ({ files: [{ id: 'u_abc123.jar', name: 'abc123.jar' }] }) })
  expect(await jars.keep(jar)).toBe('u_abc123.jar')
  expect(asked).toHaveLength(1)
})

async function* failing(): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from('PK'))
  throw new TypeError('the disk is gone')
}

test('an upload that is cut off is told, and not tried again', async () => {
  let uploads = 0
  const { jars } = await serve({
    'GET /jars': () => ({ files: [] }),
    '/upload': (_asked, response) => {
      uploads++
      response.socket?.destroy()
      response.end()
    },
  })
  const broken = { ...jar, read: () => Readable.from(failing()) }
  await expect(jars.keep(broken)).rejects.toMatchObject({ code: 'ENGINE_FLINK_UNREACHABLE', detail: 'the disk is gone.' })
  expect(uploads).toBe(0)
  await expect(jars.keep(jar)).rejects.toThrow(/^the job manager at http\S+ does not answer$/)
  expect(uploads).toBe(1)
})

test('a JAR is read no faster than it is sent', async () => {
  let parts = 0
  const partsMax = 1000
  async function* large(): AsyncGenerator<Uint8Array> {
    for (; parts < partsMax; parts++) yield await Promise.resolve(new Uint8Array(65_536))
  }
  const server = createServer((request, response) => {
    if (request.method === 'GET') response.end('{"files":[]}')
    else setTimeout(() => request.socket.destroy(), 500)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const jars = new FlinkJars({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, headers: {} })
  await expect(jars.keep({ hash: 'a', bytes: partsMax * 65_536, read: large })).rejects.toThrow('does not answer')
  expect(parts).toBeGreaterThan(0)
  expect(parts).toBeLessThan(partsMax / 2)
})

test.each([[{ 'GET /jars': () => ({}) }], [{ 'GET /jars': () => ({ files: [] }), '/upload': () => ({ filename: '/tmp/other.jar' }) }]])(
  'an answer that is not of Flink is told as such: %o',
  async (answers) => {
    const { jars } = await serve(answers)
    await expect(jars.keep(jar)).rejects.toThrow('does not answer as a job manager does')
  },
)

test('a program is run with all that it was given, and with nothing more', async () => {
  const { jars, asked } = await serve({ '/jars/j/run': () => ({ jobid: 'e'.repeat(32) }) })
  const all = { mainClass: 'a.B', arguments: ['--x', "it's"], parallelism: 3, settings: { k: 'v' } }
  await jars.run('j', { ...run, ...all, from: 'file:/s', claimMode: 'CLAIM', allowsDroppedState: true })
  expect(await jars.run('j', run)).toBe('e'.repeat(32))
  expect(asked.map(({ body }) => JSON.parse(body) as object)).toEqual([
    {
      entryClass: 'a.B',
      programArgsList: ['--x', "it's"],
      parallelism: 3,
      flinkConfiguration: { k: 'v' },
      jobId: 'f'.repeat(32),
      savepointPath: 'file:/s',
      claimMode: 'CLAIM',
      allowNonRestoredState: true,
    },
    { programArgsList: [], flinkConfiguration: {}, jobId: 'f'.repeat(32), allowNonRestoredState: false },
  ])
})

test('what Flink refuses has its last cause in one line', async () => {
  const { jars } = await serve({
    '/run': refusing(
      "<Exception on server side:\norg.a.E: first\n\tat x.y(Z.java:1)\nCaused by: org.a.ProgramInvocationException: Neither a 'Main-Class', nor a 'program-class' entry was found in the jar file.\n\tat x.y(Z.java:1)\n\nEnd of exception on server side>",
    ),
  })
  await expect(jars.run('j', run)).rejects.toThrow(
    "the job manager refused: Neither a 'Main-Class', nor a 'program-class' entry was found in the jar file.",
  )
})

test('the plan of a program is its tasks, sources first', async () => {
  const [sink, source] = ['b'.repeat(32), 'a'.repeat(32)]
  const { jars } = await serve({
    '/jars/j/plan': () => ({
      plan: {
        nodes: [
          {
            id: sink,
            parallelism: 4,
            description: 'Sum<br/>+- Out&lt;x&gt;: Writer<br/>',
            inputs: [{ id: source, ship_strategy: 'HASH' }],
          },
          { id: source, parallelism: 2, description: 'Source: in<br/>+- Map<br/>:  +- Filter<br/>' },
        ],
      },
    }),
  })
  const { vertices, slots } = await jars.plan('j', program)
  expect(slots).toBe(4)
  expect(vertices.map(({ id, operators }) => [id, operators[0]?.name, operators[0]?.inputs])).toEqual([
    [source, 'Source: in -> Map -> Filter', []],
    [sink, 'Sum -> Out<x>: Writer', [{ from: 1, exchange: 'HASH' }]],
  ])
})
