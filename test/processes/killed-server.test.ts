/** Servers that are killed while their jobs run: the processes end, and the next server goes on without a row lost or written twice. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isDead } from '#blobs'
import type { RunOrder } from '#jobs'
import { openTopics, recordsOf } from '#topics'
import { HostedJobs, numbersTo, until } from './hosted-jobs.fixture.ts'

let jobs: HostedJobs

beforeEach(async () => {
  jobs = await HostedJobs.create()
})
afterEach(() => jobs.remove())

/** Lets a server in a process of its own start runs, and kills it after a while. */
async function serveAndDie(orders: readonly RunOrder[], lives: () => Promise<unknown>): Promise<void> {
  const file = path.join(import.meta.dirname, 'server.fixture.ts')
  const words = ['--conditions=source', '--disable-warning=ExperimentalWarning', file, path.join(jobs.folder, 'data')]
  const server = spawn(process.execPath, [...words, await jobs.file('orders.json', JSON.stringify(orders))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => server.on('exit', (_, signal) => resolve(signal)))
  await new Promise<void>((resolve) => server.stdout.on('data', () => resolve()))
  await lives()
  server.kill('SIGKILL')
  expect(await ended).toBe('SIGKILL')
}

const rowsALife = 150_000
const lives = 4

/** Appends the numbers of a life. */
async function fillTopic(life: number): Promise<void> {
  const topics = await openTopics(path.join(jobs.folder, 'topics'))
  const topic = await topics.topic('numbers', { partitions: 2 })
  for (let from = (life - 1) * rowsALife; from < life * rowsALife; from += 10_000)
    await topic.append(Array.from({ length: 10_000 }, (_, i) => ({ key: `${from + i}`, value: JSON.stringify({ n: from + i }) })))
  topics.close()
}

async function numbersInTopic(): Promise<number[]> {
  const topics = await openTopics(path.join(jobs.folder, 'topics'))
  const numbers: number[] = []
  for await (const batch of (await topics.topic('copies')).follow({ from: 'earliest', isBounded: true })) {
    for (const { value } of recordsOf(batch)) numbers.push((JSON.parse(String(value)) as { readonly n: number }).n)
  }
  topics.close()
  return numbers.sort((a, b) => a - b)
}

const topicTable = (name: string, more: string): string =>
  `CREATE TABLE ${name} (n BIGINT) WITH ('connector' = 'topic', 'path' = '${jobs.folder}/topics', 'topic' = '${name}', 'format' = 'json'${more});`

test('from topic to topic no row is lost and none comes twice', { timeout: 180_000 }, async () => {
  const script = (end: string): string =>
    `${topicTable('numbers', end)}\n${topicTable('copies', '')}\nINSERT INTO copies SELECT n FROM numbers;`
  let newest: string | null = null
  for (let attempt = 1; attempt < lives; attempt++) {
    await fillTopic(attempt)
    const order = jobs.order(script(''), { attempt, checkpointIntervalMs: 50, parallelism: attempt === 2 ? 2 : 1 })
    await serveAndDie([order], async () => {
      newest = await jobs.checkpointed(newest)
      await sleep(50 * attempt)
      // As where the whole machine goes down.
      if (attempt === 3) process.kill((await jobs.identity(attempt)).pid, 'SIGKILL')
    })
    await jobs.reopen()
    // The run of the server before is never taken for one that goes on.
    expect(['stopping', 'stopped', 'failed']).toContain((await jobs.seen())?.state)
    await jobs.ended()
  }
  await fillTopic(lives)
  await jobs.host.start(jobs.order(script(", 'scan.bounded.mode' = 'latest-offset'"), { attempt: lives }))
  expect(await jobs.ended()).toMatchObject({ state: 'finished', report: { resumedFrom: { finished: false } } })
  expect(await numbersInTopic()).toEqual(numbersTo(lives * rowsALife))
})

test('a process that leaves by itself takes a last checkpoint, and says so', { timeout: 90_000 }, async () => {
  const order = jobs.order(jobs.copyNumbers(60_000, 20_000), { checkpointIntervalMs: 3_600_000 })
  await serveAndDie([order], () => sleep(1000))
  await jobs.reopen()
  expect(await jobs.ended()).toMatchObject({ state: 'stopped', failure: null, report: { rowsIn: expect.any(Number) } })
  expect((await jobs.copiedNumbers()).length).toBeGreaterThan(0)
  await jobs.host.start({ ...order, attempt: 2 })
  await jobs.ended()
  expect(await jobs.copiedNumbers()).toEqual(numbersTo(60_000))
})

test('a run that came to its end meanwhile is known to have', { timeout: 90_000 }, async () => {
  const order = jobs.order(jobs.copyNumbers(10, 1000))
  await serveAndDie([order], () => until(async () => ((await jobs.copiedNumbers()).length === 10 ? true : null)))
  await jobs.reopen()
  expect(await jobs.ended()).toMatchObject({ state: 'finished', report: { rowsOut: 10 } })
})

test('a process that sees nothing is ended before the next attempt', { timeout: 90_000 }, async () => {
  const file = await jobs.file('f.ts', 'for (;;) {}')
  const order = jobs.order(`CREATE FUNCTION f AS '${file}#f' LANGUAGE TYPESCRIPT;`)
  await serveAndDie([order], () => sleep(500))
  const identity = await jobs.identity()
  expect(await isDead(identity)).toBe(false)
  await jobs.reopen()
  expect(await jobs.seen()).toMatchObject({ state: 'stopping', endedAt: null })
  await expect(jobs.host.start({ ...order, attempt: 2 })).rejects.toMatchObject({ code: 'JOBS_RUN_IN_THE_WAY' })
  expect(await jobs.ended()).toMatchObject({ state: 'failed', failure: { code: 'PROCESSES_PROCESS_LOST' } })
  expect(await isDead(identity)).toBe(true)
  await jobs.host.start(jobs.order(jobs.copyNumbers(10, 1000), { attempt: 2 }))
  expect(await jobs.ended()).toMatchObject({ attempt: 2, state: 'finished' })
})

test('a record that is damaged hides nothing', async () => {
  await jobs.host.start(jobs.order(jobs.copyNumbers(10, 1000)))
  await jobs.ended()
  await jobs.file('data/jobs/job/runs/1.json', '{"attempt":')
  await jobs.reopen()
  expect((await jobs.host.observe(['job'])).get('job')).toMatchObject({ kind: 'unreachable', reason: expect.stringContaining('damaged') })
  await expect(jobs.host.start(jobs.order('SELECT 1', { attempt: 2 }))).rejects.toMatchObject({ code: 'PROCESSES_RECORD_DAMAGED' })
})
