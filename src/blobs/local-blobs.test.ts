/** Stores in folders: what only they can meet. What every store does is tested in test/blobs. */
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { LocalBlobs } from './local-blobs.ts'
import { isAlive, ownIdentity } from './process-identity.ts'

function folder(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), 'millrace-blobs-'))
}

function code(expected: string): unknown {
  return expect.objectContaining({ code: expected })
}

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

test("a lock that was removed, or is another run's, is lost", async () => {
  const place = await folder()
  const first = await new LocalBlobs(place).lock()
  await first.confirm()
  await rename(path.join(place, '.lock'), path.join(place, '.taken'))
  await expect(first.confirm()).rejects.toThrow(code('BLOBS_LOCK_LOST'))
  const second = await new LocalBlobs(place).lock()
  await expect(first.confirm()).rejects.toThrow(code('BLOBS_LOCK_LOST'))
  await first.release()
  await second.confirm()
})

test('who is surely there can be told', async () => {
  const self = await ownIdentity()
  expect(await isAlive(self)).toBe(true)
  expect(await isAlive({ ...self, began: '1' })).toBe(false)
  expect(await isAlive({ ...self, boot: 'another' })).toBe(false)
})

describe('links to elsewhere', () => {
  test('are not followed where blobs are read, listed and written', async () => {
    const place = await folder()
    const elsewhere = await folder()
    await writeFile(path.join(elsewhere, 'a'), 'untouched')
    await symlink(elsewhere, path.join(place, 'state'))
    await mkdir(path.join(place, 'checkpoints'))
    await symlink(path.join(elsewhere, 'a'), path.join(place, 'checkpoints', 'a'))
    const store = new LocalBlobs(place)
    await expect(store.list('state/')).rejects.toThrow(code('BLOBS_SYMBOLIC_LINK'))
    await expect(store.list('checkpoints/')).rejects.toThrow(code('BLOBS_SYMBOLIC_LINK'))
    await expect(store.read('state/a')).rejects.toThrow(code('BLOBS_SYMBOLIC_LINK'))
    await expect(store.read('checkpoints/a')).rejects.toMatchObject({ code: 'BLOBS_UNREADABLE', detail: 'It is a symbolic link.' })
    await expect(store.create('state/b')).rejects.toThrow(code('BLOBS_SYMBOLIC_LINK'))
    expect(await readdir(elsewhere)).toEqual(['a'])
  })

  test('left where a blob is being written are not written through', async () => {
    const place = await folder()
    const victim = path.join(await folder(), 'victim')
    await writeFile(victim, 'untouched')
    await symlink(victim, path.join(place, '.a.inprogress'))
    const writer = await new LocalBlobs(place).create('a')
    await writer.append(Buffer.from('x'))
    await writer.finish()
    expect(await readFile(victim, 'utf8')).toBe('untouched')
    expect(await readFile(path.join(place, 'a'), 'utf8')).toBe('x')
  })

  test('may lead to the place itself', async () => {
    const place = path.join(await folder(), 'link')
    await symlink(await folder(), place)
    const store = new LocalBlobs(place)
    const writer = await store.create('state/a')
    await writer.finish()
    expect(await store.list('')).toEqual([{ name: 'state/a', bytes: 0 }])
  })
})
