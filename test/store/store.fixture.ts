/** What every store has to do, whatever it is made of. */
import { describe, expect, test } from 'vitest'
import type { Clock } from '#base'
import { type CommitNews, entryOf, type LogKind, type RecordKey, type RecordKind, type Store, type Stored, writeOf } from '#store'
import { describeConcurrentWriters } from './store-model.fixture.ts'

export interface Note {
  readonly text: string
}

export const note: RecordKind<Note> = { name: 'note', keepsVersions: true }
const mark: RecordKind<number> = { name: 'mark', keepsVersions: false }
const events: LogKind<string> = { name: 'event' }
const others: LogKind<unknown> = { name: 'other-event' }

/** A clock that a test moves. */
class HandClock implements Clock {
  ms = 1000

  nowMs(): number {
    return this.ms
  }

  monotonicMs(): number {
    return this.ms
  }
}

export function code(expected: string): unknown {
  return expect.objectContaining({ code: expected })
}

export function at(id: string, workspace = 'w'): RecordKey {
  return { workspace, id }
}

/** Writes one record, whatever is there. */
export async function put(store: Store, key: RecordKey, text: string | null, expected: number | null = null): Promise<number> {
  const [version = 0] = await store.commit({ writes: [writeOf(note, key, text === null ? null : { text }, expected)], by: 'ann' })
  return version
}

async function add(store: Store, values: readonly string[], subject = 's', workspace = 'w'): Promise<void> {
  await store.commit({ writes: [], entries: values.map((value) => entryOf(events, workspace, subject, value)), by: 'ann' })
}

const idsOf = (rows: readonly Stored<unknown>[]) => rows.map(({ id }) => id)
const valuesOf = <T>(rows: readonly { readonly value: T }[]) => rows.map(({ value }) => value)

/** `create` opens a store that is empty, with a clock. */
export function describeStore(kind: string, create: (clock: Clock) => Promise<Store>): void {
  describe(`records in ${kind}`, () => {
    describeRecords(create)
    describeLists(create)
    describeValues(create)
    describeCommits(create)
    describeEntries(create)
    describeNews(create)
    describeEnds(create)
    describeConcurrentWriters(create)
  })
}

type Create = (clock: Clock) => Promise<Store>

function describeRecords(create: Create): void {
  test('a record is read back with its version, and who wrote it when', async () => {
    const clock = new HandClock()
    const store = await create(clock)
    expect(await store.read(note, at('a'))).toBeNull()
    clock.ms = 5000.7
    expect(await put(store, at('a'), 'one')).toBe(1)
    const stored = { workspace: 'w', id: 'a', version: 1, value: { text: 'one' }, writtenAt: 5000, writtenBy: 'ann' }
    expect(await store.read(note, at('a'))).toEqual(stored)
    expect(await store.read(note, at('a', 'v'))).toBeNull()
    expect(await store.read(mark, at('a'))).toBeNull()
    await store.close()
  })

  test('versions count on, through a removal too', async () => {
    const store = await create(new HandClock())
    expect(await put(store, at('a'), 'one')).toBe(1)
    expect(await put(store, at('a'), 'two')).toBe(2)
    expect(await put(store, at('a'), null)).toBe(3)
    expect(await store.read(note, at('a'))).toBeNull()
    expect(await put(store, at('a'), 'four', 0)).toBe(4)
    const versions = await store.versions(note, at('a'), { limit: 10 })
    expect(versions.map(({ version, value }) => [version, value.text])).toEqual([
      [4, 'four'],
      [2, 'two'],
      [1, 'one'],
    ])
    expect(await store.versions(note, at('a'), { limit: 1 })).toEqual(versions.slice(0, 1))
    expect(await store.versions(note, at('a'), { before: 4, limit: 1 })).toEqual(versions.slice(1, 2))
    expect(await store.versions(note, at('b'), { limit: 10 })).toEqual([])
    await expect(store.versions(mark, at('a'), { limit: 10 })).rejects.toThrow(/versions of kind "mark" are not kept/)
    await store.close()
  })

  test('of many versions the newest stay, and of the days before the last one of each', async () => {
    const clock = new HandClock()
    const store = await create(clock)
    const day = 86_400_000
    // Two in the first hour of each of ten days, at the same hours for another record.
    for (let number = 0; number < 20; number++) {
      clock.ms = Math.floor(number / 2) * day + (number % 2) * 3_600_000
      await put(store, at('a'), `${number + 1}`)
      await put(store, at('b'), 'untouched')
    }
    const left = async () => (await store.versions(note, at('a'), { limit: 100 })).map(({ version }) => version)
    expect(await store.thinVersions(note, at('a'), { newest: 20, dailySince: 0 })).toBe(0)
    expect(await store.thinVersions(note, at('a'), { newest: 5, dailySince: 3 * day })).toBe(10)
    expect(await left()).toEqual([20, 19, 18, 17, 16, 15, 14, 12, 10, 8])
    expect(await store.thinVersions(note, at('a'), { newest: 5, dailySince: 3 * day })).toBe(0)
    expect(await store.versions(note, at('b'), { limit: 100 })).toHaveLength(20)
    expect(await put(store, at('a'), null)).toBe(21)
    await store.thinVersions(note, at('a'), { newest: 0, dailySince: clock.ms + 1 })
    expect(await left()).toEqual([])
    expect(await put(store, at('a'), 'again', 0)).toBe(22)
    await expect(store.thinVersions(mark, at('a'), { newest: 1, dailySince: 0 })).rejects.toThrow(/versions of kind "mark" are not kept/)
    await store.close()
  })

  test('a kind that keeps no versions counts them', async () => {
    const store = await create(new HandClock())
    const write = (value: number | null) => store.commit({ writes: [writeOf(mark, at('a'), value, null)], by: 'b' })
    expect([await write(7), await write(8), await write(null), await write(9)]).toEqual([[1], [2], [3], [4]])
    expect(await store.read(mark, at('a'))).toMatchObject({ version: 4, value: 9 })
    await store.close()
  })

  test('an expected version must be there', async () => {
    const store = await create(new HandClock())
    await expect(put(store, at('a'), 'x', 1)).rejects.toThrow(code('STORE_RECORD_CHANGED'))
    expect(await put(store, at('a'), 'one', 0)).toBe(1)
    await expect(put(store, at('a'), 'x', 0)).rejects.toThrow(code('STORE_RECORD_CHANGED'))
    await expect(put(store, at('a'), 'secret', 2)).rejects.toThrow(
      expect.objectContaining({
        message: 'note "a" has changed',
        detail: 'Version 2 was expected, and version 1 is there.',
        blame: 'user',
      }),
    )
    expect(await put(store, at('a'), 'two', 1)).toBe(2)
    await expect(put(store, at('a'), null, 1)).rejects.toThrow(code('STORE_RECORD_CHANGED'))
    expect(await put(store, at('a'), null, 2)).toBe(3)
    // The removal is a version, but no record.
    await expect(put(store, at('a'), 'x', 3)).rejects.toThrow(code('STORE_RECORD_CHANGED'))
    expect(await put(store, at('a'), 'four', 0)).toBe(4)
    await store.close()
  })

  test('to remove what is not there changes nothing', async () => {
    const store = await create(new HandClock())
    expect(await put(store, at('a'), null, 0)).toBe(0)
    await put(store, at('a'), 'one')
    expect([await put(store, at('a'), null), await put(store, at('a'), null), await put(store, at('a'), null, 0)]).toEqual([2, 2, 2])
    expect(await put(store, at('a'), 'three')).toBe(3)
    await store.close()
  })
}

/** In the order of their bytes, which is not that of JavaScript, nor that of any language. */
const oddIds = ['', ' ', '"', '%', "'", '\\', 'A', 'Z', '_', 'a', 'a\n', 'a b', 'aa', 'b', 'ä', 'ﬀ', '😀', '😀a', '𝒳']
const sortedByBytes = [...oddIds].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))

function describeLists(create: Create): void {
  test('ids of any characters are kept apart, and ordered by their bytes', async () => {
    const store = await create(new HandClock())
    for (const id of oddIds) await put(store, at(id), id)
    const rows = await store.list(note, { workspace: 'w', limit: 100 })
    expect(idsOf(rows)).toEqual(sortedByBytes)
    expect(valuesOf(rows).map(({ text }) => text)).toEqual(sortedByBytes)
    for (const id of oddIds) expect((await store.read(note, at(id)))?.value.text).toBe(id)
    await store.close()
  })

  test('pages go on behind a key, which need not be there any more', async () => {
    const store = await create(new HandClock())
    const keys = ['v', 'w', 'ä'].flatMap((workspace) => ['1', '2', '3'].map((id) => ({ workspace, id })))
    await store.commit({ writes: keys.map((key) => writeOf(note, key, { text: key.id }, 0)), by: 'b' })
    await store.commit({ writes: [writeOf(mark, at('0'), 1, 0)], by: 'b' })
    const found: RecordKey[] = []
    for (;;) {
      const last = found.at(-1)
      const page = await store.list(note, { workspace: null, limit: 2, ...(last === undefined ? {} : { after: last }) })
      if (page.length === 0) break
      found.push(...page.map(({ workspace, id }) => ({ workspace, id })))
    }
    expect(found).toEqual(keys)
    await put(store, at('2'), null)
    expect(idsOf(await store.list(note, { workspace: 'w', limit: 9 }))).toEqual(['1', '3'])
    expect(idsOf(await store.list(note, { workspace: 'w', after: at('2'), limit: 9 }))).toEqual(['3'])
    expect(await store.list(note, { workspace: 'nobody', limit: 9 })).toEqual([])
    await expect(store.list(note, { workspace: null, limit: 0 })).rejects.toThrow(/from 1 to 10000/)
    await store.close()
  })

  test.each(['a\0b', '\ud800', 'x'.repeat(513), 'ä'.repeat(257)])('text %j of a key is refused', async (text) => {
    const store = await create(new HandClock())
    const refused = code('STORE_KEY_MISMATCH')
    await expect(put(store, at(text), 'x')).rejects.toThrow(refused)
    await expect(put(store, at('a', text), 'x')).rejects.toThrow(refused)
    await expect(store.commit({ writes: [], by: text })).rejects.toThrow(refused)
    await expect(add(store, ['x'], text)).rejects.toThrow(refused)
    await expect(store.read(note, at(text))).rejects.toThrow(refused)
    await expect(store.list(note, { workspace: null, after: at(text), limit: 1 })).rejects.toThrow(refused)
    await expect(store.entries(events, { workspace: null, subject: text, limit: 1 })).rejects.toThrow(refused)
    await store.close()
  })

  test('a key of the largest size is kept', async () => {
    const store = await create(new HandClock())
    // Letters that do not repeat, so that no index can shorten them.
    const long = Array.from({ length: 128 }, (_, i) => String.fromCodePoint(0x1f300 + ((i * 7919) % 500))).join('')
    expect(await put(store, at(long, long), 'x')).toBe(1)
    await add(store, ['x'], long, long)
    expect(idsOf(await store.list(note, { workspace: long, limit: 1 }))).toEqual([long])
    await store.close()
  })
}

const anything: RecordKind<unknown> = { name: 'anything', keepsVersions: true }

function describeValues(create: Create): void {
  test.each([
    ['numbers', [0, -1.5, 1e300, 5e-324, Number.MAX_SAFE_INTEGER]],
    ['texts', ['', '\0', '\ud800', '😀', '"\\\u2028', "'; DROP TABLE millrace_records; --"]],
    ['odd keys', JSON.parse('{"__proto__": {"a": 1}, "": 2, "toString": 3}')],
    ['a text', 'just text'],
    ['false', false],
    ['an empty list', []],
  ])('%s are read back as they were written', async (_, value) => {
    const store = await create(new HandClock())
    await store.commit({ writes: [writeOf(anything, at('a'), value, 0)], entries: [entryOf(others, 'w', 's', value)], by: 'b' })
    expect(JSON.stringify((await store.read(anything, at('a')))?.value)).toBe(JSON.stringify(value))
    expect(JSON.stringify(valuesOf(await store.entries(others, { workspace: 'w', limit: 1 })))).toBe(JSON.stringify([value]))
    await store.close()
  })

  test.each([
    ['undefined', { a: [{ b: undefined }] }, 'undefined at ".a[0].b"'],
    ['NaN', [Number.NaN], 'NaN at "[0]"'],
    ['Infinity', { a: Number.POSITIVE_INFINITY }, 'Infinity at ".a"'],
    ['a function', { a: () => 1 }, 'function at ".a"'],
    ['a bigint', { a: 1n }, 'bigint at ".a"'],
    ['a date', { a: new Date(0) }, 'an object of a class at ".a"'],
    ['a map', new Map(), 'an object of a class at ""'],
    ['a hole', { a: Object.assign([], { length: 1 }) }, 'undefined at ".a[0]"'],
  ])('%s is no JSON', async (_, value, trouble) => {
    const store = await create(new HandClock())
    const expected = expect.objectContaining({ blame: 'internal', message: expect.stringContaining(trouble) })
    await expect(store.commit({ writes: [writeOf(anything, at('a'), value, 0)], by: 'b' })).rejects.toThrow(expected)
    await expect(store.commit({ writes: [], entries: [entryOf(others, 'w', 's', value)], by: 'b' })).rejects.toThrow(expected)
    await store.close()
  })

  test('what contains itself is refused', async () => {
    const store = await create(new HandClock())
    const value: { self?: unknown } = {}
    value.self = value
    await expect(store.commit({ writes: [writeOf(anything, at('a'), value, 0)], by: 'b' })).rejects.toThrow(/more than 200 deep/)
    await store.close()
  })

  test('a record has at most 4 MB', async () => {
    const store = await create(new HandClock())
    const fits = 'x'.repeat(4_194_304 - 2)
    const write = (value: unknown) => store.commit({ writes: [writeOf(anything, at('a'), value, null)], by: 'b' })
    expect(await write(fits)).toEqual([1])
    expect((await store.read(anything, at('a')))?.value).toBe(fits)
    const refused = code('STORE_TOO_LARGE')
    await expect(write(`${fits}x`)).rejects.toThrow(refused)
    await expect(write('ä'.repeat(2_097_152))).rejects.toThrow(refused)
    await expect(write('\0'.repeat(1_000_000))).rejects.toThrow(refused)
    // Each level holds the one below it ten times.
    let wide: unknown = 'x'
    for (let level = 0; level < 12; level++) wide = Array.from({ length: 10 }, () => wide)
    await expect(write(wide)).rejects.toThrow(refused)
    const many = Array.from({ length: 9 }, (_, i) => writeOf(anything, at(`${i}`), fits, null))
    await expect(store.commit({ writes: many, by: 'b' })).rejects.toThrow(refused)
    expect(await store.list(anything, { workspace: null, limit: 10 })).toHaveLength(1)
    await store.close()
  })

  test('neither what was given nor what was read leads into the store', async () => {
    const store = await create(new HandClock())
    const value = { list: [1] }
    const done = store.commit({ writes: [writeOf(anything, at('a'), value, 0)], by: 'b' })
    value.list.push(2)
    await done
    const read = (await store.read(anything, at('a')))?.value as typeof value
    expect(read).toEqual({ list: [1] })
    read.list.push(3)
    expect((await store.read(anything, at('a')))?.value).toEqual({ list: [1] })
    await store.close()
  })
}

function describeCommits(create: Create): void {
  test('a commit is done as a whole', async () => {
    const store = await create(new HandClock())
    await put(store, at('a'), 'one')
    const writes = [writeOf(note, at('b'), { text: 'b' }, 0), writeOf(mark, at('a'), 5, 0), writeOf(note, at('a'), null, 1)]
    const entries = [entryOf(events, 'w', 'a', 'gone')]
    expect(await store.commit({ writes, entries, by: 'ben' })).toEqual([1, 1, 2])
    expect(idsOf(await store.list(note, { workspace: 'w', limit: 9 }))).toEqual(['b'])
    expect(await store.entries(events, { workspace: 'w', limit: 9 })).toMatchObject([{ subject: 'a', value: 'gone', writtenBy: 'ben' }])
    await store.close()
  })

  test('or not at all', async () => {
    const store = await create(new HandClock())
    await put(store, at('z'), 'one')
    const writes = [writeOf(note, at('a'), { text: 'a' }, 0), writeOf(note, at('z'), { text: 'z' }, 7)]
    const refused = store.commit({ writes, entries: [entryOf(events, 'w', 'a', 'no')], by: 'b' })
    // Others of the same moment are not concerned.
    const [outcome, other] = await Promise.allSettled([refused, put(store, at('y'), 'y', 0)])
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'STORE_RECORD_CHANGED' } })
    expect(other).toEqual({ status: 'fulfilled', value: 1 })
    expect(idsOf(await store.list(note, { workspace: 'w', limit: 9 }))).toEqual(['y', 'z'])
    expect(await store.versions(note, at('a'), { limit: 9 })).toEqual([])
    expect(await store.entries(events, { workspace: null, limit: 9 })).toEqual([])
    await store.close()
  })

  test('a commit that writes nothing is done', async () => {
    const store = await create(new HandClock())
    expect(await store.commit({ writes: [], by: 'b' })).toEqual([])
    await store.close()
  })

  test('a record is written once in a commit', async () => {
    const store = await create(new HandClock())
    const twice = [writeOf(note, at('a'), { text: '1' }, null), writeOf(note, at('a'), null, null)]
    await expect(store.commit({ writes: twice, by: 'b' })).rejects.toThrow(/writes a record twice/)
    await store.close()
  })

  test('commits of one moment follow one another', async () => {
    const store = await create(new HandClock())
    const versions = await Promise.all(Array.from({ length: 50 }, (_, i) => put(store, at('a'), `${i}`, i)))
    expect(versions).toEqual(Array.from({ length: 50 }, (_, i) => i + 1))
    expect((await store.read(note, at('a')))?.value.text).toBe('49')
    await store.close()
  })
}

function describeEntries(create: Create): void {
  test('entries come newest first, of a workspace, of a subject, between two of them', async () => {
    const store = await create(new HandClock())
    await add(store, ['1', '2'])
    await store.commit({ writes: [], entries: [entryOf(others, 'w', 's', 'other')], by: 'b' })
    await add(store, ['3'], 't')
    await add(store, ['4'], 's', 'v')
    const all = await store.entries(events, { workspace: null, limit: 9 })
    expect(valuesOf(all)).toEqual(['4', '3', '2', '1'])
    const sequences = all.map(({ sequence }) => sequence)
    expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => b - a))
    expect(all[0]).toEqual({ sequence: sequences[0], workspace: 'v', subject: 's', value: '4', writtenAt: 1000, writtenBy: 'ann' })
    expect(valuesOf(await store.entries(events, { workspace: 'w', limit: 9 }))).toEqual(['3', '2', '1'])
    expect(valuesOf(await store.entries(events, { workspace: 'w', subject: 's', limit: 9 }))).toEqual(['2', '1'])
    expect(valuesOf(await store.entries(events, { workspace: null, subject: 's', limit: 9 }))).toEqual(['4', '2', '1'])
    expect(valuesOf(await store.entries(events, { workspace: null, limit: 2 }))).toEqual(['4', '3'])
    const [, second = 0, , first = 0] = sequences
    expect(valuesOf(await store.entries(events, { workspace: null, before: second, limit: 9 }))).toEqual(['2', '1'])
    expect(valuesOf(await store.entries(events, { workspace: null, after: first, limit: 9 }))).toEqual(['4', '3', '2'])
    expect(valuesOf(await store.entries(events, { workspace: null, before: second, after: first, limit: 9 }))).toEqual(['2'])
    await store.close()
  })

  test('old entries of a log are dropped, however many, and their numbers are not given again', async () => {
    const clock = new HandClock()
    const store = await create(clock)
    const values = Array.from({ length: 2500 }, (_, i) => `${i}`)
    await add(store, values)
    await store.commit({ writes: [], entries: [entryOf(others, 'w', 's', 'stays')], by: 'b' })
    clock.ms = 2000
    await add(store, ['young'])
    const [young] = await store.entries(events, { workspace: null, limit: 1 })
    expect(await store.dropEntries(events, 1000)).toBe(0)
    expect(await store.dropEntries(events, 1000.5)).toBe(2500)
    expect(valuesOf(await store.entries(events, { workspace: null, limit: 9 }))).toEqual(['young'])
    expect(valuesOf(await store.entries(others, { workspace: null, limit: 9 }))).toEqual(['stays'])
    expect(await store.dropEntries(events, 3000)).toBe(1)
    await add(store, ['next'])
    const [next] = await store.entries(events, { workspace: null, limit: 1 })
    expect(next?.sequence).toBeGreaterThan(young?.sequence ?? Number.POSITIVE_INFINITY)
    await store.close()
  })
}

function describeNews(create: Create): void {
  test('who watches is told of each commit in its order', async () => {
    const store = await create(new HandClock())
    const seen: CommitNews[] = []
    const end = store.watch((news) => void seen.push(news))
    await put(store, at('a'), 'one')
    await put(store, at('a'), 'no', 7).catch(() => undefined)
    await store.commit({ writes: [writeOf(note, at('a'), null, 1)], entries: [entryOf(events, 'w', 's', 'x')], by: 'ben' })
    await store.commit({ writes: [writeOf(note, at('a'), null, null)], by: 'ben' })
    end()
    await put(store, at('b'), 'unseen')
    const [entry] = await store.entries(events, { workspace: 'w', limit: 1 })
    const key = { kind: 'note', workspace: 'w', id: 'a' }
    expect(seen).toEqual([
      { by: 'ann', at: 1000, records: [{ ...key, version: 1, isThere: true }], entries: [] },
      {
        by: 'ben',
        at: 1000,
        records: [{ ...key, version: 2, isThere: false }],
        entries: [{ log: 'event', workspace: 'w', subject: 's', sequence: entry?.sequence }],
      },
    ])
    await store.close()
  })

  test('what is told is there, and what a listener does is told after it', async () => {
    const store = await create(new HandClock())
    const answers: Promise<unknown>[] = []
    const [first, second]: [number[], number[]] = [[], []]
    store.watch(({ records: [record] }) => {
      first.push(record?.version ?? 0)
      if (record?.version === 1) answers.push(put(store, at('a'), 'two'), store.read(note, at('a')))
    })
    store.watch(({ records: [record] }) => void second.push(record?.version ?? 0))
    await put(store, at('a'), 'one')
    const [version, read] = await Promise.all(answers)
    expect(version).toBe(2)
    expect((read as Stored<Note>).version).toBeGreaterThan(0)
    expect([first, second]).toEqual([
      [1, 2],
      [1, 2],
    ])
    await store.close()
  })
}

function describeEnds(create: Create): void {
  test('a lease has one holder at a time', async () => {
    const store = await create(new HandClock())
    const lost = (): void => expect.unreachable('a lease was lost')
    const lease = await store.lease('control', lost)
    expect(lease).not.toBeNull()
    expect(await store.lease('control', lost)).toBeNull()
    const other = await store.lease('other', lost)
    expect(other).not.toBeNull()
    await lease?.release()
    await lease?.release()
    const next = await store.lease('control', lost)
    expect(next).not.toBeNull()
    await lease?.release()
    expect(await store.lease('control', lost)).toBeNull()
    await store.close()
  })

  test('closing waits for what was begun, and then all is refused', async () => {
    const store = await create(new HandClock())
    const begun = put(store, at('a'), 'one')
    await store.close()
    expect(await begun).toBe(1)
    const closed = code('STORE_CLOSED')
    await expect(put(store, at('a'), 'two')).rejects.toThrow(closed)
    await expect(store.read(note, at('a'))).rejects.toThrow(closed)
    await expect(store.entries(events, { workspace: null, limit: 1 })).rejects.toThrow(closed)
    await expect(store.dropEntries(events, 1)).rejects.toThrow(closed)
    await expect(store.lease('control', () => undefined)).rejects.toThrow(closed)
    await store.close()
  })
}
