import { expect, test } from 'vitest'
import { verdictText } from './verdict-text.ts'

type Part = Parameters<typeof verdictText>[0]['operators'][number]

function part(verdict: Part['verdict'], changes: Partial<Part> = {}): Part {
  return { operator: 'GroupAggregate', verdict, why: 'so it is', fragment: null, bytes: null, holds: [], ...changes }
}

function fragment(text: string, changes: Partial<NonNullable<Part['fragment']>> = {}): Part['fragment'] {
  return { text, line: 2, column: 8, isCut: false, view: null, ...changes }
}

test('what is lost comes first, in columns, with its sum', () => {
  const operators = [
    part('new', { fragment: fragment('MAX(c)\n  … GROUP BY k') }),
    part('kept', { fragment: fragment('SUM(a)', { view: 'sums' }), bytes: 1_400_000_000, holds: [{ name: 'groups', entries: 12_000 }] }),
    part('dropped', { fragment: fragment('COUNT(*) … GROUP BY city'), bytes: 90, holds: [{ name: 'groups', entries: 1 }] }),
    part('dropped', { operator: 'Join' }),
  ]
  const verdict = { operators, dropsState: true, dropped: { operators: 2, bytes: 90, unmeasured: 1 } }
  expect(verdictText(verdict, 3)).toBe(
    [
      '  dropped            90 B  1 group        COUNT(*) … GROUP BY city  (before, 2:8)',
      '           GroupAggregate: so it is',
      '  dropped  size not known',
      '           Join: so it is',
      '  kept             1.4 GB  12,000 groups  SUM(a)  (view sums, 2:8)',
      '           GroupAggregate: so it is',
      '  new                                     MAX(c) … GROUP BY k  (5:8)',
      '           GroupAggregate: so it is',
      '  lost in all: 2 operators, at least 90 B',
      '',
    ].join('\n'),
  )
})

test('what nobody has measured is said, and what is new has no size', () => {
  const operators = [part('new', { fragment: fragment('MAX(c)') })]
  expect(verdictText({ operators, dropsState: false, dropped: { operators: 0, bytes: null, unmeasured: 0 } })).toBe(
    '  new      MAX(c)  (2:8)\n           GroupAggregate: so it is\n',
  )
  const unknown = { operators: [part('dropped')], dropsState: true, dropped: { operators: 1, bytes: null, unmeasured: 1 } }
  expect(verdictText(unknown)).toBe(
    '  dropped  size not known\n           GroupAggregate: so it is\n  lost in all: 1 operator, size not known\n',
  )
})

test('a long fragment is cut, and nothing in it steers a terminal', () => {
  const operators = [part('dropped', { fragment: fragment(`SUM(a)\u001b[31m ${'x'.repeat(3000)}`, { isCut: true }) })]
  const text = verdictText({ operators, dropsState: true, dropped: { operators: 1, bytes: null, unmeasured: 1 } })
  expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThan(200)
  expect(text).not.toContain('\u001b')
  expect(text).toContain('x…  (before')
})
