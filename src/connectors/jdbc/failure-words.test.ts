import { describe, expect, test } from 'vitest'
import { jdbcError, jdbcFailureKind } from './errors.ts'
import { describeFailure } from './failure-words.ts'

const failure = (fields: Record<string, unknown>, message = 'words') => Object.assign(new Error(message), fields)

describe('kinds of failures', () => {
  test.each([
    [{ code: 'ECONNREFUSED' }, 'unreachable'],
    [{ code: '57P01' }, 'unreachable'],
    [{ code: '40P01' }, 'busy'],
    [{ code: '40001' }, 'busy'],
    [{ code: '53300' }, 'busy'],
    [{ code: '28P01' }, 'refused'],
    [{ code: '3D000' }, 'refused'],
    [{ code: '42P01' }, 'refused'],
    [{ code: '23505' }, 'data'],
    [{ code: '22003' }, 'data'],
    [{ code: 'ER_LOCK_DEADLOCK', errno: 1213, sqlState: '40001' }, 'busy'],
    [{ code: 'ER_DATA_TOO_LONG', errno: 1406, sqlState: '22001' }, 'data'],
    [{ code: 'ER_CONSTRAINT_FAILED', errno: 4025, sqlState: '23000' }, 'data'],
    [{ code: 'ER_ACCESS_DENIED_ERROR', errno: 1045, sqlState: '28000' }, 'refused'],
    [{ code: 'ER_SERVER_SHUTDOWN', errno: 1053, sqlState: '08S01' }, 'unreachable'],
    [{ code: 'ENOTFOUND' }, 'refused'],
    [{}, 'unknown'],
  ])('%o: %s', (fields, kind) => {
    expect(jdbcFailureKind(failure(fields))).toBe(kind)
  })
  test('a connection that is lost has no code', () => {
    expect(jdbcFailureKind(new Error('Connection terminated unexpectedly'))).toBe('unreachable')
  })
})

describe('what is said of a failure', () => {
  test.each([
    ["Duplicate entry 'ann@example.com' for key 't.mail'", { errno: 1062 }, "Duplicate entry for key 't.mail' (1062)"],
    ["Incorrect datetime value: '20x4' for column 'at' at row 3", { errno: 1292 }, "Incorrect datetime value for column 'at' (1292)"],
    [
      "Incorrect integer value: 'it's' for column `d`.`t`.`n` at row 1",
      { errno: 1366 },
      'Incorrect integer value for column `d`.`t`.`n` (1366)',
    ],
    ['invalid input syntax for type integer: "secret"', { code: '22P02' }, 'invalid input syntax for type integer (22P02)'],
    ['value "99999999999" is out of range for type integer', { code: '22003' }, 'value is out of range for type integer (22003)'],
    ['new row violates check constraint "positive"', { code: '23514' }, 'new row violates check constraint "positive" (23514)'],
  ])('%s', (message, fields, shown) => {
    expect(describeFailure(failure(fields, message))).toBe(shown)
  })
  test('an error of a driver leaves its statement behind', () => {
    const foreign = failure({ code: '23505', detail: 'Key (a)=(hidden) exists.', sql: "INSERT … 'hidden'" }, 'duplicate key')
    const error = jdbcError(foreign, { table: 't', address: 'h:1', database: 'd' })
    expect(JSON.stringify([error.message, error.detail, error.hint, error.cause, error.stack])).not.toContain('hidden')
  })
})
