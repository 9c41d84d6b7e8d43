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
  integerType,
  type Schema,
  smallintType,
  stringType,
  timestampLtzType,
  timestampType,
  timeType,
  tinyintType,
  withNullable,
} from '#data'
import { decodeRows, failure } from '../decoding.fixture.ts'
import type { FormatTable } from '../format.ts'
import { readOptions } from '../options.ts'
import { csvDecoder } from './decoder.ts'
import { csvOptions } from './settings.ts'

const encoder = new TextEncoder()

function tableOf(schema: Schema, options: Record<string, string> = {}): FormatTable {
  return { name: 'orders', schema, options: readOptions('table "orders"', csvOptions, options), timeZone: 'UTC' }
}

function read(
  types: Record<string, DataType>,
  text: string | Uint8Array,
  options: Record<string, string> = {},
  wanted?: string[],
): unknown[][] {
  const schema = Object.entries(types).map(([name, type]) => ({ name, type }))
  const names = wanted ?? schema.map((column) => column.name)
  const decoder = csvDecoder(tableOf(schema, options), names)
  const columns = names.map((name) => schema.find((column) => column.name === name) ?? { name, type: stringType })
  return decodeRows(decoder, columns, [typeof text === 'string' ? encoder.encode(text) : text], 'orders.csv')
}

const abc = { a: integerType, b: stringType, c: doubleType }

describe('records', () => {
  test('fields go to columns by position', () => {
    expect(read(abc, '1,x,2.5\n-7,,1e3\n')).toEqual([
      [1, 'x', 2.5],
      [-7, '', 1000],
    ])
  })
  test('line ends may be LF, CR LF or CR, and the last may be missing', () => {
    expect(read(abc, '1,x,2\r\n2,y,3\r3,z,4\n4,w,5')).toHaveLength(4)
  })
  test('only wanted columns are read, in the order asked for', () => {
    expect(read(abc, '1,x,2.5\nnot a number,y,3\n', {}, ['c', 'b'])).toEqual([
      [2.5, 'x'],
      [3, 'y'],
    ])
  })
  test('records are counted when no column is wanted', () => {
    expect(read(abc, '1,x,2\n2,"a\nb",3\n', {}, [])).toEqual([[], []])
  })
  test('blank lines are left out, except where the table has one column', () => {
    expect(read(abc, '\n1,x,2\n\r\n\n2,y,3\n')).toHaveLength(2)
    expect(read({ b: stringType }, 'x\n\ny\n')).toEqual([['x'], [''], ['y']])
  })
  test('a byte order mark is no part of the first value, and of no other', () => {
    expect(read({ b: stringType }, '\ufeffx\n')).toEqual([['x']])
    const schema: Schema = [{ name: 'b', type: stringType }]
    const chunks = (...texts: string[]) => texts.map((text) => encoder.encode(text))
    expect(decodeRows(csvDecoder(tableOf(schema), ['b']), schema, chunks('x\n', '\ufeffy\n'))).toEqual([['x'], ['\ufeffy']])
    const cut = [Uint8Array.of(0xef), Uint8Array.of(0xbb), Uint8Array.of(0xbf, 120, 10)]
    expect(decodeRows(csvDecoder(tableOf(schema), ['b']), schema, cut)).toEqual([['x']])
  })
  test('an input may be empty', () => {
    expect(read(abc, '')).toEqual([])
  })
})

describe('quotes', () => {
  test('values in quotes hold delimiters, line ends and doubled quotes', () => {
    expect(read(abc, '1,"a,b\r\n""c""",2\n"2","",3\n')).toEqual([
      [1, 'a,b\r\n"c"', 2],
      [2, '', 3],
    ])
  })
  test('a quote within a plain value is a character', () => {
    expect(read(abc, '1,a"b"",2\n')).toEqual([[1, 'a"b""', 2]])
  })
  test('an escape character works with quotes and without', () => {
    expect(read(abc, '1,"a\\"b",2\n2,x\\,y\\nz,3\n', { 'csv.escape-character': '\\' })).toEqual([
      [1, 'a"b', 2],
      [2, 'x,y\nz', 3],
    ])
  })
  test('quotes can be other characters, or switched off', () => {
    expect(read(abc, "1;'a;b';2\n", { 'csv.quote-character': "'", 'csv.field-delimiter': ';' })).toEqual([[1, 'a;b', 2]])
    expect(read(abc, '1,"a",2\n', { 'csv.disable-quote-character': 'true' })).toEqual([[1, '"a"', 2]])
  })
  test('text after a closing quote is an error', () => {
    expect(failure(() => read(abc, '1,x,2\n2,"a"b,3\n'))).toMatchObject({
      code: 'FORMATS_RECORD_UNREADABLE',
      message: 'could not read record 2 of "orders.csv" as csv',
      detail: 'Expected a delimiter or the end of the line after a closing quote, got more text.',
    })
  })
  test('a record with such text ends with its line, escapes and all', () => {
    const options = { 'csv.escape-character': '\\', 'csv.ignore-parse-errors': 'true' }
    expect(read(abc, '1,"a"x\\y,b\n2,c,3\n', options)).toEqual([[2, 'c', 3]])
    expect(read(abc, '1,"a"x\\\ny,2\n2,c,3\n', options)).toEqual([[2, 'c', 3]])
  })
  test('a quote that is never closed is an error, and set aside where the table says so', () => {
    expect(failure(() => read(abc, '1,x,2\n2,"a,3\n4,5,6')).detail).toBe('Expected a closing quote, got the end of the input.')
    expect(read(abc, '1,x,2\n2,"a,3\n', { 'csv.ignore-parse-errors': 'true' })).toEqual([[1, 'x', 2]])
  })
})

describe('options', () => {
  test('a header is left out', () => {
    expect(read(abc, 'a,"b\nb",c\n1,x,2\n', { 'csv.header': 'true' })).toEqual([[1, 'x', 2]])
    expect(read(abc, 'a,b,c\n1,x,2\n', { 'csv.ignore-first-line': 'true' })).toEqual([[1, 'x', 2]])
    expect(read(abc, 'a,b,c', { 'csv.header': 'true' })).toEqual([])
    expect(read(abc, 'a,b,c\r1,x,2\r2,y,3', { 'csv.header': 'true' })).toEqual([
      [1, 'x', 2],
      [2, 'y', 3],
    ])
    expect(failure(() => read(abc, 'a,"b,c\n1,x,2\n', { 'csv.header': 'true' }))).toMatchObject({
      message: 'could not read record 1 of "orders.csv" as csv',
      detail: 'Expected a closing quote, got the end of the input.',
    })
    expect(read(abc, 'a,"b,c\n1,x,2\n', { 'csv.header': 'true', 'csv.ignore-parse-errors': 'true' })).toEqual([])
  })
  test('comments are left out', () => {
    expect(read(abc, '# one\n1,#x,2\n#two', { 'csv.allow-comments': 'true' })).toEqual([[1, '#x', 2]])
  })
  test('a literal stands for NULL', () => {
    expect(read(abc, 'n/a,n/a,n/a\n1,"n/a",2\n', { 'csv.null-literal': 'n/a' })).toEqual([
      [null, null, null],
      [1, null, 2],
    ])
    expect(read(abc, ',,\n', { 'csv.null-literal': '' })).toEqual([[null, null, null]])
    expect(read(abc, ',x,-\n', { 'csv.null-literal': '-', 'csv.empty-string-as-null': 'true' })).toEqual([[null, 'x', null]])
  })
  test('blanks around values can be cut off', () => {
    expect(read(abc, ' 1 , x y ,  "2" \n', { 'csv.trim-spaces': 'true' })).toEqual([[1, 'x y', 2]])
    expect(read(abc, ' 1 , x ,2 \n')).toEqual([[1, ' x ', 2]])
    expect(read(abc, '1  2\n', { 'csv.trim-spaces': 'true', 'csv.field-delimiter': ' ' })).toEqual([[1, '', 2]])
  })
  test('a record that is set aside ends where its quotes end, blanks before them or not', () => {
    const options = { 'csv.trim-spaces': 'true', 'csv.ignore-parse-errors': 'true' }
    expect(read(abc, '1, "a\nb"x,2\n2,c,3\n', options)).toEqual([[2, 'c', 3]])
    expect(read(abc, '1,x,2, "a\nb",3\n2,c,3\n', { ...options, 'csv.ignore-trailing-unmappable': 'true' })).toEqual([
      [1, 'x', 2],
      [2, 'c', 3],
    ])
    expect(read(abc, 'a, "b\nb",c\n1,x,2\n', { ...options, 'csv.header': 'true' })).toEqual([[1, 'x', 2]])
  })
  test('one delimiter may end a record', () => {
    expect(read(abc, '1,x,2,\n')).toEqual([[1, 'x', 2]])
    expect(failure(() => read(abc, '1,x,2,\n', { 'csv.allow-trailing-comma': 'false' })).detail).toBe('Expected 3 fields, got 4.')
    expect(read(abc, '1,x,2,"more\n",5\n', { 'csv.ignore-trailing-unmappable': 'true' })).toEqual([[1, 'x', 2]])
  })
  test('the delimiter can be spelled as in Java', () => {
    expect(read(abc, '1\tx\t2\n', { 'csv.field-delimiter': '\\t' })).toEqual([[1, 'x', 2]])
    expect(read(abc, '1\u0001x\u00012\n', { 'csv.field-delimiter': '\\u0001' })).toEqual([[1, 'x', 2]])
    expect(failure(() => read(abc, '', { 'csv.field-delimiter': '||' }))).toMatchObject({
      code: 'FORMATS_OPTION_MISMATCH',
      detail: 'Expected one ASCII character other than a line end, got "||".',
    })
  })
  test('one character cannot have two meanings, but quotes may be escaped by themselves', () => {
    expect(failure(() => read(abc, '', { 'csv.field-delimiter': '"' }))).toMatchObject({
      message: 'option "csv.field-delimiter" of table "orders" does not have a value that fits',
      detail: 'Expected another character than that of "csv.quote-character".',
    })
    expect(failure(() => read(abc, '', { 'csv.field-delimiter': ';', 'csv.escape-character': ';' })).detail).toBe(
      'Expected another character than that of "csv.escape-character".',
    )
    expect(read(abc, '1,"a""b",2\n3,c"d,4\n', { 'csv.escape-character': '"' })).toEqual([
      [1, 'a"b', 2],
      [3, 'c"d', 4],
    ])
  })
})

describe('types', () => {
  const one = (type: DataType, text: string, options: Record<string, string> = {}) =>
    read({ v: type, w: stringType }, `${text},\n`, options)[0]?.[0]

  test('booleans are true only when they say so', () => {
    expect(['true', ' TRUE ', 'false', 'yes', ''].map((text) => one(booleanType, text))).toEqual([true, true, false, false, false])
  })
  test('integers keep to their range', () => {
    expect([one(tinyintType, '-128'), one(smallintType, '+32767'), one(integerType, ' 42 ')]).toEqual([-128, 32767, 42])
    expect(failure(() => one(tinyintType, '128')).detail).toBe('Expected TINYINT in column "v", got "128".')
    expect(failure(() => one(integerType, '2147483648')).detail).toBe('Expected INT in column "v", got "2147483648".')
    expect(failure(() => one(integerType, '')).detail).toBe(
      `Expected INT in column "v", got "". Set 'csv.null-literal' = '' to read empty values as NULL.`,
    )
  })
  test('bigints are exact', () => {
    expect(one(bigintType, '9007199254740993')).toBe(9007199254740993n)
    expect(one(bigintType, '-9223372036854775808')).toBe(-9223372036854775808n)
    expect(failure(() => one(bigintType, '9223372036854775808')).detail).toContain('Expected BIGINT')
  })
  test('decimals are rounded to their scale, and NULL where they do not fit', () => {
    expect([one(decimalType(10, 2), '12.345'), one(decimalType(10, 2), '-1e3'), one(decimalType(4, 2), '123.4')]).toEqual([
      1235,
      -100000,
      null,
    ])
    expect(one(decimalType(38, 10), '1234567890123456789012345678.9')).toBe(12345678901234567890123456789000000000n)
    expect(one(decimalType(10, 2), '1e999999999')).toBe(null)
    expect(one(decimalType(10, 2), '1e-999999999')).toBe(0)
  })
  test('floats and doubles', () => {
    expect([one(doubleType, '0.1'), one(doubleType, 'NaN'), one(doubleType, '-Infinity'), one(floatType, '0.1')]).toEqual([
      0.1,
      Number.NaN,
      Number.NEGATIVE_INFINITY,
      Math.fround(0.1),
    ])
    expect(failure(() => one(doubleType, '1.5.2')).code).toBe('FORMATS_RECORD_UNREADABLE')
    expect(failure(() => one(doubleType, '\u00a01e5')).code).toBe('FORMATS_RECORD_UNREADABLE')
    expect(failure(() => one(doubleType, '0x10')).detail).toBe('Expected DOUBLE in column "v", got "0x10".')
  })
  test('dates and times', () => {
    expect(one(dateType, '1970-01-02')).toBe(1)
    expect(failure(() => one(dateType, '2021-02-30')).detail).toBe('Expected DATE in column "v", got "2021-02-30".')
    expect(one({ ...timeType, precision: 3 } as DataType, '00:00:01.5')).toBe(1500)
    expect(one(timeType, '00:01')).toBe(60_000)
  })
  test('time stamps of every precision', () => {
    const at = (precision: number): DataType => ({ kind: 'timestamp', precision, nullable: true })
    expect(one(timestampType, '1970-01-01 00:00:01.2345')).toBe(1234)
    expect(one(at(0), '1970-01-01 00:00:01.9')).toBe(1000)
    expect(one(at(6), '1970-01-01 00:00:01.123456')).toBe(1_123_456)
    expect(one(at(9), '2020-01-01 00:00:00.123456789')).toBe(1_577_836_800_123_456_789n)
    expect(one(at(9), '9999-12-31 23:59:59.123456789')).toBe(253_402_300_799_123_456_789n)
    expect(one(at(8), '9999-12-31 23:59:59.123456789')).toBe(253_402_300_799_123_456_780n)
    expect(one(at(9), '0000-01-01 00:00:00')).toBe(-62_167_219_200_000_000_000n)
    expect(one(timestampLtzType, '1970-01-01 00:00:01Z')).toBe(1000)
    expect(failure(() => one(timestampLtzType, '1970-01-01 00:00:01')).detail).toContain('Expected TIMESTAMP_LTZ(3)')
    expect(failure(() => one(timestampType, '1970-01-01T00:00:01')).detail).toContain('Expected TIMESTAMP(3)')
  })
  test('bytes are base64', () => {
    expect(one(bytesType, 'AP9h')).toEqual(Uint8Array.of(0, 255, 97))
    expect(['', 'AA==', 'AA', 'AAA=', 'AAA', 'QUJD'].map((text) => (one(bytesType, text) as Uint8Array).length)).toEqual([0, 1, 1, 2, 2, 3])
    for (const text of ['?', 'A', 'A===', 'AA=', 'AAAA=', '=', 'A-_A', 'A A=', 'é', 'AA==AA==']) {
      expect(failure(() => one(bytesType, text)).detail).toContain('Expected BYTES')
    }
    expect((one(bytesType, 'QUJD'.repeat(5_000_000)) as Uint8Array).length).toBe(15_000_000)
  })
  test('arrays and rows are split at the element delimiter', () => {
    const array: DataType = { kind: 'array', element: integerType, nullable: true }
    const row: DataType = {
      kind: 'row',
      fields: [
        { name: 'x', type: integerType },
        { name: 'y', type: stringType },
      ],
      nullable: true,
    }
    expect(one(array, '1;2;3')).toEqual([1, 2, 3])
    expect(one(array, '')).toEqual([])
    expect(one(row, '1|a', { 'csv.array-element-delimiter': '|' })).toEqual([1, 'a'])
    expect(one(row, '')).toBe(null)
    expect(failure(() => one(array, '1;x')).code).toBe('FORMATS_RECORD_UNREADABLE')
    const texts: DataType = { kind: 'array', element: stringType, nullable: true }
    const broken = Uint8Array.of(97, 59, 0xff, 10)
    expect(failure(() => read({ v: texts }, broken.slice())).code).toBe('FORMATS_RECORD_UNREADABLE')
    expect(read({ v: texts }, broken.slice(), { 'csv.ignore-parse-errors': 'true' })).toEqual([[null]])
    expect(one(array, '1;x', { 'csv.ignore-parse-errors': 'true' })).toEqual([1, null])
  })
  test('maps cannot be held', () => {
    expect(failure(() => one({ kind: 'map', key: stringType, value: stringType, nullable: true }, ''))).toMatchObject({
      code: 'FORMATS_TYPE_UNSUPPORTED',
      message: 'format "csv" cannot hold type MAP<STRING, STRING> of column "v"',
    })
  })
})

describe('records that cannot be read', () => {
  const lenient = { 'csv.ignore-parse-errors': 'true' }

  test('too few and too many fields stop the work, by record number', () => {
    expect(failure(() => read(abc, '1,x,2\n2,y\n'))).toMatchObject({
      message: 'could not read record 2 of "orders.csv" as csv',
      detail: 'Expected 3 fields, got 2.',
    })
    expect(failure(() => read(abc, '1,x,2,3,4\n')).detail).toBe('Expected 3 fields, got 5.')
    expect(failure(() => read(abc, 'a,b,c\n1,x,2\n1\n', { 'csv.header': 'true' })).message).toContain('record 3')
  })
  test('or values become NULL, short rows are filled up and long ones left out', () => {
    expect(read(abc, 'x,a,2\n2,b\n1,x,2,3,4\n3,"q"r,3\n4,c,y\n', lenient)).toEqual([
      [null, 'a', 2],
      [2, 'b', null],
      [4, 'c', null],
    ])
  })
  test('a row is left out where NULL is not allowed', () => {
    const strict = { a: withNullable(integerType, false), b: stringType, c: withNullable(doubleType, false) }
    const decoder = csvDecoder(
      tableOf(
        Object.entries(strict).map(([name, type]) => ({ name, type })),
        lenient,
      ),
      ['a', 'b', 'c'],
    )
    const schema = Object.entries(strict).map(([name, type]) => ({ name, type }))
    expect(decodeRows(decoder, schema, [encoder.encode('x,a,2\n2,b\n3,"c""c",3\n')])).toEqual([[3, 'c"c', 3]])
    expect([decoder.skippedRows, decoder.records]).toEqual([2, 3])
    expect(failure(() => read(strict, '-,a,1\n', { 'csv.null-literal': '-' })).detail).toBe(
      'Column "a" is NOT NULL, but the record has NULL there.',
    )
  })
  test('text that is not UTF-8', () => {
    const bytes = Uint8Array.of(49, 44, 97, 0xff, 98, 44, 50, 10, 50, 44, 0xc3, 0xa9, 44, 51, 10)
    expect(failure(() => read(abc, bytes.slice())).detail).toBe('Column "b" holds bytes that are not UTF-8.')
    expect(read(abc, bytes.slice(), lenient)).toEqual([
      [1, null, 2],
      [2, 'é', 3],
    ])
    expect(read(abc, bytes.slice(), {}, ['a'])).toEqual([[1], [2]])
  })
  test('numbers of a million digits', () => {
    const digits = '1'.repeat(1_000_000)
    const types = { d: decimalType(38, 10), i: integerType, l: bigintType, f: doubleType }
    expect(read(types, `0.${digits},1,2,${digits}\n${digits},1,2,0.${digits}\n`)).toEqual([
      [1_111_111_111, 1, 2, Number.POSITIVE_INFINITY],
      [null, 1, 2, 0.1111111111111111],
    ])
    expect(failure(() => read(types, `1,${digits},1,1\n`)).detail).toContain('Expected INT in column "i", got "1111')
    expect(failure(() => read(types, `1,1,${digits},1\n`)).detail).toContain('Expected BIGINT')
  })
  test('a record given up is counted, and the rest of its line dropped', () => {
    const decoder = csvDecoder(tableOf([{ name: 'b', type: stringType }]), ['b'])
    decoder.begin('x', 0)
    expect(decoder.discard(encoder.encode('xxxx'), 0, 4)).toBe(4)
    const rest = encoder.encode('xxx\ny\n')
    expect(decoder.decode(rest, 0, rest.length, true)).toBe(rest.length)
    expect([decoder.batch.length, decoder.skippedRows, decoder.records]).toEqual([1, 1, 2])
  })
})
