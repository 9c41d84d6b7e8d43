/** `millrace job`: jobs on a real Flink are started once, stopped with savepoints that are found again, and never told worse than they are. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Commands, type Ended } from './command.fixture.ts'
import { type SlowProxy, startProxy } from './flink-proxy.fixture.ts'
import { type FlinkServer, startFlinkServer } from './flink-server.fixture.ts'

let commands: Commands
let flink: FlinkServer
/** Stands before the job manager. */
let rest: SlowProxy
/** Stands before the gateway. */
let gateway: SlowProxy

beforeAll(async () => {
  flink = await startFlinkServer(6)
  rest = await startProxy(flink.restUrl)
  gateway = await startProxy(flink.gatewayUrl)
  commands = await Commands.open()
  commands.variables = { MILLRACE_HOME: commands.folder }
  await commands.start(['cluster', 'add', 'far', '--gateway', gateway.url, '--rest', rest.url]).ended
}, 300_000)
afterAll(async () => {
  await commands.close()
  await rest.close()
  await gateway.close()
  await flink.remove()
})

function job(...words: string[]): Promise<Ended> {
  return commands.start(['job', ...words, '--cluster', 'far']).ended
}

/** A script that counts for ever; its counts are state. */
async function counting(parallelism = 1): Promise<string> {
  return commands.script(`SET 'parallelism.default' = '${parallelism}';
CREATE TABLE endless (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '50');
CREATE TABLE nowhere (n INT, c BIGINT) WITH ('connector' = 'blackhole');
SET 'execution.checkpointing.interval' = '500 ms';
INSERT INTO nowhere SELECT MOD(n, 10), COUNT(*) FROM endless GROUP BY MOD(n, 10);`)
}

interface Job {
  readonly id: string
  readonly name: string
  readonly state: string
}

/** As Flink itself says. */
async function jobsNamed(name: string): Promise<Job[]> {
  const { jobs } = (await (await fetch(`${flink.restUrl}/jobs/overview`)).json()) as {
    jobs: { jid: string; name: string; state: string }[]
  }
  return jobs.flatMap((each) => (each.name === name ? [{ id: each.jid, name, state: each.state }] : []))
}

/** What a script would change of a job. */
async function changesOf(script: string, name: string): Promise<{ kind: string; restores: string }[]> {
  const { status, out } = await commands.start(['topology', 'diff', script, '--job', name, '--cluster', 'far', '--json']).ended
  expect(status).toBe(0)
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; restores: string })
}

async function untilRunning(name: string): Promise<void> {
  for (;;) {
    const { vertices } = JSON.parse((await job('show', name, '--json')).out) as { vertices: { state: string }[] }
    if (vertices.length > 0 && vertices.every(({ state }) => state === 'RUNNING')) return
    await sleep(200)
  }
}

describe('a job', () => {
  test('is started once, however often and at once it is asked for', async () => {
    const script = await counting()
    const both = await Promise.all([job('start', script, '--name', 'once'), job('start', script, '--name', 'once')])
    const again = await job('start', script, '--name', 'once')
    expect([...both, again].map(({ status }) => status)).toEqual([0, 0, 0])
    expect(new Set([...both, again].map(({ out }) => out)).size).toBe(1)
    expect(again.notes).toBe('note: job "once" runs already\n')
    expect(await jobsNamed('once')).toHaveLength(1)
    expect(await job('cancel', 'once')).toMatchObject({ status: 0, out: expect.stringContaining('CANCELED') })
  })

  test('is stopped with one savepoint, asked twice, and goes on from it', async () => {
    const script = await counting()
    await job('start', script, '--name', 'kept')
    await untilRunning('kept')
    const taken = await job('savepoint', 'kept')
    expect(taken.out).toMatch(/^file:\S+savepoint-\S+\n$/)
    expect((await jobsNamed('kept'))[0]?.state).toBe('RUNNING')
    const rescaled = await job('rescale', 'kept', '--parallelism', '2')
    expect([rescaled.status, rescaled.notes]).toEqual([1, expect.stringContaining('jobmanager.scheduler: adaptive')])
    const stopped = await job('stop', 'kept')
    expect(stopped).toMatchObject({ status: 0, out: expect.stringMatching(/^file:\S+savepoint-\S+\n$/) })
    expect((await job('stop', 'kept')).out).toBe(stopped.out)
    expect((await jobsNamed('kept')).map(({ state }) => state)).toEqual(['FINISHED'])
    await job('start', script, '--name', 'kept', '--from-savepoint', stopped.out.trim())
    await untilRunning('kept')
    const [now] = (await jobsNamed('kept')).filter(({ state }) => state === 'RUNNING')
    const { latest } = (await (await fetch(`${flink.restUrl}/jobs/${now?.id}/checkpoints`)).json()) as {
      latest: { restored: { external_path: string } }
    }
    expect(latest.restored.external_path).toBe(stopped.out.trim())
    await job('cancel', 'kept')
    expect((await job('stop', 'kept')).notes).toContain('has ended: CANCELED')
  })

  test('does not leave state behind unless it is allowed to', async () => {
    const script = await counting()
    await job('start', script, '--name', 'changed')
    await untilRunning('changed')
    while (!(await job('show', 'changed')).out.includes('B of state')) await sleep(200)
    expect((await changesOf(script, 'changed')).map(({ kind, restores }) => `${kind} ${restores}`)).toEqual(['stays none', 'stays yes'])
    const savepoint = (await job('stop', 'changed')).out.trim()
    const other = await commands.script(`CREATE TABLE endless (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '50');
CREATE TABLE nowhere (n INT) WITH ('connector' = 'blackhole');
INSERT INTO nowhere SELECT n FROM endless;`)
    expect((await changesOf(other, 'changed')).map(({ kind, restores }) => `${kind} ${restores}`)).toEqual([
      'gone none',
      'gone no',
      'new none',
      'new none',
    ])
    const from = ['--name', 'changed', '--from-savepoint', savepoint]
    await job('start', other, ...from)
    for (;;) {
      const states = (await jobsNamed('changed')).map(({ state }) => state)
      if (states.includes('FAILED')) break
      await sleep(200)
    }
    expect((await job('show', 'changed')).out).toMatch(/failure: .*(?:Cannot map checkpoint\/savepoint state|allowNonRestoredState)/)
    await job('start', other, ...from, '--allow-dropped-state')
    await untilRunning('changed')
    await job('cancel', 'changed')
  })

  test('is not started where it would only wait for slots, as far as that is known', async () => {
    const refused = await job('start', await counting(7), '--name', 'wide')
    expect([refused.status, refused.notes]).toEqual([1, expect.stringContaining('the job needs 7 slots, and 6 are there for it')])
    expect(await jobsNamed('wide')).toEqual([])
    // Tasks of a batch take slots one after another.
    const batch = `SET 'execution.runtime-mode' = 'batch';
SET 'parallelism.default' = '7';
CREATE TABLE few (n INT) WITH ('connector' = 'datagen', 'number-of-rows' = '60');
CREATE TABLE nowhere (n INT) WITH ('connector' = 'blackhole');
INSERT INTO nowhere SELECT n FROM few;`
    expect(await job('start', await commands.script(batch), '--name', 'wide')).toMatchObject({ status: 0 })
    await job('cancel', 'wide')
  })

  test.each([
    ['SELECT 1;', 'a job is one INSERT or one statement set'],
    ['INSERT INTO a VALUES (1); INSERT INTO a VALUES (2);', 'got 2'],
    ['SELECT 1; INSERT INTO a VALUES (1);', 'a job has no place for this statement: SELECT 1'],
    [
      "CREATE TABLE c WITH ('connector' = 'print') AS SELECT 1 AS n; INSERT INTO c VALUES (1);",
      'a job has no place for this statement: CREATE TABLE c',
    ],
    ["SET 'pipeline.name' = 'x'; INSERT INTO a VALUES (1);", "a job has no place for this statement: SET 'pipeline.name'"],
    ['RESET; INSERT INTO a VALUES (1);', 'a job has no place for this statement: RESET'],
    ['INSERT INTO missing VALUES (1);', 'Cannot find table'],
  ])('is refused with %j', async (script, problem) => {
    const { status, notes } = await job('start', await commands.script(script), '--name', 'wrong')
    expect(notes).toContain(problem)
    expect(status).toBe(1)
    expect(await jobsNamed('wrong')).toEqual([])
  })
})

const graphs = {
  'a statement set with a join': `EXECUTE STATEMENT SET BEGIN INSERT INTO x SELECT n, COUNT(*) FROM a GROUP BY n;
    INSERT INTO y SELECT a.k, b.w FROM a JOIN b ON a.n = b.n; END;`,
  'windows in two phases, and the largest of each': `INSERT INTO x SELECT n, c FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start ORDER BY c DESC) AS place
    FROM (SELECT n, window_start, window_end, COUNT(*) AS c FROM TABLE(TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '1' SECOND)) GROUP BY n, window_start, window_end))
    WHERE place <= 2;`,
  'a union that is read twice': `EXECUTE STATEMENT SET BEGIN INSERT INTO y SELECT k, k FROM (SELECT n, k FROM a UNION ALL SELECT n, w FROM b);
    INSERT INTO x SELECT n, COUNT(DISTINCT k) FROM (SELECT n, k FROM a UNION ALL SELECT n, w FROM b) GROUP BY n; END;`,
  'one task': 'INSERT INTO y SELECT k, k FROM a WHERE n > 3;',
}

describe('the graph of a job before it runs', () => {
  test.each(Object.entries(graphs))('has the ids of the tasks that run: %s', async (_name, insert) => {
    const source = "WITH ('connector' = 'datagen', 'rows-per-second' = '5')"
    const script = await commands.script(`CREATE TABLE a (n INT, k STRING, ts AS LOCALTIMESTAMP, WATERMARK FOR ts AS ts) ${source};
CREATE TABLE b (n INT, w STRING) ${source};
CREATE TABLE x (n INT, c BIGINT) WITH ('connector' = 'blackhole');
CREATE TABLE y (k STRING, w STRING) WITH ('connector' = 'blackhole');
SET 'parallelism.default' = '2';\n${insert}`)
    const shown = await commands.start(['topology', 'show', script, '--cluster', 'far', '--json']).ended
    expect(shown.notes).toContain('note: the job needs 2 slots, and 6 of 6 are free\n')
    const { vertices } = JSON.parse(shown.out) as { vertices: { id: string; parallelism: number }[] }
    await job('start', script, '--name', 'graph')
    await untilRunning('graph')
    const running = JSON.parse((await job('show', 'graph', '--json')).out) as { vertices: { id: string; parallelism: number }[] }
    expect((await job('show', 'graph')).out).toContain(`${2 * vertices.length} of ${2 * vertices.length} tasks running`)
    await job('cancel', 'graph')
    const told = (of: typeof vertices): string[] => of.map(({ id, parallelism }) => `${id} ${parallelism}`).toSorted()
    expect(told(vertices)).toEqual(told(running.vertices))
    expect(vertices.length).toBeGreaterThan(0)
  })
})

describe('a cluster that cannot be reached', () => {
  test('is told so, and nothing of its jobs', async () => {
    await job('start', await counting(), '--name', 'hidden')
    rest.cut()
    const { status, out, notes } = await job('show', 'hidden')
    rest.mend()
    expect([status, out]).toEqual([3, ''])
    expect(notes).toContain('ENGINE_FLINK_UNREACHABLE')
    expect(notes).not.toMatch(/FAILED|absent|knows no job/)
    expect((await jobsNamed('hidden')).map(({ state }) => state)).toEqual(['RUNNING'])
  })

  test('is not given the job a second time when it can be reached again', async () => {
    const script = await counting()
    rest.cut()
    expect((await job('start', script, '--name', 'hidden')).status).toBe(3)
    rest.mend()
    gateway.cut()
    expect(await job('start', script, '--name', 'hidden')).toMatchObject({ status: 0, notes: 'note: job "hidden" runs already\n' })
    expect((await job('start', script, '--name', 'another')).status).toBe(3)
    gateway.mend()
    expect(await jobsNamed('hidden')).toHaveLength(1)
    expect(await jobsNamed('another')).toEqual([])
  })

  test('for a moment is waited for', async () => {
    rest.cut()
    const shown = job('show', 'hidden')
    await sleep(1200)
    rest.mend()
    expect(await shown).toMatchObject({ status: 0, out: expect.stringContaining('RUNNING') })
  })

  test('that answers late is waited for', async () => {
    rest.delayMs = 2000
    const stopped = await job('stop', 'hidden')
    rest.delayMs = 0
    expect(stopped).toMatchObject({ status: 0, out: expect.stringMatching(/^file:\S+savepoint-\S+\n$/) })
  })

  test('in the middle of a stop has its savepoint found by the next one', async () => {
    await job('start', await counting(), '--name', 'torn')
    await untilRunning('torn')
    rest.cutAfter('/stop')
    expect((await job('stop', 'torn')).status).toBe(3)
    rest.mend()
    const { status, out } = await job('stop', 'torn')
    expect([status, out]).toEqual([0, expect.stringMatching(/^file:\S+savepoint-\S+\n$/)])
    expect((await jobsNamed('torn')).map(({ state }) => state)).toEqual(['FINISHED'])
    expect((await job('stop', 'torn')).out).toBe(out)
  })
})

describe('a job that has ended by itself', () => {
  test('was not stopped with the savepoint that it had before', async () => {
    const script =
      await commands.script(`CREATE TABLE few (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '10', 'number-of-rows' = '60');
CREATE TABLE nowhere (n INT, c BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO nowhere SELECT MOD(n, 10), COUNT(*) FROM few GROUP BY MOD(n, 10);`)
    await job('start', script, '--name', 'bounded')
    await untilRunning('bounded')
    expect((await job('savepoint', 'bounded')).status).toBe(0)
    while ((await jobsNamed('bounded'))[0]?.state !== 'FINISHED') await sleep(200)
    const { status, notes } = await job('stop', 'bounded')
    expect(notes).toContain('has ended: FINISHED')
    expect(status).toBe(1)
  })
})

describe('a cluster that loses', () => {
  test('a task manager restarts the job, which is never told as failed', async () => {
    await job('start', await counting(), '--name', 'shaken')
    await untilRunning('shaken')
    await flink.kill('taskmanager')
    const seen = new Set<string>()
    let isBack = false
    for (const endMs = performance.now() + 100_000; !isBack && performance.now() < endMs; await sleep(500)) {
      const { out } = await job('show', 'shaken', '--json')
      const { state, vertices, failures } = JSON.parse(out) as { state: string; vertices: { state: string }[]; failures: string[] }
      seen.add(state)
      isBack = failures.length > 0 && state === 'RUNNING' && vertices.every((each) => each.state === 'RUNNING')
    }
    expect(isBack).toBe(true)
    expect([...seen].filter((state) => !/^(?:RUNNING|RESTARTING)$/.test(state))).toEqual([])
    expect(await jobsNamed('shaken')).toHaveLength(1)
    expect((await job('start', await counting(), '--name', 'shaken')).notes).toContain('runs already')
  })

  test('its gateway shows, stops and keeps jobs all the same', async () => {
    gateway.cut()
    expect((await job('show', 'shaken')).out).toContain('RUNNING')
    const savepoint = (await job('stop', 'shaken')).out.trim()
    gateway.mend()
    await flink.kill('gateway')
    const script = await counting()
    const from = ['--name', 'shaken', '--from-savepoint', savepoint]
    // Asked until it is there again.
    while ((await job('start', script, ...from)).status === 3) await sleep(500)
    expect((await jobsNamed('shaken')).filter(({ state }) => !/FINISHED/.test(state))).toHaveLength(1)
    await untilRunning('shaken')
  })

  test('its job manager has forgotten the job, which is told, and its savepoints are there', async () => {
    const savepoint = (await job('savepoint', 'shaken')).out.trim()
    await flink.kill('jobmanager')
    let shown = await job('show', 'shaken')
    for (; shown.status === 3; shown = await job('show', 'shaken')) await sleep(500)
    expect(shown.notes).toContain('the cluster knows no job "shaken"')
    const script = await counting()
    await job('start', script, '--name', 'shaken', '--from-savepoint', savepoint)
    await untilRunning('shaken')
    expect(await jobsNamed('shaken')).toHaveLength(1)
    await job('cancel', 'shaken')
  })
})
