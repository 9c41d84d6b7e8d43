/** Old segments go as wholes, and who comes too late is told so. */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { Clock } from '#base'
import { newFolder, valuesOf } from './topics.fixture.ts'
import { openTopics, type Topics } from './topics.ts'

/** Topics under a clock that is moved by hand. */
async function openAt(folder: string): Promise<{ topics: Topics; move: (ms: number) => void }> {
  let nowMs = 1_000_000
  const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => nowMs }
  return {
    topics: await openTopics(folder, { clock }),
    move: (ms) => {
      nowMs += ms
    },
  }
}

const segments = (folder: string, topic: string): string[] =>
  readdirSync(path.join(folder, topic, '0')).filter((name) => name.endsWith('.log'))

test('what is older than the time is removed, also when nothing follows in its segment', async () => {
  const folder = newFolder()
  const { topics, move } = await openAt(folder)
  const topic = await topics.topic('timed', { segmentBytes: 4096, retentionMs: 60_000 })
  for (let i = 0; i < 100; i++) await topic.append([{ value: `${i}`.padEnd(100, '.') }])
  expect(segments(folder, 'timed').length).toBeGreaterThan(2)
  const reader = topic.reader(0, 10)
  move(59_000)
  await topic.append([{ value: 'later' }])
  expect(topic.earliest(0)).toBe(0)
  move(20_000)
  await topic.append([{ value: 'now' }])
  const earliest = topic.earliest(0)
  expect(earliest).toBeGreaterThan(10)
  expect((await valuesOf(topics, 'timed'))[0]?.slice(-2)).toEqual(['later', 'now'])
  const gone = {
    code: 'TOPICS_OFFSET_GONE',
    message: `offset 10 of partition 0 of topic "timed" is gone, the earliest is ${earliest}`,
  }
  await expect(reader.next()).rejects.toMatchObject(gone)
  move(100_000)
  await topic.append([{ value: 'last' }])
  expect((await valuesOf(topics, 'timed'))[0]).toEqual(['last'])
  expect(await topic.latest(0)).toBe(103)
  topics.close()
})

test('the oldest go while at least the size is left', async () => {
  const folder = newFolder()
  const { topics, move } = await openAt(folder)
  const topic = await topics.topic('sized', { segmentBytes: 4096, retentionBytes: 10_000 })
  for (let i = 0; i < 200; i++) {
    move(1000)
    await topic.append([{ value: `${i}`.padEnd(100, '.') }])
  }
  const left = (await valuesOf(topics, 'sized'))[0] ?? []
  expect(left.length).toBeGreaterThan(50)
  expect(left.length).toBeLessThan(120)
  expect(left.at(-1)?.startsWith('199.')).toBe(true)
  expect(topic.earliest(0)).toBe(200 - left.length)
  topics.close()
})

test('what transactions write goes, too', async () => {
  const folder = newFolder()
  const { topics, move } = await openAt(folder)
  const topic = await topics.topic('committed', { segmentBytes: 4096, retentionMs: 60_000 })
  for (let i = 0; i < 3; i++) {
    move(100_000)
    const transaction = topics.begin()
    await transaction.append(topic, [{ value: `${i}` }])
    await transaction.commit()
  }
  expect(await valuesOf(topics, 'committed')).toEqual([['2']])
  topics.close()
})

test('a reader goes on over segments that are removed behind it', async () => {
  const folder = newFolder()
  const { topics, move } = await openAt(folder)
  const topic = await topics.topic('followed', { segmentBytes: 4096, retentionBytes: 1 })
  const reader = topic.reader(0, 0)
  for (let i = 0; i < 100; i++) {
    move(10_000)
    await topic.append([{ value: `${i}`.padEnd(100, '.') }])
    expect(await reader.next()).toMatchObject({ offset: i, length: 1 })
  }
  expect(segments(folder, 'followed').length).toBeLessThan(4)
  topics.close()
})
