/** Which partition holds the watermark of a job back, as a person is told: while the job runs, after it, and by the next server. */
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AnswerOf, Contract } from '#api'
import { openTopics } from '#topics'
import { Millrace, password, specOf, until } from './millrace.fixture.ts'
import { Person } from './person.fixture.ts'

const slow = { timeout: 120_000 }
const params = { workspace: 'main' }
const partitionsKey = 'GET /workspaces/:workspace/jobs/:job/partitions'
type Answer = AnswerOf<Contract[typeof partitionsKey]>
type Source = Answer['sources'][number]

const noon = Date.UTC(2030, 0, 1, 12)

let millrace: Millrace
let ada: Person

beforeAll(async () => {
  millrace = await Millrace.create()
  ada = await millrace.admin()
  const topics = await openTopics(path.join(millrace.folder, 'topics'))
  const topic = await topics.topic('clicks', { partitions: 3 })
  const click = (minute: number, partition: number) => ({ value: JSON.stringify({ at_ms: noon + minute * 60_000 }), partition })
  for (let minute = 0; minute <= 15; minute++) await topic.append([click(minute, 0), click(minute, 1)])
  await topic.append([click(2, 2)])
  topics.close()
})
afterAll(() => millrace.remove())

async function started(name: string, idle = ''): Promise<string> {
  const script = `CREATE TABLE clicks (at_ms BIGINT, placed AS TO_TIMESTAMP_LTZ(at_ms, 3), WATERMARK FOR placed AS placed)
  WITH ('connector' = 'topic', 'path' = '${millrace.folder}/topics', 'topic' = 'clicks', 'format' = 'json'${idle});
CREATE TABLE counts (clicks BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO counts SELECT COUNT(*) FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(placed), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end`
  const { id: job } = await ada.call('POST /workspaces/:workspace/jobs', { params, body: specOf(script, { name }) })
  await ada.call('POST /workspaces/:workspace/jobs/:job/start', { params: { ...params, job }, body: {} })
  return job
}

const partitionsOf = (job: string, person = ada): Promise<Answer> => person.call(partitionsKey, { params: { ...params, job } })

/** Its only source, once all is read and what is waited for has come. */
function sourceWhen(job: string, holds: (source: Source) => boolean): Promise<Source> {
  return until(async () => {
    const [source] = (await partitionsOf(job)).sources
    return source?.partitions.every((each) => each.pendingRecords === 0) && holds(source) ? source : null
  })
}

test('a quiet partition is named, also after the job has stopped and the server was started again', slow, async () => {
  const job = await started('held')
  const source = await sourceWhen(job, ({ standing }) => standing.kind === 'held')
  expect(source).toMatchObject({
    operatorName: 'Source: default_catalog.default_database.clicks',
    isTimed: true,
    newestWatermark: noon + 15 * 60_000,
    counts: { active: 3, idle: 0, paused: 0, ended: 0 },
    standing: { kind: 'held', partition: 'clicks-2', others: 0, behindMs: 13 * 60_000, pendingRecords: 0 },
    leftOut: 0,
  })
  const level = { state: 'active', position: '16', end: '16', pendingRecords: 0, watermark: noon + 15 * 60_000, behindMs: 0 }
  expect(source.partitions).toEqual([
    { ...level, name: 'clicks-2', position: '1', end: '1', watermark: noon + 2 * 60_000, behindMs: 13 * 60_000 },
    { ...level, name: 'clicks-0' },
    { ...level, name: 'clicks-1' },
  ])
  const { vertices } = await ada.call('GET /workspaces/:workspace/jobs/:job/topology', { params: { ...params, job } })
  // By these the pages find the vertex of a source.
  expect(vertices.find(({ kind }) => kind === 'source')).toMatchObject({ id: source.operatorId, name: source.operatorName })
  const viewer = await millrace.person(ada, 'vera', 'viewer')
  expect((await partitionsOf(job, viewer)).sources).toHaveLength(1)

  const { text } = await new Person(millrace.port, { authorization: 'Bearer metrics' }).send('GET', '/metrics')
  expect(text).toMatch(/^millrace_operator_partitions\{.*,state="active"\} 3$/m)
  expect(text).toMatch(/^millrace_operator_partition_behind_seconds\{.*\} 780$/m)

  await ada.call('POST /workspaces/:workspace/jobs/:job/stop', { params: { ...params, job }, body: { how: 'now' } })
  await until(async () => {
    const { status } = await ada.call('GET /workspaces/:workspace/jobs/:job', { params: { ...params, job } })
    return status.state === 'stopped' ? true : null
  })
  expect((await partitionsOf(job)).sources).toEqual([source])
  await millrace.close()
  await millrace.open()
  ada = await millrace.stranger().signIn('ada', password)
  const after = await partitionsOf(job)
  expect([after.sources, after.takenAt]).toEqual([[source], expect.any(Number)])
})

test('with a timeout nobody is waited for; of a job that never ran, and of one that is not there, nothing is told', slow, async () => {
  const job = await started('idle', `, 'scan.watermark.idle-timeout' = '1 s'`)
  const source = await sourceWhen(job, ({ counts }) => counts.idle === 3)
  expect(source.standing).toMatchObject({ kind: 'all-idle', partition: null })
  const { id: unused } = await ada.call('POST /workspaces/:workspace/jobs', { params, body: specOf('SELECT 1', { name: 'unused' }) })
  expect(await partitionsOf(unused)).toEqual({ takenAt: null, sources: [] })
  expect((await ada.try(partitionsKey, { params: { ...params, job: 'nobody' } })).status).toBe(404)
  expect(millrace.failures).toEqual([])
})
