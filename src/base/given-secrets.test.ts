import { expect, test } from 'vitest'
import { MillraceError } from './error.ts'
import { failureOf } from './failure.ts'
import { noteGivenSecret, withoutGivenSecrets } from './given-secrets.ts'

test('failures show the names of secrets that were given, in each of their texts', () => {
  noteGivenSecret('shop-db', 'open $& sesame')
  const cause = new Error('ENOENT: no such file, open "/data/open $& sesame"')
  const extras = { detail: 'The system said: open $& sesame.', hint: 'Look at open $& sesame.', cause }
  const error = new MillraceError(
    'A_B_C',
    { blame: 'user', message: 'path "{path}" does not exist' },
    { path: '/open $& sesame/x' },
    extras,
  )
  expect(failureOf(error)).toMatchObject({
    message: 'path "/${secret:shop-db}/x" does not exist',
    detail: 'The system said: ${secret:shop-db}.',
    hint: 'Look at ${secret:shop-db}.',
    causes: ['ENOENT: no such file, open "/data/${secret:shop-db}"'],
  })
})

test('short ones stay, which stand in any text by chance', () => {
  noteGivenSecret('short', 'exist')
  expect(withoutGivenSecrets('it does not exist')).toBe('it does not exist')
})
