import { expect, test } from 'vitest'
import { shownOption } from './secret-text.ts'

test.each([
  ['password', 'x', '******'],
  ['properties.sasl.jaas.config', 'PlainLoginModule required password="x";', '******'],
  ['password', '${secret:kafka-prod}', '${secret:kafka-prod}'],
  ['password', '${secret:kafka-prod}x', '******'],
  ['url', 'redis://me:x@host:1/0', 'redis://******@host:1/0'],
  ['url', 'jdbc:postgresql://me:x@host/db', 'jdbc:postgresql://******@host/db'],
  ['url', 'http://host:80/a@b:c', 'http://host:80/a@b:c'],
  ['path', '/data', '/data'],
])('%s = %s is shown as %s', (key, value, shown) => {
  expect(shownOption(key, value)).toBe(shown)
})
