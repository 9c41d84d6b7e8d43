/** The command: killed while its jobs run, stopped as one stops it, and started where it cannot be. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { password, rowsIn, specOf, until, variables } from './millrace.fixture.ts'
import { Person } from './person.fixture.ts'

const main = path.join(import.meta.dirname, '..', '..', 'src', 'main.ts')
const slow = { timeout: 120_000 }
const params = { workspace: 'main' }

interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<{ readonly status: number | null; readonly signal: string | null }>
  /** What it has printed so far. */
  printed(): string
}

let folder: string
const started: Running[] = []

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'millrace-command-'))
})
afterEach(async () => {
  for (const { child, ended } of started.splice(0)) {
    child.kill('SIGKILL')
    await ended
  }
  await rm(folder, { recursive: true, force: true })
})

function run(...words: readonly string[]): Running {
  const flags = ['--conditions=source', '--disable-warning=ExperimentalWarning', main, 'server']
  const child = spawn(process.execPath, [...flags, ...words], { stdio: ['ignore', 'pipe', 'pipe'], env: variables })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (text += part.toString()))
  const ended = new Promise<Awaited<Running['ended']>>((resolve) => child.on('close', (status, signal) => resolve({ status, signal })))
  const running = { child, ended, printed: () => text }
  started.push(running)
  return running
}

const data = (): string => path.join(folder, 'data')

/** Waits until it serves. */
async function serve(): Promise<{ readonly server: Running; readonly port: number }> {
  const server = run('--data-dir', data(), '--port', '0')
  const port = await until(() => /http:\/\/127\.0\.0\.1:(\d+)\n/.exec(server.printed())?.[1] ?? null)
  return { server, port: Number(port) }
}

const script = (rows: number): string => `
CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '5000',
  'fields.n.kind' = 'sequence', 'fields.n.start' = '0', 'fields.n.end' = '${rows - 1}');
CREATE TABLE copies (n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${folder}/copies', 'format' = 'json');
INSERT INTO copies SELECT n FROM numbers`

async function copied(): Promise<number[]> {
  return ((await rowsIn(path.join(folder, 'copies'))) as { n: number }[]).map(({ n }) => n).sort((a, b) => a - b)
}

/** The job, once it is in a state. */
function jobIn(person: Person, job: string, state: string) {
  return until(async () => {
    const found = await person.call('GET /workspaces/:workspace/jobs/:job', { params: { ...params, job } })
    return found.status.state === state ? found : null
  })
}

async function startedJob(person: Person, rows: number, checkpointIntervalMs: number): Promise<string> {
  const { id: job } = await person.call('POST /workspaces/:workspace/jobs', {
    params,
    body: specOf(script(rows), { checkpointIntervalMs }),
  })
  await person.call('POST /workspaces/:workspace/jobs/:job/start', { params: { ...params, job }, body: {} })
  return job
}

/** The first administrator, by the link that the server has printed. */
async function firstAdmin({ server, port }: Awaited<ReturnType<typeof serve>>): Promise<Person> {
  const link = await until(() => /#link=(\S+)/.exec(server.printed())?.[1] ?? null)
  return new Person(port).signInByLink({ link, name: 'ada', password })
}

test('killed again and again, its job goes on by itself, and no row is lost or comes twice', slow, async () => {
  let served = await serve()
  let ada = await firstAdmin(served)
  const rows = 60_000
  const job = await startedJob(ada, rows, 200)
  for (let life = 0; life < 2; life++) {
    const before = (await copied()).length
    await until(async () => ((await copied()).length > before ? true : null))
    served.server.child.kill('SIGKILL')
    expect((await served.server.ended).signal).toBe('SIGKILL')
    served = await serve()
    // Who had signed in still is; nobody comes as the first administrator again.
    ada = new Person(served.port, ada.headers)
    expect(served.server.printed()).not.toContain('#link=')
    const { status } = await jobIn(ada, job, 'running')
    expect(status.run?.attempt).toBeGreaterThan(life + 1)
  }
  await jobIn(ada, job, 'finished')
  const numbers = await copied()
  expect(numbers.length).toBe(rows)
  expect(numbers.findIndex((n, index) => n !== index)).toBe(-1)
})

test('stopped with SIGTERM it lets jobs take a last checkpoint, and goes on from there', slow, async () => {
  const first = await serve()
  const job = await startedJob(await firstAdmin(first), 30_000, 3_600_000)
  const ada = new Person(first.port, {})
  expect((await ada.send('GET', '/api/v1/me')).status).toBe(401)
  await new Promise((resolve) => setTimeout(resolve, 3000))
  expect(await copied()).toEqual([])
  first.server.child.kill('SIGTERM')
  expect(await first.server.ended).toEqual({ status: 130, signal: null })
  // Nothing was committed before: this is the last checkpoint.
  const before = await copied()
  expect(before.length).toBeGreaterThan(0)
  expect(before.length).toBeLessThan(30_000)
  await serve()
  const numbers = await until(async () => ((await copied()).length >= 30_000 ? copied() : null))
  expect(numbers.length).toBe(30_000)
  expect(numbers.findIndex((n, index) => n !== index)).toBe(-1)
  expect(job).not.toBe('')
})

describe('says what is wrong where', () => {
  test('another server has its folder, or its port', slow, async () => {
    const { port } = await serve()
    const twin = run('--data-dir', data(), '--port', '0')
    expect((await twin.ended).status).toBe(1)
    expect(twin.printed()).toContain('in use by another server')
    const neighbour = run('--data-dir', path.join(folder, 'other'), '--port', String(port))
    expect((await neighbour.ended).status).toBe(3)
    expect(neighbour.printed()).toContain(`could not listen at 127.0.0.1:${port}`)
  })

  test.each([
    ['--public-url', 'millrace.example.org', '--public-url'],
    ['--public-url', 'https://user:word@millrace.example.org', '--public-url'],
    ['--store', 'mysql://db/x', 'the address of the store'],
    ['--store', 'postgres://user:hunter2@127.0.0.1:1/x', 'could not reach'],
    ['--host', '203.0.113.1', 'could not listen'],
    ['--port', '99999', '--port'],
    ['--sign-in-link', 'nobody', 'there is no user "nobody"'],
  ])('%s is %s', slow, async (option, value, word) => {
    const server = run('--data-dir', data(), ...(option === '--port' ? [] : ['--port', '0']), option, value)
    const { status } = await server.ended
    expect(server.printed()).toContain(word)
    expect(server.printed()).not.toMatch(/hunter2|unexpected|internal| at .*\.ts:/)
    expect([1, 2, 3]).toContain(status)
  })

  test('the folder is a file', slow, async () => {
    await writeFile(data(), 'x')
    const server = run('--data-dir', data(), '--port', '0')
    expect((await server.ended).status).toBe(3)
    expect(server.printed()).toContain(data())
    expect(server.printed()).not.toMatch(/unexpected|internal| at .*\.ts:/)
  })
})
