/** What users ask of jobs, from a spec to its removal, with a control loop behind it. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { eventText, type JobsOf, jobErrors } from '#jobs'
import { compared, planner } from './planner.fixture.ts'
import { ask, specOf, TestServer } from './server.fixture.ts'

let server: TestServer
let jobs: JobsOf

beforeEach(async () => {
  server = await new TestServer({ planner }).start()
  jobs = server.jobs.of('team')
})
afterEach(async () => {
  await server.stop()
  if (server.reported.length > 0) throw new Error('the loop reports a fault', { cause: server.reported })
})

async function becomes(jobId: string, state: string): Promise<void> {
  await vi.waitFor(() => expect(jobs.view(jobId).status.state).toBe(state), { timeout: 5000, interval: 2 })
}

async function running(changes: Parameters<typeof specOf>[0] = {}): Promise<string> {
  const { card } = await jobs.create(specOf(changes), ask)
  await jobs.start(card.id, {}, ask)
  await becomes(card.id, 'running')
  return card.id
}

describe('a job', () => {
  test('is made, runs, stops, and tells its story', async () => {
    const { card, wish, status } = await jobs.create(specOf(), ask)
    expect([card.version, wish.state, status.state, status.reason.code]).toEqual([1, 'stopped', 'stopped', 'never-started'])
    await jobs.start(card.id, {}, ask)
    await becomes(card.id, 'running')
    expect(server.embedded.orders[0]).toMatchObject({ workspace: 'team', attempt: 1, version: 1, from: { kind: 'newest' } })
    expect(server.embedded.orders[0]?.script).toBe("INSERT INTO sums SELECT * FROM orders WHERE country = 'NL'")
    const { status: up, ageMs } = jobs.view(card.id)
    expect(up).toMatchObject({ evidence: { kind: 'present', source: 'test host' }, reason: { code: 'run-seen' }, trouble: null })
    expect(ageMs).toBe(0)
    await jobs.stop(card.id, 'checkpoint', ask)
    await becomes(card.id, 'stopped')
    const story = (await jobs.events(card.id, { limit: 100 })).map(({ value, writtenBy }) => `${writtenBy}: ${eventText(value)}`)
    expect(story.reverse()).toEqual([
      'ada: version 1',
      'ada: to run version 1 from its newest state',
      'control loop: stopped → starting: attempt 1 is ordered to start',
      'control loop: starting → running: attempt 1 was seen running',
      'ada: to stop after a checkpoint',
      'control loop: running → stopping: attempt 1 is asked to stop',
      'control loop: stopping → stopped: it was stopped',
    ])
  })

  test('is not seen from another workspace', async () => {
    const { card } = await jobs.create(specOf(), ask)
    const others = server.jobs.of('another')
    const gone = expect.objectContaining({ code: 'JOBS_JOB_NOT_FOUND' })
    expect(() => others.view(card.id)).toThrow(gone)
    await expect(others.start(card.id, {}, ask)).rejects.toThrow(gone)
    await expect(others.versions(card.id, { limit: 1 })).rejects.toThrow(gone)
    expect(() => others.savepoints(card.id)).toThrow(gone)
    expect(others.list({ limit: 10 }).total).toBe(0)
    expect((await others.create(specOf(), ask)).card.name).toBe('orders')
  })

  test('has a name of its own, and the same request makes one job', async () => {
    const first = await jobs.create(specOf(), { ...ask, requestId: 'r1' })
    expect((await jobs.create(specOf(), { ...ask, requestId: 'r1' })).card.id).toBe(first.card.id)
    await expect(jobs.create(specOf(), { ...ask, requestId: 'r2' })).rejects.toThrow('there is a job "orders" already')
    const both = await Promise.allSettled(['r3', 'r4'].map((requestId) => jobs.create(specOf({ name: 'b' }), { ...ask, requestId })))
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  test('is removed when it has stopped, and its name is free', async () => {
    const id = await running()
    await expect(jobs.remove(id, 'stopped', ask)).rejects.toThrow('job "orders" is running, and only one that has stopped is removed')
    await jobs.remove(id, 'stop-first', ask)
    await expect(jobs.start(id, {}, ask)).rejects.toThrow('job "orders" is being removed')
    await vi.waitFor(() => expect(jobs.list({ limit: 1 }).total).toBe(0))
    expect(server.embedded.calls.forget).toBe(1)
    await jobs.create(specOf(), ask)
  })

  test('of a cluster that nobody knows any more can be removed', async () => {
    const { card } = await jobs.create(specOf({ engine: { kind: 'flink', cluster: 'gone' } }), ask)
    await jobs.start(card.id, {}, ask)
    await vi.waitFor(() =>
      expect(jobs.view(card.id).status.trouble?.message).toContain('nobody here knows how to reach engine "flink:gone"'),
    )
    expect(jobs.view(card.id).status.state).toBe('stopped')
    await jobs.stop(card.id, 'now', ask)
    await jobs.remove(card.id, 'stopped', ask)
    await vi.waitFor(() => expect(jobs.list({ limit: 1 }).total).toBe(0))
  })
})

describe('wishes', () => {
  test('the same request is granted once', async () => {
    const id = await running()
    const request = { ...ask, requestId: 'r1' }
    const first = await jobs.restart(id, {}, request)
    await becomes(id, 'running')
    await jobs.stop(id, 'checkpoint', { ...ask, requestId: 'r2' })
    expect((await jobs.restart(id, {}, request)).wish).toMatchObject({ state: 'stopped', generation: first.wish.generation })
  })

  test('a start of what runs asks for nothing', async () => {
    const id = await running()
    const before = jobs.view(id).wish
    expect((await jobs.start(id, {}, ask)).wish).toEqual(before)
    expect((await jobs.start(id, { from: { kind: 'empty' } }, ask)).wish.generation).toBe(before.generation + 1)
  })

  test('a refused script fails with its cause, and goes on from the state that was chosen once it is mended', async () => {
    const id = await running()
    server.embedded.refuses = Object.assign(await failure(), {})
    await jobs.restart(id, { from: { kind: 'empty' } }, ask)
    await becomes(id, 'failed')
    expect(jobs.view(id).status).toMatchObject({ failure: { code: 'JOBS_JOB_NOT_FOUND' }, reason: { code: 'failure-of-user' } })
    server.embedded.refuses = null
    await jobs.change(id, specOf({ parallelism: 2 }), 1, { restarts: true }, ask)
    await becomes(id, 'running')
    expect(server.embedded.orders.at(-1)).toMatchObject({ version: 2, from: { kind: 'empty' } })
  })
})

/** An error of the user, as a host gives it. */
async function failure(): Promise<Error> {
  return jobs.get('nobody').then(
    () => new Error('it is there'),
    (error: Error) => error,
  )
}

describe('versions', () => {
  test('a new version replaces the run, and an old one comes back as a new one', async () => {
    const id = await running()
    const changed = specOf({ parallelism: 4 })
    expect((await jobs.change(id, changed, 1, { restarts: true }, ask)).card.version).toBe(2)
    await vi.waitFor(() => expect(jobs.view(id).status).toMatchObject({ state: 'running', run: { version: 2, attempt: 2 } }))
    expect((await jobs.change(id, changed, 1, { restarts: true }, ask)).card.version).toBe(2)
    await expect(jobs.change(id, specOf(), 1, {}, ask)).rejects.toThrow('job "orders" has changed: expected version 1, and it is 2 now')
    await jobs.rollback(id, 1, { restarts: true }, ask)
    await vi.waitFor(() => expect(jobs.view(id).status).toMatchObject({ state: 'running', run: { version: 3 } }))
    expect((await jobs.get(id)).spec).toEqual(specOf())
    expect((await jobs.versions(id, { limit: 10 })).map(({ version }) => version)).toEqual([3, 2, 1])
    await expect(jobs.rollback(id, 9, {}, ask)).rejects.toThrow('job "orders" has no version 9')
  })

  test('without a restart, the run stays as it is until a start', async () => {
    const id = await running()
    await jobs.change(id, specOf({ parallelism: 4 }), 1, {}, ask)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(jobs.view(id)).toMatchObject({ card: { version: 2 }, wish: { version: 1 }, status: { run: { version: 1 } } })
    await jobs.start(id, {}, ask)
    await vi.waitFor(() => expect(jobs.view(id).status.run?.version).toBe(2))
  })

  test('another name is taken, and the old one is free', async () => {
    const id = await running()
    await jobs.create(specOf({ name: 'taken' }), ask)
    await expect(jobs.change(id, specOf({ name: 'taken' }), 1, {}, ask)).rejects.toThrow('there is a job "taken" already')
    await jobs.change(id, specOf({ name: 'better' }), 1, {}, ask)
    expect((await jobs.create(specOf(), ask)).card.name).toBe('orders')
  })

  test('a script that does not run is no version', async () => {
    const wrong = specOf({ program: { kind: 'sql', text: 'INSERT INTO a WRONG' } })
    const refused = expect.objectContaining({
      code: 'JOBS_SCRIPT',
      message: 'the script of the job does not run: expected a statement',
      hint: 'Leave it out.',
    })
    await expect(jobs.create(wrong, ask)).rejects.toThrow(refused)
    expect(await jobs.check(wrong, null)).toMatchObject({ check: { diagnostics: [{ position: { column: 15 } }] }, verdict: null })
    const id = await running()
    await expect(jobs.change(id, wrong, 1, {}, ask)).rejects.toThrow(refused)
  })

  test('state is lost only where somebody has accepted it', async () => {
    const script = (text: string) => specOf({ program: { kind: 'sql', text } })
    const id = await running(script('INSERT INTO a KEEP sums KEEP counts'))
    const lossy = script('INSERT INTO a KEEP sums KEEP more')
    await expect(jobs.change(id, lossy, 1, {}, ask)).rejects.toThrow(
      expect.objectContaining({
        code: 'JOBS_STATE_DROPPED',
        message: 'the new version would lose state of 1 operator',
        detail: 'These would begin anew: counts, for KEEP counts (it is not in the script any more, 10 B).',
      }),
    )
    expect((await jobs.check(lossy, id)).verdict?.operators.map(({ operator, verdict }) => `${operator} ${verdict}`)).toEqual([
      'sums kept',
      'counts dropped',
      'more new',
    ])
    await jobs.change(id, lossy, 1, { acceptsDroppedState: true }, ask)
    await jobs.start(id, {}, ask)
    await vi.waitFor(() => expect(server.embedded.orders.at(-1)).toMatchObject({ version: 2, allowsDroppedState: true }))
    await jobs.change(id, { ...script('INSERT INTO a'), upgrade: 'drop-state' }, 2, { restarts: true }, ask)
    await vi.waitFor(() => expect(server.embedded.orders.at(-1)).toMatchObject({ version: 3, from: { kind: 'empty' } }))
  })

  test('another engine takes over only from one that has stopped, and without state', async () => {
    const id = await running()
    const moved = specOf({ engine: { kind: 'flink', cluster: 'dev' } })
    await jobs.change(id, moved, 1, {}, ask)
    await expect(jobs.start(id, {}, ask)).rejects.toThrow('job "orders" cannot go to engine "flink:dev" while it is running')
    await jobs.stop(id, 'checkpoint', ask)
    await becomes(id, 'stopped')
    await expect(jobs.start(id, {}, ask)).rejects.toThrow(
      'engine "flink:dev" cannot go on with the state that job "orders" has on engine "embedded"',
    )
    await jobs.start(id, { from: { kind: 'empty' } }, ask)
    await becomes(id, 'running')
    expect(server.flink.orders[0]).toMatchObject({ attempt: 2, version: 2, from: { kind: 'empty' } })
  })
})

describe('savepoints', () => {
  test('are taken, listed, started from, and removed when nothing begins there', async () => {
    const id = await running()
    const { id: savepointId } = await jobs.savepoint(id, { ...ask, requestId: 'r1' })
    expect((await jobs.savepoint(id, { ...ask, requestId: 'r1' })).id).toBe(savepointId)
    await vi.waitFor(() =>
      expect(jobs.savepoints(id)[0]?.value).toMatchObject({ state: 'completed', place: 'a place', bytes: 5, attempt: 1 }),
    )
    await jobs.restart(id, { from: { kind: 'savepoint', id: savepointId } }, ask)
    await vi.waitFor(() =>
      expect(server.embedded.orders.at(-1)).toMatchObject({ attempt: 2, from: { kind: 'savepoint', place: 'a place' } }),
    )
    await expect(jobs.disposeSavepoint(savepointId, ask)).rejects.toThrow('is where the state of job "orders" begins')
    await jobs.restart(id, { from: { kind: 'empty' } }, ask)
    await vi.waitFor(() => expect(jobs.view(id).status).toMatchObject({ state: 'running', origin: { from: { kind: 'empty' } } }))
    await jobs.disposeSavepoint(savepointId, ask)
    await vi.waitFor(() => expect(jobs.savepoints(id)).toEqual([]))
    expect(server.embedded.disposed).toEqual(['a place'])
  })

  test('end a run, and are where the next one begins', async () => {
    const id = await running()
    await jobs.stop(id, 'savepoint', ask)
    await becomes(id, 'stopped')
    expect(jobs.savepoints(id)).toMatchObject([{ value: { state: 'completed', stops: true } }])
    await jobs.start(id, {}, ask)
    await becomes(id, 'running')
    const origin = { attempt: 2, from: { kind: 'savepoint', place: 'a place' } }
    expect(server.embedded.orders.at(-1)).toMatchObject({ from: { kind: 'newest' }, origin })
  })

  test('that fail leave the run as it is, and can be asked for again', async () => {
    const id = await running()
    const why = { code: 'X', blame: 'external', message: 'no room', detail: null, hint: null, position: null, causes: [] } as const
    server.embedded.savepointSight = { state: 'failed', failure: why }
    await jobs.stop(id, 'savepoint', ask)
    await vi.waitFor(() => expect(jobs.view(id).status).toMatchObject({ state: 'running', trouble: { code: 'savepoint-failed' } }))
    server.embedded.savepointSight = { state: 'completed', place: 'p', bytes: null }
    await jobs.stop(id, 'savepoint', ask)
    await becomes(id, 'stopped')
    expect(
      jobs
        .savepoints(id)
        .map(({ value }) => value.state)
        .sort(),
    ).toEqual(['completed', 'failed'])
  })

  test('that a start names, or that a run ended with, are what a new version is judged by', async () => {
    const script = (text: string) => specOf({ program: { kind: 'sql', text } })
    const judged = async (text: string, from?: Parameters<JobsOf['start']>[1]['from']) => {
      const { verdict } = await jobs.check(script(text), id, from)
      return verdict?.operators.map(({ operator, verdict: word }) => `${operator} ${word}`) ?? null
    }
    const id = await running(script('INSERT INTO a KEEP sums'))
    const { id: savepointId } = await jobs.savepoint(id, ask)
    await vi.waitFor(() => expect(jobs.savepoints(id)[0]?.value.state).toBe('completed'))
    await jobs.change(id, script('INSERT INTO a KEEP counts'), 1, { acceptsDroppedState: true, restarts: true }, ask)
    await vi.waitFor(() => expect(jobs.view(id).status).toMatchObject({ state: 'running', run: { version: 2 } }))

    const named = { kind: 'savepoint', id: savepointId } as const
    expect(await judged('INSERT INTO a KEEP sums')).toEqual(['counts dropped', 'sums new'])
    expect(compared.at(-1)).toMatchObject({ savepoint: null, origin: null, isOfRun: true })
    expect(await judged('INSERT INTO a KEEP sums', named)).toEqual(['sums kept'])
    expect(compared.at(-1)).toMatchObject({ savepoint: 'a place', isOfRun: false })
    expect(await judged('INSERT INTO a KEEP sums', { kind: 'empty' })).toBeNull()
    await expect(judged('INSERT INTO a', { kind: 'savepoint', id: 'none' })).rejects.toThrow('savepoint "none" does not exist')

    // A start from there that is refused leaves the choice open, and a change is judged by it.
    server.embedded.refuses = jobErrors.JOBS_SAVEPOINT_NOT_FOUND({ savepoint: 'gone' })
    await jobs.restart(id, { from: named }, ask)
    await becomes(id, 'failed')
    server.embedded.refuses = null
    expect(await judged('INSERT INTO a KEEP counts')).toEqual(['sums dropped', 'counts new'])
    await expect(jobs.change(id, script('INSERT INTO a KEEP more'), 2, { restarts: true }, ask)).rejects.toThrow(
      expect.objectContaining({ code: 'JOBS_STATE_DROPPED', detail: expect.stringContaining('sums, for KEEP sums') }),
    )
    await jobs.change(id, script('INSERT INTO a KEEP sums'), 2, { restarts: true }, ask)
    await vi.waitFor(() => expect(jobs.view(id).status).toMatchObject({ state: 'running', run: { version: 3 } }))
    expect(await judged('INSERT INTO a KEEP sums')).toEqual(['sums kept'])
    expect(compared.at(-1)).toMatchObject({ savepoint: null, origin: 'a place', isOfRun: true })

    server.embedded.savepointSight = { state: 'completed', place: 'another place', bytes: 5 }
    await jobs.stop(id, 'savepoint', ask)
    await becomes(id, 'stopped')
    expect(await judged('INSERT INTO a KEEP sums')).toEqual(['sums kept'])
    expect(compared.at(-1)).toMatchObject({ savepoint: 'another place', isOfRun: true })
    await jobs.start(id, {}, ask)
    await becomes(id, 'running')
    const origin = { attempt: 5, from: { kind: 'savepoint', place: 'another place' } }
    expect(server.embedded.orders.at(-1)).toMatchObject({ attempt: 5, from: { kind: 'newest' }, origin })
  })

  test('are of runs alone', async () => {
    const { card } = await jobs.create(specOf(), ask)
    await expect(jobs.savepoint(card.id, ask)).rejects.toThrow('job "orders" is stopped, and a savepoint is taken of one that runs')
    await expect(jobs.start(card.id, { from: { kind: 'savepoint', id: 'none' } }, ask)).rejects.toThrow(
      'savepoint "none" does not exist in this workspace',
    )
  })
})
