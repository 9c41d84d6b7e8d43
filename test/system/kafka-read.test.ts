/** What is read of topics of a real broker that another client has written. */
import { Producer, stringSerializers } from '@platformatic/kafka'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { bigintType, stringType } from '#data'
import {
  fromStart,
  idsFrom,
  idsOf,
  messageOf,
  type OpenedReader,
  openReader,
  type ReadHow,
  type ReadTable,
  send,
  sourceOf,
  toEnd,
  upTo,
} from './kafka-reader.fixture.ts'
import { type KafkaServer, startKafkaServer } from './kafka-server.fixture.ts'

let server: KafkaServer
let topics = 0
const readers: OpenedReader[] = []

beforeAll(async () => {
  server = await startKafkaServer()
}, 120_000)
afterAll(() => server.remove())
afterEach(async () => {
  for (const reader of readers.splice(0)) await reader.close()
})

async function newTopic(partitions = 1, configs: Readonly<Record<string, string>> = {}): Promise<string> {
  const topic = `topic-${++topics}`
  await server.createTopic(topic, partitions, configs)
  return topic
}

async function open(topic: string | null, given: ReadTable = {}, how: ReadHow = {}): Promise<OpenedReader> {
  const reader = await openReader(server, topic, given, how)
  readers.push(reader)
  return reader
}

async function rowsOf(topic: string | null, given: ReadTable = { options: toEnd }, how: ReadHow = {}): Promise<unknown[][]> {
  const reader = await open(topic, given, how)
  return reader.next()
}

function failureOf(work: Promise<unknown>): Promise<{ readonly code: string; readonly message: string; readonly detail: string }> {
  return work.then(
    () => ({ code: 'none', message: '', detail: '' }),
    (error) => error,
  )
}

const bounded = (mode: string, more: Readonly<Record<string, string>> = {}) => ({
  options: { ...fromStart, 'scan.bounded.mode': mode, ...more },
})
const starting = (mode: string, more: Readonly<Record<string, string>> = {}) => ({
  options: { 'scan.startup.mode': mode, 'scan.bounded.mode': 'latest-offset', ...more },
})

describe('messages', () => {
  test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)('compressed with %s', async (compression) => {
    const topic = await newTopic(3)
    await send(server, topic, idsFrom(0, 1500, 3), compression)
    const rows = await rowsOf(topic)
    expect(idsOf(rows)).toEqual(upTo(1500))
    expect(rows.every(([id, name]) => name === `name ${String(id)}`)).toBe(true)
  })

  test('with all that is known of them', async () => {
    const topic = await newTopic(2)
    await send(server, topic, [
      { value: '{"id":1}', partition: 1, timestamp: 1_700_000_000_123, headers: { a: 'b' } },
      { value: '{"id":2}', partition: 1, timestamp: 1_700_000_000_456 },
    ])
    const metadata = ['topic', 'partition', 'offset', 'timestamp', 'timestamp-type', 'leader-epoch', 'headers']
    const rows = await rowsOf(topic, { options: toEnd, metadata })
    const headers = new Map([['a', new Uint8Array([98])]])
    expect(rows).toEqual([
      [1, null, topic, 1, 0, 1_700_000_000_123, 'CreateTime', 0, headers],
      [2, null, topic, 1, 1, 1_700_000_000_456, 'CreateTime', 0, new Map()],
    ])
  })

  test('with the time at which the broker got them', async () => {
    const topic = await newTopic(1, { 'message.timestamp.type': 'LogAppendTime' })
    await send(server, topic, [{ value: '{"id":1}', timestamp: 5 }])
    const [[, , time, type] = []] = await rowsOf(topic, { options: toEnd, metadata: ['timestamp', 'timestamp-type'] })
    expect([Number(time) > 1_600_000_000_000, type]).toEqual([true, 'LogAppendTime'])
  })

  test('with keys', async () => {
    const topic = await newTopic()
    await send(server, topic, [{ key: 'x', value: '{"id":1}' }, { value: '{"id":2}' }])
    const keyed = { 'key.format': 'raw', 'key.fields': 'name', 'value.fields-include': 'EXCEPT_KEY' }
    expect(await rowsOf(topic, { options: { ...toEnd, ...keyed } })).toEqual([
      [1, 'x'],
      [2, null],
    ])
  })

  test('of several topics, and of those that fit a pattern', async () => {
    const [one, other] = [await newTopic(), await newTopic()]
    await send(server, one, idsFrom(0, 2))
    await send(server, other, idsFrom(2, 3))
    expect(idsOf(await rowsOf(`${one};${other}`))).toEqual(upTo(5))
    expect(idsOf(await rowsOf(null, { options: { ...toEnd, 'topic-pattern': `${one}|${other.slice(0, -1)}[${other.at(-1)}]` } }))).toEqual(
      upTo(5),
    )
  })

  test('of 50 MB', async () => {
    const topic = await newTopic(2, { 'max.message.bytes': '62914560' })
    await send(server, topic, [{ value: '{"id":1}' }])
    await send(server, topic, [{ value: JSON.stringify({ id: 2, name: 'x'.repeat(52_428_800) }) }])
    await send(server, topic, [{ value: '{"id":3}' }, { value: '{"id":4}', partition: 1 }])
    const reader = await open(topic, { options: toEnd })
    const rows = await reader.next()
    expect(rows.map(([id, name]) => [id, String(name).length])).toEqual(
      expect.arrayContaining([
        [1, 4],
        [2, 52_428_800],
        [3, 4],
        [4, 4],
      ]),
    )
    expect(reader.meter.bytes).toBeGreaterThan(52_428_800)
    expect(reader.meter.lag).toBe(0)
  })

  test('of which compaction has left the newest of each key', async () => {
    const topic = await newTopic(1, { 'cleanup.policy': 'compact', 'segment.ms': '50', 'min.cleanable.dirty.ratio': '0.01' })
    for (let id = 0; id < 40; id++) await send(server, topic, [{ key: `k${id % 4}`, value: `{"id":${id}}` }])
    const ids = async () => idsOf(await rowsOf(topic)).length
    await expect.poll(ids, { timeout: 40_000, interval: 500 }).toBeLessThan(40)
    const reader = await open(topic, { options: toEnd, metadata: ['offset'] })
    const rows = await reader.next()
    expect(idsOf(rows).slice(-4)).toEqual([36, 37, 38, 39])
    expect(rows.every(([id, , offset]) => id === offset)).toBe(true)
    expect(reader.position()).toMatchObject({ topics: [{ partitions: [[0, 40, 40]] }] })
  })

  test('without a value are no rows of a plain table', async () => {
    const topic = await newTopic()
    await send(server, topic, [{ value: '{"id":1}' }, { key: 'k', value: null }, { value: '{"id":2}' }, { key: 'k', value: null }])
    const reader = await open(topic, { options: toEnd })
    expect(idsOf(await reader.next())).toEqual([1, 2])
    expect(reader.position()).toMatchObject({ topics: [{ partitions: [[0, 4, 4]] }] })
  })

  test('that are no JSON end the work, are left out, or become dead letters', async () => {
    const topic = await newTopic()
    await send(server, topic, [{ value: '{"id":1}' }, { key: 'k', value: 'what?' }, { value: '{"id":2}' }])
    const place = `{"topic":"${topic}","partition":0,"offset":1}`
    const failure = await failureOf(rowsOf(topic))
    expect([failure.code, failure.message.includes(place)]).toEqual(['CONNECTORS_MESSAGE_UNREADABLE', true])
    const lenient = await open(topic, { options: { ...toEnd, 'value.json.ignore-parse-errors': 'true' } })
    expect(idsOf(await lenient.next())).toEqual([1, 2])
    expect(lenient.reader.skippedRows).toBe(1)
    const lettered = await open(topic, { options: toEnd }, { hasDeadLetters: true })
    expect(idsOf(await lettered.next())).toEqual([1, 2])
    expect(
      lettered.deadLetters.map(({ position, key, value }) => [position, String(Buffer.from(key ?? [])), String(Buffer.from(value ?? []))]),
    ).toEqual([[place, 'k', 'what?']])
  })
})

describe('rows by key', () => {
  test('are the newest of each, and a message without a value deletes', async () => {
    const topic = await newTopic()
    await send(server, topic, [
      { key: 'a', value: '{"id":1}' },
      { key: 'b', value: '{"id":2}' },
      { key: 'a', value: null },
      { key: 'b', value: '{"id":3}' },
    ])
    const given: ReadTable = {
      connector: 'upsert-kafka',
      options: { 'scan.bounded.mode': 'latest-offset', 'key.format': 'raw', 'value.fields-include': 'EXCEPT_KEY' },
      types: { name: { ...stringType, nullable: false }, id: bigintType },
      primaryKey: ['name'],
    }
    expect((await sourceOf(server, topic, given)).source.changes).toBe('upsert')
    expect(await rowsOf(topic, given)).toEqual([
      ['+U', 'a', 1],
      ['+U', 'b', 2],
      ['-D', 'a', null],
      ['+U', 'b', 3],
    ])
  })
})

describe('where reading begins and ends', () => {
  test('at offsets that are written out', async () => {
    const topic = await newTopic(2)
    await send(server, topic, idsFrom(0, 20, 2))
    const start = starting('specific-offsets', { 'scan.startup.specific-offsets': 'partition:0,offset:8;partition:1,offset:9' })
    expect(idsOf(await rowsOf(topic, start))).toEqual([16, 18, 19])
    const end = bounded('specific-offsets', { 'scan.bounded.specific-offsets': 'partition:0,offset:2;partition:1,offset:1' })
    expect(idsOf(await rowsOf(topic, end))).toEqual([0, 1, 2])
  })

  test('at a time', async () => {
    const topic = await newTopic()
    await send(
      server,
      topic,
      upTo(10).map((id) => ({ value: `{"id":${id}}`, timestamp: 1_700_000_000_000 + 1000 * id })),
    )
    const at = (second: number) => String(1_700_000_000_000 + 1000 * second)
    expect(idsOf(await rowsOf(topic, starting('timestamp', { 'scan.startup.timestamp-millis': at(7) })))).toEqual([7, 8, 9])
    expect(idsOf(await rowsOf(topic, bounded('timestamp', { 'scan.bounded.timestamp-millis': at(3) })))).toEqual([0, 1, 2])
    expect(await rowsOf(topic, starting('timestamp', { 'scan.startup.timestamp-millis': at(60) }))).toEqual([])
  })

  test('at the end, for what comes later', async () => {
    const topic = await newTopic()
    await send(server, topic, idsFrom(0, 5))
    const reader = await open(topic, { options: { 'scan.startup.mode': 'latest-offset' } })
    await send(server, topic, idsFrom(5, 3))
    expect(idsOf(await reader.next(3))).toEqual([5, 6, 7])
  })

  test('where the consumer group stands', async () => {
    const topic = await newTopic()
    await send(server, topic, idsFrom(0, 6000))
    const group = { 'properties.group.id': `group-${topic}` }
    const failure = await failureOf(rowsOf(topic, starting('group-offsets', group)))
    expect([failure.code, failure.message]).toEqual([
      'CONNECTORS_KAFKA_OFFSET_MISSING',
      `group "group-${topic}" has no offset for partition 0 of topic "${topic}"`,
    ])
    const first = await open(topic, starting('group-offsets', { ...group, 'properties.auto.offset.reset': 'earliest' }))
    const rows = await first.next(1)
    expect(rows.length).toBeLessThan(6000)
    await first.reader.checkpointed?.(first.position())
    await first.close()
    expect(await server.admin.listConsumerGroupOffsets({ groups: [`group-${topic}`] })).toMatchObject([
      { topics: [{ name: topic, partitions: [{ committedOffset: BigInt(rows.length) }] }] },
    ])
    expect(idsOf([...rows, ...(await rowsOf(topic, starting('group-offsets', group)))])).toEqual(upTo(6000))
    expect(idsOf(await rowsOf(topic, bounded('group-offsets', group)))).toEqual(upTo(rows.length))
  })
})

describe('positions', () => {
  test('are gone on from, and nothing is lost or comes twice', async () => {
    const topic = await newTopic(3)
    await send(server, topic, idsFrom(0, 15_000, 3), 'lz4')
    const first = await open(topic, { options: toEnd })
    const rows = await first.next(5000)
    const position = first.position()
    await send(server, topic, idsFrom(15_000, 30, 3))
    // What has an end ends where it did before.
    expect(idsOf([...rows, ...(await rowsOf(topic, { options: toEnd }, { position }))])).toEqual(upTo(15_000))
    const endless = await open(topic, { options: fromStart })
    const begun = await endless.next(7000)
    const later = await open(topic, { options: fromStart }, { position: endless.position() })
    expect(idsOf([...begun, ...(await later.next(15_030 - begun.length))])).toEqual(upTo(15_030))
  })

  test('have the bound that the table has now', async () => {
    const topic = await newTopic(2)
    await send(server, topic, idsFrom(0, 20, 2))
    const first = await open(topic, { options: toEnd })
    const rows = await first.next(20)
    await send(server, topic, idsFrom(20, 20, 2))
    const endless = await open(topic, { options: fromStart }, { position: first.position() })
    rows.push(...(await endless.next(20)))
    await send(server, topic, idsFrom(40, 20, 2))
    rows.push(...(await rowsOf(topic, { options: toEnd }, { position: endless.position() })))
    expect(idsOf(rows)).toEqual(upTo(60))
  })

  test('without the ids of topics, as older brokers give them, do as well', async () => {
    const topic = await newTopic(2)
    await send(server, topic, idsFrom(0, 20, 2))
    const reader = await open(topic, { options: fromStart })
    const { topics: all } = reader.position() as { topics: object[] }
    const rows = await rowsOf(
      topic,
      { options: toEnd },
      {
        position: {
          topics: all.map((each) => ({
            ...each,
            id: '',
            partitions: [
              [0, 4, 10],
              [1, 9, 10],
            ],
          })),
        },
      },
    )
    expect(idsOf(rows)).toEqual([8, 10, 12, 14, 16, 18, 19])
  })

  test('of several readers are shared among others', async () => {
    const topic = await newTopic(5)
    await send(server, topic, idsFrom(0, 10_000, 5))
    const options = { ...fromStart, 'scan.topic-partition-discovery.interval': '100ms' }
    const { source } = await sourceOf(server, topic, { options })
    const shares = (await source.divide?.(3, null)) ?? []
    const three = await Promise.all(shares.map((position) => open(topic, { options }, { position: JSON.parse(JSON.stringify(position)) })))
    const rows = (await Promise.all(three.map((reader) => reader.next(1)))).flat()
    expect(rows.length).toBeLessThan(10_000)
    const again =
      (await source.divide?.(
        2,
        three.map((reader) => reader.position()),
      )) ?? []
    const two = await Promise.all(again.map((position) => open(topic, { options }, { position: JSON.parse(JSON.stringify(position)) })))
    await server.addPartitions(topic, 9)
    await send(
      server,
      topic,
      upTo(4).map((id) => ({ value: `{"id":${10_000 + id}}`, partition: 5 + id })),
    )
    await Promise.all(
      two.map(async (reader) => {
        for (;;) {
          const batch = await Promise.race([reader.next(1), new Promise<null>((resolve) => setTimeout(resolve, 3000, null))])
          if (batch === null) return
          rows.push(...batch)
        }
      }),
    )
    expect(idsOf(rows)).toEqual(upTo(10_004))
    expect((await source.divide?.(12, null))?.filter((position) => position === null)).toHaveLength(3)
  })
})

describe('partitions', () => {
  test('and topics that come later are read from their beginning', async () => {
    const topic = await newTopic()
    await send(server, topic, idsFrom(0, 3))
    const options = {
      'topic-pattern': `${topic}|later-${topic}`,
      'scan.startup.mode': 'latest-offset',
      'scan.topic-partition-discovery.interval': '100ms',
    }
    const reader = await open(null, { options })
    await server.addPartitions(topic, 2)
    await send(server, topic, [{ value: '{"id":7}', partition: 1 }])
    await server.createTopic(`later-${topic}`)
    await send(server, `later-${topic}`, [{ value: '{"id":8}' }])
    expect(idsOf(await reader.next(2))).toEqual([7, 8])
    expect([...reader.splits].sort()).toEqual([`later-${topic}-0`, `${topic}-1`])
  })

  test('are splits, of which those that are held give nothing', async () => {
    const topic = await newTopic(3)
    await send(server, topic, idsFrom(0, 300, 3))
    const reader = await open(topic, { options: fromStart })
    const rows = await reader.next(1)
    // What others have given is fetched by now.
    const [held = ''] = [0, 1, 2].map((partition) => `${topic}-${partition}`).filter((split) => !reader.splits.has(split))
    reader.reader.hold?.([held])
    while (rows.length < 200) rows.push(...(await reader.next(1)))
    expect(reader.splits.has(held)).toBe(false)
    const more = reader.next(1)
    await send(server, topic, [{ value: '{"id":300}', partition: Number(held.at(-1)) }])
    expect(await Promise.race([more, new Promise((resolve) => setTimeout(resolve, 1500, 'nothing'))])).toBe('nothing')
    reader.reader.hold?.([])
    rows.push(...(await more))
    while (rows.length < 301) rows.push(...(await reader.next(1)))
    expect(idsOf(rows)).toEqual(upTo(301))
  })
})

describe('transactions', () => {
  test('that were aborted are left out for who asks for that, and what is open is waited for', async () => {
    const topic = await newTopic()
    const producer = new Producer({
      clientId: 'transactions',
      bootstrapBrokers: [server.address],
      serializers: stringSerializers,
      transactionalId: topic,
      idempotent: true,
      timeout: 60_000,
    })
    for (const [first, outcome] of [
      [0, 'commit'],
      [3, 'abort'],
      [6, 'commit'],
      [9, 'abort'],
    ] as const) {
      const transaction = await producer.beginTransaction()
      await transaction.send({ messages: idsFrom(first, 3).map((each) => messageOf(topic, each)) })
      await transaction[outcome]()
    }
    await producer.close()
    const committed = {}
    const reader = await open(topic, { options: { ...toEnd, ...committed } })
    expect(idsOf(await reader.next())).toEqual([0, 1, 2, 6, 7, 8])
    expect(reader.position()).toMatchObject({ topics: [{ partitions: [[0, 16, 16]] }] })
    expect(idsOf(await rowsOf(topic, { options: { ...toEnd, 'properties.isolation.level': 'read_uncommitted' } }))).toEqual(upTo(12))
    const from = { 'scan.startup.specific-offsets': 'partition:0,offset:5', ...committed }
    expect(idsOf(await rowsOf(topic, starting('specific-offsets', from)))).toEqual([6, 7, 8])
  })
})
