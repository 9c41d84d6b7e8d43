/** What EXPLAIN PLAN_ADVICE has to say of a plan: what may go wrong or grow without end, and what to do about it. */
import type { Explanation } from '#engines'
import {
  determinismOf,
  expressionsOf,
  inputsOf,
  type Join,
  joinTimeOf,
  type Plan,
  type Relation,
  rootsOf,
  schemaOf,
  walkRelations,
} from '#plan'

export interface PlanAdvice {
  readonly kind: 'WARNING' | 'ADVICE'
  readonly text: string
  /** Where in the plan; null for what concerns a sink. */
  readonly relation: Relation | null
}

export function adviceFor(plan: Plan, explanation: Explanation): PlanAdvice[] {
  const advice: PlanAdvice[] = []
  walkRelations(rootsOf(plan), (relation) => advice.push(...relationAdvice(relation, explanation)))
  for (const [index, output] of plan.outputs.entries()) {
    if (output.kind !== 'insert') continue
    advice.push(...sinkAdvice(output.table[2], index, explanation))
  }
  return advice
}

function* relationAdvice(relation: Relation, explanation: Explanation): Generator<PlanAdvice> {
  const note = explanation.stateOf(relation)
  if (note?.grows === true) yield { kind: 'ADVICE', text: `It keeps ${note.keeps}: ${note.bound}.`, relation }
  if (relation.kind === 'join' && meetsAll(relation)) {
    yield { kind: 'WARNING', text: 'Each row of one input meets each row of the other: nothing is compared with =.', relation }
  }
  const takesBack = inputsOf(relation).some((input) => {
    const { updates, deletes } = explanation.changelog.changelogOf(input)
    return updates || deletes
  })
  if (takesBack && expressionsOf(relation).some((expression) => determinismOf(expression) === 'row')) {
    const text = 'It computes another value each time, and its input takes rows back: what is taken back may differ from what was sent.'
    yield { kind: 'WARNING', text, relation }
  }
}

/** Whether a join that keeps its rows compares nothing for equality, and neither side is a single row. */
function meetsAll(join: Join): boolean {
  if (join.equal.length > 0 || join.asOf !== null || isSingleRow(join.left) || isSingleRow(join.right)) return false
  return joinTimeOf(join, schemaOf(join.left), schemaOf(join.right)) === null
}

function isSingleRow(relation: Relation): boolean {
  if (relation.kind === 'project' || relation.kind === 'filter') return isSingleRow(relation.input)
  if (relation.kind === 'values') return relation.rows.length <= 1
  return relation.kind === 'aggregate' && relation.keys.length === 0 && relation.groupingSets === null
}

function* sinkAdvice(table: string, index: number, { deliveries, changelog, sinkStates }: Explanation): Generator<PlanAdvice> {
  if (deliveries[index]?.guarantee === 'none') {
    const text = `What table "${table}" gets begins anew after a crash: set execution.checkpointing.dir, or run with --data-dir.`
    yield { kind: 'ADVICE', text, relation: null }
  }
  const note = sinkStates[index] ?? null
  if (note?.grows === true) yield { kind: 'ADVICE', text: `Before table "${table}" it keeps ${note.keeps}: ${note.bound}.`, relation: null }
  if (note === null && changelog.outputs[index]?.sinkKey === 'other') {
    const text = `Rows reach table "${table}" under another key than its own: two of them may take turns at one place.`
    yield { kind: 'WARNING', text, relation: null }
  }
}
