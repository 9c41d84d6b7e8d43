/** Files that are cut, changed or cannot grow. */
import { readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Fate, filesWith, newestSegment, newFolder, openAlone, valuesOf } from './topics.fixture.ts'

/** A topic of one partition with some writes, and where each ended in the file. */
async function written(folder: string, writes: readonly (readonly string[])[]): Promise<number[]> {
  const topics = await openAlone(folder)
  const topic = await topics.topic('t', {})
  const ends: number[] = []
  for (const values of writes) {
    await topic.append(values.map((value) => ({ value })))
    ends.push(statSync(newestSegment(folder, 't')).size)
  }
  topics.close()
  return ends
}

describe('a file that was cut', () => {
  test('at any byte holds the writes that are there as a whole, for readers and for writers', async () => {
    const value = fc.string({ maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(value, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 6 }),
        fc.nat(),
        async (writes, cut) => {
          const folder = newFolder()
          const ends = await written(folder, writes)
          const at = cut % ((ends.at(-1) ?? 0) + 1)
          truncateSync(newestSegment(folder, 't'), at)
          const whole = writes.filter((_, i) => (ends[i] ?? 0) <= at).flat()
          const reading = await openAlone(folder)
          expect(await valuesOf(reading, 't')).toEqual([whole])
          const again = await openAlone(folder)
          await (await again.topic('t')).append([{ value: 'next' }])
          expect(await valuesOf(again, 't')).toEqual([[...whole, 'next']])
          expect(await valuesOf(reading, 't')).toEqual([[...whole, 'next']])
          reading.close()
          again.close()
          rmSync(folder, { recursive: true })
        },
      ),
      { numRuns: 60 },
    )
  })
})

test('a write of several batches is there as a whole or not at all', async () => {
  const folder = newFolder()
  const topics = await openAlone(folder)
  const topic = await topics.topic('t', {})
  await topic.append([{ value: 'before' }])
  await topic.append(Array.from({ length: 40_000 }, (_, i) => ({ value: `${i}` })))
  const file = newestSegment(folder, 't')
  const { size } = statSync(file)
  expect((await valuesOf(topics, 't'))[0]?.length).toBe(40_001)
  truncateSync(file, size - 100)
  expect(await valuesOf(topics, 't')).toEqual([['before']])
  expect(await topic.latest(0)).toBe(1)
  expect(await topic.reader(0, 1).next()).toBeNull()
  const again = await openAlone(folder)
  await (await again.topic('t')).append([{ value: 'after' }])
  expect(await valuesOf(again, 't')).toEqual([['before', 'after']])
  topics.close()
  again.close()
})

describe('a byte that was changed', () => {
  test('before what was written later is named, for readers and for writers, and nothing is cut off', async () => {
    const folder = newFolder()
    const ends = await written(folder, [['a'.repeat(50)], ['b'.repeat(50)], ['c'.repeat(50)]])
    const file = newestSegment(folder, 't')
    const bytes = readFileSync(file)
    for (const at of [ends[0] ?? 0, (ends[0] ?? 0) + 4, (ends[0] ?? 0) + 70]) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 8
      writeFileSync(file, changed)
      const topics = await openAlone(folder)
      const topic = await topics.topic('t')
      const damage = { code: 'TOPICS_FILE_DAMAGED', message: `file "${file}" is damaged at byte ${ends[0]}` }
      await expect(topic.append([{ value: 'next' }])).rejects.toMatchObject(damage)
      expect(statSync(file).size).toBe(bytes.length)
      const reader = topic.reader(0, 0)
      expect(await reader.next()).toMatchObject({ offset: 0, length: 1 })
      await expect(
        (async () => {
          for (;;) expect(await reader.next()).toBeNull()
        })(),
      ).rejects.toMatchObject(damage)
      topics.close()
    }
    writeFileSync(file, bytes)
    expect(await valuesOf(await openAlone(folder), 't')).toEqual([['a', 'b', 'c'].map((letter) => letter.repeat(50))])
  })

  test('in a segment that grows no more is named', async () => {
    const folder = newFolder()
    const topics = await openAlone(folder)
    const topic = await topics.topic('t', { segmentBytes: 4096 })
    for (let i = 0; i < 60; i++) await topic.append([{ value: 'x'.repeat(100) }])
    const first = path.join(folder, 't', '0', '0000000000000000.log')
    const bytes = readFileSync(first)
    bytes[bytes.length - 20] = 99
    writeFileSync(first, bytes)
    await expect(valuesOf(topics, 't')).rejects.toMatchObject({ code: 'TOPICS_FILE_DAMAGED' })
    topics.close()
  })
})

describe('a disk that is full', () => {
  test('refuses records as wholes, and takes them once there is room', async () => {
    const folder = newFolder()
    let fate: Fate = 'done'
    const topics = await openAlone(
      folder,
      filesWith((call, file) => (call === 'write' && file.endsWith('.log') ? fate : 'done')),
    )
    const topic = await topics.topic('t', {})
    await topic.append([{ value: 'a' }])
    for (const bytes of [0, 1, 70, 130]) {
      fate = { code: 'ENOSPC', bytes }
      const reading = await openAlone(folder)
      const refused = Promise.all([topic.append([{ value: 'b' }]), topic.append([{ value: 'c' }])])
      await expect(refused).rejects.toMatchObject({
        code: 'TOPICS_DISK_FULL',
        message: `could not write "${newestSegment(folder, 't')}": no space is left`,
      })
      expect(await valuesOf(reading, 't')).toEqual([['a']])
      expect(await valuesOf(topics, 't')).toEqual([['a']])
      reading.close()
    }
    fate = 'done'
    await topic.append([{ value: 'd' }])
    expect(await valuesOf(topics, 't')).toEqual([['a', 'd']])
    topics.close()
  })

  test('may say so only when it is synced', async () => {
    const folder = newFolder()
    let fate: Fate = 'done'
    const topics = await openAlone(
      folder,
      filesWith((call, file) => (call === 'sync' && file.endsWith('.log') ? fate : 'done')),
    )
    const topic = await topics.topic('t', {})
    await topic.append([{ value: 'a' }])
    fate = { code: 'EDQUOT' }
    await expect(topic.append([{ value: 'b' }])).rejects.toMatchObject({ code: 'TOPICS_DISK_FULL' })
    expect(await valuesOf(await openAlone(folder), 't')).toEqual([['a']])
    fate = 'done'
    await topic.append([{ value: 'c' }])
    expect(await valuesOf(topics, 't')).toEqual([['a', 'c']])
    topics.close()
  })

  test('lets a transaction write again what it could not', async () => {
    const folder = newFolder()
    let fate: Fate = 'done'
    const topics = await openAlone(
      folder,
      filesWith((call, file) => (call === 'write' && file.endsWith('.staged') ? fate : 'done')),
    )
    const topic = await topics.topic('t', { segmentBytes: 4096 })
    const transaction = topics.begin()
    await transaction.append(topic, [{ value: 'a'.repeat(3000) }])
    fate = { code: 'ENOSPC', bytes: 100 }
    for (let i = 0; i < 2; i++)
      await expect(transaction.append(topic, [{ value: 'b' }])).rejects.toMatchObject({ code: 'TOPICS_DISK_FULL' })
    await expect(transaction.prepare()).rejects.toMatchObject({ code: 'TOPICS_DISK_FULL' })
    fate = 'done'
    await transaction.append(topic, [{ value: 'c'.repeat(3000) }])
    await transaction.commit()
    expect(await valuesOf(topics, 't')).toEqual([['a'.repeat(3000), 'c'.repeat(3000)]])
    topics.close()
  })

  test('does not keep a prepared transaction from its commit', async () => {
    const folder = newFolder()
    let fate: Fate = 'done'
    const topics = await openAlone(
      folder,
      filesWith((call, file) => (call === 'write' && file.endsWith('.log') ? fate : 'done')),
    )
    const topic = await topics.topic('t', {})
    await topic.append([{ value: 'a' }])
    const following = topic.reader(0, 1)
    expect(await following.next()).toBeNull()
    const transaction = topics.begin('owner')
    await transaction.append(topic, [{ value: 'b' }])
    await transaction.prepare()
    fate = { code: 'ENOSPC', bytes: 20 }
    await transaction.commit()
    expect(await valuesOf(topics, 't')).toEqual([['a', 'b']])
    expect(await following.next()).toMatchObject({ offset: 1, length: 1 })
    fate = 'done'
    await topic.append([{ value: 'c' }])
    expect(await valuesOf(await openAlone(folder), 't')).toEqual([['a', 'b', 'c']])
    topics.close()
  })
})
