import { expect, test } from 'vitest'
import type { ConnectionDefinition, FunctionDefinition, TableDefinition, ViewDefinition } from '#plan'
import { MemoryCatalog } from './memory.ts'

const place = ['default_catalog', 'default_database'] as const

function table(name: string, more: Partial<TableDefinition> = {}): TableDefinition {
  const path = [...place, name] as const
  return { path, columns: [], watermark: null, primaryKey: [], partitionedBy: [], options: {}, comment: null, temporary: false, ...more }
}

function view(name: string): ViewDefinition {
  return { path: [...place, name], columns: null, query: 'SELECT 1', comment: null, temporary: false }
}

const fail = { whenMissing: 'fail', temporary: false } as const

test('a new catalog has one empty database, and is there', () => {
  const catalog = new MemoryCatalog()
  expect(catalog.current).toEqual(place)
  expect(catalog.catalogNames()).toEqual(['default_catalog'])
  expect(catalog.databaseNames('default_catalog')).toEqual(['default_database'])
  expect(catalog.tableNames(place)).toEqual([])
})

test('IF NOT EXISTS keeps what is there, OR REPLACE does not', () => {
  const catalog = new MemoryCatalog()
  expect(catalog.createTable(table('t'), 'fail')).toBe(true)
  expect(() => catalog.createTable(table('t'), 'fail')).toThrow('table "t" already exists')
  expect(catalog.createTable(table('t', { comment: 'new' }), 'keep')).toBe(false)
  expect(catalog.table([...place, 't'])?.comment).toBeNull()
  expect(catalog.createTable(table('t', { comment: 'new' }), 'replace')).toBe(true)
  expect(catalog.table([...place, 't'])?.comment).toBe('new')
})

test('tables and views share their names, and each is dropped as what it is', () => {
  const catalog = new MemoryCatalog()
  catalog.createView(view('v'), 'fail')
  expect(() => catalog.createTable(table('v'), 'fail')).toThrow('view "v" already exists')
  expect(() => catalog.dropTable([...place, 'v'], fail)).toThrow('"v" is a view, not a table')
  expect(catalog.tableNames(place)).toEqual(['v'])
  expect(catalog.viewNames(place)).toEqual(['v'])
  catalog.dropView([...place, 'v'], fail)
  expect(catalog.tableNames(place)).toEqual([])
})

test('a temporary table hides the other of its name until it is dropped', () => {
  const catalog = new MemoryCatalog()
  catalog.createTable(table('t'), 'fail')
  catalog.createTable(table('t', { temporary: true, comment: 'mine' }), 'fail')
  expect(catalog.table([...place, 't'])?.comment).toBe('mine')
  expect(catalog.tableNames(place)).toEqual(['t'])
  expect(() => catalog.dropTable([...place, 't'], fail)).toThrow('cannot change table "t" while a temporary one of the same name hides it')
  catalog.dropTable([...place, 't'], { whenMissing: 'fail', temporary: true })
  expect(catalog.table([...place, 't'])?.comment).toBeNull()
})

test('what is missing is named with what is close to it', () => {
  const catalog = new MemoryCatalog()
  catalog.createTable(table('orders'), 'fail')
  const drop = () => catalog.dropTable([...place, 'ordres'], fail)
  expect(drop).toThrow('table "ordres" does not exist')
  expect(drop).toThrow(expect.objectContaining({ hint: 'Use "orders".' }))
  catalog.dropTable([...place, 'ordres'], { ...fail, whenMissing: 'ignore' })
  catalog.dropTable(['default_catalog', 'nowhere', 'x'], { ...fail, whenMissing: 'ignore' })
  expect(() => catalog.createTable(table('t', { path: ['default_catalog', 'nowhere', 't'] }), 'fail')).toThrow(
    'database "nowhere" does not exist',
  )
})

test('a table keeps its definition under a new name', () => {
  const catalog = new MemoryCatalog()
  catalog.createTable(table('a', { comment: 'c' }), 'fail')
  catalog.createTable(table('b'), 'fail')
  expect(() => catalog.renameTable([...place, 'a'], [...place, 'b'])).toThrow('table "b" already exists')
  catalog.renameTable([...place, 'a'], [...place, 'c'])
  expect(catalog.table([...place, 'a'])).toBeUndefined()
  expect(catalog.table([...place, 'c'])).toMatchObject({ comment: 'c', path: [...place, 'c'] })
})

test('databases: the current one and full ones stay, others go', () => {
  const catalog = new MemoryCatalog()
  catalog.createDatabase({ path: ['default_catalog', 'shop'], options: {}, comment: null }, 'fail')
  catalog.useDatabase(['default_catalog', 'shop'])
  const how = { whenMissing: 'fail', cascade: false } as const
  expect(() => catalog.dropDatabase(['default_catalog', 'shop'], how)).toThrow('cannot drop database "shop" while it is the current one')
  catalog.createTable(table('t', { path: ['default_catalog', 'shop', 't'] }), 'fail')
  catalog.useDatabase(place)
  expect(() => catalog.dropDatabase(['default_catalog', 'shop'], how)).toThrow('cannot drop database "shop" because it is not empty')
  catalog.dropDatabase(['default_catalog', 'shop'], { ...how, cascade: true })
  expect(() => catalog.useDatabase(['default_catalog', 'shop'])).toThrow('database "shop" does not exist')
})

test('names of functions ignore letter case', () => {
  const catalog = new MemoryCatalog()
  const definition: FunctionDefinition = {
    name: 'Slug',
    file: 'f.ts',
    export: 'slug',
    path: [...place, 'Slug'],
    temporary: false,
    signature: { kind: 'scalar', parameters: [], result: { kind: 'integer', nullable: true } },
  }
  catalog.createFunction(definition, { whenThere: 'fail', system: false })
  expect(catalog.function([...place, 'sLUG'])).toBe(definition)
  expect(catalog.systemFunction('slug')).toBeUndefined()
  catalog.createFunction(definition, { whenThere: 'fail', system: true })
  expect(catalog.systemFunction('SLUG')).toBe(definition)
  catalog.dropFunction([...place, 'slug'], { ...fail, system: false })
  expect(catalog.functionNames(place)).toEqual([])
  expect(() => catalog.dropFunction([...place, 'slug'], { ...fail, system: false })).toThrow('function "slug" does not exist')
})

function connection(name: string, more: Partial<ConnectionDefinition> = {}): ConnectionDefinition {
  return { path: [...place, name], options: { connector: 'kafka', servers: 'a:1' }, comment: null, temporary: false, ...more }
}

function using(name: string, uses: string, own: Readonly<Record<string, string>> = {}): TableDefinition {
  return table(name, { uses: { connection: [...place, uses], options: own }, options: own })
}

test('a table has the options that its connection has now, and is the same table until one of them changes', () => {
  const catalog = new MemoryCatalog()
  catalog.createConnection(connection('k'), 'fail')
  catalog.createTable(using('t', 'k', { topic: 'orders', connector: 'upsert-kafka' }), 'fail')
  const first = catalog.table([...place, 't'])
  expect(first?.options).toEqual({ connector: 'upsert-kafka', servers: 'a:1', topic: 'orders' })
  expect(catalog.table([...place, 't'])).toBe(first)
  catalog.alterConnection(connection('k', { options: { connector: 'kafka', servers: 'b:2' } }))
  expect(catalog.table([...place, 't'])?.options['servers']).toBe('b:2')
  expect(catalog.table([...place, 't'])).not.toBe(first)
})

test('a connection shares its name with a table, and with no other connection', () => {
  const catalog = new MemoryCatalog()
  catalog.createTable(using('k', 'k'), 'fail')
  expect(catalog.createConnection(connection('k'), 'fail')).toBe(true)
  expect(catalog.createConnection(connection('k'), 'keep')).toBe(false)
  expect(() => catalog.createConnection(connection('k'), 'fail')).toThrow('connection "k" already exists')
  expect(catalog.connectionNames(place)).toEqual(['k'])
  expect(() => catalog.dropConnection([...place, 'k'], fail)).toThrow('cannot drop connection "k" while tables use it')
})

test('who uses a connection is named where it is dropped or renamed, five of them at most', () => {
  const catalog = new MemoryCatalog()
  catalog.createDatabase({ path: ['default_catalog', 'lab'], options: {}, comment: null }, 'fail')
  catalog.createConnection(connection('k'), 'fail')
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) catalog.createTable(using(name, 'k'), 'fail')
  catalog.createTable({ ...using('t', 'k'), path: ['default_catalog', 'lab', 't'], temporary: true }, 'fail')
  const detail = 'It is used by a, b, c, d, default_catalog.lab.t and 2 more.'
  expect(() => catalog.dropConnection([...place, 'k'], fail)).toThrow(expect.objectContaining({ detail }))
  expect(() => catalog.renameConnection([...place, 'k'], [...place, 'l'])).toThrow('cannot rename connection "k" while tables use it')
  expect(() => catalog.dropConnection([...place, 'x'], fail)).toThrow('connection "x" does not exist')
  expect(catalog.dropConnection([...place, 'x'], { whenMissing: 'ignore', temporary: false })).toBe(false)
})

test('a connection takes no value that a table which uses it gives another one', () => {
  const catalog = new MemoryCatalog()
  catalog.createConnection(connection('k'), 'fail')
  catalog.createTable(using('t', 'k', { topic: 'orders' }), 'fail')
  const changed = (topic: string) => (): void => catalog.alterConnection(connection('k', { options: { connector: 'kafka', topic } }))
  expect(changed('clicks')).toThrow('option "topic" of connection "k" has another value in table "t", which uses it')
  expect(changed('orders')).not.toThrow()
})

test('a temporary connection hides the permanent one until it is dropped', () => {
  const catalog = new MemoryCatalog()
  catalog.createConnection(connection('k'), 'fail')
  catalog.createTable(using('t', 'k'), 'fail')
  catalog.createConnection(connection('k', { temporary: true, options: { connector: 'print' } }), 'fail')
  expect(catalog.table([...place, 't'])?.options).toEqual({ connector: 'print' })
  expect(() => catalog.dropConnection([...place, 'k'], fail)).toThrow('while a temporary one of the same name hides it')
  expect(catalog.dropConnection([...place, 'k'], { whenMissing: 'fail', temporary: true })).toBe(true)
  expect(catalog.table([...place, 't'])?.options['connector']).toBe('kafka')
})

test('a database goes with its connections and the tables that use them, and stays while tables elsewhere do', () => {
  const catalog = new MemoryCatalog()
  const lab = ['default_catalog', 'lab'] as const
  const drop = { whenMissing: 'fail', cascade: true } as const
  catalog.createDatabase({ path: lab, options: {}, comment: null }, 'fail')
  catalog.createConnection(connection('k', { path: [...lab, 'k'] }), 'fail')
  expect(() => catalog.dropDatabase(lab, { ...drop, cascade: false })).toThrow('because it is not empty')
  const inside = { path: [...lab, 't'], uses: { connection: [...lab, 'k'], options: {} } } as const
  catalog.createTable(table('t', inside), 'fail')
  catalog.createTable(table('t', { uses: inside.uses }), 'fail')
  expect(() => catalog.dropDatabase(lab, drop)).toThrow('cannot drop connection "default_catalog.lab.k" while tables use it')
  catalog.dropTable([...place, 't'], fail)
  expect(catalog.dropDatabase(lab, drop)).toBe(true)
})
