import { MillraceError } from '#base'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
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
  return value === null ? 'NULL' : `'${String(value)}'`
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
