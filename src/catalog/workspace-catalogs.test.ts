import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { systemClock } from '#base'
import { MemoryStore, openStore } from '#store'
import type { CatalogObject } from './catalog.ts'
import type { DefinitionChange } from './kept-definition.ts'
import { WorkspaceCatalogs } from './workspace-catalogs.ts'

let store: MemoryStore
let catalogs: WorkspaceCatalogs

beforeEach(async () => {
  store = new MemoryStore(systemClock)
  catalogs = await WorkspaceCatalogs.load(store, systemClock)
})

function made(kind: CatalogObject['kind'], name: string, text = `CREATE ${name}`): DefinitionChange {
  return { object: { kind, path: name.split('.') }, definition: { text, columns: null, comment: null, connector: null } }
}

function gone(kind: CatalogObject['kind'], name: string): DefinitionChange {
  return { object: { kind, path: name.split('.') }, definition: null }
}

function names(workspace = 'main', of = catalogs): string[] {
  return of.entries(workspace).map(({ value }) => value.object.path.join('.'))
}

test('what was made is there after a restart, with who changed it and how', async () => {
  await catalogs.apply('main', [made('database', 'c.d'), made('table', 'c.d.t', 'one')], 'ada')
  await catalogs.apply('main', [made('table', 'c.d.t', 'two')], 'bob')
  const later = await WorkspaceCatalogs.load(store, systemClock)
  expect(names('main', later)).toEqual(['c.d', 'c.d.t'])
  const versions = await later.versions('main', 'table:c:d:t')
  expect(versions.map(({ value, writtenBy }) => [value.text, writtenBy])).toEqual([
    ['two', 'bob'],
    ['one', 'ada'],
  ])
})

test('what is dropped takes along what is in it, and nothing whose name begins alike', async () => {
  await catalogs.apply(
    'main',
    ['c.d.t', 'c.d.u', 'c.dd.t', 'c%.d.t'].map((name) => made('table', name)),
    'ada',
  )
  await catalogs.apply('main', [gone('database', 'c.d')], 'ada')
  expect(names()).toEqual(['c.dd.t', 'c%.d.t'].toSorted((a, b) => (encodeURIComponent(a) < encodeURIComponent(b) ? -1 : 1)))
  await catalogs.apply('main', [gone('table', 'c.d.t')], 'ada')
  await catalogs.apply('main', [gone('table', 'c.dd.t'), made('table', 'c.dd.t', 'anew')], 'ada')
  expect(catalogs.find('main', 'table:c:dd:t').value.text).toBe('anew')
})

test('workspaces see nothing of one another', async () => {
  await catalogs.apply('main', [made('table', 'c.d.t')], 'ada')
  expect(names('sales')).toEqual([])
  expect(() => catalogs.find('sales', 'table:c:d:t')).toThrow('the workspace has no "table:c:d:t" in its catalog')
  expect([catalogs.revision('main'), catalogs.revision('sales')]).toEqual([1, 0])
})

test('a connection and the tables that use it are kept in a file, with its versions after it is gone', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'millrace-catalog-'))
  const using: DefinitionChange = {
    object: { kind: 'table', path: ['c', 'd', 'k'] },
    definition: { text: 'CREATE TABLE', columns: null, comment: null, connector: 'kafka', connection: ['c', 'd', 'k'] },
  }
  try {
    const first = await openStore('', folder, systemClock)
    const before = await WorkspaceCatalogs.load(first, systemClock)
    await before.apply('main', [made('connection', 'c.d.k', 'one'), using], 'ada')
    await before.apply('main', [made('connection', 'c.d.k', 'two')], 'bob')
    await before.apply('main', [gone('connection', 'c.d.k')], 'cy')
    await first.close()
    const second = await openStore('', folder, systemClock)
    const after = await WorkspaceCatalogs.load(second, systemClock)
    expect(after.entries('main').map(({ id, value }) => [id, value.connection])).toEqual([['table:c:d:k', ['c', 'd', 'k']]])
    const versions = await after.versions('main', 'connection:c:d:k')
    expect(versions.map(({ value, writtenBy }) => [value.text, writtenBy])).toEqual([
      ['two', 'bob'],
      ['one', 'ada'],
    ])
    await second.close()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
