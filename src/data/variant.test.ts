import { describe, expect, test } from 'vitest'
import { printVariant, variantNumber } from './variant.ts'

describe('numbers', () => {
  /** As JSON has them, as a variant spells them, and as they are printed. */
  const numbers: readonly (readonly [json: string, spelled: string, printed: string])[] = [
    ['1', '1', '1'],
    ['-0', '0', '0'],
    ['9223372036854775808', '9223372036854775808', '9223372036854775808'],
    ['1.0', '1.0', '1'],
    ['1.00', '1.00', '1'],
    ['100.00', '100.00', '100'],
    ['-0.00', '0.00', '0'],
    ['0.00000001', '0.00000001', '0.00000001'],
    ['1e3', '1E+3', '1000.0'],
    ['1.0E-8', '1E-8', '1.0E-8'],
    ['-0e0', '-0E+0', '-0.0'],
    ['1e400', '9E999', 'Infinity'],
    ['-1e400', '-9E999', '-Infinity'],
    ['12345678901234567890123456789012345678', '12345678901234567890123456789012345678', '12345678901234567890123456789012345678'],
    ['123456789012345678901234567890123456789', '1.2345678901234568E+38', '1.2345678901234568E38'],
    [`0.${'0'.repeat(38)}1`, '1E-39', '1.0E-39'],
  ]

  test.each(numbers)('%s', (json, spelled, printed) => {
    expect(variantNumber(json)).toBe(spelled)
    expect(variantNumber(spelled)).toBe(spelled)
    expect(printVariant(spelled)).toBe(printed)
  })
})

test('texts and keys stay as they are', () => {
  const variant = '{"1.50":"2.50 \\"3.00","a\\\\":[1.50,"\\\\",2E+0],"é":"1E5"}'
  expect(printVariant(variant)).toBe('{"1.50":"2.50 \\"3.00","a\\\\":[1.5,"\\\\",2.0],"é":"1E5"}')
})
