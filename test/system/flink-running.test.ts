/** `millrace job`: what jobs on a real Flink with an adaptive scheduler tell of themselves while they run. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Commands, type Ended } from './command.fixture.ts'
import { type SlowProxy, startProxy } from './flink-proxy.fixture.ts'
import { type FlinkServer, startFlinkServer } from './flink-server.fixture.ts'

let commands: Commands
let flink: FlinkServer
/** Stands before the job manager. */
let rest: SlowProxy

beforeAll(async () => {
  flink = await startFlinkServer(4, 'adaptive')
  rest = await startProxy(flink.restUrl)
  commands = await Commands.open()
  commands.variables = { MILLRACE_HOME: commands.folder }
  await commands.start(['cluster', 'add', 'near', '--gateway', flink.gatewayUrl, '--rest', rest.url]).ended
}, 300_000)
afterAll(async () => {
  await commands.close()
  await rest.close()
  await flink.remove()
})

function job(...words: string[]): Promise<Ended> {
  return commands.start(['job', ...words, '--cluster', 'near']).ended
}

/** A script that counts in windows for ever: 200 rows each second. */
async function windows(parallelism: number): Promise<string> {
  return commands.script(`CREATE TABLE endless (n INT, ts AS LOCALTIMESTAMP, WATERMARK FOR ts AS ts)
  WITH ('connector' = 'datagen', 'rows-per-second' = '200');
CREATE TABLE nowhere (n INT, c BIGINT) WITH ('connector' = 'blackhole');
SET 'execution.checkpointing.interval' = '500 ms';
SET 'table.optimizer.agg-phase-strategy' = 'ONE_PHASE';
SET 'parallelism.default' = '${parallelism}';
INSERT INTO nowhere SELECT MOD(n, 10), COUNT(*) FROM TABLE(TUMBLE(TABLE endless, DESCRIPTOR(ts), INTERVAL '1' SECOND))
  GROUP BY MOD(n, 10), window_start, window_end;`)
}

interface Subtask {
  readonly kind: string
  readonly subtask: number
  readonly nodes: readonly number[]
  readonly numRecordsIn: number
  readonly numRecordsInPerSecond: number
  readonly busyTimeMsPerSecond: number
  readonly backPressuredTimeMsPerSecond: number
  readonly idleTimeMsPerSecond: number
  readonly currentInputWatermark: number | null
  readonly currentOutputWatermark: number | null
  readonly stateBytes: number
}

interface Sighting {
  readonly kind: string
  readonly reason?: string
  readonly unreachableSince?: number
  readonly last: {
    readonly at: number
    readonly ageMs: number
    readonly job: { readonly state: string }
    readonly checkpoints: { readonly numberOfCompletedCheckpoints: number; readonly lastCheckpointFullSize: number }
    readonly subtasks: readonly Subtask[]
  } | null
}

/** Watches until something is seen, as often as every second; all that was seen. */
async function watch(name: string, isEnough: (seen: readonly Sighting[]) => boolean): Promise<Sighting[]> {
  const watching = commands.start(['job', 'watch', name, '--cluster', 'near', '--interval', '1s', '--json'])
  const seen = (): Sighting[] =>
    watching.out
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Sighting)
  for (const endMs = performance.now() + 40_000; !isEnough(seen()) && performance.now() < endMs; ) await sleep(100)
  watching.end('SIGTERM')
  expect((await watching.ended).status).toBe(130)
  expect(isEnough(seen())).toBe(true)
  return seen()
}

describe('a job that runs', () => {
  test('tells what each of its subtasks does, in rates that are those of its source', async () => {
    await job('start', await windows(2), '--name', 'told')
    const isTold = ({ last }: Sighting): boolean =>
      (last?.checkpoints.numberOfCompletedCheckpoints ?? 0) > 2 &&
      (last?.subtasks ?? []).filter((each) => each.kind === 'sink' && each.currentInputWatermark !== null && each.stateBytes > 0).length ===
        2
    const seen = await watch('told', (all) => all.filter(isTold).length > 2)
    const { last } = seen.at(-1) as Sighting
    const sinks = (last?.subtasks ?? []).filter(({ kind }) => kind === 'sink')
    expect(sinks.map(({ subtask }) => subtask)).toEqual([0, 1])
    for (const each of sinks) {
      const { busyTimeMsPerSecond, backPressuredTimeMsPerSecond, idleTimeMsPerSecond } = each
      expect(busyTimeMsPerSecond + backPressuredTimeMsPerSecond + idleTimeMsPerSecond).toBeCloseTo(1000, 0)
      expect(Math.abs(Date.now() - (each.currentInputWatermark ?? 0))).toBeLessThan(20_000)
      expect(each.nodes.length).toBeGreaterThan(1)
    }
    const perSecond = sinks.reduce((sum, each) => sum + each.numRecordsInPerSecond, 0)
    expect(perSecond).toBeGreaterThan(100)
    expect(perSecond).toBeLessThan(300)
    const stateBytes = (last?.subtasks ?? []).reduce((sum, each) => sum + each.stateBytes, 0)
    expect(Math.abs(stateBytes - (last?.checkpoints.lastCheckpointFullSize ?? 0))).toBeLessThan(20_000)
    expect(last?.subtasks.find(({ kind }) => kind === 'source')?.currentOutputWatermark).toBeGreaterThan(0)
    expect((await job('show', 'told')).out).toMatch(/B of state, watermark 20[\s\S]*logs of job manager: http/)
  })

  test('is unreachable while its job manager is, and what was known of it stays', async () => {
    const isBack = (all: readonly Sighting[]): boolean => {
      if (all.length > 0) rest.cut()
      const away = all.filter(({ kind }) => kind === 'unreachable')
      if (away.length > 0) rest.mend()
      return away.length > 0 && all.at(-1)?.kind === 'present'
    }
    const seen = await watch('told', isBack)
    rest.mend()
    expect([...new Set(seen.map(({ kind }) => kind))].toSorted()).toEqual(['present', 'unreachable'])
    const away = seen.find(({ kind }) => kind === 'unreachable')
    expect(away).toMatchObject({ reason: expect.stringContaining('does not answer'), unreachableSince: expect.any(Number) })
    expect(away?.last?.job.state).toBe('RUNNING')
    expect(away?.last?.ageMs).toBeGreaterThan(1000)
    expect(JSON.stringify(seen)).not.toContain('FAILED')
    await job('cancel', 'told')
    expect(await job('watch', 'told')).toMatchObject({ status: 0, out: expect.stringContaining('CANCELED') })
  })
})

interface Rescaled {
  readonly id: string
  readonly before: number
  readonly after: number
}

async function rescaled(...words: string[]): Promise<Rescaled[]> {
  const { status, out, notes } = await job('rescale', 'wide', '--json', ...words)
  expect([status, notes]).toEqual([0, expect.stringMatching(/^note: the job runs/)])
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Rescaled)
}

/** How many subtasks run of each vertex, and how many lives the job has had, as Flink itself says. */
async function running(): Promise<{ parallelism: number[]; checkpoints: number }> {
  const { jobs } = (await (await fetch(`${flink.restUrl}/jobs/overview`)).json()) as {
    jobs: { jid: string; name: string; state: string }[]
  }
  const [id] = jobs.flatMap(({ jid, name, state }) => (name === 'wide' && state === 'RUNNING' ? [jid] : []))
  const [{ vertices }, { counts }] = (await Promise.all(
    [`/jobs/${id}`, `/jobs/${id}/checkpoints`].map(async (path) => (await fetch(`${flink.restUrl}${path}`)).json()),
  )) as [{ vertices: { parallelism: number }[] }, { counts: { completed: number } }]
  return { parallelism: vertices.map(({ parallelism }) => parallelism), checkpoints: counts.completed }
}

describe('the parallelism of a job that runs', () => {
  test('is changed in place, of all vertices or of one, and asked again it stays', async () => {
    await job('start', await windows(1), '--name', 'wide')
    while ((await running().catch(() => ({ checkpoints: 0 }))).checkpoints < 2) await sleep(200)
    const all = await rescaled('--parallelism', '3')
    expect(all.map(({ before, after }) => [before, after])).toEqual([
      [1, 3],
      [1, 3],
    ])
    const first = await running()
    expect(first.parallelism).toEqual([3, 3])
    expect(first.checkpoints).toBeGreaterThanOrEqual(2)
    expect((await rescaled('--parallelism', '3')).map(({ before, after }) => [before, after])).toEqual([
      [3, 3],
      [3, 3],
    ])
    await rescaled('--parallelism', '1', '--parallelism', `${all[1]?.id}=2`)
    expect((await running()).parallelism).toEqual([1, 2])
    await rescaled('--parallelism', '4')
    expect((await running()).parallelism).toEqual([4, 4])
  })

  test.each([
    [['--parallelism', '5'], 'the job needs 5 slots, and 4 are there for it'],
    [['--parallelism', '129'], 'has at most 128 subtasks, got 129'],
    [['--parallelism', 'ffff=2'], 'the job has no vertex "ffff"'],
    [['--parallelism', '0'], 'expects a number above 0'],
    [[], 'option "--parallelism" is missing'],
  ])('is not changed by %j', async (words, problem) => {
    const { status, notes } = await job('rescale', 'wide', ...words)
    expect(notes).toContain(problem)
    expect(status).toBeGreaterThan(0)
    expect((await running()).parallelism).toEqual([4, 4])
  })
})
