/** What every store of blobs has to do, whatever it is made of. */
import { describe, expect, test } from 'vitest'
import type { BlobStore } from '#blobs'

export async function put(store: BlobStore, name: string, ...parts: readonly string[]): Promise<void> {
  const writer = await store.create(name)
  for (const part of parts) await writer.append(Buffer.from(part))
  await writer.finish()
}

async function textOf(store: BlobStore, name: string, start?: number, length?: number): Promise<string> {
  return Buffer.from(await store.read(name, start, length)).toString()
}

export function code(expected: string): unknown {
  return expect.objectContaining({ code: expected })
}

/** `create` opens a store that is empty. */
export function describeBlobStore(kind: string, create: () => Promise<BlobStore>): void {
  describe(`blobs in ${kind}`, () => {
    describeReading(create)
    describeReplacing(create)
    describeLock(create)
  })
}

function describeReading(create: () => Promise<BlobStore>): void {
  test('a finished blob is read back, whole or in parts', async () => {
    const store = await create()
    await put(store, 'state/1.bin', 'abc', 'def')
    expect(await textOf(store, 'state/1.bin')).toBe('abcdef')
    expect(await textOf(store, 'state/1.bin', 2, 3)).toBe('cde')
    expect(await textOf(store, 'state/1.bin', 4, 99)).toBe('ef')
    expect(await textOf(store, 'state/1.bin', 4)).toBe('ef')
    expect(await textOf(store, 'state/1.bin', 9)).toBe('')
    expect(await textOf(store, 'state/1.bin', 1, 0)).toBe('')
  })

  test('an empty blob is a blob', async () => {
    const store = await create()
    await put(store, 'empty')
    expect(await textOf(store, 'empty')).toBe('')
    expect(await store.list('')).toEqual([{ name: 'empty', bytes: 0 }])
  })

  test('bytes may be changed once they are handed over', async () => {
    const store = await create()
    const writer = await store.create('a')
    const bytes = Buffer.from('abc')
    const appended = writer.append(bytes)
    bytes.fill(0)
    await appended
    await writer.finish()
    expect(await textOf(store, 'a')).toBe('abc')
  })

  test('a large blob is read back as it was written', async () => {
    const store = await create()
    const writer = await store.create('large')
    const chunk = Buffer.alloc(3_000_000)
    for (let part = 0; part < 7; part++) {
      for (let at = 0; at < chunk.length; at += 4) chunk.writeUInt32LE((at * 2_654_435_761 + part) >>> 0, at)
      await writer.append(chunk)
    }
    expect(await store.list('')).toEqual([])
    await writer.finish()
    expect(await store.list('')).toEqual([{ name: 'large', bytes: 21_000_000 }])
    const last = Buffer.from(await store.read('large', 18_000_000, 3_000_000))
    expect(last.equals(chunk)).toBe(true)
  })

  test('lists by prefix, in order, with lengths; removes', async () => {
    const store = await create()
    for (const name of ['b/2', 'b/1', 'a', 'c/x/y', 'bb']) await put(store, name, name)
    expect(await store.list('b/')).toEqual([
      { name: 'b/1', bytes: 3 },
      { name: 'b/2', bytes: 3 },
    ])
    expect((await store.list('c/x')).map(({ name }) => name)).toEqual(['c/x/y'])
    expect(await store.list('none/')).toEqual([])
    await store.remove('b/1')
    await store.remove('b/1')
    expect((await store.list('')).map(({ name }) => name)).toEqual(['a', 'b/2', 'bb', 'c/x/y'])
    await expect(store.read('b/1')).rejects.toThrow(code('BLOBS_NOT_FOUND'))
  })
}

function describeReplacing(create: () => Promise<BlobStore>): void {
  test('a blob is not there before it is finished, nor when it is given up', async () => {
    const store = await create()
    const writer = await store.create('a')
    await writer.append(Buffer.from('x'))
    expect(await store.list('')).toEqual([])
    await expect(store.read('a')).rejects.toThrow(code('BLOBS_NOT_FOUND'))
    await writer.abandon()
    expect(await store.list('')).toEqual([])
  })

  test('a blob of the same name is replaced, and the old one is there until then', async () => {
    const store = await create()
    await put(store, 'a', 'old')
    const writer = await store.create('a')
    await writer.append(Buffer.from('new'))
    expect(await textOf(store, 'a')).toBe('old')
    await writer.finish()
    expect(await textOf(store, 'a')).toBe('new')
  })

  test('one that has to be new replaces nothing', async () => {
    const store = await create()
    await put(store, 'a', 'first')
    const writer = await store.create('a', 'new')
    await writer.append(Buffer.from('second'))
    await expect(writer.finish()).rejects.toThrow(code('BLOBS_EXISTS'))
    await writer.abandon()
    expect(await textOf(store, 'a')).toBe('first')
    const other = await store.create('b', 'new')
    await other.append(Buffer.from('third'))
    await other.finish()
    expect((await store.list('')).map(({ name }) => name)).toEqual(['a', 'b'])
  })
}

function describeLock(create: () => Promise<BlobStore>): void {
  test('only one holds the lock, and each holder has a token of its own', async () => {
    const store = await create()
    const lock = await store.lock()
    await expect(store.lock()).rejects.toThrow(code('BLOBS_LOCKED'))
    lock.check()
    await lock.confirm()
    await lock.release()
    const next = await store.lock()
    expect(next.token).toMatch(/^[\da-z]+$/)
    expect(next.token).not.toBe(lock.token)
    await next.release()
    expect(await store.list('')).toEqual([])
  })
}
