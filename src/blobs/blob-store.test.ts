import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { BlobStore } from './blob-store.ts'
import { LocalBlobs } from './local-blobs.ts'
import { MemoryBlobs } from './memory-blobs.ts'
import { openBlobs } from './open-blobs.ts'
import { ownIdentity } from './process-identity.ts'

const stores: readonly [string, () => Promise<BlobStore>][] = [
  ['memory', async () => new MemoryBlobs()],
  ['a folder', async () => new LocalBlobs(path.join(await folder(), 'made', 'later'))],
]

function folder(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), 'millrace-blobs-'))
}

async function put(store: BlobStore, name: string, ...parts: readonly string[]): Promise<void> {
  const writer = await store.create(name)
  for (const part of parts) await writer.append(Buffer.from(part))
  await writer.finish()
}

async function textOf(store: BlobStore, name: string, start?: number, length?: number): Promise<string> {
  return Buffer.from(await store.read(name, start, length)).toString()
}

function code(expected: string): unknown {
  return expect.objectContaining({ code: expected })
}

describe.each(stores)('blobs in %s', (_, create) => {
  test('a finished blob is read back, whole or in parts', async () => {
    const store = await create()
    await put(store, 'state/1.bin', 'abc', 'def')
    expect(await textOf(store, 'state/1.bin')).toBe('abcdef')
    expect(await textOf(store, 'state/1.bin', 2, 3)).toBe('cde')
    expect(await textOf(store, 'state/1.bin', 4, 99)).toBe('ef')
    expect(await textOf(store, 'state/1.bin', 9)).toBe('')
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

  test('lists by prefix, in order, with lengths; removes', async () => {
    const store = await create()
    for (const name of ['b/2', 'b/1', 'a', 'c/x/y']) await put(store, name, name)
    expect(await store.list('b/')).toEqual([
      { name: 'b/1', bytes: 3 },
      { name: 'b/2', bytes: 3 },
    ])
    await store.remove('b/1')
    await store.remove('b/1')
    expect((await store.list('')).map(({ name }) => name)).toEqual(['a', 'b/2', 'c/x/y'])
  })

  test('only one holds the lock', async () => {
    const store = await create()
    const lock = await store.lock()
    await expect(store.lock()).rejects.toThrow(code('BLOBS_LOCKED'))
    await lock.release()
    await (await store.lock()).release()
  })
})

test('an address names a folder', () => {
  expect(openBlobs('file:///var/x').place).toBe('/var/x')
  expect(openBlobs('x').place).toBe(path.resolve('x'))
  expect(() => openBlobs('ftp://host/x')).toThrow(code('BLOBS_SCHEME_NOT_FOUND'))
})

test('the lock of a process that is gone is taken over, that of another host is not', async () => {
  const place = await folder()
  const gone = Number(execFileSync(process.execPath, ['-p', 'process.pid']).toString())
  const self = await ownIdentity()
  const mark = (holder: object): Promise<void> => writeFile(path.join(place, '.lock'), JSON.stringify(holder))
  await mark({ ...self, pid: gone })
  await (await new LocalBlobs(place).lock()).release()
  await mark({ ...self, began: '1' })
  await (await new LocalBlobs(place).lock()).release()
  await mark({ ...self, pid: gone, host: 'elsewhere', boot: 'another' })
  await expect(new LocalBlobs(place).lock()).rejects.toThrow(
    expect.objectContaining({ detail: `Process ${gone} on host "elsewhere" holds it.` }),
  )
})

test('a folder that cannot be written says why', async () => {
  const place = await folder()
  await writeFile(path.join(place, 'file'), '')
  const store = new LocalBlobs(path.join(place, 'file'))
  await expect(store.create('a')).rejects.toThrow(code('BLOBS_UNWRITABLE'))
  expect(await readdir(place)).toEqual(['file'])
})
