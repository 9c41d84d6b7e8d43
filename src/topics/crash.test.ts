/**
 * A process that dies at any of its calls of the file system. What it was told to be safe is there afterwards, once; a transaction is
 * there as a whole or not at all, and is when its commit was asked for again.
 */
import { expect, test } from 'vitest'
import { bury, type Fate, filesWith, newFolder, openAlone, valuesOf } from './topics.fixture.ts'
import type { Topics } from './topics.ts'

interface Told {
  readonly appended: string[]
  /** The id of a transaction that was prepared. */
  prepared: string | null
  isCommitted: boolean
}

/** Appends, transactions with parts that are copied and parts that become segments, and segments that are full. */
async function live(topics: Topics, told: Told): Promise<void> {
  const first = await topics.topic('first', { partitions: 2, segmentBytes: 4096 })
  const second = await topics.topic('second', { segmentBytes: 4096 })
  const append = async (value: string): Promise<void> => {
    await first.append([{ value: value.padEnd(1500, '.'), partition: 0 }])
    told.appended.push(value)
  }
  for (const value of ['a', 'b', 'c']) await append(value)
  const transaction = topics.begin('work')
  await transaction.append(first, [{ value: 'small', partition: 0 }])
  await transaction.append(second, [{ value: 'large'.padEnd(3000, '.') }])
  transaction.addOffsets('group', 'first', { 0: 3 })
  await transaction.prepare()
  told.prepared = transaction.id
  await append('d')
  await transaction.commit()
  told.isCommitted = true
  await append('e')
  topics.close()
}

/** What there is after a death at a call; the number of calls when it came to its end before. */
async function dieAt(call: number): Promise<number | null> {
  const folder = newFolder()
  const told: Told = { appended: [], prepared: null, isCommitted: false }
  let calls = 0
  const files = filesWith((): Fate => (++calls < call ? 'done' : { code: 'EIO', bytes: calls === call ? call * 37 : 0 }))
  const ended = await live(await openAlone(folder, files), told).then(
    () => true,
    () => false,
  )
  bury(folder)
  const after = await openAlone(folder)
  await after.topic('first', { partitions: 2 })
  await after.topic('second', {})
  const look = async (): Promise<[string[], string[]]> => {
    await after.finish()
    const [[first = []], [second = []]] = [await valuesOf(after, 'first'), await valuesOf(after, 'second')]
    return [first.map((value) => value.replace(/\.+$/, '')), second.map((value) => value.replace(/\.+$/, ''))]
  }
  const [first, second] = await look()
  const appended = first.filter((value) => value !== 'small')
  expect(appended.slice(0, told.appended.length)).toEqual(told.appended)
  // What was on its way may be there or not.
  expect(appended.length - told.appended.length).toBeLessThan(2)
  expect(first.includes('small')).toBe(second.includes('large'))
  expect(second).toEqual(told.isCommitted || second.includes('large') ? ['large'] : [])
  const { prepared } = told
  const commitAgain = async (id: string): Promise<unknown> => {
    for (let again = 0; again < 2; again++) await after.commit(id)
    const [last, large] = await look()
    const small = last.filter((value) => value === 'small')
    return [last.filter((value) => value !== 'small'), small, large, after.offsets('group', 'first')]
  }
  const whole = [appended, ['small'], ['large'], { 0: 3 }]
  expect(prepared === null ? whole : await commitAgain(prepared)).toEqual(whole)
  await (await after.topic('first')).append([{ value: 'z', partition: 0 }])
  expect((await valuesOf(after, 'first'))[0]?.at(-1)).toBe('z')
  after.close()
  return ended ? calls : null
}

test('at any call', async () => {
  let call = 1
  while ((await dieAt(call)) === null) call++
  expect(call).toBeGreaterThan(60)
}, 120_000)
