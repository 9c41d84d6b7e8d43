import { describe, expect, test } from 'vitest'
import { readOptions } from '#formats'
import { jdbcOptions } from './options.ts'
import { allSplits, divideSplits, partitionsOf } from './splits.ts'

const optionsOf = (given: Record<string, string>) =>
  readOptions('table "t"', [...jdbcOptions, { key: 'connector', type: 'text', required: true, default: null, description: '' }], {
    connector: 'jdbc',
    url: 'jdbc:mysql://h/d',
    'table-name': 't',
    ...Object.fromEntries(Object.entries(given).map(([key, value]) => [`scan.partition.${key}`, value])),
  })

const all = { column: 'id', num: '3', 'lower-bound': '0', 'upper-bound': '9' }

describe('parts of a table', () => {
  test('cover the bounds once, and are nearly the same length', () => {
    expect(allSplits(partitionsOf(optionsOf(all), 't'))).toEqual([
      { from: '0', to: '2' },
      { from: '3', to: '5' },
      { from: '6', to: '9' },
    ])
    expect(allSplits(null)).toEqual([{ from: null, to: null }])
  })
  test('are no more than there are values', () => {
    const few = partitionsOf(optionsOf({ ...all, num: '5', 'lower-bound': '7' }), 't')
    expect(allSplits(few).map(({ from }) => from)).toEqual(['7', '8', '9'])
  })
  test('of the whole range of BIGINT', () => {
    const bounds = { column: 'id', count: 2, lower: -(2n ** 63n), upper: 2n ** 63n - 1n }
    expect(allSplits(bounds)).toEqual([
      { from: '-9223372036854775808', to: '-1' },
      { from: '0', to: '9223372036854775807' },
    ])
  })
  test('are shared by readers, and what is left of one stays together', () => {
    const left = [{ from: '0', to: '2', key: ['1'], rows: 2 }, ...allSplits(partitionsOf(optionsOf(all), 't')).slice(1)]
    expect(divideSplits(2, left)).toEqual([{ splits: [left[0], left[2]] }, { splits: [left[1]] }])
    expect(divideSplits(5, left).slice(3)).toEqual([null, null])
  })
  test.each([
    [{ column: 'id' }, 'scan.partition.num'],
    [{ ...all, num: '0' }, 'scan.partition.num'],
    [{ ...all, 'lower-bound': '10' }, 'scan.partition.lower-bound'],
  ])('options that do not fit are named: %o', (given, key) => {
    expect(() => partitionsOf(optionsOf(given), 't')).toThrow(`option "${key}" of table "t"`)
  })
})
