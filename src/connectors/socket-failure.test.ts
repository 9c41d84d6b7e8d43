import { expect, test } from 'vitest'
import { codeOf, socketFailureKind } from './socket-failure.ts'

test.each([
  ['ECONNREFUSED', 'unreachable'],
  ['ETIMEDOUT', 'unreachable'],
  ['EAI_AGAIN', 'unreachable'],
  ['ENOTFOUND', 'refused'],
  ['CERT_HAS_EXPIRED', 'refused'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'refused'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'refused'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'refused'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'refused'],
  ['EPROTO', 'refused'],
  ['ENOENT', null],
  ['', null],
])('%s: %s', (code, kind) => {
  expect(socketFailureKind(code)).toBe(kind)
})

test('the code of an error is a word, if it has one', () => {
  expect([codeOf({ code: 'EPIPE' }), codeOf({ code: 3 }), codeOf(new Error('x')), codeOf(null), codeOf('x')]).toEqual([
    'EPIPE',
    '',
    '',
    '',
    '',
  ])
})
