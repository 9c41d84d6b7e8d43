/**
 * Durable runs between real systems that are killed at any moment, their start and end included, while new rows come. In the end every
 * row that was read is written once, as it was, in the order of its partition.
 */
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTopics, recordsOf } from '#topics'
import { Commands, seededPauses } from './command.fixture.ts'
import type { DatabaseServer } from './database-server.fixture.ts'
import { send } from './kafka-reader.fixture.ts'
import { type KafkaServer, startKafkaServer } from './kafka-server.fixture.ts'
import { readTopic } from './kafka-topic.fixture.ts'
import { startPostgresServer } from './postgres-server.fixture.ts'

const kills = process.env['THOROUGH'] === undefined ? 8 : 50
const partitions = 2
/** New rows before each life. */
const rowsPerLife = 500
/** The longest life: a start takes about half of it. */
const lifeMsMax = 1500
const lastLifeMsMax = 90_000

let kafka: KafkaServer
let postgres: DatabaseServer
let commands: Commands

beforeAll(async () => {
  kafka = await startKafkaServer()
  postgres = await startPostgresServer()
  commands = await Commands.open()
}, 180_000)
afterAll(async () => {
  await commands?.close()
  await kafka?.remove()
  await postgres?.remove()
})

interface Row {
  readonly partition: number
  readonly n: number
}

/** What is read and written in one test. */
interface Road {
  /** Makes what is read and written, empty. */
  prepare(): Promise<void>
  /** Adds rows to what is read, to their partitions in this order. */
  feed(rows: readonly Row[]): Promise<void>
  readonly source: string
  readonly sink: string
  /** All rows that were written, as `partition n`; those of a partition in the order in which they were written, where that can be told. */
  written(): Promise<readonly string[]>
  readonly isOrdered: boolean
}

const columns = '(part INT, n BIGINT)'

function textOf({ partition, n }: Row): string {
  return JSON.stringify({ part: partition, n })
}

/** From the JSON of a row. */
function shown(text: string): string {
  const { part, n } = JSON.parse(text) as { readonly part: number; readonly n: number }
  return `${part} ${n}`
}

function kafkaSource(topic: string): Pick<Road, 'feed' | 'source'> {
  return {
    feed: (rows) =>
      send(
        kafka,
        topic,
        rows.map((row) => ({ partition: row.partition, value: textOf(row) })),
      ),
    source: `'connector' = 'kafka', 'properties.bootstrap.servers' = '${kafka.address}', 'topic' = '${topic}', 'format' = 'json',
      'scan.startup.mode' = 'earliest-offset'`,
  }
}

function kafkaRoad(): Road {
  return {
    ...kafkaSource('kafka-in'),
    prepare: async () => {
      await kafka.createTopic('kafka-in', partitions)
      await kafka.createTopic('kafka-out', partitions)
    },
    sink: `'connector' = 'kafka', 'properties.bootstrap.servers' = '${kafka.address}', 'topic' = 'kafka-out', 'format' = 'json',
      'key.format' = 'json', 'key.fields' = 'part', 'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'kills'`,
    written: async () => (await readTopic(kafka, 'kafka-out', partitions)).map(({ value }) => shown(value ?? '')),
    isOrdered: true,
  }
}

function postgresRoad(): Road {
  return {
    ...kafkaSource('postgres-in'),
    prepare: async () => {
      await kafka.createTopic('postgres-in', partitions)
      await postgres.ask('CREATE TABLE kills (part INT, n BIGINT)')
    },
    sink: `'connector' = 'jdbc', 'url' = '${postgres.url}', 'table-name' = 'kills', 'username' = '${postgres.user}',
      'password' = '${postgres.password}', 'sink.exactly-once' = 'true'`,
    written: async () => (await postgres.ask('SELECT part, n FROM kills')).map(([part, n]) => `${part} ${n}`),
    isOrdered: false,
  }
}

function filesRoad(): Road {
  const folder = path.join(commands.folder, 'files')
  return {
    ...kafkaSource('files-in'),
    prepare: () => kafka.createTopic('files-in', partitions),
    sink: `'connector' = 'filesystem', 'path' = '${folder}', 'format' = 'json'`,
    written: async () => {
      const all = await readdir(folder).catch(() => [])
      const names = all.filter((name) => !name.startsWith('.'))
      const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')))
      return texts.flatMap((text) => text.split('\n').filter((line) => line !== '')).map(shown)
    },
    isOrdered: false,
  }
}

function topicRoad(): Road {
  const folder = path.join(commands.folder, 'topics')
  const table = (topic: string): string => `'connector' = 'topic', 'path' = '${folder}', 'topic' = '${topic}', 'format' = 'json'`
  return {
    prepare: () => Promise.resolve(),
    feed: async (rows) => {
      const topics = await openTopics(folder)
      const topic = await topics.topic('in', { partitions })
      await topic.append(rows.map((row) => ({ partition: row.partition, value: textOf(row) })))
      topics.close()
    },
    source: `${table('in')}, 'scan.startup.mode' = 'earliest-offset'`,
    sink: `${table('out')}, 'partitions' = '${partitions}', 'key.format' = 'json', 'key.fields' = 'part'`,
    written: async () => {
      const topics = await openTopics(folder)
      const topic = await topics.topic('out', { partitions })
      const rows: string[] = []
      for await (const batch of topic.follow({ from: 'earliest', isBounded: true }))
        for (const { value } of recordsOf(batch)) rows.push(shown(String(value)))
      topics.close()
      return rows
    },
    isOrdered: true,
  }
}

/** The rows that come before one life of a run. */
function rowsOfLife(life: number): Row[] {
  return Array.from({ length: rowsPerLife }, (_, index) => ({ partition: index % partitions, n: life * rowsPerLife + index }))
}

function sortedRows(rows: readonly string[]): string[] {
  return rows.toSorted()
}

function ofPartition(rows: readonly string[], partition: number): string[] {
  return rows.filter((row) => row.startsWith(`${partition} `))
}

test.each([
  ['from Kafka to Kafka', kafkaRoad, 1],
  ['from Kafka to PostgreSQL', postgresRoad, 2],
  ['from Kafka to files', filesRoad, 3],
  ['from topic to topic', topicRoad, 4],
])('%s nothing is lost and nothing comes twice', { timeout: 600_000 }, async (name, roadOf, seed) => {
  const road = roadOf()
  await road.prepare()
  const script = await commands.script(
    `CREATE TABLE rows_in ${columns} WITH (${road.source});
     CREATE TABLE rows_out ${columns} WITH (${road.sink});
     INSERT INTO rows_out SELECT part, n FROM rows_in;`,
  )
  const words = ['run', script, '--data-dir', path.join(commands.folder, `state-${seed}`), '--checkpoint-interval', '50ms']
  const expected: string[] = []
  for (const [life, lifeMs] of seededPauses(seed, kills, lifeMsMax).entries()) {
    const rows = rowsOfLife(life)
    await road.feed(rows)
    expected.push(...rows.map(({ partition, n }) => `${partition} ${n}`))
    const run = commands.start(words)
    await sleep(lifeMs)
    run.end('SIGKILL')
    const { status, notes } = await run.ended
    expect([null, 137], `${name}, life ${life}, killed after ${lifeMs} ms: ${notes}`).toContain(status)
  }
  const last = commands.start(words)
  const startMs = performance.now()
  const count = async (): Promise<number> => (await road.written()).length
  while (performance.now() - startMs < lastLifeMsMax && (await count()) < expected.length) await sleep(200)
  // What came too often would come now.
  await sleep(500)
  last.end('SIGTERM')
  expect(await last.ended).toMatchObject({ status: 130, notes: expect.not.stringContaining('error') })
  const written = await road.written()
  expect(sortedRows(written)).toEqual(sortedRows(expected))
  if (!road.isOrdered) return
  for (let partition = 0; partition < partitions; partition++) {
    expect(ofPartition(written, partition)).toEqual(ofPartition(expected, partition))
  }
})
