/** What becomes of reading when something is wrong with the broker, with the way to it, or with what it keeps. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import {
  fromStart,
  hurriedClock,
  idsFrom,
  idsOf,
  type OpenedReader,
  openReader,
  type ReadHow,
  type ReadTable,
  send,
  toEnd,
  upTo,
} from './kafka-reader.fixture.ts'
import { type KafkaServer, startKafkaServer } from './kafka-server.fixture.ts'
import { type KillableRun, killableRun } from './sql-run.fixture.ts'

let server: KafkaServer
let topics = 0
const readers: OpenedReader[] = []
const runs: KillableRun[] = []

beforeAll(async () => {
  server = await startKafkaServer({ isSecure: true })
}, 120_000)
afterAll(() => server.remove())
afterEach(async () => {
  for (const run of runs.splice(0)) await run.remove()
  for (const reader of readers.splice(0)) await reader.close()
})

async function newTopic(partitions = 1): Promise<string> {
  const topic = `topic-${++topics}`
  await server.createTopic(topic, partitions)
  return topic
}

async function open(topic: string, given: ReadTable = {}, how: ReadHow = {}): Promise<OpenedReader> {
  const reader = await openReader(server, topic, given, how)
  readers.push(reader)
  return reader
}

interface Failure {
  readonly code: string
  readonly message: string
  readonly detail: string
  readonly hint: string
}

function failureOf(work: Promise<unknown>): Promise<Failure> {
  return work.then(
    () => ({ code: 'none', message: '', detail: '', hint: '' }),
    (error) => error,
  )
}

function secured(port: number, protocol: string, options: Readonly<Record<string, string>> = {}, quick = true): ReadTable {
  return {
    address: `127.0.0.1:${port}`,
    options: { ...toEnd, 'properties.security.protocol': protocol, ...options },
    ...(quick ? { clock: hurriedClock(100) } : {}),
  }
}

function login(module: string, password = server.secrets.password): string {
  return `org.apache.kafka.common.security.${module} required username="${server.secrets.user}" password="${password}";`
}
const plain = (password?: string) => ({
  'properties.sasl.mechanism': 'PLAIN',
  'properties.sasl.jaas.config': login('plain.PlainLoginModule', password),
})
const scram = (bits: 256 | 512, password?: string) => ({
  'properties.sasl.mechanism': `SCRAM-SHA-${bits}`,
  'properties.sasl.jaas.config': login('scram.ScramLoginModule', password),
})
const trusting = () => ({ 'properties.ssl.truststore.type': 'PEM', 'properties.ssl.truststore.location': server.secrets.authority })
const showing = () => ({ 'properties.ssl.keystore.location': server.secrets.client })

describe('ways to the broker', () => {
  test('encrypted, with a name, and both', async () => {
    const topic = await newTopic()
    await send(server, topic, idsFrom(0, 10))
    const { ssl, mutualSsl, sasl, saslSsl } = server.secrets.ports
    const ways: readonly ReadTable[] = [
      secured(ssl, 'SSL', trusting()),
      secured(mutualSsl, 'SSL', { ...trusting(), ...showing() }),
      secured(sasl, 'SASL_PLAINTEXT', plain()),
      secured(sasl, 'SASL_PLAINTEXT', scram(256)),
      secured(saslSsl, 'SASL_SSL', { ...trusting(), ...scram(512) }),
      secured(saslSsl, 'SASL_SSL', { ...trusting(), ...plain() }),
    ]
    for (const way of ways) expect(idsOf(await (await open(topic, way)).next())).toEqual(upTo(10))
  })

  test('that lead nowhere', async () => {
    const nowhere = await failureOf(open('any', { address: '127.0.0.1:1', clock: hurriedClock(100), options: toEnd }))
    expect(nowhere).toMatchObject({
      code: 'CONNECTORS_KAFKA_UNREACHABLE',
      message: 'could not reach Kafka at "127.0.0.1:1"',
      detail: 'The connection to 127.0.0.1:1 was refused: nothing listens there.',
    })
    const nobody = await failureOf(open('any', { address: 'no-such-host.invalid:9092', clock: hurriedClock(100), options: toEnd }))
    expect(nobody).toMatchObject({ code: 'CONNECTORS_KAFKA_HOST_NOT_FOUND', message: 'host "no-such-host.invalid" does not exist' })
  })

  test('that are encrypted on one side only', async () => {
    const { ssl } = server.secrets.ports
    expect((await failureOf(open('any', secured(ssl, 'PLAINTEXT')))).code).toBe('CONNECTORS_KAFKA_TLS_EXPECTED')
    expect((await failureOf(open('any', secured(server.port, 'SSL', trusting())))).code).toBe('CONNECTORS_KAFKA_TLS_NOT_EXPECTED')
  })

  test('with certificates that are not trusted, or that are missing', async () => {
    const { ssl, mutualSsl } = server.secrets.ports
    const other = { ...trusting(), 'properties.ssl.truststore.location': server.secrets.otherAuthority }
    for (const way of [secured(ssl, 'SSL', other), secured(ssl, 'SSL'), secured(mutualSsl, 'SSL', trusting())]) {
      expect((await failureOf(open('any', way))).code).toBe('CONNECTORS_KAFKA_CERTIFICATE_REFUSED')
    }
  })

  test('with a wrong password, which nothing shows', async () => {
    const { sasl } = server.secrets.ports
    for (const options of [plain('swordfish'), scram(256, 'swordfish'), scram(512, 'swordfish')]) {
      const failure = await failureOf(open('any', secured(sasl, 'SASL_PLAINTEXT', options)))
      expect(failure.code).toBe('CONNECTORS_KAFKA_LOGIN_REFUSED')
      expect(inspect(failure, { depth: 20 })).not.toContain('swordfish')
    }
  })

  test('without a name where one is needed', async () => {
    const failure = await failureOf(open('any', secured(server.secrets.ports.sasl, 'PLAINTEXT')))
    expect(failure.code).toBe('CONNECTORS_KAFKA_UNREACHABLE')
    expect(failure.hint).toContain('properties.security.protocol')
  })
})

describe('topics', () => {
  test('that are not there', async () => {
    const failure = await failureOf(open('missing', { options: toEnd }))
    expect(failure).toMatchObject({ code: 'CONNECTORS_KAFKA_TOPIC_NOT_FOUND', message: 'topic "missing" does not exist' })
  })

  test('that are deleted while they are read', async () => {
    const topic = await newTopic()
    await send(server, topic, idsFrom(0, 5))
    const reader = await open(topic, { options: fromStart })
    expect(idsOf(await reader.next(5))).toEqual(upTo(5))
    await server.admin.deleteTopics({ topics: [topic] })
    expect(await failureOf(reader.next(1))).toMatchObject({
      code: 'CONNECTORS_KAFKA_TOPIC_GONE',
      message: `topic "${topic}" was deleted while it was read`,
    })
  })

  test('that are others of the same name', async () => {
    const topic = await newTopic()
    await send(server, topic, idsFrom(0, 5))
    const reader = await open(topic, { options: fromStart })
    await reader.next(5)
    const position = reader.position()
    const reading = failureOf(reader.next(1))
    await server.admin.deleteTopics({ topics: [topic] })
    await server.createTopic(topic)
    await send(server, topic, idsFrom(5, 50))
    const replaced = { code: 'CONNECTORS_KAFKA_TOPIC_REPLACED', message: `topic "${topic}" was deleted and created again` }
    expect(await reading).toMatchObject(replaced)
    const goingOn = async () => (await open(topic, { options: fromStart }, { position })).next(1)
    expect(await failureOf(goingOn())).toMatchObject(replaced)
  })
})

describe('messages', () => {
  test('that retention has taken before they were read', async () => {
    const topic = await newTopic()
    await send(server, topic, idsFrom(0, 5))
    const reader = await open(topic, { options: fromStart })
    await reader.next(5)
    const position = reader.position()
    await reader.close()
    await send(server, topic, idsFrom(5, 20))
    await server.admin.deleteRecords({ topics: [{ name: topic, partitions: [{ partition: 0, offset: 15n }] }] })
    const again = await open(topic, { options: fromStart }, { position })
    expect(await failureOf(again.next(1))).toMatchObject({
      code: 'CONNECTORS_KAFKA_OFFSET_GONE',
      message: `offset 5 of partition 0 of topic "${topic}" is not there`,
      detail: 'There are the offsets 15 to 24.',
    })
    const options = { ...fromStart, 'properties.auto.offset.reset': 'earliest' }
    const lenient = await open(topic, { options }, { position })
    expect(idsOf(await lenient.next(10))).toEqual(upTo(25).slice(15))
  })

  test('that are damaged where the broker keeps them', async () => {
    const topic = await newTopic()
    await send(server, topic, idsFrom(0, 5))
    await send(server, topic, idsFrom(5, 5))
    await server.stop()
    const folder = server.logFolder(topic, 0)
    const name = (await readdir(folder)).find((each) => each.endsWith('.log')) ?? ''
    const bytes = await readFile(path.join(folder, name))
    bytes[bytes.lastIndexOf('name 7')] = 0x4e
    await writeFile(path.join(folder, name), bytes)
    await server.restart()
    const reader = await open(topic, { options: fromStart })
    expect(await failureOf(reader.next(6))).toMatchObject({
      code: 'CONNECTORS_KAFKA_BATCH_DAMAGED',
      message: `messages from offset 5 of partition 0 of topic "${topic}" are damaged`,
    })
  })
})

describe('a broker that ends', () => {
  test('is waited for until it is there again, and nothing is lost or comes twice', async () => {
    const topic = await newTopic(2)
    await send(server, topic, idsFrom(0, 100, 2))
    const reader = await open(topic, { options: fromStart })
    const rows = await reader.next(100)
    await server.kill()
    const reading = reader.next(100)
    await expect.poll(() => reader.meter.waiting?.reason, { timeout: 20_000 }).toContain('Kafka is not reachable')
    expect(reader.meter.retries).toBeGreaterThan(0)
    await server.restart()
    await send(server, topic, idsFrom(100, 100, 2))
    expect(idsOf([...rows, ...(await reading)])).toEqual(upTo(200))
    expect(reader.meter.waiting).toBeNull()
  })

  test('keeps no reader from being closed', async () => {
    const topic = await newTopic()
    const reader = await open(topic, { options: fromStart })
    const reading = reader.next(1)
    await server.kill()
    await expect.poll(() => reader.meter.waiting, { timeout: 20_000 }).not.toBeNull()
    await reader.close()
    expect(await reading).toEqual([])
    await server.restart()
  })
})

test('a durable run that is killed again and again reads each message once', async () => {
  const topic = await newTopic(3)
  const folder = await mkdtemp(path.join(tmpdir(), 'millrace-copies-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await send(server, topic, idsFrom(0, 9000, 3))
  const run = await killableRun(`
CREATE TABLE orders (id BIGINT, name STRING) WITH ('connector' = 'kafka', 'topic' = '${topic}', 'format' = 'json',
  'properties.bootstrap.servers' = '${server.address}', 'properties.group.id' = '${topic}', 'scan.startup.mode' = 'earliest-offset',
  'properties.max.partition.fetch.bytes' = '4096');
CREATE TABLE copies (id BIGINT, name STRING) WITH ('connector' = 'filesystem', 'path' = '${folder}', 'format' = 'csv');
INSERT INTO copies SELECT id, name FROM orders;`)
  runs.push(run)
  for (let life = 0; life < 3; life++) {
    const { child, ended } = run.start()
    await run.nextCheckpoint()
    await send(server, topic, idsFrom(9000 + 300 * life, 300, 3))
    run.kill(child)
    await ended
  }
  const { child, ended } = run.start()
  const committed = async () => {
    const [group] = await server.admin.listConsumerGroupOffsets({ groups: [topic] })
    return group?.topics[0]?.partitions.reduce((sum, { committedOffset }) => sum + Number(committedOffset), 0)
  }
  await expect.poll(committed, { timeout: 30_000 }).toBe(9900)
  run.kill(child)
  await ended
  expect(idsOf((await linesIn(folder)).map((line) => [Number(line.split(',')[0])]))).toEqual(upTo(9900))
})

/** The lines of all files of a table. */
async function linesIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => !/^[._]/.test(name))
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')))
  return texts.flatMap((text) => text.split('\n').filter((line) => line !== ''))
}
