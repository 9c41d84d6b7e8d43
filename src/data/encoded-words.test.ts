import { expect, test } from 'vitest'
import { bytesOfWords } from './encoded-words.ts'
import { stringType } from './type.ts'
import { type Vector, valueAt } from './vector.ts'

function texts(vector: Vector, rows: number): unknown[] {
  return Array.from({ length: rows }, (_, row) => valueAt(vector, row, stringType))
}

test('words become bytes, those included by which the dictionary has grown', () => {
  const words = ['naïve', '', 'b']
  const codes = Int32Array.of(2, 0, 1, 0)
  expect(texts(bytesOfWords({ form: 'dictionary', codes, words, nulls: Uint8Array.of(0, 0, 0, 1) }, 4), 4)).toEqual([
    'b',
    'naïve',
    '',
    null,
  ])
  words.push('dé')
  expect(texts(bytesOfWords({ form: 'dictionary', codes: Int32Array.of(3, 2), words, nulls: null }, 2), 2)).toEqual(['dé', 'b'])
})
