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
