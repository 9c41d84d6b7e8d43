import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '#base'
import { MemoryStore, type Store, writeOf } from '#store'
import { WorkspaceSecrets } from './workspace-secrets.ts'

let folder: string
let store: Store
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'millrace-workspace-secrets-'))
  store = new MemoryStore(systemClock)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

function load(passphrase: string | null = null): Promise<WorkspaceSecrets> {
  return WorkspaceSecrets.load({ store, clock: systemClock, folder, passphrase })
}

test('each workspace has its own, which the next server reads with the same key', async () => {
  const secrets = await load()
  await secrets.set('a', 'kafka', 'pass wörd', 'ada')
  await secrets.set('b', 'kafka', 'other', 'bob')
  const next = await load()
  expect([next.find('a', 'kafka'), next.find('b', 'kafka'), next.find('c', 'kafka')]).toEqual(['pass wörd', 'other', null])
  expect(next.values('a')).toEqual({ kafka: 'pass wörd' })
  expect(next.list('a')).toMatchObject([{ name: 'kafka', changedBy: 'ada', isReadable: true }])
})

test('a later value takes the place of an earlier one, and a change is seen by the revision', async () => {
  const secrets = await load('key')
  await secrets.set('a', 'x', '1', 'ada')
  const before = secrets.revision('a')
  await secrets.set('a', 'x', '2', 'bob')
  expect([secrets.find('a', 'x'), secrets.revision('a') > before]).toEqual(['2', true])
  await secrets.remove('a', 'x', 'ada')
  expect(secrets.list('a')).toEqual([])
  await expect(secrets.remove('a', 'x', 'ada')).rejects.toThrow('secret "x" does not exist')
})

test('without its key, or moved to another workspace, a secret cannot be read, and the list says so', async () => {
  await (await load('right')).set('a', 'x', '1', 'ada')
  const wrong = await load('wrong')
  expect([wrong.find('a', 'x'), wrong.values('a')]).toEqual([null, {}])
  expect(wrong.list('a')).toMatchObject([{ isReadable: false }])
  await rm(path.join(folder, 'secrets.key'), { force: true })
  expect((await load()).list('a')).toMatchObject([{ isReadable: false }])

  const [sealed] = await store.list({ name: 'secret', keepsVersions: false }, { workspace: 'a', limit: 1 })
  const write = writeOf({ name: 'secret', keepsVersions: false }, { workspace: 'b', id: 'x' }, sealed?.value, 0)
  await store.commit({ writes: [write], entries: [], by: 'eve' })
  const moved = await load('right')
  expect([moved.find('a', 'x'), moved.find('b', 'x')]).toEqual(['1', null])
})

test('the store holds nothing that could be read', async () => {
  await (await load()).set('a', 'x', 'pass wörd', 'ada')
  const kept = JSON.stringify(await store.list({ name: 'secret', keepsVersions: false }, { workspace: 'a', limit: 9 }))
  const key = await readFile(path.join(folder, 'secrets.key'), 'utf8')
  for (const text of ['pass wörd', Buffer.from('pass wörd').toString('base64'), key]) expect(kept).not.toContain(text)
})

test.each([
  ['', 'a value', 'cannot be the name'],
  ['__proto__', 'a value', 'cannot be the name'],
  ['x', '', 'has no value'],
  ['x', 'v'.repeat(65_537), 'longer than 65536'],
])('%j with %.10j is refused', async (name, value, expected) => {
  await expect((await load('key')).set('a', name, value, 'ada')).rejects.toThrow(expected)
})
