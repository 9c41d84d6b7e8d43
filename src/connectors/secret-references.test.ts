import { expect, test } from 'vitest'
import { failureOf } from '#base'
import { withSecrets } from './secret-references.ts'

const find = (name: string): string | null => ({ 'kafka-prod': 'pa$$word', other: '$&' })[name] ?? null

test('names of secrets are replaced, within values too, and nothing else is', () => {
  const options = { a: '${secret:kafka-prod}', b: 'x "${secret:other}" ${secret:kafka-prod}', c: '${column}' }
  expect(withSecrets('t', options, find)).toEqual({ a: 'pa$$word', b: 'x "$&" pa$$word', c: '${column}' })
})

test('a secret that does not exist is named with its option', () => {
  expect(() => withSecrets('t', { password: '${secret:kafka}' }, find)).toThrow(
    'secret "kafka", which option "password" of table "t" names, does not exist',
  )
})

test('what goes wrong with a secret is told with its name alone', () => {
  withSecrets('t', { path: '/data/${secret:kafka-prod}' }, find)
  expect(failureOf(new Error('no such file: /data/pa$$word')).message).toContain('/data/${secret:kafka-prod}')
})
