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
