import { describe, expect, test } from 'vitest'
import { parseDurationMs, parseMemoryBytes } from '#base'
import { formatNamed, loadFormat } from './list.ts'
import { type Option, readOptions } from './options.ts'

function row(key: string, type: Option['type'], fallback: string | null = null, required = false): Option {
  return { key, type, required, default: fallback, description: `About ${key}.` }
}

const rows = [
  row('path', 'text', null, true),
  row('header', 'boolean', 'false'),
  row('rows', 'integer'),
  row('share', 'double', '0.5'),
  row('every', 'duration', '10 s'),
  row('size', 'memory'),
  row('mode', { oneOf: ['SQL', 'ISO-8601'] }, 'SQL'),
  row('fields.#.kind', 'text'),
]

function failure(clause: Record<string, string>): Record<string, unknown> {
  try {
    readOptions('table "orders"', rows, clause)
  } catch (error) {
    const { code, message, detail, hint } = error as Record<string, unknown>
    return { code, message, detail, hint }
  }
  return {}
}

describe('a WITH clause', () => {
  test('is read by type, with defaults', () => {
    const options = readOptions('t', rows, {
      path: 'a',
      header: 'TRUE',
      rows: '-3',
      size: '2 kb',
      mode: 'iso-8601',
      'fields.a.b.kind': 'random',
    })
    expect([options.text('path'), options.flag('header'), options.number('rows'), options.number('share')]).toEqual(['a', true, -3, 0.5])
    expect([options.number('every'), options.number('size'), options.text('mode')]).toEqual([10_000, 2048, 'ISO-8601'])
    expect([options.text('fields.a.b.kind'), options.isGiven('header'), options.isGiven('every')]).toEqual(['random', true, false])
  })
  test('names the nearest option for one that does not exist', () => {
    expect(failure({ path: 'a', heeder: 'true' })).toEqual({
      code: 'FORMATS_OPTION_NOT_FOUND',
      message: 'option "heeder" does not exist for table "orders"',
      detail: 'Its options are path, header, rows, share, every, size, mode and fields.#.kind.',
      hint: 'Use "header".',
    })
  })
  test('says what it expected', () => {
    const details = [{ header: 'yes' }, { rows: '1.5' }, { share: 'half' }, { every: '5 weeks' }, { size: '1 zb' }, { mode: 'RFC' }].map(
      (clause) => failure({ path: 'a', ...clause })['detail'],
    )
    expect(details).toEqual([
      'Expected "true" or "false", got "yes".',
      'Expected a whole number, got "1.5".',
      'Expected a number, got "half".',
      'Expected a duration such as "10 s", "5 min" or "1 d", got "5 weeks".',
      'Expected a memory size such as "128 mb" or "1 gb", got "1 zb".',
      'Expected "SQL" or "ISO-8601", got "RFC".',
    ])
  })
  test('names what is missing', () => {
    expect(failure({})).toMatchObject({ message: 'option "path" of table "orders" is missing', detail: 'About path.' })
  })
})

test('of many options the close ones are named', () => {
  const many = Array.from({ length: 60 }, (_, number) => row(`option.${number + 10}`, 'text'))
  const read = (key: string) => () => readOptions('table "orders"', many, { [key]: 'x' })
  expect(read('option.6')).toThrow(
    expect.objectContaining({ detail: 'Close ones are option.60, option.61, option.62, option.63 and option.64.' }) as Error,
  )
  expect(read('unheard of')).toThrow(expect.objectContaining({ detail: 'It has 60 options: see docs/guide/connectors.md.' }) as Error)
})

test.each([
  ['10', 10],
  ['10 s', 10_000],
  ['5min', 300_000],
  [' 2 H ', 7_200_000],
  ['1 day', 86_400_000],
  ['1500 µs', 1.5],
  ['-1 s', undefined],
  ['s', undefined],
  ['99999999999999999 d', undefined],
])('duration %s', (text, ms) => {
  expect(parseDurationMs(text)).toBe(ms)
})

test.each([
  ['10', 10],
  ['1k', 1024],
  ['64 MB', 67_108_864],
  ['1gb', 1_073_741_824],
  ['1 tib', undefined],
])('memory size %s', (text, bytes) => {
  expect(parseMemoryBytes(text)).toBe(bytes)
})

test('a format has a name that exists, and is loaded by it', async () => {
  await loadFormat('jsn')
  expect(() => formatNamed('jsn')).toThrow('format "jsn" does not exist')
  await loadFormat('csv')
  expect(formatNamed('csv').name).toBe('csv')
})
