import { beforeEach, describe, expect, test } from 'vitest'
import { MillraceError } from '#base'
import { MemoryStore } from '#store'
import type { CellOutput } from './cell-output.ts'
import { KeptOutputs } from './kept-outputs.ts'
import { type Cell, type Notebook, notebookKind } from './notebook.ts'
import { Notebooks } from './notebooks.ts'

const ws = 'main'
let now = 1000
const clock = { nowMs: () => now, monotonicMs: () => now }
let store: MemoryStore
let notebooks: Notebooks
let made = 0

beforeEach(async () => {
  now = 1000
  made = 0
  store = new MemoryStore(clock)
  notebooks = await open()
})

function open(): Promise<Notebooks> {
  return Notebooks.load(store, { createId: () => `n${++made}`, notebooksMax: 5 })
}

function sql(id: string, text = 'SELECT 1'): Cell {
  return { id, kind: 'sql', text, view: 'table', chart: null }
}

function notebook(changes: Partial<Notebook> = {}): Notebook {
  return {
    title: 'Orders',
    folder: '',
    tags: [],
    variables: {},
    cells: [sql('a'), { id: 'b', kind: 'markdown', text: '# Notes' }],
    ...changes,
  }
}

function output(changes: Partial<CellOutput> = {}): CellOutput {
  const columns = [{ name: 'a', type: 'INT' }]
  const shown = { columns, rows: [[1]], rowCount: 1, updating: false, messages: [], failures: [] }
  return { text: 'SELECT 1', variables: {}, outcome: 'finished', startedAt: 1, endedAt: 2, ...shown, ...changes }
}

async function codeOf(asked: () => unknown): Promise<string> {
  try {
    await asked()
  } catch (error) {
    return error instanceof MillraceError ? error.code : String(error)
  }
  return 'none'
}

describe('a notebook', () => {
  test('keeps its newest versions, and of those before one a day for two years; none when it is removed', async () => {
    const day = 86_400_000
    const { id } = await notebooks.create(ws, notebook({ title: 'Title 1' }), 'ada')
    const key = { workspace: ws, id }
    // Two a day.
    for (let version = 1; version < 2000; version++) {
      now = Math.floor(version / 2) * day + (version % 2)
      await notebooks.change(key, notebook({ title: `Title ${version + 1}` }), version, 'ada')
    }
    const kept = (await store.versions(notebookKind, key, { limit: 2000 })).map(({ version }) => version)
    expect(kept.slice(0, 201)).toEqual(Array.from({ length: 201 }, (_, index) => 2000 - index))
    expect(kept.slice(201, 205)).toEqual([1798, 1796, 1794, 1792])
    expect(kept.length).toBeLessThan(200 + 730)
    expect(kept.length).toBeGreaterThan(800)
    expect((await notebooks.version(key, 1798)).value.title).toBe('Title 1798')
    await notebooks.remove(key, 'ada')
    expect(await store.versions(notebookKind, key, { limit: 10 })).toEqual([])
  })

  test('is kept, changed from the version that was seen, and keeps its versions with who and when', async () => {
    const { id, version } = await notebooks.create(ws, notebook(), 'ada')
    now = 2000
    const changed = await notebooks.change({ workspace: ws, id }, notebook({ title: 'Orders by hour' }), version, 'grace')
    expect(changed).toMatchObject({ version: 2, writtenBy: 'grace', writtenAt: 2000 })
    expect(await codeOf(() => notebooks.change({ workspace: ws, id }, notebook({ title: 'mine' }), 1, 'ada'))).toBe(
      'NOTEBOOK_VERSION_CHANGED',
    )
    const again = await open()
    expect((await again.get({ workspace: ws, id })).value.title).toBe('Orders by hour')
    expect((await again.versions({ workspace: ws, id }, { limit: 10 })).map((each) => [each.version, each.writtenBy])).toEqual([
      [2, 'grace'],
      [1, 'ada'],
    ])
    expect((await again.version({ workspace: ws, id }, 1)).value).toEqual(notebook())
    expect(await codeOf(() => again.version({ workspace: ws, id }, 3))).toBe('NOTEBOOK_VERSION_NOT_FOUND')
  })

  test('that is saved as it was, or twice by the same request, is no new version', async () => {
    const { id } = await notebooks.create(ws, notebook({ variables: { a: '1', b: '2' } }), 'ada')
    const key = { workspace: ws, id }
    const same = { ...notebook(), variables: { b: '2', a: '1' } }
    expect((await notebooks.change(key, same, 1, 'ada')).version).toBe(1)
    const next = notebook({ cells: [sql('a', 'SELECT 2')] })
    expect((await notebooks.change(key, next, 1, 'ada')).version).toBe(2)
    expect((await notebooks.change(key, next, 1, 'ada')).version).toBe(2)
  })

  test('of two who change it at once one is told so', async () => {
    const { id } = await notebooks.create(ws, notebook(), 'ada')
    const change = (title: string) => codeOf(() => notebooks.change({ workspace: ws, id }, notebook({ title }), 1, 'ada'))
    expect((await Promise.all([change('one'), change('two')])).toSorted()).toEqual(['NOTEBOOK_VERSION_CHANGED', 'none'])
  })

  test('belongs to its workspace, and is gone when it is removed', async () => {
    const { id } = await notebooks.create(ws, notebook(), 'ada')
    expect(await codeOf(() => notebooks.get({ workspace: 'other', id }))).toBe('NOTEBOOK_NOT_FOUND')
    await notebooks.keepOutput({ workspace: ws, id }, 'a', output(), 'ada')
    await notebooks.remove({ workspace: ws, id }, 'ada')
    expect(await codeOf(() => notebooks.get({ workspace: ws, id }))).toBe('NOTEBOOK_NOT_FOUND')
    expect((await notebooks.outputs.of({ workspace: ws, id }, ['a'])).size).toBe(0)
    expect(notebooks.list(ws, { limit: 10 }).total).toBe(0)
  })

  test.each([
    ['NOTEBOOK_TEXT', { title: '' }],
    ['NOTEBOOK_NAME', { title: ' Orders' }],
    ['NOTEBOOK_NAME', { title: 'Ord\u200bers' }],
    ['NOTEBOOK_FOLDER', { folder: 'a//b' }],
    ['NOTEBOOK_TEXT', { tags: ['x', 'x'] }],
    ['NOTEBOOK_CELL_ID', { cells: [sql('a'), sql('a')] }],
    ['NOTEBOOK_CELL_ID', { cells: [sql('a/b')] }],
    ['NOTEBOOK_TEXT', { cells: Array.from({ length: 201 }, (_, at) => sql(`c${at}`)) }],
    ['NOTEBOOK_TOO_LARGE', { cells: [sql('a', 'é'.repeat(60_000))] }],
    ['NOTEBOOK_TOO_LARGE', { cells: Array.from({ length: 11 }, (_, at) => sql(`c${at}`, 'x'.repeat(100_000))) }],
    ['NOTEBOOK_VARIABLE_NAME', { variables: { 'a b': '' } }],
    ['NOTEBOOK_SECRET_PLAIN', { variables: { password: 'hunter2' } }],
  ] satisfies [string, Partial<Notebook>][])('%s is what is wrong with %o', async (code, changes) => {
    expect(await codeOf(() => notebooks.create(ws, notebook(changes), 'ada'))).toBe(code)
  })

  test('may be one of so many', async () => {
    for (let count = 0; count < 5; count++) await notebooks.create(ws, notebook(), 'ada')
    expect(await codeOf(() => notebooks.create(ws, notebook(), 'ada'))).toBe('NOTEBOOK_COUNT_MAX')
    expect(await codeOf(() => notebooks.create('other', notebook(), 'ada'))).toBe('none')
  })
})

test('lists begin with what was changed last, find words, and go on page by page', async () => {
  for (const title of ['one', 'two', 'three', 'four']) {
    now += 10
    await notebooks.create(
      ws,
      notebook({ title, folder: title === 'two' ? 'sales/daily' : '', cells: [sql('a', `SELECT * FROM ${title}s`)] }),
      'ada',
    )
  }
  const titles = (query: object) => notebooks.list(ws, { limit: 10, ...query }).items.map(({ title }) => title)
  expect(titles({})).toEqual(['four', 'three', 'two', 'one'])
  expect(titles({ search: 'FROM threes' })).toEqual(['three'])
  expect(titles({ folder: 'sales' })).toEqual(['two'])
  const first = notebooks.list(ws, { limit: 3 })
  expect(first).toMatchObject({ total: 4, items: [{}, {}, {}] })
  expect(titles({ after: first.next })).toEqual(['one'])
  expect(await codeOf(() => titles({ after: 'elsewhere' }))).toBe('NOTEBOOK_CURSOR')
})

describe('what a cell showed', () => {
  test('is kept without a new version, the newest of each cell', async () => {
    const { id } = await notebooks.create(ws, notebook(), 'ada')
    const key = { workspace: ws, id }
    await notebooks.keepOutput(key, 'a', output(), 'ada')
    await notebooks.keepOutput(key, 'a', output({ rows: [[2]] }), 'grace')
    const again = await open()
    const kept = await again.outputs.of(key, ['a', 'b'])
    expect([...kept.keys()]).toEqual(['a'])
    expect(kept.get('a')).toMatchObject({ writtenBy: 'grace', value: { rows: [[2]] } })
    expect((await again.get(key)).version).toBe(1)
    await again.outputs.clear(key, 'ada')
    expect((await again.outputs.of(key, ['a'])).size).toBe(0)
  })

  test.each([
    ['NOTEBOOK_OUTPUT_TOO_LARGE', output({ rows: Array.from({ length: 201 }, () => [1]) })],
    ['NOTEBOOK_OUTPUT_TOO_LARGE', output({ rows: [['x'.repeat(262_144)]] })],
    ['NOTEBOOK_OUTPUT_ROW', output({ rows: [[1, 2]] })],
  ])('is refused with %s where it is too much', async (code, given) => {
    const { id } = await notebooks.create(ws, notebook(), 'ada')
    expect(await codeOf(() => notebooks.keepOutput({ workspace: ws, id }, 'a', given, 'ada'))).toBe(code)
    expect(await codeOf(() => notebooks.keepOutput({ workspace: ws, id }, 'other', output(), 'ada'))).toBe('NOTEBOOK_CELL_NOT_FOUND')
  })

  test('makes room, the oldest first, and never among those of another notebook', async () => {
    const kept = new KeptOutputs(store, { bytesMax: 3000, countMax: 10 })
    const [one, other] = [
      { workspace: ws, id: 'n1' },
      { workspace: ws, id: 'n10' },
    ]
    await kept.keep(other, 'a', output(), 'ada')
    const large = output({ rows: [['x'.repeat(1000)]] })
    for (const cell of ['a', 'b', 'a', 'c']) {
      now += 10
      await kept.keep(one, cell, large, 'ada')
    }
    expect([...(await kept.of(one, ['a', 'b', 'c'])).keys()]).toEqual(['a', 'c'])
    expect((await kept.of(other, ['a'])).size).toBe(1)
    // Another server finds the same sizes.
    const again = new KeptOutputs(store, { bytesMax: 3000, countMax: 10 })
    await again.keep(one, 'd', large, 'ada')
    expect([...(await again.of(one, ['a', 'b', 'c', 'd'])).keys()].toSorted()).toEqual(['c', 'd'])
  })
})
