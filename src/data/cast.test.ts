import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { MillraceError } from '#base'
import { castFunction, tryCastFunction } from './cast.ts'
import { type DataType, stringType } from './type.ts'
import { typeOfText } from './type-text.fixture.ts'

const context = { timeZone: 'America/New_York' }

/** Runs `'text' > TYPE > TYPE`; the result as text. */
function runCase(input: string, types: readonly DataType[]): string {
  let value: unknown = input
  let from = stringType
  try {
    for (const type of types) {
      value = castFunction(from, type, context)(value)
      from = type
    }
    if (value !== null && from.kind !== 'char' && from.kind !== 'varchar') value = castFunction(from, stringType, context)(value)
  } catch (error) {
    if (error instanceof MillraceError && error.code === 'DATA_CAST_FAILED') return 'ERROR'
    throw error
  }
  return value === null ? 'NULL' : `'${value as string}'`
}

const unescaped = (text: string) => text.replace(/\\(.)/g, (_, letter: string) => ({ t: '\t', n: '\n', '0': '\0' })[letter] ?? letter)

function readCases() {
  const lines = readFileSync(new URL('cases/casts.txt', import.meta.url), 'utf8').split('\n')
  return lines.flatMap((line) => {
    const parts = /^'(.*?)' > ([^=]*) = (NULL|ERROR|'.*?')(?: but (NULL|ERROR|'.*'))?$/.exec(line)
    if (parts === null) return line === '' || line.startsWith('#') ? [] : [{ line, input: '', types: [], expected: 'a case' }]
    const [, input = '', types = '', flink = '', here] = parts
    return [{ line, input: unescaped(input), types: types.split(' > ').map(typeOfText), expected: unescaped(here ?? flink) }]
  })
}

describe('CAST', () => {
  it('answers as Flink does', () => {
    const cases = readCases()
    expect(cases.length).toBeGreaterThan(900)
    const wrong = cases.flatMap(({ line, input, types, expected }) => {
      const found = runCase(input, types)
      return found === expected ? [] : [`${line} | ${found}`]
    })
    expect(wrong).toEqual([])
  })
})

const cast = (value: unknown, from: string, to: string) => castFunction(typeOfText(from), typeOfText(to), context)(value)
const tryCast = (value: unknown, from: string, to: string) => tryCastFunction(typeOfText(from), typeOfText(to), context)(value)

describe('CAST of nested values', () => {
  it('converts what they hold', () => {
    expect(cast(['1', null, ' 3 '], 'ARRAY<STRING>', 'ARRAY<INT>')).toEqual([1, null, 3])
    expect(cast([1, '2'], 'ROW<a INT, b STRING>', 'ROW<x STRING, y BIGINT>')).toEqual(['1', 2])
    expect(cast(new Map([['1', 2]]), 'MAP<STRING, INT>', 'MAP<INT, STRING>')).toEqual(new Map([[1, '2']]))
    expect(cast(new Map([['1', 2]]), 'MULTISET<STRING>', 'MULTISET<INT>')).toEqual(new Map([[1, 2]]))
    expect(cast(null, 'ARRAY<STRING>', 'ARRAY<INT>')).toBe(null)
    expect(cast([[1000]], 'ARRAY<ARRAY<INT>>', 'ARRAY<ARRAY<DECIMAL(3, 0)>>')).toEqual([[null]])
  })

  it('prints them', () => {
    expect(cast([1, [null, 'x']], 'ROW<a INT, b ROW<c DATE, d STRING>>', 'STRING')).toBe('(1, (NULL, x))')
    expect(cast(new Map([['a', 1.5]]), 'MAP<STRING, DOUBLE>', 'STRING')).toBe('{a=1.5}')
    expect(cast(new Map([['a', 2]]), 'MULTISET<STRING>', 'STRING')).toBe('{a=2}')
    expect(cast([1, 22, 333], 'ARRAY<INT>', 'VARCHAR(5)')).toBe('[1, 2')
    expect(cast([1, 22, 333], 'ARRAY<INT>', 'CHAR(14)')).toBe('[1, 22, 333]  ')
    expect(cast(['😀', 'b'], 'ARRAY<STRING>', 'VARCHAR(3)')).toBe('[😀')
    expect(cast([Uint8Array.of(97)], 'ARRAY<BYTES>', 'STRING')).toBe('[a]')
    expect(cast([1, null, null], 'ROW<a INT, b NULL, c INT>', 'STRING')).toBe('(1, NULL, NULL)')
  })
})

describe('casts that fail', () => {
  it('say what and why', () => {
    expect(() => cast('12a', 'STRING', 'INT')).toThrow("cannot cast '12a' from STRING to INT")
    expect(() => cast('x'.repeat(500), 'VARCHAR(500)', 'DATE')).toThrow(
      "cannot cast 'xxxxxxxxxxxxxxxxxxxxxxxxxxx…' from VARCHAR(500) to DATE",
    )
    expect(() => cast(['1', 'b'], 'ARRAY<STRING>', 'ARRAY<INT>')).toThrow("cannot cast 'b' from STRING to INT")
    expect(() => cast(Number.NaN, 'DOUBLE', 'DECIMAL(5, 2)')).toThrow('cannot cast NaN from DOUBLE to DECIMAL(5, 2)')
    expect(() => cast(true, 'BOOLEAN', 'DECIMAL(2, 2)')).toThrow('cannot cast TRUE from BOOLEAN to DECIMAL(2, 2)')
    expect(() => cast('1', 'STRING', 'MAP<INT, INT>')).toThrow('a value of type STRING cannot be cast to MAP<INT, INT>')
  })

  it('say so when a text or bytes would be too long', () => {
    const tooLong = expect.objectContaining({
      code: 'DATA_VALUE_TOO_LONG',
      message: 'cannot make a value of more than 536870888 characters or bytes',
    })
    const long = 'x'.repeat(300_000_000)
    expect(() => cast('a', 'STRING', 'CHAR(600000000)')).toThrow(tooLong)
    expect(() => tryCast(1, 'INT', 'CHAR(600000000)')).toThrow(tooLong)
    expect(() => cast('a', 'STRING', 'BINARY(600000000)')).toThrow(tooLong)
    expect(() => cast([long, long], 'ARRAY<STRING>', 'STRING')).toThrow(tooLong)
    expect(() => cast([[long, long]], 'ARRAY<ARRAY<STRING>>', 'ARRAY<STRING>')).toThrow(tooLong)
    expect(cast('a', 'STRING', 'VARCHAR(600000000)')).toBe('a')
  })

  it('give NULL to those who only try', () => {
    expect(tryCast('12a', 'STRING', 'INT')).toBe(null)
    expect(tryCast('12', 'STRING', 'INT')).toBe(12)
    expect(tryCast(['1', 'b'], 'ARRAY<STRING>', 'ARRAY<INT>')).toBe(null)
    expect(tryCast([['1'], ['b']], 'ARRAY<ARRAY<STRING>>', 'ARRAY<ARRAY<INT>>')).toBe(null)
    expect(tryCast(new Map([['a', '1']]), 'MAP<STRING, STRING>', 'MAP<INT, INT>')).toBe(null)
    expect(tryCast(['b'], 'ROW<a STRING>', 'ROW<a INT>')).toBe(null)
    expect(() => tryCast('1', 'STRING', 'ARRAY<INT>')).toThrow(MillraceError)
  })

  it('leave NULL and equal types alone', () => {
    const bytes = Uint8Array.of(1)
    expect(cast(bytes, 'BYTES', 'BYTES')).toBe(bytes)
    expect(cast(null, 'NULL', 'INT')).toBe(null)
    expect(cast(5, 'INT', 'INT NOT NULL')).toBe(5)
    expect(cast(5, 'BIGINT', 'INTERVAL SECOND')).toBe(5)
    expect(cast(4294967297, 'BIGINT', 'INTERVAL MONTH')).toBe(1)
  })
})

describe('casts of long and odd text', () => {
  it('take no longer than the text is long', () => {
    const blanks = ' '.repeat(300_000)
    expect(cast(`${blanks}1${blanks}`, 'STRING', 'DECIMAL(38, 2)')).toBe(100)
    expect(tryCast(`1${blanks}1`, 'STRING', 'DECIMAL(38, 2)')).toBe(null)
    expect(tryCast(`0.${'1'.repeat(300_000)}`, 'STRING', 'DECIMAL(38, 2)')).toBe(11)
  })
  it('skip one byte after a short decimal, but no part of a character', () => {
    expect(tryCast('12x', 'STRING', 'DECIMAL(5, 0)')).toBe(12)
    expect(tryCast('12é', 'STRING', 'DECIMAL(5, 0)')).toBe(null)
  })
})
