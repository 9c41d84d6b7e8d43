import { expect, test } from 'vitest'
import { failureOf } from '#base'
import { exitReason, type ProcessExit } from './exit-reason.ts'

const quiet: ProcessExit = { code: 0, signal: null, lastErrors: '', forced: null, broken: null, memoryBytes: 128_000_000 }
const heap = 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory'

test.each<[why: string, exit: Partial<ProcessExit>, code: string | undefined]>([
  ['it left', {}, undefined],
  ['it ended with a status', { code: 3 }, 'PROCESSES_PROCESS_ENDED'],
  ['it was killed from outside', { code: null, signal: 'SIGKILL' }, 'PROCESSES_PROCESS_KILLED'],
  ['it was ended from outside', { code: null, signal: 'SIGTERM' }, 'PROCESSES_PROCESS_KILLED'],
  ['it crashed', { code: null, signal: 'SIGSEGV' }, 'PROCESSES_PROCESS_CRASHED'],
  ['its heap was full', { code: null, signal: 'SIGABRT', lastErrors: heap }, 'PROCESSES_MEMORY_EXHAUSTED'],
  ['it was too large', { code: null, signal: 'SIGKILL', forced: 'memory' }, 'PROCESSES_MEMORY_EXHAUSTED'],
  ['it did not end', { code: null, signal: 'SIGKILL', forced: 'stuck' }, 'PROCESSES_PROCESS_STUCK'],
  ['it spoke another language', { code: null, signal: 'SIGKILL', forced: 'protocol' }, 'PROCESSES_PROTOCOL_BROKEN'],
  ['it said what was wrong', { code: 1, broken: failureOf(new Error('wrong')) }, 'BASE_UNEXPECTED'],
])('%s', (_why, exit, code) => {
  expect(exitReason({ ...quiet, ...exit })?.code).toBe(code)
})

test('says how much memory there was', () => {
  expect(exitReason({ ...quiet, code: 134, lastErrors: heap })?.message).toContain('128.0 MB')
})
