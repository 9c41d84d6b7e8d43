import { expect, test } from 'vitest'
import { bigintType, booleanType, type DataType, doubleType, integerType, rowsOf, stringType } from '#data'
import { ColumnStore } from './column-store.ts'

const noBytes = new Uint8Array(0)

function valuesOf(store: ColumnStore, rows: number, bytes = noBytes): unknown[] {
  const batch = { length: rows, columns: [store.vector(rows, bytes)], kinds: null, watermarks: null }
  return rowsOf(batch, [{ name: store.name, type: store.type }]).map(([value]) => value)
}

const array: DataType = { kind: 'array', element: integerType, nullable: true }

test.each<[DataType, unknown[]]>([
  [booleanType, [true, false, null]],
  [integerType, [1, -2, null]],
  [doubleType, [1.5, -0.25, null]],
  [bigintType, [9007199254740993n, 5, null]],
  [array, [[1], [], null]],
])('a value of %o goes over what another row had', (type, values) => {
  for (const from of values.keys()) {
    for (const to of values.keys()) {
      const store = new ColumnStore('c', type, 4)
      for (const [row, value] of values.entries()) store.setBoxed(row, value)
      store.copy(from, to)
      expect(valuesOf(store, 3)).toEqual(values.with(to, values[from]))
    }
  }
})

test('text that goes over to another row lies where it lay', () => {
  const store = new ColumnStore('c', stringType, 2)
  store.starts[0] = 1
  store.ends[0] = 3
  store.setNull(1)
  store.copy(0, 1)
  expect(valuesOf(store, 2, new TextEncoder().encode('"ab"'))).toEqual(['ab', 'ab'])
})

test.each<[DataType, unknown[]]>([
  [booleanType, [true, null]],
  [integerType, [1, null]],
  [bigintType, [9007199254740993n, null, 5]],
  [array, [[1], null]],
])('a larger store takes values of %o over', (type, values) => {
  const [small, large] = [new ColumnStore('c', type, 3), new ColumnStore('c', type, 9)]
  for (const [row, value] of values.entries()) small.setBoxed(row, value)
  large.take(small, values.length)
  expect(valuesOf(large, values.length)).toEqual(values)
})
