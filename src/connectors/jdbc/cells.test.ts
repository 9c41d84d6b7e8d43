import { describe, expect, test } from 'vitest'
import {
  bigintType,
  booleanType,
  bytesType,
  type DataType,
  dateType,
  decimalType,
  doubleType,
  floatType,
  plainFormOf,
  smallintType,
  stringType,
  timeType,
  timeZone,
  valueAt,
} from '#data'
import { ColumnBuilder, cellDecoder, misfit } from './cell-decoder.ts'
import { cellEncoder, rowJson } from './cell-encoder.ts'
import { columnOf } from './column.fixture.ts'
import type { ColumnFamily } from './dialect.ts'
import type { Cell } from './session.ts'

const utc = timeZone('UTC')
const berlin = timeZone('Europe/Berlin')
const timestamp = (precision: number): DataType => ({ kind: 'timestamp', precision, nullable: true })
const moment = (precision: number): DataType => ({ kind: 'timestamp-ltz', precision, nullable: true })
const arrayOf = (element: DataType): DataType => ({ kind: 'array', element, nullable: true })

const cases: readonly [DataType, ColumnFamily, string | number | Uint8Array, unknown][] = [
  [bigintType, 'integer', '9223372036854775807', 9223372036854775807n],
  [bigintType, 'integer', '-9223372036854775808', -9223372036854775808n],
  [bigintType, 'integer', '9223372036854775808', misfit],
  [bigintType, 'integer', '18446744073709551615', misfit],
  [bigintType, 'integer', 17, 17],
  [smallintType, 'integer', '32767', 32767],
  [smallintType, 'integer', '32768', misfit],
  [smallintType, 'integer', '-32768', -32768],
  [bigintType, 'decimal', '12', 12],
  [bigintType, 'decimal', '12.5', misfit],
  [decimalType(38, 3), 'decimal', '12345678901234567890.123', 12345678901234567890123n],
  [decimalType(5, 2), 'decimal', '1.5', 150],
  [decimalType(5, 2), 'decimal', '1234.5', misfit],
  [decimalType(5, 2), 'decimal', 'NaN', misfit],
  [decimalType(20, 0), 'integer', '18446744073709551615', 18446744073709551615n],
  [floatType, 'float', '0.1', Math.fround(0.1)],
  [doubleType, 'double', 'Infinity', Number.POSITIVE_INFINITY],
  [doubleType, 'double', '5e-324', 5e-324],
  [booleanType, 'boolean', 't', true],
  [booleanType, 'boolean', 'f', false],
  [booleanType, 'integer', 0, false],
  [booleanType, 'integer', '0', false],
  [stringType, 'text', 'ä', 'ä'],
  [stringType, 'as-text', new Uint8Array([0xc3, 0xa4]), 'ä'],
  [bytesType, 'bytes', '\\x00ff', new Uint8Array([0, 255])],
  [bytesType, 'bytes', new Uint8Array([1, 2]), new Uint8Array([1, 2])],
  [dateType, 'date', '1970-01-02', 1],
  [dateType, 'date', '0000-00-00', misfit],
  [dateType, 'date', 'infinity', misfit],
  [timeType, 'time', '00:00:01.5', 1500],
  [timeType, 'time', '838:59:59', misfit],
  [timestamp(6), 'timestamp', '1970-01-01 00:00:01.000001', 1_000_001],
  [timestamp(3), 'timestamp', '1970-01-01 00:00:01.0019', 1001],
  [timestamp(3), 'timestamp', '1969-12-31 23:59:59.999', -1],
  [timestamp(3), 'timestamp', '0044-03-15 00:00:00 BC', misfit],
  [timestamp(3), 'timestamp', '-infinity', misfit],
  [moment(6), 'instant', '1970-01-01 00:00:01.000001+00', 1_000_001],
  [timestamp(3), 'instant', '2024-07-01 10:00:00+00', Date.UTC(2024, 6, 1, 12)],
  [moment(3), 'timestamp', '2024-07-01 12:00:00', Date.UTC(2024, 6, 1, 10)],
]

describe('from a database', () => {
  test.each(cases)('%o of a column of %s: %s', (type, family, cell, value) => {
    expect(cellDecoder(type, family, null, berlin)(cell)).toEqual(value)
  })
  test('arrays', () => {
    expect(cellDecoder(arrayOf(arrayOf(bigintType)), 'array', 'integer', utc)('{{1,NULL},{3,4}}')).toEqual([
      [1, null],
      [3, 4],
    ])
    expect(cellDecoder(arrayOf(bigintType), 'array', 'integer', utc)('{{1},{2}}')).toBe(misfit)
    expect(cellDecoder(arrayOf(smallintType), 'array', 'integer', utc)('{99999}')).toBe(misfit)
  })
  test('a vector becomes wide where a value is, and keeps what was there before', () => {
    const builder = new ColumnBuilder(bigintType, plainFormOf(bigintType), cellDecoder(bigintType, 'integer', null, utc))
    const readAll = (cells: readonly Cell[]) => {
      builder.begin(cells.length)
      expect(cells.map((cell, row) => builder.set(row, cell))).toEqual(cells.map(() => true))
      const vector = builder.vector(cells.length)
      return [vector.form, cells.map((_, row) => valueAt(vector, row, bigintType))]
    }
    expect(readAll(['1', null, '9007199254740993', '4', null])).toEqual(['wide', [1, null, 9007199254740993n, 4, null]])
    expect(readAll(['1', '2', null])).toEqual(['numbers', [1, 2, null]])
    expect(readAll(['1', '2', '3'])).toEqual(['numbers', [1, 2, 3]])
  })
})

describe('to a database', () => {
  test.each(cases.filter(([type, , , value]) => value !== misfit && type.kind !== 'varbinary'))(
    '%o of a column of %s: %s is read again',
    (type, family, _, value) => {
      const text = cellEncoder(type, columnOf('a', { family }), 'postgresql', berlin)(value)
      expect(cellDecoder(type, family, null, berlin)(text)).toEqual(value)
    },
  )
  test('each database has its own words for bytes', () => {
    const bytes = new Uint8Array([0, 255])
    expect(cellEncoder(bytesType, columnOf('a', { family: 'bytes' }), 'postgresql', utc)(bytes)).toBe('\\x00ff')
    expect(cellEncoder(bytesType, columnOf('a', { family: 'bytes' }), 'mysql', utc)(bytes)).toBe('00ff')
  })
  test('what is finer than a microsecond is cut off', () => {
    const encode = cellEncoder(timestamp(9), columnOf('a', { family: 'timestamp' }), 'postgresql', utc)
    expect(encode(1_999_999_999)).toBe('1970-01-01 00:00:01.999999')
  })
  test('arrays', () => {
    const column = columnOf('a', { family: 'array', elementFamily: 'text' })
    expect(cellEncoder(arrayOf(arrayOf(stringType)), column, 'postgresql', utc)([['a,b', null], ['']])).toBe('{{"a,b",NULL},{""}}')
  })
  test('a row as JSON has all digits', () => {
    const schema = [
      { name: 'a', type: bigintType },
      { name: 'b', type: booleanType },
      { name: 'c', type: stringType },
      { name: 'd', type: doubleType },
    ]
    expect(rowJson(schema, ['9223372036854775807', '1', '5"', 'NaN'])).toBe('{"a":9223372036854775807,"b":true,"c":"5\\"","d":"NaN"}')
  })
})
