import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findInJson, parseJson } from './json-reader.ts'
import { JsonNumber, writeJson } from './json-text.ts'

/** The text of a value as the platform writes it, keys in order. */
function written(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(written).join(',')}]`
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([key, held]) => `${JSON.stringify(key)}:${written(held)}`).join(',')}}`
}

const anyJson = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.string(),
    fc.array(tie('value')),
    fc.dictionary(fc.string(), tie('value')),
  ),
})).value

describe('reading and writing JSON', () => {
  test('gives back what the platform writes', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const text = JSON.stringify(value, null, 1)
        const parsed = parseJson(text)
        expect(parsed === undefined ? undefined : JSON.parse(writeJson(parsed))).toEqual(JSON.parse(written(value)))
      }),
    )
  })

  test('accepts what the platform accepts', () => {
    const accepts = (text: string): boolean => {
      try {
        JSON.parse(text)
        return true
      } catch {
        return false
      }
    }
    fc.assert(
      fc.property(fc.stringMatching(/^[[\]{}",:0-9.eE+\-a-d\\ntruefals]{0,12}$/), (text) => {
        // Brackets around it, because what follows the first value is not looked at.
        expect(parseJson(`[${text}]`) !== undefined || !accepts(`[${text}]`)).toBe(true)
      }),
    )
  })

  test('finds in passing what it finds by reading everything', () => {
    fc.assert(
      fc.property(anyJson, fc.array(fc.oneof(fc.string({ maxLength: 1 }), fc.nat({ max: 2 })), { maxLength: 3 }), (value, steps) => {
        const text = JSON.stringify(value)
        let expected: unknown = value
        for (const step of steps) {
          const fits = typeof step === 'number' ? Array.isArray(expected) : typeof expected === 'object' && !Array.isArray(expected)
          expected =
            fits && expected !== null && Object.hasOwn(expected as object, step) ? (expected as Record<string, unknown>)[step] : undefined
        }
        const found = findInJson(text, steps)
        expect(typeof found === 'string' ? undefined : JSON.parse(writeJson(found.value))).toEqual(
          expected === undefined ? undefined : JSON.parse(written(expected)),
        )
      }),
    )
  })

  test('reads long texts with escapes', () => {
    const text = `"${'a'.repeat(12_000_000)}\\n"`
    expect((parseJson(text) as string).length).toBe(12_000_001)
    expect(parseJson(`"${'a'.repeat(100)}\\x"`)).toBeUndefined()
  })

  test('keeps the digits of numbers', () => {
    expect(parseJson('12345678901234567890.10')).toEqual(new JsonNumber('12345678901234567890.10'))
    expect(writeJson(parseJson('[1.50,1e5,-0,0.00000010]') ?? null)).toBe('[1.50,1E+5,0,1.0E-7]')
  })

  test('gives up on deep nesting instead of the stack', () => {
    expect(parseJson('['.repeat(100_000))).toBeUndefined()
    expect(findInJson(`{"a":${'['.repeat(100_000)}}`, ['b'])).toBe('broken')
  })
})
