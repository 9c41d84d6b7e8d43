import { describe, expect, test } from 'vitest'
import { checkSpec } from './check-spec.ts'
import type { JobSpec } from './job-spec.ts'
import { specOf } from './spec.fixture.ts'

const backOff = { kind: 'back-off', delayMs: 1000, delayMsMax: 60_000, failuresMax: 5, windowMs: 60_000 } as const

describe('a spec', () => {
  test.each<[string, Partial<JobSpec>]>([
    ['plain', {}],
    ['in a folder', { folder: 'sales/daily', tags: ['gold', 'été'] }],
    ['on a cluster', { engine: { kind: 'flink', cluster: 'dev' } }],
    ['with secrets by name', { settings: { 'kafka.password': '${secret:kafka}' }, variables: { token: '${secret:t}' } }],
    ['with a restart', { restart: backOff }],
  ])('%s is right', (_, changes) => {
    expect(() => checkSpec(specOf(changes))).not.toThrow()
  })

  test.each<[Partial<JobSpec>, string]>([
    [{ name: '' }, 'name of the job: expected a text, got an empty one'],
    [{ name: 'x'.repeat(201) }, 'name of the job: expected at most 200 characters, got 201'],
    [{ name: '山'.repeat(180) }, 'name of the job: expected at most 500 bytes, got 540 bytes'],
    [{ name: ' a' }, 'name " a" of the job has blanks at an end, or characters that cannot be seen'],
    [{ name: 'a\u200bb' }, 'name "a\u200bb" of the job has blanks at an end, or characters that cannot be seen'],
    [{ folder: '/a' }, 'folder "/a" of the job has a part without a name'],
    [{ folder: 'a//b' }, 'folder "a//b" of the job has a part without a name'],
    [{ tags: ['a', 'a'] }, 'tags of the job: expected each tag once, got one twice'],
    [{ tags: Array.from({ length: 51 }, (_, index) => `t${index}`) }, 'tags of the job: expected at most 50 entries, got 51'],
    [{ program: { kind: 'sql', text: ' \n' } }, 'script of the job: expected a statement, got only blanks'],
    [{ program: { kind: 'sql', text: "'${a}'" } }, 'variable "a" of the script has no value'],
    [{ parallelism: 0 }, 'parallelism of the job: expected a whole number from 1 to 1024, got 0'],
    [{ parallelism: 1.5 }, 'parallelism of the job: expected a whole number from 1 to 1024, got 1.5'],
    [{ checkpointIntervalMs: Number.NaN }, 'checkpointIntervalMs of the job: expected a whole number from 100 to 86400000, got NaN'],
    [{ restart: { ...backOff, delayMsMax: 1 } }, 'restart.delayMsMax of the job: expected a whole number from 1000 to 86400000, got 1'],
    [{ settings: { 'parallelism.default': '4' } }, 'setting "parallelism.default" of a job is made by the server'],
    [{ settings: { 'kafka.password': 'hunter2' } }, 'setting "kafka.password" of the job would show a secret'],
    [{ variables: { token: 'hunter2' } }, 'variable "token" of the job would show a secret'],
    [{ variables: { '1a': 'x' } }, '"1a" is no name of a variable'],
    [{ engine: { kind: 'flink', cluster: '' } }, 'cluster of the job: expected a text, got an empty one'],
  ])('%o is refused', (changes, message) => {
    expect(() => checkSpec(specOf(changes))).toThrow(expect.objectContaining({ message, blame: 'user' }))
  })
})
