import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { systemClock } from '#base'
import { openTopics, type Topics } from '#topics'
import type { ConnectorTable } from '../connector.ts'
import { ConnectorMeter } from '../connector-meter.ts'
import { topicSource } from './source.ts'
import { openReader, readRows, readWhole, tableAt, temporaryFolder } from './table.fixture.ts'

/** A topic of two partitions, with the numbers from 0 to 9 by turns, each a second after the one before. */
async function numbers(folder: string): Promise<Topics> {
  const topics = await openTopics(folder)
  const topic = await topics.topic('orders', { partitions: 2 })
  for (let id = 0; id < 10; id++) await topic.append([{ key: `k${id}`, value: `{"id":${id}}`, partition: id % 2, timeMs: 1000 * id }])
  return topics
}

const idsOf = ({ rows }: { rows: readonly (readonly unknown[])[] }): unknown[] =>
  rows.map(([id]) => id).toSorted((a, b) => Number(a) - Number(b))

async function idsWith(folder: string, options: Record<string, string>): Promise<unknown[]> {
  return idsOf(await readWhole(tableAt(folder, options)))
}

describe('where reading begins and ends', () => {
  test('is what the options say', async () => {
    const folder = temporaryFolder()
    const topics = await numbers(folder)
    expect(await idsWith(folder, {})).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(await idsWith(folder, { 'scan.startup.mode': 'latest-offset' })).toEqual([])
    expect(await idsWith(folder, { 'scan.startup.mode': 'timestamp', 'scan.startup.timestamp-millis': '6500' })).toEqual([7, 8, 9])
    const offsets = {
      'scan.startup.mode': 'specific-offsets',
      'scan.startup.specific-offsets': 'partition:0,offset:4; partition:1,offset:3',
    }
    expect(await idsWith(folder, offsets)).toEqual([7, 8, 9])
    const group = { 'scan.startup.mode': 'group-offsets', 'group.id': 'readers' }
    expect((await idsWith(folder, group)).length).toBe(10)
    await topics.commitOffsets('readers', 'orders', { 0: 5, 1: 4 })
    expect(await idsWith(folder, group)).toEqual([9])
    const bounded = async (options: Record<string, string>): Promise<unknown[]> => {
      const reading = await openReader(tableAt(folder, options))
      return idsOf(await readRows(reading))
    }
    expect(await bounded({ 'scan.bounded.mode': 'timestamp', 'scan.bounded.timestamp-millis': '3000' })).toEqual([0, 1, 2])
    const end = { 'scan.bounded.mode': 'specific-offsets', 'scan.bounded.specific-offsets': 'partition:0,offset:1;partition:1,offset:99' }
    expect(await bounded(end)).toEqual([0, 1, 3, 5, 7, 9])
    expect(await bounded({ 'scan.bounded.mode': 'group-offsets', 'group.id': 'readers' })).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
    topics.close()
  })

  test('is told of each partition, with what is left to read', async () => {
    const folder = temporaryFolder()
    const topics = await numbers(folder)
    const { reader } = await openReader(
      tableAt(folder, {
        'scan.bounded.mode': 'specific-offsets',
        'scan.bounded.specific-offsets': 'partition:0,offset:3;partition:1,offset:5',
      }),
    )
    const standing = () =>
      reader.standing?.().map(({ name, position, end, pendingRows, hasEnded }) => [name, position, end, pendingRows, hasEnded])
    expect(standing()).toEqual([
      ['orders-0', 0, null, null, false],
      ['orders-1', 0, null, null, false],
    ])
    expect((await reader.read())?.batch.length).toBe(3)
    expect(standing()).toEqual([
      ['orders-0', 3, 3, 0, true],
      ['orders-1', 0, 5, 5, false],
    ])
    await reader.close()
    topics.close()
  })

  test('may be within what was written at once', async () => {
    const folder = temporaryFolder()
    const topics = await openTopics(folder)
    const topic = await topics.topic('orders', {})
    await topic.append(Array.from({ length: 9000 }, (_, id) => ({ value: `{"id":${id}}` })))
    const reading = await openReader(
      tableAt(folder, {
        'scan.startup.mode': 'specific-offsets',
        'scan.startup.specific-offsets': 'partition:0,offset:4321',
        'scan.bounded.mode': 'specific-offsets',
        'scan.bounded.specific-offsets': 'partition:0,offset:8765',
      }),
    )
    expect(idsOf(await readRows(reading))).toEqual(Array.from({ length: 8765 - 4321 }, (_, i) => 4321 + i))
    topics.close()
  })

  test.each([
    [{ path: '' }, 'FORMATS_OPTION_MISSING', 'option "path" of table "orders" is missing'],
    [{ 'scan.startup.mode': 'group-offsets' }, 'CONNECTORS_TOPIC_OPTION_MISSING', 'option "group.id" of table "orders" is missing'],
    [
      { 'scan.startup.mode': 'timestamp' },
      'CONNECTORS_TOPIC_OPTION_MISSING',
      'option "scan.startup.timestamp-millis" of table "orders" is missing',
    ],
    [
      { 'scan.bounded.mode': 'specific-offsets', 'scan.bounded.specific-offsets': 'partition:0' },
      'CONNECTORS_TOPIC_OFFSETS_MISMATCH',
      'option "scan.bounded.specific-offsets" of table "orders" does not name offsets of partitions',
    ],
  ])('%j is refused', (options, code, message) => {
    expect(() => topicSource(tableAt('none', options))).toThrow(expect.objectContaining({ code, message }))
  })
})

describe('a position', () => {
  test('is where another reader goes on, after any batch', async () => {
    const folder = temporaryFolder()
    const topics = await openTopics(folder)
    const topic = await topics.topic('orders', { partitions: 2 })
    await topic.append(Array.from({ length: 20_000 }, (_, id) => ({ value: `{"id":${id}}`, partition: id % 2 })))
    const table = tableAt(folder, { 'scan.bounded.mode': 'latest-offset' })
    const ids: unknown[] = []
    let position: unknown
    for (let isAtEnd = false; !isAtEnd; ) {
      const reading = await openReader(table, position)
      const read = await readRows(reading, 1)
      isAtEnd = read.rows.length === 0
      ids.push(...read.rows.map(([id]) => id))
      position = JSON.parse(JSON.stringify(reading.reader.position())) as unknown
      await reading.reader.close()
      // What comes later lies behind the end that was settled first.
      await topic.append([{ value: '{"id":-1}', partition: 0 }])
    }
    expect(ids.toSorted((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 20_000 }, (_, id) => id))
    topics.close()
  })

  test('has the bound that the table has now', async () => {
    const folder = temporaryFolder()
    const topics = await openTopics(folder)
    const topic = await topics.topic('orders', { partitions: 2 })
    let id = 0
    const append = (count: number): Promise<unknown> =>
      topic.append(Array.from({ length: count }, () => ({ value: `{"id":${id}}`, partition: id++ % 2 })))
    const readOn = async (options: Readonly<Record<string, string>>, position: unknown, count?: number): Promise<unknown> => {
      const reading = await openReader(tableAt(folder, options), position)
      seen.push(...idsOf(await readRows(reading, count)))
      await reading.reader.close()
      return JSON.parse(JSON.stringify(reading.reader.position()))
    }
    const toEnd = { 'scan.bounded.mode': 'latest-offset' }
    const seen: unknown[] = []
    await append(10)
    const atFirstEnd = await readOn(toEnd, undefined)
    await append(10)
    const later = await readOn({}, atFirstEnd, 10)
    await append(10)
    await topics.topic('orders', { partitions: 3 })
    await topic.append([{ value: `{"id":${id}}`, partition: 2 }])
    await readOn(toEnd, later)
    expect(seen.toSorted((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 31 }, (_, each) => each))
    topics.close()
  })

  test('is noted for the group once its checkpoint is complete', async () => {
    const folder = temporaryFolder()
    const topics = await numbers(folder)
    const reading = await openReader(tableAt(folder, { 'group.id': 'readers' }))
    await readRows(reading, 10)
    expect(topics.offsets('readers', 'orders')).toEqual({})
    await reading.reader.checkpointed?.(reading.reader.position())
    expect(topics.offsets('readers', 'orders')).toEqual({ 0: 5, 1: 5 })
    topics.close()
  })

  test('is divided among readers, and among others later', async () => {
    const folder = temporaryFolder()
    const topics = await openTopics(folder)
    const topic = await topics.topic('orders', { partitions: 5 })
    await topic.append(Array.from({ length: 10 }, (_, id) => ({ value: `{"id":${id}}`, partition: id % 5 })))
    const table = tableAt(folder, { 'scan.topic-partition-discovery.interval': '10 ms' })
    const source = topicSource(table)
    const readAll = async (positions: readonly unknown[], counts: readonly number[]): Promise<[unknown[], unknown[]]> => {
      const ids: unknown[] = []
      const after: unknown[] = []
      for (const [i, position] of positions.entries()) {
        if (position === null) continue
        const reading = await openReader(table, position)
        ids.push(...idsOf(await readRows(reading, counts[i])))
        after.push(reading.reader.position())
        await reading.reader.close()
      }
      return [ids, after]
    }
    const divided = (await source.divide?.(3, null)) ?? []
    const [first, after] = await readAll(divided, [4, 4, 2])
    expect(idsOf({ rows: first.map((id) => [id]) })).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    await topic.append(Array.from({ length: 5 }, (_, id) => ({ value: `{"id":${10 + id}}`, partition: id })))
    await topics.topic('orders', { partitions: 6 })
    await topic.append([{ value: '{"id":15}', partition: 5 }])
    const again = (await source.divide?.(7, after)) ?? []
    expect(again.filter((position) => position === null).length).toBe(2)
    // The new partition is found by the one reader whose turn it is.
    const [second] = await readAll(again, [2, 1, 1, 1, 1])
    expect(idsOf({ rows: second.map((id) => [id]) })).toEqual([10, 11, 12, 13, 14, 15])
    topics.close()
  })
})

test('new records and new partitions come while reading goes on; splits that are held give nothing', async () => {
  const folder = temporaryFolder()
  const topics = await numbers(folder)
  const topic = await topics.topic('orders')
  const meter = new ConnectorMeter(systemClock)
  const stop = new AbortController()
  const options = { 'scan.startup.mode': 'latest-offset', 'scan.topic-partition-discovery.interval': '10 ms' }
  const reading = await openReader(tableAt(folder, options), undefined, [], { meter, signal: stop.signal })
  reading.reader.hold?.(['0'])
  await topic.append([
    { value: '{"id":10}', partition: 0 },
    { value: '{"id":11}', partition: 1 },
  ])
  expect(await readRows(reading, 1)).toMatchObject({ rows: [[11, null]], splits: ['1'] })
  const waiting = reading.reader.read()
  await sleep(50)
  reading.reader.hold?.([])
  expect(await waiting).toMatchObject({ split: '0', splits: ['0', '1'] })
  await topics.topic('orders', { partitions: 3 })
  await topic.append([{ value: '{"id":12}', partition: 2 }])
  expect(await readRows(reading, 1)).toMatchObject({ rows: [[12, null]], splits: ['2'] })
  expect(meter.bytes).toBeGreaterThan(0)
  const last = reading.reader.read()
  stop.abort()
  expect(await last).toBeNull()
  topics.close()
})

test('a split that is held in the midst of its records goes on with them later', async () => {
  const folder = temporaryFolder()
  const topics = await openTopics(folder)
  const topic = await topics.topic('orders', { partitions: 2 })
  await topic.append(Array.from({ length: 60_000 }, (_, id) => ({ value: `{"id":${id}}`, partition: id % 2 })))
  const reading = await openReader(tableAt(folder, { 'scan.bounded.mode': 'latest-offset' }))
  const seen: unknown[] = []
  const read = async (held: readonly string[]): Promise<void> => {
    reading.reader.hold?.(held)
    const { rows, splits } = await readRows(reading, 1)
    expect(held.includes(splits[0] ?? '')).toBe(false)
    seen.push(...rows.map(([id]) => id))
  }
  for (const held of [[], ['0'], ['0'], ['1'], ['1'], ['0'], []]) await read(held)
  const before = seen.length
  expect(before).toBeLessThan(60_000)
  reading.reader.hold?.([])
  seen.push(...(await readRows(reading)).rows.map(([id]) => id))
  expect(seen.filter((id) => Number(id) % 2 === 0)).toEqual(Array.from({ length: 30_000 }, (_, i) => 2 * i))
  expect(seen.filter((id) => Number(id) % 2 === 1)).toEqual(Array.from({ length: 30_000 }, (_, i) => 2 * i + 1))
  topics.close()
})

test('the lag is what is there and not read', async () => {
  const folder = temporaryFolder()
  const topics = await numbers(folder)
  const meter = new ConnectorMeter(systemClock)
  const reading = await openReader(tableAt(folder), undefined, [], { meter })
  await reading.reader.read()
  expect(meter.lag).toBe(10)
  await reading.reader.close()
  topics.close()
})

describe('what cannot be read', () => {
  const broken = async (folder: string): Promise<ConnectorTable> => {
    const topics = await openTopics(folder)
    const topic = await topics.topic('orders', {})
    await topic.append([{ value: '{"id":1}' }, { value: 'x', key: 'k' }, { value: '{"id":3}' }])
    topics.close()
    return tableAt(folder, { 'scan.bounded.mode': 'latest-offset' })
  }

  test('ends the work with its position', async () => {
    const reading = await openReader(await broken(temporaryFolder()))
    await expect(readRows(reading)).rejects.toThrow(
      expect.objectContaining({ message: expect.stringContaining('{"topic":"orders","partition":0,"offset":1}') }),
    )
  })

  test('goes to the dead letters where there are some', async () => {
    const reading = await openReader(await broken(temporaryFolder()), undefined, [], { hasDeadLetters: true })
    const { rows, letters } = await readRows(reading)
    expect(rows.map(([id]) => id)).toEqual([1, 3])
    expect(letters).toMatchObject([{ position: '{"topic":"orders","partition":0,"offset":1}' }])
    expect([String(Buffer.from(letters[0]?.key ?? [])), String(Buffer.from(letters[0]?.value ?? []))]).toEqual(['k', 'x'])
  })
})
