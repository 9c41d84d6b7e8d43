import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { inputCheck } from './check-input.ts'

const Target = Type.Union([
  Type.Object({ kind: Type.Literal('webhook'), url: Type.String() }),
  Type.Object({ kind: Type.Literal('mail'), port: Type.Integer({ minimum: 1 }), to: Type.Array(Type.String()) }),
])
const check = inputCheck(
  Type.Object({
    target: Target,
    cells: Type.Optional(Type.Array(Target)),
    word: Type.Optional(Type.Enum(['in', 'out'])),
    chart: Type.Optional(Type.Union([Type.Object({ x: Type.String() }), Type.Null()])),
    texts: Type.Optional(Type.Record(Type.String(), Type.String())),
  }),
  'body',
)
const target = { kind: 'webhook', url: '' }

test.each([
  [{}, 'must have required properties target'],
  [[], 'must be object'],
  [{ target, more: 1 }, 'more is none of its fields'],
  [{ target: { kind: 'mail', port: 0, to: [] } }, 'target.port must be >= 1'],
  [{ target: { kind: 'mail', port: 1, to: ['', 1] } }, 'target.to.1 must be string'],
  [{ target: { kind: 'mail', port: 1 } }, 'target must have required properties to'],
  [{ target: { kind: 'webhook', url: '', port: 1 } }, 'target.port is none of its fields'],
  [{ target: { kind: 'pigeon' } }, 'target.kind must be webhook or mail'],
  [{ target: {} }, 'target.kind must be webhook or mail'],
  [{ target, cells: [target, { kind: 'mail', port: '', to: [] }] }, 'cells.1.port must be integer'],
  [{ target, word: 'up' }, 'word must be in or out'],
  [{ target, chart: { x: 1 } }, 'chart.x must be string'],
  [{ target, texts: { a: 1 } }, 'texts.a must be string'],
])('of %j it is told what is wrong', (body, trouble) => {
  const message = `the body of the request is not as described: ${trouble}`
  expect(() => check(body)).toThrow(expect.objectContaining({ code: 'API_REQUEST', message }))
})

test('what is as described is taken as it is', () => {
  const body = { target, chart: null, cells: [{ kind: 'mail', port: 25, to: [] }], word: 'out' }
  expect(check(body)).toBe(body)
})
