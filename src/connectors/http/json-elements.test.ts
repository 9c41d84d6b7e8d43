import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findElements } from './json-elements.ts'

function elements(text: string, ...path: readonly string[]): readonly string[] {
  const bytes = Buffer.from(text)
  const { starts, ends } = findElements(bytes, path, (sentence) => new TypeError(sentence))
  return starts.map((start, at) => bytes.toString('utf8', start, ends[at]))
}

test.each([
  ['[]', [], []],
  [' [ 1 , "a,]" ,{"x":[1,{"y":"}"}]}\n, null ] ', [], ['1', '"a,]"', '{"x":[1,{"y":"}"}]}', 'null']],
  ['[12345678901234567890.10]', [], ['12345678901234567890.10']],
  ['["\\"", "\\\\"]', [], ['"\\""', '"\\\\"']],
  ['{"other":{"data":[9]},"data":{"items":[1,2]},"z":0}', ['data', 'items'], ['1', '2']],
  ['{"d\\u0061ta":[1]}', ['data'], ['1']],
])('%j has elements at %j', (text, path, found) => {
  expect(elements(text, ...path)).toEqual(found)
})

test.each([
  ['{}', [], 'Expected "[" at byte 1.'],
  ['[1,2', [], 'The answer ends in the middle.'],
  ['[1,]', [], 'Expected a value at byte 4.'],
  ['[,1]', [], 'Expected a value at byte 2.'],
  ['[1] x', [], 'Expected nothing after the array, at byte 5.'],
  ['<html>', [], 'Expected "[" at byte 1.'],
  ['{"a":1}', ['data'], 'There is no member "data".'],
  ['{}', ['data'], 'There is no member "data".'],
  ['{"data":{}}', ['data'], 'Expected "[" at byte 9.'],
  ['["abc', [], 'The answer ends in the middle.'],
  ['', ['data'], 'The answer ends in the middle.'],
])('%j is refused', (text, path, sentence) => {
  expect(() => elements(text, ...path)).toThrow(new TypeError(sentence))
})

test('elements are those that JSON.parse finds', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue(), { maxLength: 5 }), fc.constantFrom(0, 1, 2), (values, indent) => {
      const found = elements(JSON.stringify({ other: values, data: values }, null, indent), 'data')
      expect(found.map((each) => JSON.parse(each) as unknown)).toEqual(JSON.parse(JSON.stringify(values)))
    }),
    { numRuns: 500 },
  )
})
