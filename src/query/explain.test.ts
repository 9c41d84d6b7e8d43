import { expect, test } from 'vitest'
import { stringType } from '#data'
import type { Explanation, Program } from '#engines'
import { appendOnly, type Plan, type PlanChangelog } from '#plan'
import { type ExplainDetail, explainPlan } from './explain.ts'

const plan: Plan = {
  outputs: [
    {
      kind: 'insert',
      table: ['c', 'd', 'totals'],
      input: { kind: 'values', columns: [{ name: 'k', type: stringType }], rows: [] },
      overwrite: false,
      options: {},
    },
  ],
}

/** What EXPLAIN says of rows that arrive under another key than the sink's. */
function explained(state: Explanation['sinkStates'][number], ...details: readonly ExplainDetail[]): string {
  const changelog: PlanChangelog = {
    changelogOf: () => appendOnly,
    upsertKeysOf: () => [],
    outputs: [{ changelog: appendOnly, materialize: state !== null, sinkKey: 'other', isHeldByKey: false }],
  }
  const explanation: Explanation = {
    changelog,
    stateOf: () => null,
    sinkStates: [state],
    deliveries: [null],
    ends: () => true,
    sharing: null,
    code: () => [],
  }
  const program: Program = { engine: 'embedded', outputs: [], explain: () => explanation }
  return explainPlan(details, { plan, optimized: plan, program })
}

const state = { keeps: 'all rows of each k', bound: 'grows with the rows of its input', grows: true }
const warning = '[WARNING] Rows reach table "totals" under another key than its own: two of them may take turns at one place.'

test('what is kept before a sink stands among the state, with advice where it grows', () => {
  const text = explained(state, 'PLAN_ADVICE', 'ESTIMATED_COST', 'JSON_EXECUTION_PLAN')
  expect(text).toContain(`== State ==
Sink(table=[c.d.totals], fields=[k])
  all rows of each k; grows with the rows of its input
`)
  expect(text).toContain('[ADVICE] Before table "totals" it keeps all rows of each k: grows with the rows of its input.')
  expect(text).toContain('state: 1 operator, 1 without a bound')
  expect(text).toContain('"state": "all rows of each k; grows with the rows of its input"')
  expect(text).not.toContain(warning)
})

test('where nothing is kept, rows may take turns', () => {
  const text = explained(null, 'PLAN_ADVICE', 'ESTIMATED_COST')
  expect(text).toContain('== State ==\nnone\n')
  expect(text).toContain(warning)
  expect(text).toContain('state: 0 operators')
})
