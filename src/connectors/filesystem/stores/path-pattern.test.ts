import path from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fixedPart, patternOf } from './path-pattern.ts'

test('patterns match what those of the file system do', () => {
  const step = fc.stringMatching(/^[a-c.]{1,3}$/)
  const sign = fc.constantFrom('a', 'b', '*', '?', '[ab]', '[!c]', '{a,bc}', '.', '**/')
  const glob = fc.array(fc.array(sign, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 })
  fc.assert(
    fc.property(glob, fc.array(step, { minLength: 1, maxLength: 3 }), (steps, name) => {
      const text = steps
        .map((signs) => signs.join('').replace(/(?<=.)\*\*\//g, ''))
        .join('/')
        .replaceAll('//', '/')
      const place = name.join('/')
      // A leading dot is hidden there, which is another rule here.
      if (name.some((each) => each.startsWith('.')) || /(?:^|\/)\./.test(text) || text.endsWith('/')) return
      const above = name.map((_each, at) => name.slice(0, at + 1).join('/'))
      expect(patternOf(text).test(place)).toBe(above.some((each) => path.posix.matchesGlob(each, text)))
    }),
    { numRuns: 1000 },
  )
})

test.each([
  ['a/**/c', ['a/c', 'a/b/c', 'a/b/b/c', 'a/c/d'], ['a/bc', 'c', 'b/a/c']],
  ['**/c', ['c', 'a/c', 'a/b/c'], ['bc', 'a/bc']],
  ['a/**', ['a/b', 'a/b/c'], ['b/a']],
  ['a.b+(c)', ['a.b+(c)'], ['aab+(c)']],
])('%s', (glob, those, others) => {
  for (const name of those) expect([name, patternOf(glob).test(name)]).toEqual([name, true])
  for (const name of others) expect([name, patternOf(glob).test(name)]).toEqual([name, false])
})

test('what is fixed ends with a slash', () => {
  expect(['a/b*.csv', 'a/b', '*', '{a,b}/c'].map(fixedPart)).toEqual(['a/', 'a/b', '', ''])
})
