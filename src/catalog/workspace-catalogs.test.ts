import { beforeEach, expect, test } from 'vitest'
import { systemClock } from '#base'
import { MemoryStore } from '#store'
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
