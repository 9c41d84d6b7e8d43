import { expect, test } from 'vitest'
import { bigintType, doubleType, type Schema, stringType, timestampType } from '#data'
import { parseKeyPattern, patternOfColumns } from './key-pattern.ts'

const schema: Schema = [
  { name: 'a', type: stringType },
  { name: 'b', type: stringType },
  { name: 'c', type: stringType },
  { name: 'n', type: bigintType },
  { name: 'at', type: timestampType },
  { name: 'x', type: doubleType },
]

function pattern(text: string) {
  return parseKeyPattern(text, { table: 't', option: 'key.pattern', schema })
}

test('a key is the text of its pattern with values in it', () => {
  expect(pattern(`page:\${n}:\${a}!`).print([9007199254740993n, 'home'])).toBe('page:9007199254740993:home!')
  expect(pattern(`\${a}`).print(['a:b%'])).toBe('a:b%')
  expect(pattern('all').print([])).toBe('all')
  expect(pattern(patternOfColumns(['at', 'n'])).print([0, 5])).toBe('1970-01-01 00%3A00%3A00:5')
})

test('values of a pattern of several columns are escaped where they hold its marks', () => {
  expect(pattern(`\${a}:\${b}`).print(['x:y', '50%'])).toBe('x%3Ay:50%25')
  expect(pattern(`\${a} → \${b}`).print(['→', '%20'])).toBe('→ → %2520')
  expect(pattern(`\${a}→\${b}`).print(['→', 'x'])).toBe('%E2%86%92→x')
})

const separators = [':', '::', '-', '2:', 'ab|cd', ' ', '/x', '→', '%/', '😀', '\\', ']', '^', '.*']

test.each(separators)('different rows have different keys, with %s between', (one) => {
  for (const two of [':', '%/', '2:']) {
    const keyOf = pattern(`\${a}${one}\${b}${two}\${c}`)
    const values = ['', 'a', '%', '%3A', one, two, `a${one}`, `${one}a`, `${two}a`, `a${two}${one}a`]
    const distinct = [...new Set(values)]
    const keys = new Set(distinct.flatMap((a) => distinct.flatMap((b) => distinct.map((c) => keyOf.print([a, b, c])))))
    expect(keys.size).toBe(distinct.length ** 3)
  }
})

test.each([
  [`\${a}\${b}`, 'Nothing tells where ${a} ends and ${b} begins.'],
  [`\${a}x9%\${b}`, 'Nothing tells where ${a} ends and ${b} begins.'],
  [`\${aa}`, 'Column "aa" does not exist; the columns are a, b, c, n, at and x.'],
  [`x\${a`, '"x${a" has a ${ without a }.'],
  [`\${x}`, 'Column "x" of type DOUBLE cannot be part of a key.'],
])('%s is refused', (wrong, detail) => {
  expect(() => pattern(wrong)).toThrow(expect.objectContaining({ code: 'CONNECTORS_REDIS_PATTERN_MISMATCH', detail }))
})
