import { expect, test } from 'vitest'
import type { TableDefinition } from '#plan'
import { KeptCatalog } from './kept-catalog.ts'

const path = ['default_catalog', 'default_database', 't'] as const
const table: TableDefinition = {
  path,
  columns: [],
  watermark: null,
  primaryKey: [],
  partitionedBy: [],
  options: {},
  comment: null,
  temporary: false,
}

test('what is for the session alone is made and dropped like anything else, and not noted', () => {
  const catalog = new KeptCatalog()
  expect(catalog.createTable({ ...table, temporary: true }, 'fail')).toBe(true)
  expect(catalog.createTable({ ...table, temporary: true }, 'keep')).toBe(false)
  expect(catalog.dropTable(path, { whenMissing: 'ignore', temporary: true })).toBe(true)
  expect(catalog.takeTouched()).toEqual([])
  expect(catalog.createTable(table, 'fail')).toBe(true)
  expect(catalog.takeTouched()).toEqual([{ kind: 'table', path: [...path] }])
})

test('connections are noted as they are made, changed, renamed and dropped, and temporary ones are not', () => {
  const catalog = new KeptCatalog()
  const connection = { path, options: { connector: 'kafka' }, comment: null, temporary: false }
  const to = ['default_catalog', 'default_database', 'u'] as const
  const noted = (path: readonly string[]) => ({ kind: 'connection', path: [...path] })
  catalog.createConnection({ ...connection, temporary: true }, 'fail')
  catalog.alterConnection({ ...connection, temporary: true, options: {} })
  catalog.renameConnection(path, to)
  catalog.dropConnection(to, { whenMissing: 'fail', temporary: true })
  expect(catalog.takeTouched()).toEqual([])
  catalog.createConnection(connection, 'fail')
  expect(catalog.takeTouched()).toEqual([noted(path)])
  catalog.alterConnection(connection)
  expect(catalog.takeTouched()).toEqual([noted(path)])
  catalog.renameConnection(path, to)
  expect(catalog.takeTouched()).toEqual([noted(path), noted(to)])
  catalog.dropConnection(to, { whenMissing: 'fail', temporary: false })
  expect(catalog.takeTouched()).toEqual([noted(to)])
})

const long = ['default_catalog', 'default_database', 'n'.repeat(474)] as const
const half = ['default_catalog', 'default_database', 'n\ud800'] as const
const error = (code: string): unknown => expect.objectContaining({ code })

test.each([{ path: long }, { path: half }])('what no store can hold is refused when it is made, not lost later: case %#', ({ path }) => {
  const catalog = new KeptCatalog()
  const at = { start: 1, end: 2, line: 1, column: 2 }
  const connection = { path, options: {}, comment: null, temporary: false }
  const refused = expect.objectContaining({ code: 'CATALOG_NAME_UNKEPT', position: at })
  expect(() => catalog.createTable({ ...table, path }, 'fail', at)).toThrow(refused)
  expect(() => catalog.createConnection(connection, 'fail', at)).toThrow(refused)
  expect(() => catalog.createDatabase({ path: ['default_catalog', path[2].repeat(2)], comment: null, options: {} }, 'fail', at)).toThrow(
    refused,
  )
  expect(() => catalog.createCatalog({ name: path[2].repeat(2), comment: null, options: {} }, 'fail', at)).toThrow(refused)
  catalog.createTable(table, 'fail')
  catalog.createConnection({ ...connection, path: ['default_catalog', 'default_database', 't'] }, 'fail')
  expect(() => catalog.renameTable(table.path, path, at)).toThrow(refused)
  expect(() => catalog.renameConnection(table.path, path, at)).toThrow(refused)
  expect(catalog.table(table.path)).toBeDefined()
  expect(catalog.takeTouched()).toHaveLength(2)
  expect(catalog.createTable({ ...table, path, temporary: true }, 'fail', at)).toBe(true)
})

test('a name that just fits is kept', () => {
  const catalog = new KeptCatalog()
  expect(catalog.createTable({ ...table, path: ['default_catalog', 'default_database', 'n'.repeat(473)] }, 'fail')).toBe(true)
  expect(() => catalog.createTable({ ...table, path: long }, 'fail')).toThrow(error('CATALOG_NAME_UNKEPT'))
})
