import { describe, expect, test } from 'vitest'
import {
  bigintType,
  booleanType,
  bytesType,
  type DataType,
  dateType,
  decimalType,
  doubleType,
  integerType,
  rowsOf,
  type Schema,
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
import { jsonDecoder } from './decoder.ts'
import { jsonOptions } from './settings.ts'

const encoder = new TextEncoder()

function schemaOf(types: Record<string, DataType>): Schema {
  return Object.entries(types).map(([name, type]) => ({ name, type }))
}

function tableOf(schema: Schema, options: Record<string, string> = {}): FormatTable {
  return { name: 'orders', schema, options: readOptions('table "orders"', jsonOptions, options), timeZone: 'UTC' }
}

function read(types: Record<string, DataType>, text: string | Uint8Array, options: Record<string, string> = {}): unknown[][] {
  const schema = schemaOf(types)
  const decoder = jsonDecoder(
    tableOf(schema, options),
    schema.map((column) => column.name),
  )
  return decodeRows(decoder, schema, [typeof text === 'string' ? encoder.encode(text) : text], 'orders.json')
}

const abc = { a: integerType, b: stringType, c: doubleType }
const lenient = { 'json.ignore-parse-errors': 'true' }

describe('records', () => {
  test('fields go to columns by name, in any order', () => {
    expect(read(abc, '{"a":1,"b":"x","c":2.5}\n{"c":1e3,"x":[1,{"a":9}],"b":"y","a":-7}\n{"b":"z"}\n')).toEqual([
      [1, 'x', 2.5],
      [-7, 'y', 1000],
      [null, 'z', null],
    ])
  })
  test('blanks may stand anywhere but within a value, blank lines are left out', () => {
    expect(read(abc, '\n \t{ "a" :\t1 , "b":"x"\r,"c" : 2.5 } \r\n\r\n{}\n{ }')).toEqual([
      [1, 'x', 2.5],
      [null, null, null],
      [null, null, null],
    ])
  })
  test('the last of several fields of a name counts', () => {
    expect(read(abc, '{"a":1,"a":null,"b":"x","b":"y","c":null,"c":1}\n')).toEqual([[null, 'y', 1]])
    expect(read({ a: bigintType, b: stringType }, '{"a":9007199254740993,"a":1}\n{"a":2}\n')).toEqual([
      [1, null],
      [2, null],
    ])
  })
  test('keys may hold escapes and any characters', () => {
    expect(read({ 'a"\n': integerType, 日本: integerType, '': integerType }, '{"\\u0061\\"\\n":1,"日本":2,"":3}\n{"":4}\n')).toEqual([
      [1, 2, 3],
      [null, null, 4],
    ])
  })
  test('a line may hold an array of records', () => {
    const text = '[{"a":1},{"a":2} , {"a":3}]\n[ ]\n[]\n{"a":4}\n [ {"a":5} ] '
    expect(read({ a: integerType }, text)).toEqual([[1], [2], [3], [4], [5]])
    const many = `[${Array.from({ length: 10_000 }, (_, index) => `{"a":${index}}`).join(',')}]`
    expect(read({ a: integerType }, many).map(([a]) => a)).toEqual(Array.from({ length: 10_000 }, (_, index) => index))
  })
  test('an array can be taken up again within', () => {
    const schema = schemaOf({ a: integerType })
    const bytes = encoder.encode(`[${Array.from({ length: 5000 }, (_, index) => `{"a":${index}}`).join(',')}]\n{"a":-1}\n`)
    const decoder = jsonDecoder(tableOf(schema), ['a'])
    decoder.begin('input', 0)
    const offset = decoder.decode(bytes, 0, bytes.length, true)
    const taken = decoder.records
    decoder.begin('input', taken)
    const values: unknown[] = []
    for (let at = offset; at < bytes.length; ) {
      at = decoder.decode(bytes, at, bytes.length, true)
      values.push(...rowsOf(decoder.batch, schema).map(([a]) => a))
    }
    expect(values).toEqual([...Array.from({ length: 5000 - taken }, (_, index) => taken + index), -1])
  })
  test('a byte order mark is no part of the first record', () => {
    expect(read({ a: integerType }, '\ufeff{"a":1}')).toEqual([[1]])
  })
  test('no column may be wanted', () => {
    expect(read({}, '{"a":1}\n{}\n')).toEqual([[], []])
  })
  test('more columns than a number has bits', () => {
    const types = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`c${index}`, integerType]))
    expect(read(types, '{"c39":1,"c0":2,"c39":3}\n{"c1":4}\n')).toEqual([
      [2, ...Array(38).fill(null), 3],
      [null, 4, ...Array(38).fill(null)],
    ])
  })
})

describe('values', () => {
  const one = (type: DataType, json: string, options: Record<string, string> = {}) => read({ v: type }, `{"v":${json}}\n`, options)[0]?.[0]

  test('numbers may stand in strings and be fractions where whole ones are wanted, as in Flink', () => {
    expect([
      one(integerType, '" 12 "'),
      one(integerType, '1.9'),
      one(bigintType, '-1e3'),
      one(doubleType, '"1.5"'),
      one(doubleType, '7'),
    ]).toEqual([12, 1, -1000, 1.5, 7])
    const days: DataType = { kind: 'interval-day-time', nullable: true }
    expect([one(days, '1.5'), one(days, '-9007199254740991'), one(bigintType, '-0.5'), one(bigintType, '-9223372036854775808.0')]).toEqual([
      1,
      -9007199254740991,
      0,
      -9223372036854775808n,
    ])
    for (const [type, json] of [
      [days, '9007199254740992'],
      [days, '-9007199254740992.0'],
      [bigintType, '9223372036854775808.0'],
      [integerType, '2147483648.5'],
    ] as const)
      expect(failure(() => one(type, json)).detail).toContain(`got ${json}.`)
    expect(failure(() => one(integerType, '"1.5"')).detail).toBe('Expected INT in column "v", got "1.5".')
    expect(failure(() => one(tinyintType, '1.5')).detail).toBe('Expected TINYINT in column "v", got 1.5.')
    expect(failure(() => one(tinyintType, '128')).detail).toBe('Expected TINYINT in column "v", got 128.')
    expect(failure(() => one(integerType, '2147483648')).detail).toBe('Expected INT in column "v", got 2147483648.')
    expect(failure(() => one(integerType, 'true')).detail).toBe('Expected INT in column "v", got true.')
  })
  test('large numbers are exact', () => {
    expect(one(bigintType, '9007199254740993')).toBe(9007199254740993n)
    expect(one(bigintType, '-9223372036854775808')).toBe(-9223372036854775808n)
    expect(failure(() => one(bigintType, '9223372036854775808')).code).toBe('FORMATS_RECORD_UNREADABLE')
    expect(one(decimalType(38, 2), '123456789012345678901234567890.125')).toBe(12345678901234567890123456789013n)
    expect(one(decimalType(38, 2), '"0.1"')).toBe(10)
    expect(one(decimalType(4, 2), '123.4')).toBe(null)
  })
  test('booleans', () => {
    expect(['true', 'false', '"TRUE"', '1', 'null'].map((json) => one(booleanType, json))).toEqual([true, false, true, false, null])
  })
  test('text takes whatever stands there', () => {
    expect(['"x"', '1.50', 'true', '{ "a" : [1, "\\u0041 b" ] }', '[ ]', 'null'].map((json) => one(stringType, json))).toEqual([
      'x',
      '1.50',
      'true',
      '{"a":[1,"A b"]}',
      '[]',
      null,
    ])
  })
  test('escapes', () => {
    expect(one(stringType, '"a\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20ac\\ud83d\\ude00z"')).toBe('a"\\/\b\f\n\r\té€😀z')
    expect(one(stringType, '"\\ud83dx"')).toBe('\ufffdx')
    expect(one(stringType, '"é😀"')).toBe('é😀')
  })
  test('strings of every length with something odd at every place, wanted or not', () => {
    const odd = ['"', '\\', '\n', '\u0001', 'é', '😀', '\u007f', ' ', '!', '#', '[', ']']
    for (let length = 0; length < 24; length++) {
      for (let place = 0; place <= length; place++) {
        const texts = odd.map((character) => 'x'.repeat(place) + character + 'y'.repeat(length - place))
        const lines = texts.map((text) => `{"z":${JSON.stringify(text)},"${'k'.repeat(length)}":1,"v":${JSON.stringify(text)}}\n`).join('')
        expect(read({ v: stringType, ['k'.repeat(length)]: integerType }, lines)).toEqual(texts.map((text) => [text, 1]))
      }
    }
    expect(failure(() => read({ v: stringType }, '{"v":"xxxxxx\tx"}\n')).detail).toBe('Expected an escaped control character at byte 13.')
    expect(failure(() => read({ v: stringType }, '{"z":"xxxxxx\tx"}\n')).detail).toBe('Expected an escaped control character at byte 13.')
  })
  test('keys of every length', () => {
    const names = Array.from({ length: 90 }, (_, length) => `${'k'.repeat(length)}é`)
    const types = Object.fromEntries(names.map((name) => [name, integerType]))
    const line = `{${names.map((name, index) => `"${name}":${index}`).join(',')}}\n`
    expect(read(types, line.repeat(3))).toEqual(Array(3).fill(names.map((_, index) => index)))
    const others = `{${names.map((name, index) => `"${name.slice(0, -1)}e":${index}`).join(',')}}\n`
    expect(read(types, line + others + line)[1]).toEqual(names.map(() => null))
  })
  test('dates and times', () => {
    expect(one(dateType, '"1970-01-02"')).toBe(1)
    expect(one(timeType, '"00:00:01"')).toBe(1000)
    expect(one(timestampType, '"1970-01-01 00:00:01.5"')).toBe(1500)
    expect(one(timestampLtzType, '"1970-01-01 00:00:01.5Z"')).toBe(1500)
    expect(failure(() => one(timestampType, '"1970-01-01T00:00:01"')).detail).toBe(
      'Expected TIMESTAMP(3) in column "v", got "1970-01-01T00:00:01".',
    )
    expect(failure(() => one(timestampType, '1500')).detail).toBe('Expected TIMESTAMP(3) in column "v", got 1500.')
    const iso = { 'json.timestamp-format.standard': 'ISO-8601' }
    expect(one(timestampType, '"1970-01-01T00:00:01.5"', iso)).toBe(1500)
    expect(one(timestampType, '"1970-01-01T00:01"', iso)).toBe(60_000)
    expect(one(timestampLtzType, '"1970-01-01T00:01:00Z"', iso)).toBe(60_000)
    const offset = { 'json.timestamp-format.standard': 'ISO-8601-WITH-OFFSET' }
    expect(one(timestampType, '"1970-01-01T02:00:00+02:00"', offset)).toBe(0)
    expect(one(timestampLtzType, '"1970-01-01T02:00:00Z"', offset)).toBe(7_200_000)
    const nanos: DataType = { kind: 'timestamp', precision: 9, nullable: true }
    expect(one(nanos, '"0000-01-01T00:00:00+00:01"', offset)).toBe(-62_167_219_260_000_000_000n)
    expect(one(nanos, '"9999-12-31T23:59:59.5-18:00"', offset)).toBe(253_402_365_599_500_000_000n)
    expect(failure(() => one(nanos, '"1970-01-01T00:00:00+18:01"', offset)).code).toBe('FORMATS_RECORD_UNREADABLE')
  })
  test('bytes', () => {
    expect(one(bytesType, '"AP9h"')).toEqual(Uint8Array.of(0, 255, 97))
  })
  test('containers, at any depth', () => {
    const type: DataType = {
      kind: 'row',
      fields: [
        { name: 'xs', type: { kind: 'array', element: bigintType, nullable: true } },
        {
          name: 'm',
          type: { kind: 'map', key: stringType, value: { kind: 'array', element: stringType, nullable: true }, nullable: true },
        },
      ],
      nullable: true,
    }
    expect(one(type, '{"m":{"k\\n":["a",null,1]," ":[]},"skipped":{"xs":1},"xs":[1,"2",9007199254740993]}')).toEqual([
      [1, 2, 9007199254740993n],
      new Map([
        ['k\n', ['a', null, '1']],
        [' ', []],
      ]),
    ])
    expect(one(type, '{}')).toEqual([null, null])
    expect(failure(() => one(type, '[]')).code).toBe('FORMATS_RECORD_UNREADABLE')
    expect(failure(() => one(type, '{"xs":["x"]}')).code).toBe('FORMATS_RECORD_UNREADABLE')
    expect(one(type, '{"xs":["x",1]}', lenient)).toEqual([[null, 1], null])
  })
  test('the keys of maps and rows must be UTF-8', () => {
    const map: DataType = { kind: 'map', key: stringType, value: integerType, nullable: true }
    const bytes = Uint8Array.from([...encoder.encode('{"v":{"'), 0xff, ...encoder.encode('":1}}')])
    expect(failure(() => read({ v: map }, bytes.slice())).code).toBe('FORMATS_RECORD_UNREADABLE')
    expect(read({ v: map }, bytes.slice(), lenient)).toEqual([[null]])
  })
  test('the keys of maps are text', () => {
    expect(failure(() => one({ kind: 'map', key: integerType, value: integerType, nullable: true }, '{}')).message).toBe(
      'format "json" cannot hold type MAP<INT, INT> of column "v"',
    )
  })
})

describe('what is not JSON', () => {
  const detail = (text: string) => failure(() => read(abc, text)).detail

  test.each([
    ['{"a":1', 'Expected "," or "}" at byte 7.'],
    ['{"a":1,}', 'Expected a key in double quotes at byte 8.'],
    ['{"a" 1}', 'Expected ":" at byte 6.'],
    ['{a:1}', 'Expected a key in double quotes at byte 2.'],
    ['{"z":tru}', 'Expected a value at byte 6.'],
    ['{"z":01}', 'Expected "," or "}" at byte 7.'],
    ['{"a":01}', 'Expected "," or "}" at byte 7.'],
    ['{"z":1.}', 'Expected a digit at byte 8.'],
    ['{"c":.5}', 'Expected a value at byte 6.'],
    ['{"c":1e}', 'Expected a digit at byte 8.'],
    ['{"z":"\\x"}', 'Expected a letter that can be escaped at byte 7.'],
    ['{"b":"\\u12g4"}', 'Expected four hexadecimal digits at byte 11.'],
    ['{"b":"x', 'Expected a closing quote at byte 8.'],
    ['{"b":"\tx"}', 'Expected an escaped control character at byte 7.'],
    ['{"z":[1,2}}', 'Expected "," or "]" at byte 10.'],
    ['{"z":[1,]}', 'Expected a value at byte 9.'],
    ['{"z":{"y":1]}', 'Expected "," or "}" at byte 12.'],
    ['{"z":[[[', 'Expected a value at byte 9.'],
    ['[1]', 'Expected "{" at byte 2.'],
    ['[{"a":1}', 'Expected "," or "]" at byte 9.'],
    ['[{"a":1},', 'Expected "{" at byte 10.'],
    ['[{"a":1}]]', 'Expected the end of the line at byte 10.'],
    ['[]{}', 'Expected the end of the line at byte 3.'],
    ['{"a":1},{"a":2}', 'Expected the end of the line at byte 8.'],
    ['null', 'Expected "{" at byte 1.'],
    ['{"a":1}}', 'Expected the end of the line at byte 8.'],
    ['{"a":1}{"a":2}', 'Expected the end of the line at byte 8.'],
    ['{"a":NaN}', 'Expected a value at byte 6.'],
    ["{'a':1}", 'Expected a key in double quotes at byte 2.'],
  ])('%s', (text, expected) => {
    expect(detail(`${text}\n`)).toBe(expected)
    expect(detail(text)).toBe(expected)
    expect(read(abc, `{"a":1}\n${text}\n{"a":2}\n`, lenient)).toEqual([
      [1, null, null],
      [2, null, null],
    ])
  })
  test('errors name the file and the record', () => {
    expect(failure(() => read(abc, '{"a":1}\n\n{"a":x}\n'))).toMatchObject({
      code: 'FORMATS_RECORD_UNREADABLE',
      message: 'could not read record 2 of "orders.json" as json',
    })
  })
  test('text that is not UTF-8', () => {
    const bytes = Uint8Array.from([
      ...encoder.encode('{"b":"'),
      0xff,
      ...encoder.encode('"}\n{"b":"é"}\n{"z":"'),
      0xff,
      ...encoder.encode('"}'),
    ])
    expect(failure(() => read(abc, bytes.slice())).detail).toBe('Column "b" holds bytes that are not UTF-8.')
    expect(read(abc, bytes.slice(), lenient).map((row) => row[1])).toEqual([null, 'é', null])
  })
  test('a lenient table has NULL for a value that cannot be read, and leaves out a row that may not have it', () => {
    const types = { a: withNullable(integerType, false), b: stringType }
    expect(read(types, '{"a":"x","b":"1"}\n{"b":"\\n"}\n{"b":"a\\nb","a":null}\n{"a":1}\n', lenient)).toEqual([[1, null]])
    expect(read({ ...types, a: integerType }, '{"a":"x","b":"1"}\n', lenient)).toEqual([[null, '1']])
  })
  test('a missing field can be an error', () => {
    const strict = { 'json.fail-on-missing-field': 'true' }
    expect(failure(() => read(abc, '{"a":1,"b":"x"}\n', strict)).detail).toBe('Expected a field "c", got none.')
    expect(read(abc, '{"a":1,"b":"x","c":null}\n', strict)).toEqual([[1, 'x', null]])
    expect(failure(() => read(abc, '', { ...strict, ...lenient })).code).toBe('FORMATS_OPTION_CONFLICT')
  })
  test('brackets ten thousand deep', () => {
    const deep = `{"z":${'['.repeat(10_000)}${']'.repeat(10_000)},"a":1}\n`
    expect(read(abc, deep)).toEqual([[1, null, null]])
    expect(read({ z: stringType }, deep)[0]?.[0]).toHaveLength(20_000)
  })
})
