/** Jobs of a server on a real Flink: one run of each through cut lines, killed servers and failures, and the state goes along. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AnswerOf, Contract } from '#api'
import { password, specOf, until } from '../server/millrace.fixture.ts'
import { Person } from '../server/person.fixture.ts'
import { Commands } from './command.fixture.ts'
import { type SlowProxy, startProxy } from './flink-proxy.fixture.ts'
import { type FlinkServer, startFlinkServer } from './flink-server.fixture.ts'

type Job = AnswerOf<Contract['GET /workspaces/:workspace/jobs/:job']>

const params = { workspace: 'main' }
const engine = { kind: 'flink', cluster: 'far' } as const

let flink: FlinkServer
/** Stands before the job manager. */
let rest: SlowProxy
let folder: string
let server: ChildProcess
let ada: Person

beforeAll(async () => {
  flink = await startFlinkServer(4)
  rest = await startProxy(flink.restUrl)
  folder = await mkdtemp(path.join(tmpdir(), 'millrace-flink-jobs-'))
  const { port, link } = await serve()
  ada = await new Person(port).signInByLink({ link, name: 'ada', password })
}, 300_000)
afterAll(async () => {
  await kill()
  await rest.close()
  await flink.remove()
  await rm(folder, { recursive: true, force: true })
})

async function serve(): Promise<{ readonly port: number; readonly link: string }> {
  const file = path.join(import.meta.dirname, 'flink-server-process.fixture.ts')
  const flags = ['--conditions=source', '--disable-warning=ExperimentalWarning']
  server = spawn(process.execPath, [...flags, file, path.join(folder, 'data'), rest.url, flink.gatewayUrl], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (server.stdout === null) throw new Error('its output is piped')
  const [line] = (await once(createInterface(server.stdout), 'line')) as [string]
  return JSON.parse(line) as { port: number; link: string }
}

async function kill(): Promise<void> {
  const ended = once(server, 'exit')
  server.kill('SIGKILL')
  await ended
}

/** Makes something in the workspace. */
async function define(text: string): Promise<void> {
  const { session } = await ada.call('POST /workspaces/:workspace/sql/sessions', { params, body: {} })
  const of = { ...params, session }
  const { statement } = await ada.call('POST /workspaces/:workspace/sql/sessions/:session/statements', { params: of, body: { text } })
  const key = 'GET /workspaces/:workspace/sql/sessions/:session/statements/:statement'
  const events = []
  for await (const { data } of ada.events(key, { params: { ...of, statement } })) events.push(data)
  expect(events.at(-1)).toEqual({ kind: 'ended', outcome: 'finished' })
}

/** The job, once it is so. */
function jobWhere(job: string, isSo: (job: Job) => boolean): Promise<Job> {
  return until(async () => {
    const found = await ada.call('GET /workspaces/:workspace/jobs/:job', { params: { ...params, job } })
    if (isSo(found)) return found
    await sleep(100)
    return null
  })
}

const runs =
  (attempt: number) =>
  ({ status }: Job): boolean =>
    status.state === 'running' && status.run?.attempt === attempt && status.evidence.kind === 'present'

interface FlinkJob {
  readonly id: string
  readonly state: string
}

/** As Flink itself says, the newest first. */
async function jobsNamed(name: string): Promise<FlinkJob[]> {
  const { jobs } = (await (await fetch(`${flink.restUrl}/jobs/overview`)).json()) as {
    jobs: { jid: string; name: string; state: string; 'start-time': number }[]
  }
  return jobs
    .filter((each) => each.name === name)
    .toSorted((a, b) => b['start-time'] - a['start-time'])
    .map(({ jid, state }) => ({ id: jid, state }))
}

async function checkpointsOf(id: string): Promise<{ readonly completed: number; readonly restored: string | null }> {
  const { counts, latest } = (await (await fetch(`${flink.restUrl}/jobs/${id}/checkpoints`)).json()) as {
    counts: { completed: number }
    latest: { restored: { external_path: string } | null }
  }
  return { completed: counts.completed, restored: latest.restored?.external_path ?? null }
}

async function checkpointed(name: string): Promise<string> {
  const [newest] = await jobsNamed(name)
  return until(async () => (newest !== undefined && (await checkpointsOf(newest.id)).completed > 0 ? newest.id : null))
}

test('a job runs once, whatever becomes of the network and of the server, and goes on from its state', async () => {
  await define("CREATE TABLE endless (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '50')")
  await define("CREATE TABLE nowhere (n INT, c BIGINT) WITH ('connector' = 'blackhole')")
  const spec = specOf('INSERT INTO nowhere SELECT MOD(n, 10), COUNT(*) FROM endless GROUP BY MOD(n, 10)', {
    name: 'counting',
    engine,
    checkpointIntervalMs: 500,
    // A task manager that dies shall end the run.
    settings: { 'restart-strategy.type': 'none' },
  })
  const { id: job } = await ada.call('POST /workspaces/:workspace/jobs', { params, body: spec })
  const of = { params: { ...params, job } }
  await ada.call('POST /workspaces/:workspace/jobs/:job/start', { ...of, body: {} })
  await jobWhere(job, runs(1))
  const first = await checkpointed('counting')

  const measured = await until(async () => {
    const { operators } = await ada.call('GET /workspaces/:workspace/jobs/:job/operators', of)
    await sleep(200)
    return operators.length > 0 ? operators : null
  })
  expect(JSON.stringify(measured)).toContain('GroupAggregate')

  // Flink says what is wrong with a script, and what a new one leaves of the state.
  const wrong = await ada.call('POST /workspaces/:workspace/jobs/check', {
    params,
    body: { spec: { ...spec, program: { kind: 'sql', text: 'INSERT INTO nowhere SELECT n, m FROM endless' } } },
  })
  expect(wrong.diagnostics).toMatchObject([{ blame: 'user', message: expect.stringContaining("Column 'm' not found") }])
  const verdictOf = async (text: string) => {
    const { diagnostics, verdict } = await ada.call('POST /workspaces/:workspace/jobs/check', {
      params,
      body: { job, spec: { ...spec, program: { kind: 'sql', text } } },
    })
    expect(diagnostics).toEqual([])
    return verdict
  }
  expect(await verdictOf(spec.program.text)).toMatchObject({
    dropsState: false,
    operators: [{ verdict: 'kept', operator: expect.stringContaining('GroupAggregate') }],
  })
  expect(await verdictOf('INSERT INTO nowhere SELECT n, 1 FROM endless')).toMatchObject({ dropsState: true })

  const { id: savepoint } = await ada.call('POST /workspaces/:workspace/jobs/:job/savepoints', of)
  const taken = await until(async () => {
    const found = (await ada.call('GET /workspaces/:workspace/jobs/:job/savepoints', of)).find(({ id }) => id === savepoint)
    return found?.state === 'completed' || found?.state === 'failed' ? found : null
  })
  expect(taken).toMatchObject({ state: 'completed', place: expect.stringMatching(/^file:\S+savepoint-/), bytes: expect.any(Number) })

  // While nobody answers, nothing becomes of the job but that what is known of it grows old.
  rest.cut()
  const hidden = await jobWhere(job, ({ status }) => status.evidence.kind === 'unreachable' && (status.evidence.ageMs ?? 0) > 3000)
  expect(hidden.status).toMatchObject({ state: 'running', run: { attempt: 1 }, failure: null })
  rest.mend()
  await jobWhere(job, runs(1))

  await kill()
  ada = new Person((await serve()).port, ada.headers)
  const found = await jobWhere(job, runs(1))
  expect(found.status.evidence.source).toBe('flink cluster "far"')
  expect(await jobsNamed('counting')).toEqual([{ id: first, state: 'RUNNING' }])

  await flink.kill('taskmanager')
  const again = await jobWhere(job, ({ status }) => (status.run?.attempt ?? 0) > 1 && status.state === 'running')
  expect(again.status.restart.failures).toBeGreaterThan(0)
  const second = await checkpointed('counting')
  expect((await checkpointsOf(second)).restored).toMatch(/\/chk-\d+$/)
  expect((await jobsNamed('counting')).filter(({ state }) => state === 'RUNNING')).toHaveLength(1)

  await ada.call('POST /workspaces/:workspace/jobs/:job/stop', { ...of, body: { how: 'checkpoint' } })
  await jobWhere(job, ({ status }) => status.state === 'stopped')
  expect((await jobsNamed('counting'))[0]).toEqual({ id: second, state: 'FINISHED' })
  await ada.call('POST /workspaces/:workspace/jobs/:job/start', { ...of, body: {} })
  await jobWhere(job, ({ status }) => status.state === 'running')
  const third = await checkpointed('counting')
  expect((await checkpointsOf(third)).restored).toMatch(/savepoint-/)

  await ada.call('POST /workspaces/:workspace/jobs/:job/stop', { ...of, body: { how: 'now' } })
  await jobWhere(job, ({ status }) => status.state === 'stopped')
  await ada.call('DELETE /workspaces/:workspace/jobs/:job', of)
  await until(async () => ((await ada.try('GET /workspaces/:workspace/jobs/:job', of)).status === 404 ? true : null))
  expect((await jobsNamed('counting')).filter(({ state }) => state === 'RUNNING')).toEqual([])
})

test('a job that a table of nobody breaks is told with its cause', async () => {
  const { id: job } = await ada.call('POST /workspaces/:workspace/jobs', {
    params,
    body: specOf(
      "CREATE TABLE few (n INT) WITH ('connector' = 'filesystem', 'path' = '/nowhere/at/all', 'format' = 'csv');\nINSERT INTO nowhere SELECT n, 1 FROM few",
      { name: 'broken', engine, restart: { kind: 'never' } },
    ),
  })
  await ada.call('POST /workspaces/:workspace/jobs/:job/start', { params: { ...params, job }, body: {} })
  const { status } = await jobWhere(job, (found) => found.status.state === 'failed')
  expect(status.failure).toMatchObject({ blame: 'external', causes: expect.arrayContaining(['Could not enumerate file splits']) })
  expect(status.failure?.message).toContain('/nowhere/at/all')
})

test('the command serves jobs on the clusters that have names', async () => {
  const commands = await Commands.open()
  commands.variables = { MILLRACE_HOME: commands.folder }
  await commands.start(['cluster', 'add', 'far', '--gateway', flink.gatewayUrl, '--rest', rest.url]).ended
  const command = commands.start(['server', '--port', '0', '--data-dir', path.join(commands.folder, 'data')])
  const port = Number(await until(() => /http:\/\/127\.0\.0\.1:(\d+)\n/.exec(command.out)?.[1] ?? null))
  const link = await until(() => /#link=(\S+)/.exec(command.notes)?.[1] ?? null)
  const admin = await new Person(port).signInByLink({ link, name: 'ada', password })
  const { secret } = await admin.call('POST /workspaces/:workspace/tokens', { params, body: { title: 't', role: 'admin', daysValid: 1 } })
  const signedIn = { MILLRACE_SERVER: `http://127.0.0.1:${port}`, MILLRACE_TOKEN: secret }
  const job = async (...words: string[]): Promise<string> => (await commands.start(['job', ...words], signedIn).ended).notes
  const script = await commands.script(
    "CREATE TABLE endless (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '50');\nCREATE TABLE nowhere (n INT) WITH ('connector' = 'blackhole');\nINSERT INTO nowhere SELECT n FROM endless;",
  )
  await job('create', script, '--name', 'by-command', '--engine', 'flink:far')
  await job('start', 'by-command', '--wait', '1min')
  expect(await jobsNamed('by-command')).toMatchObject([{ state: 'RUNNING' }])
  await job('stop', 'by-command', '--wait', '1min')
  expect(await jobsNamed('by-command')).toMatchObject([{ state: 'FINISHED' }])
  await job('create', script, '--name', 'nowhere', '--engine', 'flink:unheard-of')
  await job('start', 'nowhere')
  const { out } = await commands.start(['job', 'show', 'nowhere'], signedIn).ended
  expect(out).toContain('nobody here knows how to reach engine "flink:unheard-of"')
  await commands.close()
})
