import { expect, test } from 'vitest'
import { defineErrors, MillraceError } from './error.ts'
import { errorOf, failureOf, failuresOf } from './failure.ts'

const testErrors = defineErrors({
  TEST_ENDED: { blame: 'external', message: 'it ended with status {status}' },
  TEST_OVER: { blame: 'external', message: 'it is over' },
})

const position = { line: 2, column: 3, start: 10, end: 14 }

test('an error is told with its place and what lay behind it', () => {
  const below = new Error('socket closed', { cause: new Error('no route') })
  const error = testErrors.TEST_ENDED({ status: 3 }, { detail: 'A detail.', hint: 'A hint.', position, cause: below })
  const failure = failureOf(error)
  expect(failure).toEqual({
    code: 'TEST_ENDED',
    blame: 'external',
    message: 'it ended with status 3',
    detail: 'A detail.',
    hint: 'A hint.',
    position,
    causes: ['socket closed', 'no route'],
  })
  expect(failureOf(errorOf(failure))).toEqual(failure)
})

test('several errors are one failure, or as many', () => {
  const errors = [testErrors.TEST_OVER(), testErrors.TEST_ENDED({ status: 2 }, { position })]
  const several = new AggregateError(errors)
  expect(failureOf(several)).toMatchObject({ code: 'TEST_OVER', causes: ['line 2: it ended with status 2'] })
  expect(failuresOf(several).map(({ code }) => code)).toEqual(['TEST_OVER', 'TEST_ENDED'])
})

test('whatever is thrown becomes a failure', () => {
  expect(failureOf(new TypeError('x is no function'))).toMatchObject({ code: 'BASE_UNEXPECTED', blame: 'internal' })
  expect(failureOf('text').message).toContain('text')
  expect(failureOf(new AggregateError([])).code).toBe('BASE_UNEXPECTED')
})

test('no secret is told, wherever it stands', () => {
  const message = "could not connect to postgres://me:hunter2@host/db with 'password' = 'hunter2'"
  const error = new MillraceError(
    'X',
    { blame: 'user', message },
    {},
    { detail: `It was ${message}.`, hint: message, cause: new Error(message) },
  )
  expect(JSON.stringify(failureOf(error))).not.toContain('hunter2')
  expect(failureOf(error).message).toContain('@host/db')
})

test('a place in another text is not told', () => {
  const error = testErrors.TEST_OVER({}, { position: { ...position, within: 'view "v": 10 / a' } })
  expect(failureOf(error).position).toBeNull()
})
