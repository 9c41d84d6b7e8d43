import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { base64Text, doubleJsonFunction, isoJsonFunction, jsonFunction, jsonText, printValue } from './print.ts'
import { typeOfText } from './type-text.fixture.ts'

const print = (value: unknown, type: string) => printValue(value, typeOfText(type), 'America/New_York')
const json = (value: unknown, type: string) => jsonText(value, typeOfText(type), 'America/New_York')

describe('text of results', () => {
  it('looks as in the SQL client of Flink', () => {
    const shown: [unknown, string, string][] = [
      [null, 'INT', 'NULL'],
      [true, 'BOOLEAN', 'TRUE'],
      [9007199254740993n, 'BIGINT', '9007199254740993'],
      [150, 'DECIMAL(5, 2)', '1.50'],
      [1e7, 'DOUBLE', '1.0E7'],
      [Math.fround(1.1), 'FLOAT', '1.1'],
      ['a\nb', 'STRING', 'a\nb'],
      [Uint8Array.of(97, 255), 'BYTES', "x'61ff'"],
      [11353, 'DATE', '2001-01-31'],
      [45059120, 'TIME(3)', '12:30:59.12'],
      [980944259123, 'TIMESTAMP(3)', '2001-01-31 12:30:59.123'],
      [980944259123456, 'TIMESTAMP_LTZ(6)', '2001-01-31 07:30:59.123456'],
      [14, 'INTERVAL YEAR TO MONTH', '+1-02'],
      [-122400123, 'INTERVAL DAY TO SECOND(3)', '-1 10:00:00.123'],
      [[1, null], 'ARRAY<INT>', '[1, NULL]'],
      [new Map([['a', null]]), 'MAP<STRING, INT>', '{a=NULL}'],
      [new Map([['a', 2]]), 'MULTISET<STRING>', '{a=2}'],
      [[1, ['x', null]], 'ROW<`a` INT, `b` ROW<`c` STRING, `d` DATE>>', '(1, (x, NULL))'],
      [[null], 'ARRAY<NULL>', '[NULL]'],
    ]
    for (const [value, type, text] of shown) expect(print(value, type)).toBe(text)
  })

  it('follows the time zone', () => {
    const type = typeOfText('TIMESTAMP_LTZ(3)')
    const zones = ['UTC', 'GMT+08:00', 'UTC'].map((zone) => printValue(0, type, zone))
    expect(zones).toEqual(['1970-01-01 00:00:00.000', '1970-01-01 08:00:00.000', '1970-01-01 00:00:00.000'])
  })
})

describe('JSON of results', () => {
  it('keeps every digit', () => {
    const shown: [unknown, string, string][] = [
      [null, 'INT', 'null'],
      [false, 'BOOLEAN', 'false'],
      [-9223372036854775808n, 'BIGINT', '-9223372036854775808'],
      [12345678901234567890123n, 'DECIMAL(38, 2)', '123456789012345678901.23'],
      [0.1, 'DOUBLE', '0.1'],
      [-0, 'DOUBLE', '-0'],
      [-0, 'FLOAT', '-0'],
      [Math.fround(0.1), 'FLOAT', '0.1'],
      [Number.NaN, 'DOUBLE', '"NaN"'],
      [Number.NEGATIVE_INFINITY, 'FLOAT', '"-Infinity"'],
      ['"\ud800', 'STRING', '"\\"\\ud800"'],
      [Uint8Array.of(97, 98), 'BYTES', '"YWI="'],
      [980944259123, 'TIMESTAMP(3)', '"2001-01-31 12:30:59.123"'],
      [980944259123, 'TIMESTAMP_LTZ(3)', '"2001-01-31 07:30:59.123"'],
      [11353, 'DATE', '"2001-01-31"'],
      [[1, null], 'ARRAY<INT>', '[1,null]'],
      [new Map([[1, 1.5]]), 'MAP<INT, DOUBLE>', '{"1":1.5}'],
      [new Map([[null, null]]), 'MAP<INT, DOUBLE>', '{"null":null}'],
      [new Map([['a', 2]]), 'MULTISET<STRING>', '{"a":2}'],
      [[1, 'x'], 'ROW<`a` INT, `b` STRING>', '{"a":1,"b":"x"}'],
    ]
    for (const [value, type, text] of shown) expect(json(value, type)).toBe(text)
  })

  it('has time stamps of ISO 8601 where that is asked for, within others too', () => {
    const shown: readonly [value: unknown, type: string, text: string][] = [
      [980944259000, 'TIMESTAMP(3)', '"2001-01-31T12:30:59"'],
      [980944200000, 'TIMESTAMP(0)', '"2001-01-31T12:30:00"'],
      [980944259120, 'TIMESTAMP(3)', '"2001-01-31T12:30:59.12"'],
      [980944259000000n, 'TIMESTAMP(6)', '"2001-01-31T12:30:59"'],
      [980944259000050, 'TIMESTAMP(6)', '"2001-01-31T12:30:59.00005"'],
      [980944259123, 'TIMESTAMP_LTZ(3)', '"2001-01-31T12:30:59.123Z"'],
      [[980944250000], 'ARRAY<TIMESTAMP_LTZ(3)>', '["2001-01-31T12:30:50Z"]'],
      [45000000, 'TIME(0)', '"12:30:00"'],
      ['1 .0', 'STRING', '"1 .0"'],
      [14, 'INTERVAL YEAR TO MONTH', '14'],
      [[-1500], 'ARRAY<INTERVAL DAY TO SECOND(3)>', '[-1500]'],
      [null, 'TIMESTAMP(3)', 'null'],
    ]
    for (const [value, type, text] of shown) expect(isoJsonFunction(typeOfText(type), 'UTC')(value)).toBe(text)
    expect(isoJsonFunction(typeOfText('TIMESTAMP_LTZ(3)'), 'Asia/Tokyo')(1500)).toBe('"1970-01-01T09:00:01.5Z"')
  })

  it('writes as text what a double cannot hold, where that is asked for', () => {
    const shown: readonly [value: unknown, type: string, text: string][] = [
      [9007199254740991, 'BIGINT', '9007199254740991'],
      [9007199254740993n, 'BIGINT', '"9007199254740993"'],
      [-9007199254740993n, 'BIGINT', '"-9007199254740993"'],
      [1250n, 'DECIMAL(10, 2)', '"12.50"'],
      [[9007199254740993n, null], 'ARRAY<BIGINT>', '["9007199254740993",null]'],
      [new Map([['a', 100n]]), 'MAP<STRING, DECIMAL(10, 2)>', '{"a":"1.00"}'],
      [[100n, 1], 'ROW<`a` DECIMAL(10, 2), `b` INT>', '{"a":"1.00","b":1}'],
      [1.5, 'DOUBLE', '1.5'],
    ]
    for (const [value, type, text] of shown) expect(doubleJsonFunction(typeOfText(type), 'UTC')(value)).toBe(text)
    expect(jsonFunction(typeOfText('BIGINT'), 'UTC')(9007199254740993n)).toBe('9007199254740993')
  })

  it('says so when a text would be too long', () => {
    const tooLong = expect.objectContaining({ code: 'DATA_VALUE_TOO_LONG' })
    const long = 'x'.repeat(300_000_000)
    expect(() => print([long, long], 'ARRAY<STRING>')).toThrow(tooLong)
    expect(() => json([long, long], 'ARRAY<STRING>')).toThrow(tooLong)
    expect(() => jsonFunction(typeOfText('ARRAY<STRING>'), 'UTC')([long, long])).toThrow(tooLong)
    const bytes = new Uint8Array(405_000_000)
    expect(() => print(bytes, 'BYTES')).toThrow(tooLong)
    expect(() => base64Text(bytes)).toThrow(tooLong)
  })

  it('encodes bytes as everybody does', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(base64Text(bytes)).toBe(Buffer.from(bytes).toString('base64'))
      }),
    )
  })
})
