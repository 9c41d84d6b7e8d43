import { expect, test } from 'vitest'
import type { Answer } from './protocol.ts'
import { readAnswer } from './read-answer.ts'

const failure = { code: 'X', blame: 'user' as const, message: 'x', detail: null, hint: null, position: null, causes: [] }
const identity = { host: 'here', machine: null, boot: null, space: null, pid: 1, began: null }

const whole: Answer[] = [
  { kind: 'ready', identity },
  { kind: 'told', run: 1, event: { kind: 'changes', rows: 1, json: '[]' } },
  { kind: 'told', run: 1, event: { kind: 'opened', columns: [{ name: 'a', type: 'INT' }], updating: false, order: [] } },
  { kind: 'executed', run: 1, outcome: 'failed', failures: [failure] },
  { kind: 'replied', request: 1, value: null },
  { kind: 'refused', request: 1, failure },
  { kind: 'broken', failure },
  { kind: 'defined', run: 1, changes: [{ object: { kind: 'table', path: ['a', 'b', 'c'] }, definition: null }] },
]

test.each(whole)('takes what is whole: $kind', (answer) => {
  expect(readAnswer(answer)).toBe(answer)
})

const broken: unknown[] = [
  null,
  'ready',
  [],
  {},
  { kind: 'constructor' },
  { kind: 'ready', identity: { pid: 'one' } },
  { kind: 'told', run: -1, event: { kind: 'closed' } },
  { kind: 'told', run: 1, event: { kind: 'toString' } },
  { kind: 'told', run: 1, event: { kind: 'changes', rows: 1, json: 7 } },
  { kind: 'told', run: 1, event: { kind: 'opened', columns: [{ name: 'a' }], updating: false, order: [] } },
  { kind: 'progress', run: 1, report: { rowsIn: 1 } },
  { kind: 'executed', run: 1, outcome: 'lost', failures: [] },
  { kind: 'executed', run: 1, outcome: 'failed', failures: [{ code: 'X' }] },
  { kind: 'refused', request: 1.5, failure },
  { kind: 'defined', run: 1, changes: [{ object: { kind: 'table', path: 'abc' }, definition: null }] },
  { kind: 'defined', run: 1, changes: [{ object: { kind: 'table', path: [] }, definition: { text: 1 } }] },
  { kind: 'told', run: 1, event: { kind: 'done', message: 'x'.repeat(20_000_000) } },
]

test.each(broken.map((value) => [value]))('takes nothing else %#', (value) => {
  expect(readAnswer(value)).toBeNull()
})
