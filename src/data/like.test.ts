import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { likeTest } from './like.ts'

const refuse = (mark: string) => new Error(`refused ${mark}`)
const like = (text: string, pattern: string, mark: string | null = null) => likeTest(pattern, mark, refuse)(text)

/** The same by a regular expression, which is slow for some patterns. */
function model(pattern: string, mark: string | null): RegExp {
  let source = ''
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern.charAt(i)
    if (char === mark) source += `\\u{${pattern.charCodeAt(++i).toString(16)}}`
    else if (char === '%') source += String.raw`[\s\S]*`
    else if (char === '_') source += String.raw`[^\n\r\x85\u2028\u2029]`
    else source += char
  }
  return new RegExp(`^${source}$`, 'u')
}

describe('LIKE', () => {
  it('takes any run and any one character', () => {
    expect(like('abc', 'a%')).toBe(true)
    expect(like('abc', '_b_')).toBe(true)
    expect(like('ab', '_b_')).toBe(false)
    expect(like('', '%')).toBe(true)
    expect(like('a\nb', 'a%b')).toBe(true)
    expect(like('a\nb', 'a_b')).toBe(false)
    expect(like('😀', '_')).toBe(true)
    expect(like('😀', '%__')).toBe(false)
    expect(like('aba', 'ab%ba')).toBe(false)
  })

  it('escapes', () => {
    expect(like('a%b', 'a!%b', '!')).toBe(true)
    expect(like('axb', 'a!%b', '!')).toBe(false)
    expect(like('a_!', 'a!_!!', '!')).toBe(true)
    expect(() => like('', 'a!b', '!')).toThrow('refused !')
    expect(() => like('', 'a!', '!')).toThrow('refused !')
  })

  it('agrees with a regular expression', () => {
    const unit = fc.constantFrom('a', 'b', '😀', '\n', 'é')
    const token = fc.constantFrom('a', 'b', '😀', '%', '_', '_', '!%', '!_', '!!')
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 8 }), fc.array(token, { maxLength: 7 }), (text, tokens) => {
        const pattern = tokens.join('')
        expect(like(text, pattern, '!')).toBe(model(pattern, '!').test(text))
      }),
      { numRuns: 5000 },
    )
  })

  it('takes its time only once', () => {
    const text = 'a'.repeat(20_000)
    expect(like(text, `${'%a'.repeat(30)}%_b`)).toBe(false)
    expect(like(text, `${'%a_'.repeat(500)}b`)).toBe(false)
    expect(like(text, `${'a_'.repeat(300_000)}`)).toBe(false)
  })
})
