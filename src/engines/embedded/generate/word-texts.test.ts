import { expect, test } from 'vitest'
import { type DictionaryVector, newArrays, type Vector } from '#data'
import { WordTexts } from './word-texts.ts'

function dictionary(words: readonly string[], codes: readonly number[], nulls: readonly number[] = []): DictionaryVector {
  return { form: 'dictionary', codes: Int32Array.from(codes), words, nulls: nulls.length === 0 ? null : Uint8Array.from(nulls) }
}

function textsOf(vector: Vector, count: number): (string | null)[] {
  if (vector.form !== 'dictionary') throw new Error(`a dictionary, not ${vector.form}`)
  return Array.from({ length: count }, (_, row) =>
    vector.nulls?.[row] === 1 ? null : (vector.words[vector.codes[row] as number] as string),
  )
}

test('a text is computed once for each word that rows have, as the dictionary grows', () => {
  const asked: unknown[] = []
  const firsts = new WordTexts((word) => {
    asked.push(word)
    return word === '' ? null : String(word).slice(0, 1)
  })
  const words = ['apple', 'plum', 'never', '']
  const first = firsts.of(dictionary(words, [1, 0, 1, 3]), null, 4, newArrays)
  expect(textsOf(first, 4)).toEqual(['p', 'a', 'p', null])
  words.push('pear', 'apricot')
  const second = firsts.of(dictionary(words, [5, 4, 1, 0]), Int32Array.of(0, 1, 3), 3, newArrays)
  expect(textsOf(second, 3)).toEqual(['a', 'p', 'a'])
  expect(asked).toEqual(['plum', 'apple', '', 'apricot', 'pear'])
  expect(second.form === 'dictionary' && first.form === 'dictionary' && second.words === first.words).toBe(true)
  expect(second.form === 'dictionary' && second.words).toEqual(['p', 'a'])
})

test('another dictionary starts anew, and leaves the texts of the first as they are', () => {
  const same = new WordTexts((word) => word)
  const first = same.of(dictionary(['a', 'b'], [0, 1]), null, 2, newArrays)
  const second = same.of(dictionary(['x', 'y'], [0, 1]), null, 2, newArrays)
  expect(textsOf(first, 2)).toEqual(['a', 'b'])
  expect(textsOf(second, 2)).toEqual(['x', 'y'])
})

test('NULL gives what the function gives for it', () => {
  const nulls = dictionary(['a'], [7, 0], [1, 0])
  expect(textsOf(new WordTexts((word) => word ?? 'none').of(nulls, null, 2, newArrays), 2)).toEqual(['none', 'a'])
  expect(textsOf(new WordTexts((word) => word).of(nulls, null, 2, newArrays), 2)).toEqual([null, 'a'])
})
