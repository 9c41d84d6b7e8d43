import { expect, test } from 'vitest'
import type { FailureKind } from '../failure.ts'
import { redisError, redisFailureKind } from './errors.ts'

const failures: readonly (readonly [string | { code: string }, FailureKind, string])[] = [
  ["OOM command not allowed when used memory > 'maxmemory'.", 'busy', 'REFUSED'],
  ["EXECABORT Transaction discarded because of: OOM command not allowed when used memory > 'maxmemory'.", 'busy', 'REFUSED'],
  ["READONLY You can't write against a read only replica.", 'unreachable', 'REFUSED'],
  ['LOADING Redis is loading the dataset in memory', 'unreachable', 'REFUSED'],
  ["MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", 'unreachable', 'REFUSED'],
  ['BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.', 'busy', 'REFUSED'],
  ['MISCONF Redis is configured to save RDB snapshots, but it is currently unable to persist to disk.', 'busy', 'REFUSED'],
  ['WRONGTYPE Operation against a key holding the wrong kind of value', 'data', 'REFUSED'],
  ['ERR value is not a valid float', 'data', 'REFUSED'],
  ['WRONGPASS invalid username-password pair or user is disabled.', 'refused', 'ACCESS_REFUSED'],
  ['NOAUTH Authentication required.', 'refused', 'ACCESS_REFUSED'],
  ["NOPERM this user has no permissions to run the 'xadd' command", 'refused', 'ACCESS_REFUSED'],
  ['ERR invalid password', 'refused', 'ACCESS_REFUSED'],
  ['ERR DB index is out of range', 'refused', 'REFUSED'],
  ['MOVED 3999 127.0.0.1:6381', 'refused', 'CLUSTERED'],
  ['CLUSTERDOWN Hash slot not served', 'refused', 'CLUSTERED'],
  ['Connection is closed.', 'unreachable', 'UNREACHABLE'],
  [{ code: 'ECONNREFUSED' }, 'unreachable', 'UNREACHABLE'],
  [{ code: 'ENOTFOUND' }, 'refused', 'HOST_NOT_FOUND'],
  [{ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'refused', 'TLS_MISMATCH'],
  [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'refused', 'TLS_MISMATCH'],
  ['something else', 'unknown', 'REFUSED'],
]

test.each(failures)('%j is of kind %s', (said, kind, code) => {
  const error = typeof said === 'string' ? new TypeError(said) : Object.assign(new TypeError('socket'), said)
  expect(redisFailureKind(error)).toBe(kind)
  expect(redisError(error, 'h:1').code).toBe(`CONNECTORS_REDIS_${code}`)
})

test('what a command held is not told', () => {
  const foreign = Object.assign(new TypeError("ERR unknown command 'AUTX', with args beginning with: 'secret'"), {
    command: { name: 'auth', args: ['secret'] },
  })
  const error = redisError(foreign, 'h:1')
  expect(JSON.stringify([error, error.message, error.stack, error.cause])).not.toContain('secret')
})
