/** Topics as programs use them: records, partitions, times, groups and transactions. */
import { readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { type RecordBatch, recordsOf } from './index.ts'
import type { TopicRecord } from './records.ts'
import { bury, newFolder, openAlone, valuesOf } from './topics.fixture.ts'
import { openTopics } from './topics.ts'

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))

async function all(batches: AsyncIterable<RecordBatch>): Promise<TopicRecord[]> {
  const records: TopicRecord[] = []
  for await (const batch of batches) records.push(...recordsOf(batch))
  return records
}

describe('records', () => {
  test('come back with key, value, headers, time and offset', async () => {
    const topics = await openTopics(newFolder())
    const topic = await topics.topic('clicks', { partitions: 2 })
    const headers = [['trace', bytes('7')] as const, ['none', null] as const]
    await topic.append([
      { key: 'ann', value: 'first', partition: 0, timeMs: 5 },
      { key: null, value: null, partition: 0, timeMs: 3, headers },
      { key: '', value: '', partition: 1, timeMs: 9 },
    ])
    await topic.append([{ value: bytes('a longer value than eight bytes'), partition: 0, timeMs: 4 }])
    const records = await all(topic.follow({ from: 'earliest', isBounded: true }))
    const shown = records.map(({ partition, offset, timeMs, key, value }) => [
      `${partition}/${offset}`,
      timeMs,
      key === null ? null : String(key),
      value === null ? null : String(value),
    ])
    expect(shown.toSorted((a, b) => String(a[0]).localeCompare(String(b[0])))).toEqual([
      ['0/0', 5, 'ann', 'first'],
      ['0/1', 3, null, null],
      ['0/2', 4, null, 'a longer value than eight bytes'],
      ['1/0', 9, '', ''],
    ])
    expect(records.find(({ timeMs }) => timeMs === 3)?.headers).toEqual([
      ['trace', bytes('7')],
      ['none', null],
    ])
    topics.close()
  })

  test('of one key keep their order and their partition, also beyond one batch', async () => {
    const topics = await openTopics(newFolder())
    const topic = await topics.topic('many', { partitions: 3 })
    const values = Array.from({ length: 40_000 }, (_, i) => `${i}`)
    await topic.append(values.map((value) => ({ key: `key ${Number(value) % 7}`, value })))
    const records = await all(topic.follow({ from: 'earliest', isBounded: true }))
    expect(records.length).toBe(40_000)
    for (let key = 0; key < 7; key++) {
      const own = records.filter((record) => String(record.key) === `key ${key}`)
      expect(new Set(own.map(({ partition }) => partition)).size).toBe(1)
      expect(own.map(({ value }) => String(value))).toEqual(values.filter((value) => Number(value) % 7 === key))
    }
    topics.close()
  })

  test('are seen by who waits for them, in another process, too, and in partitions that come later', async () => {
    const folder = newFolder()
    const [writing, reading] = [await openAlone(folder), await openAlone(folder)]
    const topic = await writing.topic('clicks', { partitions: 1 })
    const stop = new AbortController()
    const seen: string[] = []
    const following = (async () => {
      for await (const batch of (await reading.topic('clicks')).follow({ from: 'latest', signal: stop.signal })) {
        for (const { value } of recordsOf(batch)) seen.push(String(value))
        if (seen.length === 3) stop.abort()
      }
    })()
    await topic.append([{ value: 'a' }])
    await topic.append([{ value: 'b' }])
    await writing.topic('clicks', { partitions: 2 })
    await topic.append([{ value: 'c', partition: 1 }])
    await following
    expect(seen.sort()).toEqual(['a', 'b', 'c'])
    writing.close()
    reading.close()
  })
})

describe('offsets', () => {
  test('are found by time, across segments whose indexes are there or not', async () => {
    const folder = newFolder()
    const topics = await openAlone(folder)
    const topic = await topics.topic('timed', { segmentBytes: 4096 })
    for (let i = 0; i < 300; i++) await topic.append([{ value: 'x'.repeat(100), timeMs: 1000 + 10 * i }])
    const place = path.join(folder, 'timed', '0')
    expect(readdirSync(place).filter((name) => name.endsWith('.log')).length).toBeGreaterThan(5)
    const look = async (): Promise<void> => {
      expect(await topic.offsetFrom(0, 0)).toBe(0)
      expect(await topic.offsetFrom(0, 1005)).toBe(1)
      expect(await topic.offsetFrom(0, 2500)).toBe(150)
      expect(await topic.offsetFrom(0, 99_999)).toBe(300)
      const [from150] = await all(topic.follow({ from: { 0: 150 }, isBounded: true }))
      expect(from150).toMatchObject({ offset: 150, timeMs: 2500 })
    }
    await look()
    for (const name of readdirSync(place)) if (name.endsWith('.index')) rmSync(path.join(place, name))
    await look()
    expect(readdirSync(place).some((name) => name.endsWith('.index'))).toBe(true)
    topics.close()
  })

  test('of groups stay for the next life', async () => {
    const folder = newFolder()
    const topics = await openAlone(folder)
    const topic = await topics.topic('clicks', { partitions: 2 })
    await topic.append([0, 1, 2, 3].map((i) => ({ value: `${i}`, partition: i % 2 })))
    await topics.commitOffsets('a group/with *signs*', 'clicks', { 0: 1 })
    await topics.commitOffsets('a group/with *signs*', 'clicks', { 1: 2 })
    const later = await openAlone(folder)
    expect(later.offsets('a group/with *signs*', 'clicks')).toEqual({ 0: 1, 1: 2 })
    expect(later.offsets('another', 'clicks')).toEqual({})
    const left = await all((await later.topic('clicks')).follow({ from: { group: 'a group/with *signs*' }, isBounded: true }))
    expect(left.map(({ value }) => String(value))).toEqual(['2'])
    topics.close()
    later.close()
  })
})

describe('transactions', () => {
  test('show nothing before their commit, and all of it afterwards, over several topics', async () => {
    const topics = await openTopics(newFolder())
    const [first, second] = [await topics.topic('first', { partitions: 2 }), await topics.topic('second', {})]
    const transaction = topics.begin()
    await transaction.append(first, [{ value: 'a', partition: 0 }])
    await transaction.append(first, [{ value: 'b', partition: 1 }])
    await transaction.append(second, [{ value: 'c' }])
    transaction.addOffsets('group', 'source', { 0: 17 })
    await first.append([{ value: 'meanwhile', partition: 0 }])
    expect(await valuesOf(topics, 'first')).toEqual([['meanwhile'], []])
    expect(topics.offsets('group', 'source')).toEqual({})
    await transaction.commit()
    expect(await valuesOf(topics, 'first')).toEqual([['meanwhile', 'a'], ['b']])
    expect(await valuesOf(topics, 'second')).toEqual([['c']])
    expect(topics.offsets('group', 'source')).toEqual({ 0: 17 })
    await expect(transaction.append(second, [{ value: 'late' }])).rejects.toMatchObject({ code: 'TOPICS_TRANSACTION_ENDED' })
    topics.close()
  })

  test('that are large become segments', async () => {
    const folder = newFolder()
    const topics = await openAlone(folder)
    const topic = await topics.topic('large', { segmentBytes: 8192 })
    const values = (mark: string): string[] => Array.from({ length: 50 }, (_, i) => `${mark}${i}`.padEnd(60, '.'))
    const expected: string[] = []
    for (const mark of ['a', 'b', 'c']) {
      await topic.append([{ value: mark }])
      const transaction = topics.begin('owner')
      await transaction.append(
        topic,
        values(mark).map((value) => ({ value })),
      )
      await transaction.commit()
      expected.push(mark, ...values(mark))
    }
    expect(await valuesOf(topics, 'large')).toEqual([expected])
    expect(await valuesOf(await openAlone(folder), 'large')).toEqual([expected])
    topics.close()
  })

  test('that are longer than a segment become several', async () => {
    const folder = newFolder()
    const topics = await openAlone(folder)
    const topic = await topics.topic('long', { partitions: 2, segmentBytes: 8192 })
    await topic.append([{ value: 'before', partition: 0 }])
    const transaction = topics.begin()
    const values = Array.from({ length: 40 }, (_, i) => `${i}`.padEnd(1000, '.'))
    for (const value of values)
      await transaction.append(topic, [
        { value, partition: 0 },
        { value: 'other', partition: 1 },
      ])
    await transaction.commit()
    const expected = [['before', ...values], values.map(() => 'other')]
    expect(await valuesOf(topics, 'long')).toEqual(expected)
    expect(await valuesOf(await openAlone(folder), 'long')).toEqual(expected)
    const segments = readdirSync(path.join(folder, 'long', '0')).filter((name) => name.endsWith('.log'))
    expect(segments.length).toBeGreaterThan(5)
    topics.close()
  })

  test('that were prepared are committed by a later life, once', async () => {
    const folder = newFolder()
    const before = await openAlone(folder)
    const topic = await before.topic('rows', {})
    const [kept, lost] = [before.begin('work'), before.begin('work')]
    await kept.append(topic, [{ value: 'kept' }])
    await lost.append(topic, [{ value: 'lost' }])
    await kept.prepare()
    await lost.prepare()
    bury(folder)
    const after = await openAlone(folder)
    await after.commit(kept.id)
    await after.commit(kept.id)
    await after.abandon((owner) => owner === 'work')
    expect(await valuesOf(after, 'rows')).toEqual([['kept']])
    await expect(after.commit(lost.id)).rejects.toMatchObject({ code: 'TOPICS_TRANSACTION_LOST' })
    await after.commit(kept.id)
    expect(await valuesOf(after, 'rows')).toEqual([['kept']])
    after.close()
  })

  test('of a dead process that had no owner are gone, those of a living one are not', async () => {
    const folder = newFolder()
    const before = await openAlone(folder)
    const topic = await before.topic('rows', {})
    await before.begin().append(topic, [{ value: 'dead' }])
    bury(folder)
    const living = before.begin()
    await living.append(topic, [{ value: 'living' }])
    await openAlone(folder)
    expect(readdirSync(path.join(folder, '.transactions'))).toEqual([living.id])
    await living.commit()
    expect(await valuesOf(before, 'rows')).toEqual([['living']])
    const aborted = before.begin()
    await aborted.append(topic, [{ value: 'aborted' }])
    await aborted.prepare()
    await aborted.abort()
    expect(readdirSync(path.join(folder, '.transactions'))).toEqual([`${living.id}.done`])
    before.close()
  })
})

describe('what cannot be', () => {
  test('is refused by name', async () => {
    const topics = await openTopics(newFolder())
    await expect(topics.topic('../etc', {})).rejects.toMatchObject({ code: 'TOPICS_TOPIC_NAME' })
    await expect(topics.topic('none')).rejects.toMatchObject({ code: 'TOPICS_TOPIC_NOT_FOUND', detail: 'The folder has no topic.' })
    await expect(topics.topic('t', { partitions: 0 })).rejects.toMatchObject({ code: 'TOPICS_SETTING_RANGE' })
    const topic = await topics.topic('t', {})
    await expect(topic.append([{ value: '', partition: 1 }])).rejects.toMatchObject({ code: 'TOPICS_PARTITION_NOT_FOUND' })
    await expect(topic.reader(0, 5).next()).rejects.toMatchObject({ code: 'TOPICS_OFFSET_BEYOND_END' })
    await topic.append([{ value: 'a' }])
    await expect(topic.reader(0, 5).next()).rejects.toMatchObject({
      message: 'offset 5 of partition 0 of topic "t" does not exist, the end is 1',
    })
    topics.close()
    await expect(topics.topic('t')).rejects.toMatchObject({ code: 'TOPICS_CLOSED' })
  })
})

test('where no folder can be made, the system is told as it said so', async () => {
  const unwritable = async (): Promise<unknown> => (await openTopics('/proc/millrace/topics')).topic('clicks', { partitions: 1 })
  await expect(unwritable()).rejects.toMatchObject({ detail: expect.stringMatching(/not exist|read-only|permit|denied/i) })
})
