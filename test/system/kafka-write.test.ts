/** What is written to topics of a real broker, as another client reads it. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Clock, systemClock } from '#base'
import type { DeadLetter } from '#connectors'
import {
  batchOf,
  bytesType,
  changeDelete,
  changeInsert,
  changeUpdateAfter,
  type DataType,
  integerType,
  numbersIn,
  stringType,
  type Vector,
} from '#data'
import { type KafkaServer, runKafkaTool, startKafkaServer } from './kafka-server.fixture.ts'
import { readTopic, type SeenMessage } from './kafka-topic.fixture.ts'
import {
  exactlyOnce,
  failureOf,
  idAndName,
  idsOf,
  keyed,
  type OpenedTable,
  openTable,
  rowsFrom,
  sorted,
  upTo,
  type WrittenTable,
  WrittenTopics,
  workAt,
} from './kafka-writer.fixture.ts'

let server: KafkaServer
let topics: WrittenTopics

beforeAll(async () => {
  server = await startKafkaServer({
    isSecure: true,
    properties: {
      'message.max.bytes': '1048588',
      'transaction.max.timeout.ms': '900000',
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS',
    },
  })
  topics = new WrittenTopics(server)
}, 120_000)
afterAll(() => server.remove())
afterEach(() => topics.close())

const newTopic = (partitions = 1, configs: Readonly<Record<string, string>> = {}): Promise<string> => topics.create(partitions, configs)
const open = (topic: string, given: WrittenTable = {}): Promise<OpenedTable> => topics.open(topic, given)

describe('a broker that goes away', () => {
  test.each(['exactly-once', 'at-least-once'])(
    'loses nothing and repeats nothing, with %s',
    async (guarantee) => {
      const topic = await newTopic(3)
      const options = {
        ...exactlyOnce(topic),
        ...keyed,
        'sink.delivery-guarantee': guarantee,
        'properties.linger.ms': '1',
        'properties.batch.size': '2000',
      }
      const table = await open(topic, { options, durable: workAt('/state') })
      await table.write(rowsFrom(0, 500))
      await table.commit()
      const work = (async () => {
        for (let first = 500; first < 6000; first += 100) {
          await table.write(rowsFrom(first, 100))
          await sleep(10)
        }
        await table.commit()
      })()
      await sleep(100)
      await server.kill()
      const waiting: string[] = []
      for (let look = 0; look < 20; look++) {
        if (table.meter.waiting !== null) waiting.push(table.meter.waiting.reason)
        await sleep(50)
      }
      await server.restart()
      await work
      expect(waiting.join()).toContain('Kafka is not reachable')
      expect(table.meter.waiting).toBeNull()
      expect(table.meter.retries).toBeGreaterThan(0)
      const seen = await readTopic(server, topic, 3)
      expect(sorted(idsOf(seen))).toEqual(upTo(6000))
      for (const partition of [0, 1, 2]) {
        const ids = idsOf(seen.filter((each) => each.partition === partition))
        expect(ids).toEqual(sorted(ids))
      }
    },
    60_000,
  )

  test('holds rows back until it is there, in bounded memory', async () => {
    const topic = await newTopic()
    const table = await open(topic, { options: { 'properties.buffer.memory': '100000' } })
    await server.stop()
    const row = [[1, 'x'.repeat(60_000)]]
    const writes = [table.write(row), table.write(row)]
    let isDone = false
    void Promise.all(writes).then(() => {
      isDone = true
    })
    await sleep(500)
    expect(isDone).toBe(false)
    await server.restart()
    await Promise.all(writes)
    await table.commit()
    expect(idsOf(await readTopic(server, topic))).toEqual([1, 1])
  }, 60_000)

  test('does not keep work that is stopped', async () => {
    const topic = await newTopic()
    const table = await openTable(server, topic, { options: exactlyOnce(topic) })
    await table.write(rowsFrom(0, 1))
    await sleep(50)
    await server.stop()
    try {
      const work = table.commit().catch((error: unknown) => error)
      await sleep(200)
      const startMs = performance.now()
      table.abort.abort()
      expect(await work).toBeInstanceOf(Error)
      await table.writer.close()
      expect(performance.now() - startMs).toBeLessThan(10_000)
    } finally {
      await server.restart()
    }
  }, 60_000)
})

describe('a message', () => {
  test("goes to the partition that Kafka's own client chooses for its key", async () => {
    const topic = await newTopic(7)
    const table = await open(topic, { options: keyed })
    const names = Array.from({ length: 200 }, (_, at) => `${'ä'.repeat(at % 4)}key ${at}`)
    await table.write(names.map((name, id) => [id, name]))
    await table.commit()
    const other = await newTopic(7)
    const lines = names.map((name) => `${name}\tx\n`).join('')
    const words = ['--bootstrap-server', server.address, '--topic', other, '--reader-property', 'parse.key=true']
    await runKafkaTool('org.apache.kafka.tools.ConsoleProducer', words, lines)
    const placesOf = async (each: string) => new Map((await readTopic(server, each, 7)).map(({ key, partition }) => [key, partition]))
    const places = await placesOf(topic)
    expect(new Set(places.values()).size).toBe(7)
    expect(places).toEqual(await placesOf(other))
  })

  test.each([
    ['fixed', [[2, 40]]],
    [
      'round-robin',
      [
        [0, 9],
        [1, 9],
        [2, 13],
        [3, 9],
      ],
    ],
  ])('goes with sink.partitioner %s to partitions %j', async (partitioner, expected) => {
    const topic = await newTopic(4)
    const options = { 'sink.partitioner': partitioner, 'properties.batch.size': '500' }
    const table = await open(topic, { options, durable: workAt('/state', null, 2, 4) })
    await table.write(Array.from({ length: 40 }, (_, id) => [id, 'x'.repeat(40)]))
    await table.commit()
    const counts = Map.groupBy(await readTopic(server, topic, 4), ({ partition }) => partition)
    expect([...counts].map(([partition, seen]) => [partition, seen.length])).toEqual(expected)
  })

  test('also goes to partitions that its topic has only later', async () => {
    const topic = await newTopic(1)
    const table = await open(topic, { options: { ...keyed, 'properties.metadata.max.age.ms': '200' } })
    await table.write(rowsFrom(0, 50))
    await table.commit()
    await server.admin.createPartitions({ topics: [{ name: topic, count: 3 }] })
    for (let first = 50; first < 1050; first += 100) {
      await table.write(rowsFrom(first, 100))
      await table.commit()
      await sleep(150)
    }
    const seen = await readTopic(server, topic, 3)
    expect(sorted(idsOf(seen))).toEqual(upTo(1050))
    expect(new Set(seen.map(({ partition }) => partition)).size).toBe(3)
  })

  test('has the time and the headers that its row says', async () => {
    const topic = await newTopic()
    const headers: DataType = { kind: 'map', key: stringType, value: bytesType, nullable: true }
    const table = await open(topic, {
      options: exactlyOnce(topic),
      metadata: { timestamp: { kind: 'timestamp-ltz', precision: 6, nullable: true }, headers },
    })
    const beforeMs = Date.now()
    await table.write([
      [
        1,
        'a',
        1_700_000_000_123_456,
        new Map([
          ['trace', Buffer.from('t1')],
          ['none', null],
        ]),
      ],
      [2, 'b', null, null],
      [3, 'c', 946_684_800_000_000, new Map()],
    ])
    await table.commit()
    const [first, second, third] = await readTopic(server, topic)
    expect(first).toMatchObject({ timestamp: 1_700_000_000_123, headers: { trace: 't1', none: null }, value: '{"id":1,"name":"a"}' })
    expect(second?.headers).toEqual({})
    expect(second?.timestamp).toBeGreaterThanOrEqual(beforeMs)
    expect(third).toMatchObject({ timestamp: 946_684_800_000, headers: {} })
  })

  test('goes to the topic that its row names', async () => {
    const [one, two] = [await newTopic(), await newTopic()]
    const table = await open(`${one};${two}`, { metadata: { topic: stringType } })
    await table.write([
      [1, 'a', one],
      [2, 'b', two],
      [3, 'c', one],
    ])
    await table.commit()
    expect([idsOf(await readTopic(server, one)), idsOf(await readTopic(server, two))]).toEqual([[1, 3], [2]])
    expect(await failureOf(table.write([[4, 'd', 'elsewhere']]))).toMatchObject({
      code: 'CONNECTORS_KAFKA_TOPIC_OF_ROW_MISMATCH',
      detail: 'The option "topic" does not name "elsewhere".',
    })
  })

  test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])('can be read by others when it was compressed: %s', async (compression) => {
    const topic = await newTopic()
    const table = await open(topic, { options: { ...exactlyOnce(topic), 'properties.compression.type': compression } })
    await table.write(rowsFrom(0, 5000))
    await table.commit()
    expect(idsOf(await readTopic(server, topic))).toEqual(upTo(5000))
    expect(table.meter.bytes / 5000 < 15).toBe(compression !== 'none')
  })

  test.each([
    ['all', 'at-least-once'],
    ['1', 'at-least-once'],
    ['0', 'none'],
  ])('arrives with acks = %s and %s', async (acks, guarantee) => {
    const topic = await newTopic(2)
    const table = await open(topic, { options: { 'properties.acks': acks, 'sink.delivery-guarantee': guarantee } })
    await table.write(rowsFrom(0, 1000))
    await table.commit()
    if (acks === '0') await sleep(500)
    expect(sorted(idsOf(await readTopic(server, topic, 2)))).toEqual(upTo(1000))
  })
})

test('messages of a format that has to ask a registry first are those of the rows, in their order', async () => {
  const registry = createServer((_request, response) => {
    setTimeout(() => response.setHeader('content-type', 'application/json').end('{"id":7}'), 200)
  })
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve))
  try {
    const { port } = registry.address() as AddressInfo
    const topic = await newTopic()
    const format = {
      'value.format': 'avro-confluent',
      'value.avro-confluent.url': `http://127.0.0.1:${port}`,
      'value.avro-confluent.subject': topic,
    }
    const table = await open(topic, { types: { id: integerType }, options: format })
    const schema = [{ name: 'id', type: integerType }]
    const batch = batchOf(schema, [[0], [1], [2]])
    const numbers = numbersIn(batch.columns[0] as Vector)
    const writes = [table.writer.write(batch)]
    // As an engine does: the arrays of a batch are filled again once it is written.
    numbers.set([3, 4, 5])
    writes.push(table.writer.write(batch))
    numbers.set([6, 7, 8])
    await table.writer.prepare()
    for (const write of writes) await write
    // A zero, the id of the schema, which of NULL and INT it is, and the number doubled.
    expect((await readTopic(server, topic)).map(({ value }) => Buffer.from(value ?? '').toString('hex'))).toEqual(
      upTo(6).map((id) => `000000000702${(2 * id).toString(16).padStart(2, '0')}`),
    )
  } finally {
    registry.close()
  }
})

describe('upserts', () => {
  const upserts: WrittenTable = { connector: 'upsert-kafka', primaryKey: ['id'], options: { 'key.format': 'json' } }
  const changes: [readonly (readonly unknown[])[], readonly number[]] = [
    [
      [1, 'a'],
      [2, 'b'],
      [1, 'c'],
      [2, 'b'],
      [3, 'd'],
      [3, 'd'],
      [3, 'e'],
    ],
    [changeInsert, changeInsert, changeUpdateAfter, changeDelete, changeInsert, changeDelete, changeInsert],
  ]
  const keysAndValues = (seen: readonly SeenMessage[]) => seen.map(({ key, value }) => [key, value])

  test('have the primary key as their key, and a delete has no value', async () => {
    const topic = await newTopic()
    const table = await open(topic, upserts)
    await table.write(...changes)
    await table.commit()
    expect(keysAndValues(await readTopic(server, topic))).toEqual([
      ['{"id":1}', '{"id":1,"name":"a"}'],
      ['{"id":2}', '{"id":2,"name":"b"}'],
      ['{"id":1}', '{"id":1,"name":"c"}'],
      ['{"id":2}', null],
      ['{"id":3}', '{"id":3,"name":"d"}'],
      ['{"id":3}', null],
      ['{"id":3}', '{"id":3,"name":"e"}'],
    ])
  })

  test('that are held back leave only the newest of each key', async () => {
    const topic = await newTopic()
    const flush = { 'sink.buffer-flush.max-rows': '100', 'sink.buffer-flush.interval': '1 h' }
    const table = await open(topic, { ...upserts, options: { ...upserts.options, ...flush } })
    await table.write(...changes)
    await table.commit()
    expect(keysAndValues(await readTopic(server, topic))).toEqual([
      ['{"id":1}', '{"id":1,"name":"c"}'],
      ['{"id":2}', null],
      ['{"id":3}', '{"id":3,"name":"e"}'],
    ])
  })

  test('are held back for no more rows, and no longer, than the options say', async () => {
    const topic = await newTopic()
    const flush = { 'sink.buffer-flush.max-rows': '4', 'sink.buffer-flush.interval': '300 ms' }
    const table = await open(topic, { ...upserts, options: { ...upserts.options, ...flush } })
    await table.write(...changes)
    await sleep(100)
    const early = keysAndValues(await readTopic(server, topic))
    expect(early).toEqual([
      ['{"id":1}', '{"id":1,"name":"c"}'],
      ['{"id":2}', null],
    ])
    await sleep(600)
    expect(keysAndValues(await readTopic(server, topic))).toEqual([...early, ['{"id":3}', '{"id":3,"name":"e"}']])
  })
})

describe('a row that is not taken', () => {
  const large = (id: number, bytes: number): [number, string] => [id, 'x'.repeat(bytes)]

  test('since it is larger than a request, ends the work, and the error names its key', async () => {
    const topic = await newTopic()
    const table = await open(topic, { options: { 'key.format': 'json', 'key.fields': 'id' } })
    expect(await failureOf(table.write([large(7, 1_100_000)]))).toMatchObject({
      code: 'CONNECTORS_KAFKA_MESSAGE_REFUSED',
      message: `topic "${topic}" does not take the row with the key "{"id":7}"`,
      detail: expect.stringMatching(/^It has 1100\d\d\d bytes, and a request holds 1048576\.$/),
    })
  })

  test('by its topic ends the work', async () => {
    const topic = await newTopic(1, { 'max.message.bytes': '10000' })
    const table = await open(topic, { options: { 'key.format': 'json', 'key.fields': 'id' } })
    await table.write([large(1, 100), large(2, 20_000), large(3, 100)])
    expect(await failureOf(table.commit())).toMatchObject({
      code: 'CONNECTORS_KAFKA_MESSAGE_REFUSED',
      message: `topic "${topic}" does not take the row with the key "{"id":2}"`,
      detail: expect.stringMatching(/^It has 200\d\d bytes/),
      hint: expect.stringContaining('max.message.bytes'),
    })
  })

  test.each(['exactly-once', 'at-least-once'])('goes to the dead letters, and all others arrive, with %s', async (guarantee) => {
    const topic = await newTopic(1, { 'max.message.bytes': '10000' })
    const letters: DeadLetter[] = []
    const options = { 'key.format': 'json', 'key.fields': 'id', ...exactlyOnce(topic), 'sink.delivery-guarantee': guarantee }
    const table = await open(topic, { options, deadLetters: (letter) => letters.push(letter) })
    const rows = Array.from({ length: 300 }, (_, id) => large(id, id === 17 || id === 200 ? 20_000 : 100))
    await table.write(rows)
    await table.write([large(300, 2_000_000), large(301, 100)])
    await table.commit()
    expect(letters.map(({ position }) => position)).toEqual(
      expect.arrayContaining([17, 200, 300].map((id) => JSON.stringify({ topic, key: `{"id":${id}}` }))),
    )
    expect(letters).toHaveLength(3)
    expect(table.meter.errors).toBe(3)
    expect(Buffer.from(letters.find(({ position }) => position.includes('17'))?.value ?? []).toString()).toMatch(
      /^\{"id":17,"name":"x+"\}$/,
    )
    expect(idsOf(await readTopic(server, topic))).toEqual(upTo(302).filter((id) => ![17, 200, 300].includes(id)))
  })

  const hourMs = 3_600_000
  /** The clock of this machine, so much ahead of that of the broker. */
  const ahead = (ms: number): Clock => ({ monotonicMs: () => systemClock.monotonicMs(), nowMs: () => systemClock.nowMs() + ms })

  test('by a broker whose clock is hours behind ends the work, and what it says is told', async () => {
    const topic = await newTopic()
    const table = await open(topic, { options: exactlyOnce(topic), clock: ahead(2 * hourMs) })
    await table.write([[1, 'a']])
    expect(await failureOf(table.commit())).toMatchObject({
      code: 'CONNECTORS_KAFKA_MESSAGE_REFUSED',
      detail: expect.stringMatching(/Kafka said: Timestamp \d{13} of message with offset 0 is out of range/),
      hint: expect.stringContaining('clock'),
    })
    expect(await readTopic(server, topic)).toEqual([])
  })

  test('for its time alone goes to the dead letters, while a clock that is behind harms nothing', async () => {
    const topic = await newTopic()
    const letters: DeadLetter[] = []
    const table = await open(topic, {
      options: { ...exactlyOnce(topic), 'key.format': 'json', 'key.fields': 'id' },
      metadata: { timestamp: { kind: 'timestamp-ltz', precision: 3, nullable: true } },
      deadLetters: (letter) => letters.push(letter),
      clock: ahead(-30 * 24 * hourMs),
    })
    await table.write([
      [1, 'a', null],
      [2, 'b', Date.now() + 2 * hourMs],
      [3, 'c', null],
    ])
    await table.commit()
    expect(letters.map(({ position }) => position)).toEqual([JSON.stringify({ topic, key: '{"id":2}' })])
    const seen = await readTopic(server, topic)
    expect(idsOf(seen)).toEqual([1, 3])
    for (const { timestamp } of seen) expect(timestamp).toBeLessThan(Date.now() - 29 * 24 * hourMs)
  })

  test('without a key, by a topic that is compacted', async () => {
    const topic = await newTopic(1, { 'cleanup.policy': 'compact' })
    const table = await open(topic)
    await table.write([[1, 'a']])
    expect(await failureOf(table.commit())).toMatchObject({
      code: 'CONNECTORS_KAFKA_MESSAGE_REFUSED',
      detail: expect.stringContaining('Compacted topic cannot accept message without key'),
    })
  })
})

describe('what cannot be opened', () => {
  const login = (password: string) => ({
    'properties.security.protocol': 'SASL_PLAINTEXT',
    'properties.sasl.mechanism': 'PLAIN',
    'properties.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required username="alice" password="${password}";`,
  })

  test('a topic that does not exist', async () => {
    expect(await failureOf(open('nowhere'))).toMatchObject({
      code: 'CONNECTORS_KAFKA_TOPIC_NOT_FOUND',
      message: 'topic "nowhere" does not exist',
    })
  })
  test('a wrong password, which no error shows', async () => {
    const topic = await newTopic()
    const address = `127.0.0.1:${server.secrets.ports.sasl}`
    const error = await failureOf(open(topic, { address, options: login('my-secret') }))
    expect(error).toMatchObject({ code: 'CONNECTORS_KAFKA_LOGIN_REFUSED' })
    expect(JSON.stringify(error) + String((error as unknown as Error).stack)).not.toContain('my-secret')
  })
  test.each(['exactly-once', 'at-least-once'])('a user without rights, with %s', async (guarantee) => {
    const topic = await newTopic()
    const address = `127.0.0.1:${server.secrets.ports.sasl}`
    const options = { ...login(server.secrets.password), ...exactlyOnce(topic), 'sink.delivery-guarantee': guarantee }
    expect(await failureOf(open(topic, { address, options }))).toMatchObject({ code: 'CONNECTORS_KAFKA_UNAUTHORIZED' })
  })
  test('a host that does not exist', async () => {
    expect(await failureOf(open('any', { address: 'no-such-host.invalid:9092' }))).toMatchObject({
      code: 'CONNECTORS_KAFKA_HOST_NOT_FOUND',
    })
  })
  test('longer transactions than the brokers allow', async () => {
    const topic = await newTopic()
    const options = { ...exactlyOnce(topic), 'properties.transaction.timeout.ms': '900001' }
    expect(await failureOf(open(topic, { options }))).toMatchObject({
      code: 'CONNECTORS_KAFKA_TRANSACTION_TIMEOUT_REFUSED',
      message: 'transactions of 900001 ms, which table "orders" asks for, are longer than Kafka allows',
    })
  })
  test.each<[Record<string, string>, string]>([
    [{ 'sink.delivery-guarantee': 'exactly-once' }, 'CONNECTORS_KAFKA_OPTION_MISSING'],
    [{ ...exactlyOnce('x'), 'properties.acks': '1' }, 'CONNECTORS_KAFKA_OPTION_MISMATCH'],
    [{ ...exactlyOnce('x'), 'properties.enable.idempotence': 'false' }, 'CONNECTORS_KAFKA_OPTION_MISMATCH'],
    [{ 'sink.partitioner': 'org.example.Mine' }, 'CONNECTORS_KAFKA_OPTION_MISMATCH'],
    [{ ...keyed, 'sink.partitioner': 'round-robin' }, 'CONNECTORS_KAFKA_OPTION_MISMATCH'],
    [{ topic: 'a;b' }, 'CONNECTORS_KAFKA_TOPIC_COLUMN_MISSING'],
  ])('options %j', async (options, code) => {
    expect(await failureOf(open('x', { options }))).toMatchObject({ code })
  })
  test('metadata that nobody can write, or of another type', async () => {
    expect(await failureOf(open('x', { metadata: { offset: idAndName.id } }))).toMatchObject({
      code: 'CONNECTORS_KAFKA_METADATA_READ_ONLY',
      detail: 'What can be written is timestamp, headers, topic.',
    })
    expect(await failureOf(open('x', { metadata: { timestamp: stringType } }))).toMatchObject({
      code: 'CONNECTORS_KAFKA_METADATA_TYPE_MISMATCH',
      message: 'expected a time stamp for column "timestamp" of table "orders", got STRING',
    })
  })
})
