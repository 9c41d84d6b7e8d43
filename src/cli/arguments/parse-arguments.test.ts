import { expect, test } from 'vitest'
import { MillraceError } from '#base'
import { type CommandInput, type CommandRow, optionValue } from './command.ts'
import { parseArguments } from './parse-arguments.ts'

const format = { name: 'format', short: 'f', value: 'format', oneOf: ['table', 'json'], default: 'table', summary: 'how' }
const command: CommandRow = {
  name: 'run',
  summary: 'run a script',
  about: [],
  arguments: [{ name: 'file', summary: 'a file' }],
  options: [format, { name: 'set', value: 'key=value', repeatable: true, summary: 'set a key' }, { name: 'quick', summary: 'hurry' }],
  examples: [{ line: 'millrace run a.sql', shows: 'a' }],
  run: async () => 0,
}

test.each<[words: string, file: string, format: string, set: string[]]>([
  ['a.sql', 'a.sql', 'table', []],
  ['-', '-', 'table', []],
  ['a.sql --format json', 'a.sql', 'json', []],
  ['--format=json a.sql', 'a.sql', 'json', []],
  ['-f json a.sql', 'a.sql', 'json', []],
  ['-fjson a.sql', 'a.sql', 'json', []],
  ['--format json --format table a.sql', 'a.sql', 'table', []],
  ['--set a=1 a.sql --set b=x=y', 'a.sql', 'table', ['a=1', 'b=x=y']],
  ['-- --format', '--format', 'table', []],
  ['a.sql --set -1', 'a.sql', 'table', ['-1']],
])('%s', (words, file, wanted, set) => {
  const input: CommandInput = parseArguments(words.split(' '), command)
  expect(input.arguments).toEqual([file])
  expect(optionValue(input, format)).toBe(wanted)
  expect(input.values.get('set') ?? []).toEqual(set)
})

test('the last argument may stand for several', () => {
  const several = { ...command, arguments: [{ name: 'path', summary: 'a path', repeatable: true }] }
  expect(parseArguments(['a', '--quick', 'b', 'c'], several).arguments).toEqual(['a', 'b', 'c'])
  expect(() => parseArguments([], several)).toThrow('argument <path> of "millrace run" is missing')
})

test.each<[words: string[], message: string, hint: string | undefined]>([
  [[], 'argument <file> of "millrace run" is missing', 'For example: millrace run a.sql'],
  [['a', 'b'], 'argument "b" is one too many for "millrace run"', undefined],
  [['a', '--formt', 'json'], 'option "--formt" does not exist in "millrace run"', 'Did you mean --format?'],
  [['a', '--zzzzzz'], 'option "--zzzzzz" does not exist in "millrace run"', 'Its options are --format, --set and --quick.'],
  [['a', '-x'], 'option "-x" does not exist in "millrace run"', 'Its options are --format, --set and --quick.'],
  [['a', '--format'], 'option "--format" expects table or json, got nothing', undefined],
  [['a', '--format', 'jsn'], 'option "--format" expects table or json, got "jsn"', 'Did you mean "json"?'],
  [['a', '--format', '--set', 'a=1'], 'option "--format" expects table or json, got nothing', undefined],
  [['a', '--quick=yes'], 'option "--quick" expects no value, got "yes"', undefined],
])('%j is refused', (words, message, hint) => {
  let caught: unknown
  try {
    parseArguments(words, command)
  } catch (error) {
    caught = error
  }
  expect(caught).toBeInstanceOf(MillraceError)
  expect(caught).toMatchObject({ message, blame: 'user' })
  expect((caught as MillraceError).hint).toBe(hint)
})
