/** Jobs on a cluster whose answers are lost, which is away for a while, or forgets: never two runs of a job, and none told worse than it is. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '#base'
import type { KeptObjects } from '#catalog'
import type { RunEvidence, RunOrder, SeenRun } from '#jobs'
import { RemoteSession } from '#query'
import { MemoryStore } from '#store'
import { FlinkHost } from './flink-host.ts'
import { RunBook } from './run-book.ts'
import { SimulatedFlink, type SimulatedJob } from './simulated-flink.fixture.ts'

let flink: SimulatedFlink
let store: MemoryStore
let host: FlinkHost
let kept: KeptObjects
/** Added to the time of day. */
let aheadMs: number

beforeEach(async () => {
  flink = await SimulatedFlink.start()
  store = new MemoryStore(systemClock)
  kept = []
  aheadMs = 0
  await restart()
})
afterEach(() => flink.close())

/** As a server that was killed and comes back. */
async function restart(): Promise<void> {
  const clock = { nowMs: () => systemClock.nowMs() + aheadMs, monotonicMs: () => systemClock.monotonicMs() + aheadMs }
  const cluster = {
    name: 'dev',
    address: async () => ({ url: flink.url, headers: {} }),
    openSession: (settings: Readonly<Record<string, string>>) =>
      RemoteSession.open({ url: flink.url, headers: {} }, settings, { waits: false }),
  }
  host = new FlinkHost({ cluster, book: await RunBook.load(store, clock), clock, keptOf: () => kept })
}

function order(attempt: number, changes: Partial<RunOrder> = {}): RunOrder {
  return {
    workspace: 'main',
    jobId: 'job1',
    attempt,
    version: 1,
    name: 'orders',
    script: "CREATE TABLE t (n INT) WITH ('connector' = 'print');\nINSERT INTO t SELECT 1;",
    settings: { 'table.local-time-zone': 'Europe/Berlin' },
    parallelism: 2,
    checkpointIntervalMs: 5000,
    from: { kind: 'newest' },
    allowsDroppedState: false,
    ...changes,
  }
}

async function evidence(): Promise<RunEvidence> {
  // Looks that come soon after one another share an answer.
  aheadMs += 10_000
  const found = (await host.observe(['job1'])).get('job1')
  if (found === undefined) throw new Error('nothing was said')
  return found
}

async function seen(): Promise<SeenRun> {
  const found = await evidence()
  if (found.kind !== 'present') throw new Error(`it is ${found.kind}`)
  return found.run
}

function startedFrom(job: SimulatedJob): string {
  const { 'execution.state-recovery.path': place = '', 'execution.state-recovery.claim-mode': mode = '' } = job.properties
  return `${place} ${mode}`.trim()
}

function jobOf(attempt: number): SimulatedJob {
  const job = [...flink.jobs.values()][attempt - 1]
  if (job === undefined) throw new Error(`there is no attempt ${attempt}`)
  return job
}

const sessionGone = /POST \/v4\/sessions\/\S+\/statements .*INSERT/

describe('a start', () => {
  test('gives the cluster the script with all that the server decides', async () => {
    await host.start(order(1, { allowsDroppedState: true }))
    expect(flink.job.properties).toMatchObject({
      'pipeline.name': 'orders',
      'parallelism.default': '2',
      'execution.checkpointing.interval': '5000 ms',
      'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
      'execution.state-recovery.ignore-unclaimed-state': 'true',
      'table.local-time-zone': 'Europe/Berlin',
    })
    expect(startedFrom(flink.job)).toBe('')
    expect(flink.statements).toEqual(["CREATE TABLE t (n INT) WITH ('connector' = 'print');", 'INSERT INTO t SELECT 1;'])
    expect(await seen()).toMatchObject({ attempt: 1, version: 1, state: 'running', startedAt: 1000, endedAt: null })
  })

  test('makes the things of the workspace that the script needs, and no others', async () => {
    const table = (name: string): KeptObjects[number] => ({
      object: { kind: 'table', path: ['c', 'd', name] },
      text: `CREATE TABLE \`c\`.\`d\`.\`${name}\` (n INT) WITH ('connector' = 'print')`,
    })
    kept = [
      { object: { kind: 'view', path: ['c', 'd', 'v'] }, text: 'CREATE VIEW `c`.`d`.`v` AS SELECT n FROM c.d.base' },
      table('base'),
      table('other'),
      { object: { kind: 'catalog', path: ['c'] }, text: 'CREATE CATALOG IF NOT EXISTS `c`' },
    ]
    await host.start(order(1, { script: 'INSERT INTO t SELECT n FROM v;' }))
    expect(flink.statements.map((each) => each.split(' ').slice(0, 6).join(' '))).toEqual([
      'CREATE CATALOG IF NOT EXISTS `c`',
      expect.stringContaining('`base`'),
      expect.stringContaining('CREATE VIEW'),
      'INSERT INTO t SELECT n FROM',
    ])
    kept = [{ object: { kind: 'function', path: ['c', 'd', 'f'] }, text: 'CREATE FUNCTION f' }]
    await expect(host.start(order(2, { jobId: 'other', script: 'INSERT INTO t SELECT f(1);' }))).rejects.toMatchObject({
      code: 'REMOTE_FUNCTION',
      blame: 'user',
    })
  })

  test('sends tables with the options of the connection that they use, and no connection', async () => {
    const path = ['default_catalog', 'default_database', 'shop']
    const connection = (options: string): KeptObjects[number] => ({
      object: { kind: 'connection', path },
      text: `CREATE CONNECTION default_catalog.default_database.shop WITH ('connector' = 'jdbc'${options})`,
    })
    const table = (uses: string) => `CREATE TEMPORARY TABLE t (n INT) USING CONNECTION ${uses} WITH ('table-name' = 't')`
    kept = [connection(", 'url' = 'jdbc:mysql://db/shop'")]
    await host.start(order(1, { script: `${table('shop')}; INSERT INTO t SELECT 1;` }))
    expect(flink.statements.map((each) => each.replaceAll(/\s+/g, ' '))).toEqual([
      "CREATE TEMPORARY TABLE t ( n INT ) WITH ( 'connector' = 'jdbc', 'url' = 'jdbc:mysql://db/shop', 'table-name' = 't' );",
      'INSERT INTO t SELECT 1;',
    ])
    const refused = (jobId: string, uses: string) => host.start(order(2, { jobId, script: `${table(uses)}; INSERT INTO t SELECT 1;` }))
    await expect(refused('lost', 'shpo')).rejects.toMatchObject({ code: 'QUERY_CONNECTION_NOT_FOUND', blame: 'user' })
    kept = [connection(", 'password' = '${secret:shop}'")]
    await expect(refused('secret', 'shop')).rejects.toMatchObject({ code: 'REMOTE_SECRET', message: expect.stringContaining('"shop"') })
  })

  test('that is asked for twice makes one run', async () => {
    await Promise.all([host.start(order(1)), host.start(order(1))])
    await restart()
    await host.start(order(1))
    expect(flink.statements.filter((each) => each.startsWith('INSERT'))).toHaveLength(1)
  })

  test('whose answer was lost finds its run, also when another server asks', async () => {
    flink.loses = sessionGone
    await expect(host.start(order(1))).rejects.toMatchObject({ blame: 'external' })
    expect(await seen()).toMatchObject({ attempt: 1, state: 'running' })
    await restart()
    await host.start(order(1))
    expect(flink.jobs.size).toBe(1)
    expect(flink.statements.filter((each) => each.startsWith('INSERT'))).toHaveLength(1)
  })

  test('that the cluster never got is sent again under the same id', async () => {
    flink.isCut = true
    await expect(host.start(order(1))).rejects.toMatchObject({ blame: 'external' })
    expect((await evidence()).kind).toBe('unreachable')
    flink.isCut = false
    expect((await evidence()).kind).toBe('absent')
    await host.start(order(1))
    expect(await seen()).toMatchObject({ attempt: 1, state: 'running' })
  })

  test('that comes late does nothing', async () => {
    await host.start(order(2))
    await host.start(order(1))
    expect(flink.jobs.size).toBe(1)
    expect(await seen()).toMatchObject({ attempt: 2 })
  })

  test('that comes after its stop does nothing', async () => {
    await host.stop('job1', 1, 'checkpoint')
    await restart()
    await host.start(order(1))
    expect(flink.jobs.size).toBe(0)
    await host.start(order(2))
    expect(flink.jobs.size).toBe(1)
  })

  test('fails while an earlier run has not ended', async () => {
    await host.start(order(1))
    await expect(host.start(order(2))).rejects.toMatchObject({ code: 'JOBS_RUN_IN_THE_WAY', blame: 'external' })
    await host.stop('job1', 1, 'now')
    await host.start(order(2))
    expect(await seen()).toMatchObject({ attempt: 2, state: 'running' })
  })

  test('is refused for good where the script cannot be planned', async () => {
    flink.refuses = (statement) => (/INSERT/.test(statement) ? "org.apache.flink.ValidationException: Column 'x' not found" : null)
    await expect(host.start(order(1))).rejects.toMatchObject({ blame: 'user', message: expect.stringContaining("Column 'x' not found") })
    expect(await seen()).toMatchObject({ attempt: 1, state: 'failed', failure: { blame: 'user' } })
    await expect(host.start(order(2, { settings: { 'user.token': '${secret:t}' } }))).rejects.toMatchObject({ code: 'REMOTE_SECRET' })
    await expect(host.start(order(3, { script: 'SELECT 1;' }))).rejects.toMatchObject({ code: 'QUERY_JOB_SCRIPT', blame: 'user' })
  })

  test.each([
    ['the cluster does not take the job', (each: string) => (each.startsWith('INSERT') ? 'E: Failed to execute sql' : null)],
    [
      'the gateway does not reach the cluster',
      (each: string) => (/INSERT/.test(each) ? 'java.net.ConnectException: Connection refused' : null),
    ],
    ['a catalog does not answer', (each: string) => (/CREATE/.test(each) ? 'E: connect timed out' : null)],
  ])('says nothing of the run where %s', async (_name, refuses) => {
    flink.refuses = refuses
    await expect(host.start(order(1))).rejects.toMatchObject({ blame: 'external' })
    flink.refuses = () => null
    await host.start(order(1))
    expect(await seen()).toMatchObject({ attempt: 1, state: 'running' })
  })

  test('is refused where the cluster keeps no checkpoints', async () => {
    flink.config = { 'rest.port': '8081' }
    await expect(host.start(order(1))).rejects.toMatchObject({ code: 'REMOTE_CHECKPOINTS_LOST' })
    expect(flink.jobs.size).toBe(0)
  })
})

describe('the state that a run begins with', () => {
  async function failed(attempt: number): Promise<void> {
    flink.fail(jobOf(attempt), 'org.apache.flink.E: it broke')
    await seen()
  }

  test('is the newest checkpoint of the run before, which the next one takes over', async () => {
    await host.start(order(1))
    flink.checkpoint(flink.job, 7)
    await failed(1)
    await host.start(order(2))
    expect(startedFrom(jobOf(2))).toBe(`file:/nowhere/checkpoints/${jobOf(1).id}/chk-7 CLAIM`)
    // It made none of its own.
    await failed(2)
    await host.start(order(3))
    expect(startedFrom(jobOf(3))).toBe(startedFrom(jobOf(2)))
  })

  test('is a savepoint, or nothing, where that is wanted', async () => {
    await host.start(order(1, { from: { kind: 'savepoint', place: 'file:/s' } }))
    expect(startedFrom(jobOf(1))).toBe('file:/s NO_CLAIM')
    flink.checkpoint(jobOf(1), 3)
    await failed(1)
    await host.start(order(2, { from: { kind: 'empty' } }))
    expect(startedFrom(jobOf(2))).toBe('')
    await failed(2)
    // What lies before the choice does not count any more.
    await host.start(order(3, { origin: { attempt: 2, from: { kind: 'empty' } } }))
    expect(startedFrom(jobOf(3))).toBe('')
  })

  test('is where the state of the job began last, if there is none since', async () => {
    await host.start(order(1))
    flink.checkpoint(jobOf(1), 3)
    await failed(1)
    const origin = { attempt: 2, from: { kind: 'savepoint', place: 'file:/s' } } as const
    await host.start(order(2, { origin }))
    expect(startedFrom(jobOf(2))).toBe('file:/s NO_CLAIM')
    flink.checkpoint(jobOf(2), 4)
    await failed(2)
    await host.start(order(3, { origin }))
    expect(startedFrom(jobOf(3))).toContain(`${jobOf(2).id}/chk-4`)
  })

  test('is found in the folder of the run where the cluster has forgotten it', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'millrace-checkpoints-'))
    flink.config = { 'state.checkpoints.dir': `file://${folder}/` }
    await host.start(order(1))
    const { id } = flink.job
    for (const name of ['chk-9', 'chk-10', 'chk-11']) await mkdir(path.join(folder, id, name), { recursive: true })
    await writeFile(path.join(folder, id, 'chk-9', '_metadata'), 'x')
    await writeFile(path.join(folder, id, 'chk-10', '_metadata'), 'x')
    flink.forget()
    expect((await evidence()).kind).toBe('absent')
    await host.start(order(2))
    expect(startedFrom(flink.job)).toBe(`file://${folder}/${id}/chk-10 CLAIM`)
    await rm(folder, { recursive: true })
  })

  test('is not chosen while the cluster does not answer', async () => {
    await host.start(order(1))
    flink.checkpoint(jobOf(1), 3)
    flink.fail(jobOf(1), 'E: it broke')
    flink.cutsAt = /\/checkpoints$/
    await expect(host.start(order(2))).rejects.toMatchObject({ blame: 'external' })
    flink.cutsAt = null
    flink.isCut = false
    await host.start(order(2))
    expect(startedFrom(jobOf(2))).toContain('chk-3')
  })
})

describe('a look', () => {
  test('asks once for all jobs, and shares answers that are a moment old', async () => {
    const ids = Array.from({ length: 50 }, (_, index) => `job${index}`)
    for (const jobId of ids.slice(0, 3)) await host.start(order(1, { jobId }))
    aheadMs += 10_000
    flink.asked.length = 0
    const found = await host.observe(ids)
    await host.observe(ids)
    expect(found.size).toBe(50)
    expect([...found.values()].filter(({ kind }) => kind === 'present')).toHaveLength(3)
    expect(flink.asked.filter((each) => each === 'GET /jobs/overview')).toHaveLength(1)
  })

  test('says of a cluster that is away that it is, for each job, and then goes on', async () => {
    await host.start(order(1))
    flink.isCut = true
    const away = await evidence()
    expect(away).toMatchObject({ kind: 'unreachable', source: 'flink cluster "dev"', reason: expect.stringContaining('does not answer') })
    flink.isCut = false
    expect(await seen()).toMatchObject({ state: 'running' })
  })

  test.each([
    ['RUNNING', { running: 1, finished: 1 }, 'running'],
    ['RUNNING', { running: 1, scheduled: 1 }, 'starting'],
    ['RUNNING', {}, 'starting'],
    ['RESTARTING', { canceled: 1 }, 'starting'],
    ['INITIALIZING', {}, 'starting'],
    ['SUSPENDED', {}, 'starting'],
    ['CANCELLING', { canceling: 1 }, 'stopping'],
  ])('calls %s with tasks %j %s', async (state, tasks, told) => {
    await host.start(order(1))
    Object.assign(flink.job, { state, tasks })
    expect(await seen()).toMatchObject({ state: told, endedAt: null })
  })

  test('tells how a run failed, with all causes, and remembers it', async () => {
    await host.start(order(1))
    flink.fail(
      flink.job,
      'org.apache.flink.runtime.JobException: Recovery is suppressed\n\tat x\nCaused by: java.io.IOException: disk full\n\tat y\nCaused by: java.lang.IllegalStateException: no space',
    )
    const failure = { code: 'REMOTE_RUN_FAILED', blame: 'external', causes: ['Recovery is suppressed', 'disk full', 'no space'] }
    expect(await seen()).toMatchObject({ state: 'failed', endedAt: 5000, failure })
    flink.forget()
    await restart()
    expect(await seen()).toMatchObject({ state: 'failed', failure })
  })

  test('blames state without a place on the user, since it stays so', async () => {
    await host.start(order(1))
    flink.fail(flink.job, `E: x\nCaused by: E: Cannot map checkpoint/savepoint state for operator ${'a'.repeat(32)} to the new program`)
    expect(await seen()).toMatchObject({ failure: { code: 'REMOTE_STATE_DROPPED', blame: 'user' } })
  })

  test('waits for the cause of an end', async () => {
    await host.start(order(1))
    flink.fail(flink.job, 'E: it broke')
    const { stack } = flink.job
    flink.cutsAt = /\/checkpoints$/
    expect((await evidence()).kind).toBe('unreachable')
    flink.cutsAt = null
    flink.isCut = false
    expect(await seen()).toMatchObject({ failure: { message: expect.stringContaining(stack.slice(3)) } })
  })

  test('does not take what the cluster knew before an end for what came of it', async () => {
    await host.start(order(1))
    flink.checkpoint(flink.job, 9)
    flink.fail(flink.job, 'E: it broke')
    flink.staleLooks = 2
    expect(await seen()).toMatchObject({ state: 'failed' })
    // What was written down is all that is left.
    flink.forget()
    await host.start(order(2))
    expect(startedFrom(flink.job)).toContain('chk-9')
  })

  test.each([
    ['FINISHED', 'finished'],
    ['CANCELED', 'stopped'],
  ])('tells of a run that is %s that it is %s', async (state, told) => {
    await host.start(order(1))
    Object.assign(flink.job, { state, endedAt: 9 })
    expect(await seen()).toMatchObject({ state: told, endedAt: 9, failure: null })
  })

  test('tells of an earlier run that is alive first', async () => {
    await host.start(order(1))
    const first = flink.job
    flink.forget()
    await host.start(order(2))
    flink.jobs.set(first.id, first)
    expect(await seen()).toMatchObject({ attempt: 1, state: 'running' })
    await host.stop('job1', 1, 'now')
    expect(await seen()).toMatchObject({ attempt: 2, state: 'running' })
  })
})

describe('a stop', () => {
  test('takes the state along, and the next run takes it over', async () => {
    await host.start(order(1))
    await host.stop('job1', 1, 'checkpoint')
    expect(flink.asked.find((each) => each.includes('/stop'))).toMatch(/"formatType":"NATIVE".*"drain":false/)
    expect(await seen()).toMatchObject({ state: 'stopped', endedAt: 3000 })
    await host.stop('job1', 1, 'checkpoint')
    await host.start(order(2))
    expect(startedFrom(jobOf(2))).toMatch(/savepoint-1 CLAIM$/)
  })

  test('whose answer was lost is done once', async () => {
    flink.savepoints = 'in-progress'
    await host.start(order(1))
    flink.loses = /\/stop/
    await expect(host.stop('job1', 1, 'checkpoint')).rejects.toMatchObject({ blame: 'external' })
    await restart()
    await host.stop('job1', 1, 'checkpoint')
    expect(flink.asked.filter((each) => each.includes('/stop '))).toHaveLength(1)
    expect(await seen()).toMatchObject({ state: 'running' })
  })

  test('cancels where no state comes in time, or at all', async () => {
    flink.savepoints = 'in-progress'
    await host.start(order(1))
    await host.stop('job1', 1, 'checkpoint')
    aheadMs += 70_000
    await host.stop('job1', 1, 'checkpoint')
    expect(await seen()).toMatchObject({ state: 'stopped' })
    flink.savepoints = 'failed'
    await host.start(order(2))
    await host.stop('job1', 2, 'checkpoint')
    await host.stop('job1', 2, 'checkpoint')
    expect(await seen()).toMatchObject({ attempt: 2, state: 'stopped' })
  })

  test('at once leaves the newest checkpoint', async () => {
    await host.start(order(1))
    flink.checkpoint(flink.job, 5)
    await host.stop('job1', 1, 'now')
    await host.stop('job1', 1, 'now')
    expect(await seen()).toMatchObject({ state: 'stopped' })
    await host.start(order(2))
    expect(startedFrom(jobOf(2))).toContain('chk-5 CLAIM')
  })

  test('of what is not there does nothing', async () => {
    await host.stop('job1', 3, 'now')
    expect(await evidence()).toMatchObject({ kind: 'absent' })
  })
})

describe('a savepoint', () => {
  const asked = { savepointId: 's1', stops: false }

  test('is taken once, and is found again when the cluster has forgotten it', async () => {
    await host.start(order(1))
    flink.loses = /POST \/jobs\/\w+\/savepoints/
    await expect(host.savepoint('job1', 1, asked)).rejects.toMatchObject({ blame: 'external' })
    await restart()
    const done = { state: 'completed', place: 'file:/nowhere/savepoints/savepoint-1', bytes: 70 }
    expect(await host.savepoint('job1', 1, asked)).toEqual(done)
    flink.forget()
    await restart()
    expect(await host.savepoint('job1', 1, asked)).toEqual(done)
    expect(flink.asked.filter((each) => each.startsWith('POST /jobs/'))).toHaveLength(1)
    expect(flink.asked.find((each) => each.startsWith('POST /jobs/'))).toContain(
      '"target-directory":"file:///nowhere/checkpoints/savepoints"',
    )
  })

  test('is in progress until it is there', async () => {
    flink.savepoints = 'in-progress'
    await host.start(order(1))
    expect(await host.savepoint('job1', 1, asked)).toEqual({ state: 'in-progress' })
    expect(await host.savepoint('job1', 1, asked)).toEqual({ state: 'in-progress' })
  })

  test('that fails says why, and leaves the run alone', async () => {
    flink.savepoints = 'failed'
    await host.start(order(1))
    await host.savepoint('job1', 1, asked)
    expect(await host.savepoint('job1', 1, asked)).toMatchObject({
      state: 'failed',
      failure: { message: expect.stringContaining('Some tasks are not running') },
    })
    expect(await seen()).toMatchObject({ state: 'running' })
    expect(await host.savepoint('job1', 4, { savepointId: 's2', stops: false })).toMatchObject({ failure: { code: 'REMOTE_RUN_ABSENT' } })
  })

  test('that ends a run is found where the cluster has forgotten who asked', async () => {
    await host.start(order(1))
    flink.config['execution.checkpointing.savepoint-dir'] = 'file:///kept'
    await host.savepoint('job1', 1, { savepointId: 's1', stops: true })
    expect(flink.asked.find((each) => each.includes('/stop'))).toContain('"formatType":"CANONICAL"')
    const before = flink.job
    flink.forget()
    flink.jobs.set(before.id, before)
    expect(await seen()).toMatchObject({ state: 'stopped' })
    expect(await host.savepoint('job1', 1, { savepointId: 's1', stops: true })).toMatchObject({ state: 'completed', bytes: 70 })
  })

  test('is removed by the cluster', async () => {
    await host.removeSavepoint('job1', 's1', 'file:/s')
    expect(flink.disposed).toEqual(['file:/s'])
  })
})

describe('a job that goes', () => {
  test('has to have ended, and leaves no state', async () => {
    await host.start(order(1))
    flink.checkpoint(flink.job, 5)
    await expect(host.remove('job1')).rejects.toMatchObject({ code: 'JOBS_RUN_IN_THE_WAY' })
    await expect(host.forget('job1')).rejects.toMatchObject({ code: 'JOBS_RUN_IN_THE_WAY' })
    await host.stop('job1', 1, 'now')
    await host.remove('job1')
    expect(flink.disposed).toEqual([`file:/nowhere/checkpoints/${flink.job.id}/chk-5`])
    await restart()
    expect(await evidence()).toMatchObject({ kind: 'absent' })
  })

  test('that never ran is nothing', async () => {
    await host.forget('job1')
    await host.remove('job1')
    expect(flink.disposed).toEqual([])
  })
})

test('what operators do is known of a run that is there', async () => {
  expect(await host.measure('job1')).toBeNull()
  await host.start(order(1))
  expect(await host.measure('job1')).toMatchObject({ operators: [] })
  flink.isCut = true
  expect(await host.measure('job1')).toBeNull()
})

describe('a script that is read', () => {
  const planned = (script: string) => ({ script, settings: {}, kept })

  test('is refused where the gateway cannot plan it, and where it is no job', async () => {
    flink.refuses = (statement) => (/EXPLAIN/.test(statement) ? "E: Column 'x' not found" : null)
    expect(await host.planner.read(planned('INSERT INTO t SELECT x'))).toMatchObject({ kind: 'refused' })
    expect(await host.planner.read(planned('SELECT 1'))).toMatchObject({ kind: 'refused', error: { code: 'QUERY_JOB_SCRIPT' } })
    expect(
      await host.planner.read(planned("CREATE TABLE t (n INT) WITH ('password' = '${secret:p}'); INSERT INTO t SELECT 1")),
    ).toMatchObject({
      error: { code: 'REMOTE_SECRET' },
    })
  })

  test('is not judged while the cluster is away', async () => {
    flink.isCut = true
    expect(await host.planner.read(planned('INSERT INTO t SELECT 1'))).toEqual({ kind: 'unknown' })
    expect(await host.planner.changes('job1', planned('INSERT INTO t SELECT 1'))).toBeNull()
  })
})
