import { expect, test } from 'vitest'
import { assert, definedErrors, defineErrors, MillraceError, unreachable } from './error.ts'

const errors = defineErrors({
  TEST_COLUMN_NOT_FOUND: {
    blame: 'user',
    message: 'column "{column}" does not exist in table "{table}"',
    detail: 'Table "{table}" has {count} columns.',
    hint: 'Use DESCRIBE {table}.',
  },
  TEST_BROKER_GONE: { blame: 'external', message: 'could not connect to "{address}"' },
})

test('texts are filled from the parameters', () => {
  const error = errors.TEST_COLUMN_NOT_FOUND({ column: 'amout', table: 'orders', count: 3n })
  expect(error).toBeInstanceOf(MillraceError)
  expect(error).toBeInstanceOf(Error)
  expect(error.name).toBe('MillraceError')
  expect(error.code).toBe('TEST_COLUMN_NOT_FOUND')
  expect(error.blame).toBe('user')
  expect(error.message).toBe('column "amout" does not exist in table "orders"')
  expect(error.detail).toBe('Table "orders" has 3 columns.')
  expect(error.hint).toBe('Use DESCRIBE orders.')
})

test('a parameter that is not given leaves its name in the text', () => {
  expect(errors.TEST_BROKER_GONE().message).toBe('could not connect to "{address}"')
})

test('text that looks like a parameter is not filled again', () => {
  const error = errors.TEST_COLUMN_NOT_FOUND({ column: '{table}', table: 'orders' })
  expect(error.message).toBe('column "{table}" does not exist in table "orders"')
})

test('extras win over the table', () => {
  const cause = new RangeError('refused')
  const position = { start: 7, end: 12, line: 1, column: 8 }
  const error = errors.TEST_COLUMN_NOT_FOUND({ column: 'a', table: 't' }, { detail: 'More.', hint: 'Use "b".', position, cause })
  expect(error.detail).toBe('More.')
  expect(error.hint).toBe('Use "b".')
  expect(error.position).toEqual(position)
  expect(error.cause).toBe(cause)
  expect('cause' in errors.TEST_BROKER_GONE()).toBe(false)
})

test('an error is made again with what was not known where it was raised', () => {
  const position = { start: 7, end: 12, line: 1, column: 8 }
  const first = errors.TEST_COLUMN_NOT_FOUND({ column: '{table}', table: 't', count: 1 }, { cause: 'why' })
  const second = first.with({ position, hint: 'Use "b".' })
  expect(second).toMatchObject({ code: first.code, blame: first.blame, position, hint: 'Use "b".', cause: 'why' })
  expect(second.message).toBe('column "{table}" does not exist in table "t"')
  expect(first.with({ message: 'something else' }).message).toBe('something else')
})

test('a code is defined once', () => {
  expect(definedErrors().get('TEST_BROKER_GONE')?.blame).toBe('external')
  expect(() => defineErrors({ TEST_BROKER_GONE: { blame: 'user', message: 'again' } })).toThrow(
    'error code TEST_BROKER_GONE is defined twice',
  )
})

test('a broken invariant is blamed on Millrace', () => {
  expect(() => assert(1 + 1 === 2, 'sums hold')).not.toThrow()
  expect(() => assert(undefined, 'rows are sorted')).toThrow(
    expect.objectContaining({
      code: 'BASE_INVARIANT_BROKEN',
      blame: 'internal',
      message: 'an invariant does not hold: rows are sorted',
    }),
  )
  expect(() => unreachable('sideways' as never)).toThrow('unexpected value sideways')
})

test('what people wrote is quoted in part when it is long', () => {
  const { message } = errors.TEST_BROKER_GONE({ address: 'x'.repeat(1_000_000) })
  expect(message).toBe(`could not connect to "${'x'.repeat(299)}…"`)
})
