import { expect, test } from 'vitest'
import { batchOf, bytesType, type DataType, integerType, stringType } from '#data'
import { decodeRows } from '../decoding.fixture.ts'
import type { FormatTable } from '../format.ts'
import { readOptions } from '../options.ts'
import { rawFormat } from './format.ts'

function tableOf(...types: DataType[]): FormatTable {
  const schema = types.map((type, index) => ({ name: `c${index}`, type }))
  return { name: 'log', schema, options: readOptions('table "log"', rawFormat.options, {}), timeZone: 'UTC' }
}

function read(type: DataType, bytes: Uint8Array): unknown[][] {
  const table = tableOf(type)
  return decodeRows(rawFormat.decoder(table, ['c0']), table.schema, [bytes])
}

test('every line is a row', () => {
  expect(read(stringType, new TextEncoder().encode('a,"b\r\n\n é\nlast'))).toEqual([['a,"b'], [''], [' é'], ['last']])
})

test('bytes may be anything, text must be UTF-8', () => {
  const bytes = Uint8Array.of(255, 10, 97, 10)
  expect(read(bytesType, bytes)).toEqual([[Uint8Array.of(255)], [Uint8Array.of(97)]])
  expect(() => read(stringType, bytes)).toThrow('could not read record 1 of "input" as raw')
})

test('lines are written as they are', () => {
  const table = tableOf(stringType)
  const encoded = rawFormat.encoder?.(table).encode(batchOf(table.schema, [['a"b'], [null], ['é']]))
  expect(new TextDecoder().decode(encoded?.data.subarray(0, encoded.length))).toBe('a"b\n\né\n')
})

test('other tables are refused', () => {
  expect(() => rawFormat.decoder(tableOf(integerType), ['c0'])).toThrow('format "raw" cannot hold type INT of column "c0"')
  expect(() => rawFormat.decoder(tableOf(stringType, stringType), ['c0'])).toThrow('column "c1"')
})
