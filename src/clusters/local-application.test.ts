import { expect, test } from 'vitest'
import { reasonIn } from './local-application.ts'

test.each([
  [
    '10:00 INFO start\norg.a.E: first\n\tat x.Y(Z.java:1)\nCaused by: org.a.B: second\nCaused by: org.a.TableException: no table `t`\n\t... 3 more\n10:01 INFO end',
    'no table `t`',
  ],
  ['one\ntwo', 'one\ntwo'],
])('the reason in %j is %j', (log, reason) => {
  expect(reasonIn(log)).toBe(reason)
})
