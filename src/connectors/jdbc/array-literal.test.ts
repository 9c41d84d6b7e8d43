import { expect, test } from 'vitest'
import { arrayLiteral, parseArrayLiteral } from './array-literal.ts'

const texts = ['plain', null, '', 'null', 'NULL', 'a,b', '{x}', '"q"', 'back\\slash', ' blank ', 'line\nbreak', '🙂']

test('elements are quoted where they have to be', () => {
  expect(arrayLiteral(texts, [0, 1, 2, 3, 5, 7, 8])).toBe('{plain,NULL,"","null","a,b","\\"q\\"","back\\\\slash"}')
  expect(arrayLiteral(['7', '8', '9'], [2, 0])).toBe('{9,7}')
  expect(arrayLiteral([], [])).toBe('{}')
})

test('what is written is read again', () => {
  expect(
    parseArrayLiteral(
      arrayLiteral(
        texts,
        texts.map((_, place) => place),
      ),
    ),
  ).toEqual(texts)
})

test('arrays of arrays, and bounds', () => {
  expect(parseArrayLiteral('{{1,2},{NULL,"a,b"}}')).toEqual([
    ['1', '2'],
    [null, 'a,b'],
  ])
  expect(parseArrayLiteral('[0:1]={5,6}')).toEqual(['5', '6'])
  expect(parseArrayLiteral('{}')).toEqual([])
})

test.each(['', '1,2', '{1,2', '{"a', '{1}x', '{1}}'])('%s is none', (text) => {
  expect(parseArrayLiteral(text)).toBe(null)
})
