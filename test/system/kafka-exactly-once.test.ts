/** Rows that are part of transactions, with a real broker: each is written once, whatever happens to the run. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type KafkaServer, runKafkaTool, startKafkaServer } from './kafka-server.fixture.ts'
import { readTopic } from './kafka-topic.fixture.ts'
import {
  exactlyOnce,
  failureOf,
  idOf,
  idsOf,
  type OpenedTable,
  rowsFrom,
  sorted,
  upTo,
  type WrittenTable,
  WrittenTopics,
  workAt,
} from './kafka-writer.fixture.ts'
import { type KillableRun, killableRun } from './sql-run.fixture.ts'

let server: KafkaServer
let topics: WrittenTopics
const runs: KillableRun[] = []

beforeAll(async () => {
  server = await startKafkaServer({
    properties: { 'transaction.abort.timed.out.transaction.cleanup.interval.ms': '200' },
  })
  topics = new WrittenTopics(server)
}, 120_000)
afterAll(() => server.remove())
afterEach(async () => {
  for (const run of runs.splice(0)) await run.remove()
  await topics.close()
})

const newTopic = (partitions = 1, configs: Readonly<Record<string, string>> = {}): Promise<string> => topics.create(partitions, configs)
const open = (topic: string, given: WrittenTable = {}): Promise<OpenedTable> => topics.open(topic, given)

/** Repeats with its seed. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return state / 0x7fffffff
  }
}

test.each([
  [1, 8],
  [2, 3],
])(
  'a run of %d workers, killed %d times at any moment, writes each row once',
  async (workers, kills) => {
    const rows = 60_000
    const topic = await newTopic(3)
    const run = await killableRun(`
    SET 'parallelism.default' = '${workers}';
    CREATE TABLE numbers (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '20000',
      'fields.id.kind' = 'sequence', 'fields.id.start' = '0', 'fields.id.end' = '${rows - 1}');
    CREATE TABLE copies (id BIGINT, name STRING) WITH ('connector' = 'kafka', 'topic' = '${topic}', 'properties.bootstrap.servers' = '${server.address}',
      'value.format' = 'json', 'key.format' = 'raw', 'key.fields' = 'name', 'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = '${topic}');
    INSERT INTO copies SELECT id, 'name ' || CAST(MOD(id, 50) AS STRING) FROM numbers;`)
    runs.push(run)
    const random = randomFrom(workers)
    let lives = 0
    for (let life = 0; life < kills; life++) {
      const { child, ended } = run.start()
      await Promise.race([run.nextCheckpoint(), ended])
      await sleep(random() * 150)
      run.kill(child)
      const { status, notes } = await ended
      // One that has come to its end had nothing left to do.
      if (status === 0) break
      expect(notes).not.toContain('error')
      lives++
    }
    expect(lives).toBeGreaterThan(1)
    expect(await run.start().ended).toMatchObject({ status: 0 })
    const seen = await readTopic(server, topic, 3)
    expect(sorted(idsOf(seen))).toEqual(upTo(rows))
    for (const { key, value } of seen) expect(value).toContain(`"name":"${key}"`)
    if (workers > 1) return
    const words = ['--bootstrap-server', server.address, '--topic', topic, '--from-beginning', '--isolation-level', 'read_committed']
    const lines = await runKafkaTool('org.apache.kafka.tools.consumer.ConsoleConsumer', [...words, '--timeout-ms', '5000'])
    expect(sorted(lines.trimEnd().split('\n').map(idOf))).toEqual(upTo(rows))
    for (const partition of [0, 1, 2]) {
      const ids = idsOf(seen.filter((each) => each.partition === partition))
      expect(ids).toEqual(sorted(ids))
    }
  },
  240_000,
)

test('a run that is stopped commits what it has written, and goes on from there', async () => {
  const topic = await newTopic()
  const run = await killableRun(`
    CREATE TABLE numbers (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '10000',
      'fields.id.kind' = 'sequence', 'fields.id.start' = '0', 'fields.id.end' = '29999');
    CREATE TABLE copies (id BIGINT) WITH ('connector' = 'kafka', 'topic' = '${topic}', 'properties.bootstrap.servers' = '${server.address}',
      'format' = 'json', 'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = '${topic}');
    INSERT INTO copies SELECT id FROM numbers;`)
  runs.push(run)
  const { child, ended } = run.start()
  await run.nextCheckpoint()
  process.kill(-(child.pid ?? 0), 'SIGTERM')
  expect(await ended).toMatchObject({ status: 130 })
  const early = idsOf(await readTopic(server, topic))
  expect(early).toEqual(upTo(early.length))
  expect(early.length).toBeGreaterThan(0)
  expect(await run.start().ended).toMatchObject({ status: 0 })
  expect(idsOf(await readTopic(server, topic))).toEqual(upTo(30_000))
})

test('what was written can still be committed when the work is stopped', async () => {
  const topic = await newTopic()
  const table = await open(topic, { options: { ...exactlyOnce(topic), 'properties.linger.ms': '1000' } })
  await table.write(rowsFrom(0, 10))
  table.abort.abort()
  await table.commit()
  expect(idsOf(await readTopic(server, topic))).toEqual(upTo(10))
})

test('what was prepared is committed by the next life, and what was written after it never is', async () => {
  const topic = await newTopic(2)
  const options = { ...exactlyOnce(topic), 'properties.linger.ms': '0' }
  const first = await open(topic, { options, durable: workAt('/state') })
  await first.write(rowsFrom(0, 1000))
  const record: unknown = JSON.parse(JSON.stringify(await first.writer.prepare()))
  await first.write(rowsFrom(1000, 1000))
  // As of a process that hangs: it neither commits nor aborts.
  await sleep(300)
  const second = await open(topic, { options, durable: workAt('/state', record) })
  expect(sorted(idsOf(await readTopic(server, topic, 2)))).toEqual(upTo(1000))
  await second.write(rowsFrom(1000, 500))
  await second.commit()
  expect(sorted(idsOf(await readTopic(server, topic, 2)))).toEqual(upTo(1500))
  // Another life may be asked for the same once more.
  await second.writer.commit(record)
  expect(await failureOf(first.writer.prepare())).toMatchObject({ code: 'CONNECTORS_KAFKA_WRITER_FENCED' })
})

test('many checkpoints go round the ids, and the last one can be committed again', async () => {
  const topic = await newTopic()
  const options = exactlyOnce(topic)
  let record: unknown = null
  for (let life = 0; life < 3; life++) {
    const table = await open(topic, { options, durable: workAt('/state', record) })
    for (let checkpoint = 0; checkpoint < 6; checkpoint++) {
      await table.write(rowsFrom((life * 6 + checkpoint) * 10, 10))
      record = await table.writer.prepare()
      // Each life ends between the last prepare and its commit.
      if (checkpoint < 5) await table.writer.commit(record)
    }
    await table.writer.close()
  }
  const last = await open(topic, { options, durable: workAt('/state', record) })
  await last.writer.commit(record)
  expect(idsOf(await readTopic(server, topic))).toEqual(upTo(180))
})

test('a checkpoint without rows has nothing to commit', async () => {
  const topic = await newTopic()
  const table = await open(topic, { options: exactlyOnce(topic), durable: workAt('/state') })
  expect(await table.writer.prepare()).toBeNull()
  await table.writer.commit(null)
  await table.write(rowsFrom(0, 1))
  await table.commit()
  expect(idsOf(await readTopic(server, topic))).toEqual([0])
})

test('what is not committed is aborted when the work is closed', async () => {
  const topic = await newTopic()
  const table = await open(topic, { options: exactlyOnce(topic) })
  await table.write(rowsFrom(0, 10))
  await table.commit()
  await table.write(rowsFrom(10, 10))
  await table.writer.prepare()
  await table.write(rowsFrom(20, 10))
  await sleep(50)
  await table.writer.close()
  expect(idsOf(await readTopic(server, topic))).toEqual(upTo(10))
})

test('writers that are no more leave nothing open, and what they had prepared is committed', async () => {
  const topic = await newTopic()
  const options = { ...exactlyOnce(topic), 'properties.linger.ms': '0' }
  const writers = await Promise.all([0, 1, 2].map((index) => open(topic, { options, durable: workAt('/state', null, index, 3) })))
  const records: unknown[] = []
  for (const [index, table] of writers.entries()) {
    await table.write(rowsFrom(index, 1))
    records.push(await table.writer.prepare())
    await table.write(rowsFrom(100, 1))
  }
  await sleep(200)
  await open(topic, { options, durable: workAt('/state', records[0], 0, 1, records.slice(1)) })
  expect(sorted(idsOf(await readTopic(server, topic)))).toEqual([0, 1, 2])
})

test('a second run with the same prefix takes it over, and the first one ends', async () => {
  const topic = await newTopic()
  const first = await open(topic, { options: exactlyOnce(topic), durable: workAt('/one') })
  await first.write(rowsFrom(0, 10))
  await first.commit()
  await first.write(rowsFrom(10, 10))
  await sleep(50)
  const second = await open(topic, { options: exactlyOnce(topic), durable: workAt('/two') })
  expect(await failureOf(first.commit().then(() => first.commit()))).toMatchObject({
    code: 'CONNECTORS_KAFKA_WRITER_FENCED',
    message: `another run writes with the prefix of transactions "${topic}", which table "orders" has`,
  })
  await second.write(rowsFrom(50, 1))
  await second.commit()
  expect(idsOf(await readTopic(server, topic))).toEqual([...upTo(10), 50])
})

test('a transaction that expired before its commit is lost, and the error says so', async () => {
  const topic = await newTopic()
  const options = { ...exactlyOnce(topic), 'properties.transaction.timeout.ms': '1000' }
  const table = await open(topic, { options, durable: workAt('/state') })
  await table.write(rowsFrom(0, 10))
  const record = await table.writer.prepare()
  await sleep(2500)
  expect(await failureOf(table.writer.commit(record))).toMatchObject({
    code: 'CONNECTORS_KAFKA_TRANSACTION_LOST',
    message: expect.stringContaining('rows of table "orders" are lost'),
    detail: expect.stringMatching(/^It was begun \d s ago, and Kafka aborts transactions after 1000 ms\.$/),
    hint: expect.stringContaining('properties.transaction.timeout.ms'),
  })
  const next = { options, durable: workAt('/state', record) }
  expect(await failureOf(open(topic, next))).toMatchObject({ code: 'CONNECTORS_KAFKA_TRANSACTION_LOST' })
  const without = await open(topic, { ...next, options: { ...options, 'sink.delivery-guarantee': 'none' } })
  await without.write(rowsFrom(10, 2))
  await without.commit()
  expect(idsOf(await readTopic(server, topic))).toEqual([10, 11])
})

test('a transaction that is open for too long loses nothing, and the error says so', async () => {
  const topic = await newTopic()
  const options = { ...exactlyOnce(topic), 'properties.transaction.timeout.ms': '1000', 'properties.linger.ms': '0' }
  const table = await open(topic, { options, durable: workAt('/state') })
  await table.write(rowsFrom(0, 10))
  await sleep(2500)
  await table.write(rowsFrom(10, 10))
  expect(await failureOf(table.writer.prepare())).toMatchObject({ code: 'CONNECTORS_KAFKA_TRANSACTION_TIMED_OUT' })
})

test('the guarantee of a run may change: what was prepared is committed all the same', async () => {
  const topic = await newTopic()
  const first = await open(topic, { options: exactlyOnce(topic), durable: workAt('/state') })
  await first.write(rowsFrom(0, 5))
  const record = await first.writer.prepare()
  await first.writer.close()
  const second = await open(topic, { durable: workAt('/state', record) })
  await second.write(rowsFrom(5, 5))
  expect(await second.writer.prepare()).toBeNull()
  expect(idsOf(await readTopic(server, topic))).toEqual(upTo(10))
})
