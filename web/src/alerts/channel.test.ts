import { expect, test } from 'vitest'
import { secretName, secretReference } from './channel.ts'

test('a secret is named, by its name or by a whole reference, and nothing typed is no secret', () => {
  expect(secretReference(' hook-key ')).toBe('${secret:hook-key}')
  expect(secretReference('${secret:hook-key}')).toBe('${secret:hook-key}')
  expect(secretReference('  ')).toBe(null)
  expect([secretName('${secret:hook-key}'), secretName(null), secretName('odd')]).toEqual(['hook-key', '', 'odd'])
})
