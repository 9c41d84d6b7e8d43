import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { explicitlyCastable, implicitlyCastable } from './castable.ts'
import { commonType } from './common-type.ts'
import {
  type DecimalType,
  decimalAverageType,
  decimalDifferenceType,
  decimalProductType,
  decimalQuotientType,
  decimalRemainderType,
  decimalRoundedType,
  decimalSumAggregateType,
  decimalSumType,
} from './decimal-type.ts'
import { decimalType, integerType, nullType, printType, withNullable } from './type.ts'
import { typeOfText } from './type-text.fixture.ts'

const linesOf = (file: string) =>
  readFileSync(new URL(`cases/${file}`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(' | '))

describe('common types and implicit casts', () => {
  it('of two types', () => {
    const lines = linesOf('common-types.txt')
    const found = lines.map(([left = '', right = '']) => {
      const types = [typeOfText(left), typeOfText(right)] as const
      const common = commonType(types)
      return [left, right, common === null ? '-' : printType(common), implicitlyCastable(types[0], types[1]) ? 'implicit' : 'no']
    })
    expect(found).toEqual(lines)
    expect(lines.length).toBeGreaterThan(1000)
  })

  it('of more than two types', () => {
    const common = (...names: string[]) => {
      const type = commonType(names.map(typeOfText))
      return type === null ? null : printType(type)
    }
    expect(common('TINYINT NOT NULL', 'BIGINT NOT NULL', 'DECIMAL(5, 2) NOT NULL')).toBe('DECIMAL(21, 2) NOT NULL')
    expect(common('NULL', 'INT NOT NULL', 'NULL')).toBe('INT')
    expect(common('NULL', 'ARRAY<INT>', 'ARRAY<DOUBLE>')).toBe('ARRAY<DOUBLE>')
    expect(common('CHAR(2)', 'CHAR(3)', 'CHAR(3)')).toBe('VARCHAR(3)')
    expect(common('ROW<`a` INT, `b` CHAR(1)>', 'ROW<`x` BIGINT, `y` CHAR(2)>')).toBe('ROW<`a` BIGINT, `b` VARCHAR(2)>')
    expect(common('ROW<`a` INT>', 'ROW<`a` BOOLEAN>')).toBe(null)
    expect(common('MULTISET<INT>', 'MULTISET<BIGINT>')).toBe('MULTISET<BIGINT>')
    expect(common('NULL', 'NULL')).toBe(null)
    expect(commonType([])).toBe(null)
  })
})

describe('explicit casts', () => {
  const kinds = [
    'BOOLEAN',
    'INT',
    'DECIMAL(10, 2)',
    'DOUBLE',
    'STRING',
    'BYTES',
    'DATE',
    'TIME(0)',
    'TIMESTAMP(3)',
    'TIMESTAMP_LTZ(3)',
    'INTERVAL MONTH',
    'INTERVAL SECOND',
    'ARRAY<INT>',
    'MULTISET<INT>',
    'MAP<INT, INT>',
    'ROW<a INT>',
  ]

  it('are those that Flink SQL accepts', () => {
    const matrix = kinds.map((from) => kinds.map((to) => (explicitlyCastable(typeOfText(from), typeOfText(to)) ? 'x' : '.')).join(''))
    expect(matrix).toEqual([
      'xxxxx...........',
      'xxxxx.....xx....',
      'xxxxx...........',
      'xxxxx...........',
      'xxxxxxxxxx......',
      '....xx..........',
      '....x.x.xx......',
      '....x..xxx......',
      '....x.xxxx......',
      '....x.xxxx......',
      '....x.....x.....',
      '....x......x....',
      '....x.......x...',
      '....x........x..',
      '....x.........x.',
      '....x..........x',
    ])
  })

  it('look inside', () => {
    const castable = (from: string, to: string) => explicitlyCastable(typeOfText(from), typeOfText(to))
    expect(castable('ARRAY<INT>', 'ARRAY<DATE>')).toBe(false)
    expect(castable('ARRAY<STRING>', 'ARRAY<DATE NOT NULL>')).toBe(true)
    expect(castable('MAP<INT, STRING>', 'MAP<STRING, DATE>')).toBe(true)
    expect(castable('MAP<INT, STRING>', 'MAP<DATE, DATE>')).toBe(false)
    expect(castable('ROW<a INT, b STRING>', 'ROW<x STRING, y INT>')).toBe(true)
    expect(castable('ROW<a INT, b STRING>', 'ROW<x STRING>')).toBe(false)
    expect(explicitlyCastable(nullType, typeOfText('MULTISET<INT>'))).toBe(true)
    expect(implicitlyCastable(integerType, withNullable(integerType, false))).toBe(false)
    expect(implicitlyCastable(typeOfText('ARRAY<INT>'), typeOfText('ARRAY<BIGINT>'))).toBe(true)
  })
})

describe('decimal results', () => {
  it('have the precision and scale of Flink', () => {
    const lines = linesOf('decimal-types.txt')
    const found = lines.map(([operands = '']) => {
      const [p1 = 0, s1 = 0, p2 = 0, s2 = 0, digits = 0] = operands.split(' ').map(Number)
      const left = decimalType(p1, s1) as DecimalType
      const right = decimalType(p2, s2) as DecimalType
      const types = [
        decimalSumType(left, right),
        decimalProductType(left, right),
        decimalQuotientType(left, right),
        decimalRemainderType(left, right),
        decimalRoundedType(left, digits),
        decimalAverageType(left),
      ]
      expect(decimalDifferenceType(left, right)).toEqual(types[0])
      expect(decimalSumAggregateType(left)).toEqual(decimalType(38, s1))
      return [operands, ...types.map(printType)]
    })
    expect(found).toEqual(lines)
  })

  it('are nullable when an operand is', () => {
    const certain = withNullable(decimalType(5, 2) as DecimalType, false)
    expect(decimalSumType(certain, certain).nullable).toBe(false)
    expect(decimalProductType(certain, decimalType(38, 2) as DecimalType).nullable).toBe(true)
  })
})
