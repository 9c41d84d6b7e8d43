import { expect, test } from 'vitest'
import { MillraceError } from '#base'
import { processErrors } from './errors.ts'
import { errorOf, failureOf, failuresOf } from './run-failure.ts'

const position = { line: 2, column: 3, start: 10, end: 14 }

test('an error is told with its place and what lay behind it', () => {
  const below = new Error('socket closed', { cause: new Error('no route') })
  const error = processErrors.PROCESSES_PROCESS_ENDED({ status: 3 }, { detail: 'A detail.', hint: 'A hint.', position, cause: below })
  const failure = failureOf(error)
  expect(failure).toEqual({
    code: 'PROCESSES_PROCESS_ENDED',
    blame: 'external',
    message: 'the process ended before its work, with status 3',
    detail: 'A detail.',
    hint: 'A hint.',
    position,
    causes: ['socket closed', 'no route'],
  })
  expect(failureOf(errorOf(failure))).toEqual(failure)
})

test('several errors are one failure, or as many', () => {
  const errors = [processErrors.PROCESSES_RUN_OVER(), processErrors.PROCESSES_HOST_CLOSED({}, { position })]
  const several = new AggregateError(errors)
  expect(failureOf(several)).toMatchObject({ code: 'PROCESSES_RUN_OVER', causes: ['line 2: the server is about to end'] })
  expect(failuresOf(several).map(({ code }) => code)).toEqual(['PROCESSES_RUN_OVER', 'PROCESSES_HOST_CLOSED'])
})

test('whatever is thrown becomes a failure', () => {
  expect(failureOf(new TypeError('x is no function'))).toMatchObject({ code: 'PROCESSES_UNEXPECTED', blame: 'internal' })
  expect(failureOf('text').message).toContain('text')
  expect(failureOf(new AggregateError([])).code).toBe('PROCESSES_UNEXPECTED')
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
