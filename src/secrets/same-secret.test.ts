import { expect, test } from 'vitest'
import { isSameSecret } from './same-secret.ts'

test.each([
  ['secret', true],
  ['Secret', false],
  ['secre', false],
  ['secret ', false],
  ['', false],
])('%j is the same: %s', (sent, isSame) => expect(isSameSecret(sent, 'secret')).toBe(isSame))
