/** What EXPLAIN says: the plan as written, the plan as it will run, what that keeps and how safely rows arrive; and what was asked for. */
import { counted, listed, shortened } from '#base'
import type { Explanation, Program, Sharing, WritersNote } from '#engines'
import {
  changelogNote,
  type Plan,
  printName,
  printOutputLine,
  printPlan,
  printRelationLine,
  type RelationNote,
  rootsOf,
  walkRelations,
  writtenAt,
} from '#plan'
import { executionGraph } from './execution-graph.ts'
import { adviceFor, type PlanAdvice } from './plan-advice.ts'
import { clauseOf, type StateClause } from './state-fit.ts'

/** What a statement becomes on its way to running work. */
export interface Compiled {
  /** As written. */
  readonly plan: Plan
  /** As it will run. */
  readonly optimized: Plan
  readonly program: Program
}

export type ExplainDetail = 'ESTIMATED_COST' | 'CHANGELOG_MODE' | 'JSON_EXECUTION_PLAN' | 'PLAN_ADVICE' | 'GENERATED_CODE'

/** @param text that the statement stands in */
export function explainPlan(details: readonly ExplainDetail[], { plan, optimized, program }: Compiled, text = ''): string {
  const explanation = program.explain()
  const advice = details.includes('PLAN_ADVICE') ? adviceFor(optimized, explanation) : null
  const notes = [
    ...(details.includes('CHANGELOG_MODE') ? [changelogNote(explanation.changelog)] : []),
    ...(advice === null ? [] : [adviceNote(advice)]),
    ...(explanation.sharing === null ? [] : [sharingNote(explanation.sharing)]),
  ]
  const sections = [
    ['Abstract Syntax Tree', printPlan(plan)],
    [advice === null ? 'Optimized Plan' : 'Optimized Plan With Advice', printPlan(optimized, together(notes))],
    ['State', stateText(optimized, explanation, text)],
    ['Execution', [engineLine(optimized, program, explanation), ...deliveryLines(optimized, explanation)].join('\n')],
  ]
  if (advice !== null) sections.push(['Plan Advice', adviceText(advice)])
  if (details.includes('ESTIMATED_COST')) sections.push(['Estimated Cost', costText(optimized, explanation)])
  if (details.includes('JSON_EXECUTION_PLAN')) {
    sections.push(['Physical Execution Plan', JSON.stringify(executionGraph(optimized, explanation), null, 2)])
  }
  if (details.includes('GENERATED_CODE')) sections.push(['Generated Code', codeText(explanation)])
  return sections.map(([title, text]) => `== ${title} ==\n${text}\n`).join('\n')
}

function engineLine({ outputs }: Plan, { engine }: Program, { sharing }: Explanation): string {
  if (sharing === null) return `engine ${engine}`
  return `engine ${engine}, ${counted(sharing.workers, 'worker')}; ${writersText(outputs, sharing)}`
}

/** Which workers write what. */
function writersText(outputs: Plan['outputs'], sharing: Sharing): string {
  const namesOf = (kind: WritersNote['kind']): string[] =>
    outputs.flatMap((output) =>
      sharing.writersOf(output).kind === kind ? [output.kind === 'insert' ? printName(output.table[2]) : ''] : [],
    )
  const [own, byKey] = [namesOf('each'), namesOf('by-key')]
  if (own.length === outputs.length) return 'each writes its own rows'
  if (byKey.length === outputs.length) return 'each writes the rows of its keys'
  const parts = [
    ...(own.length === 0 ? [] : [`its own of ${listed(own, 'and')}`]),
    ...(byKey.length === 0 ? [] : [`those of its keys of ${listed(byKey, 'and')}`]),
  ]
  if (parts.length === 0) return 'rows leave by the first'
  const each = `each writes ${listed(parts, 'and')}`
  return own.length + byKey.length === outputs.length ? each : `rows leave by the first, but ${each}`
}

/** Which workers have the rows of a relation, and how rows get there. */
function sharingNote(sharing: Sharing): RelationNote {
  return (relation) => {
    const exchanges = sharing.exchangesOf(relation)
    const texts = exchanges.map((exchange) =>
      exchange === null ? 'forward' : exchange.kind === 'hash' ? `hash[${exchange.keys.join(', ')}]` : exchange.kind,
    )
    const isForward = exchanges.every((exchange) => exchange === null)
    return [
      ['exchange', isForward ? null : texts.join(', ')],
      ['stages', exchanges.some((exchange) => exchange?.isCombined === true) ? 'local, global' : null],
      ['workers', `${sharing.workersOf(relation)}`],
    ]
  }
}

function together(notes: readonly RelationNote[]): RelationNote {
  return (relation) => notes.flatMap((note) => note(relation))
}

function adviceNote(advice: readonly PlanAdvice[]): RelationNote {
  return (relation) => {
    const numbers = advice.flatMap((each, index) => (each.relation === relation ? [`${index + 1}`] : []))
    return [['advice', numbers.length === 0 ? null : numbers.join(', ')]]
  }
}

function adviceText(advice: readonly PlanAdvice[]): string {
  if (advice.length === 0) return 'No available advice.'
  return advice.map(({ kind, text }, index) => `advice[${index + 1}]: [${kind}] ${text}`).join('\n')
}

/** What each relation keeps, what bounds it, and what in the text it is for. */
function stateText(plan: Plan, explanation: Explanation, text: string): string {
  const lines: string[] = []
  walkRelations(rootsOf(plan), (relation) => {
    const note = explanation.stateOf(relation)
    if (note === null) return
    const clause = clauseOf(text, writtenAt(relation))
    lines.push(printRelationLine(relation), `  ${note.keeps}; ${note.bound}`, ...(clause === null ? [] : [`  for ${clauseText(clause)}`]))
  })
  for (const [index, output] of plan.outputs.entries()) {
    const note = explanation.sinkStates[index] ?? null
    if (note !== null) lines.push(printOutputLine(output), `  ${note.keeps}; ${note.bound}`)
  }
  return lines.length === 0 ? 'none' : lines.join('\n')
}

/** So much of a clause is shown. */
const clauseMax = 120

function clauseText({ text, line, view }: StateClause): string {
  return `${shortened(text.replace(/\s+/g, ' '), clauseMax)}, ${view === null ? '' : `view "${view}", `}line ${line}`
}

function deliveryLines({ outputs }: Plan, { deliveries }: Explanation): string[] {
  return outputs.flatMap((output, index) => {
    const delivery = deliveries[index]
    if (output.kind === 'collect' || delivery === undefined || delivery === null) return []
    const guarantee = delivery.guarantee === 'none' ? 'no guarantee across a crash' : delivery.guarantee
    return [`sink ${output.table.join('.')}: ${guarantee}, since ${delivery.why}`]
  })
}

/** What is read, and what is kept of it. */
function costText(plan: Plan, explanation: Explanation): string {
  const lines: string[] = []
  let states = 0
  let growing = 0
  walkRelations(rootsOf(plan), (relation) => {
    const note = explanation.stateOf(relation)
    if (note !== null) states++
    if (note?.grows === true) growing++
    if (relation.kind !== 'scan') return
    const { conditions } = relation
    const skipping = conditions.length === 0 ? '' : `, ${counted(conditions.length, 'condition')} may skip rows`
    lines.push(
      `${relation.table.join('.')}: ${counted(relation.columns.length, 'column')}, ${explanation.ends(relation) ? 'ends' : 'does not end'}${skipping}`,
    )
  })
  for (const note of explanation.sinkStates) {
    if (note !== null) states++
    if (note?.grows === true) growing++
  }
  return [...lines, `state: ${counted(states, 'operator')}, ${growing} without a bound`].join('\n')
}

function codeText(explanation: Explanation): string {
  const parts = explanation.code().map(({ title, source }) => `-- ${title}\n${source}`)
  return parts.length === 0 ? 'none' : parts.join('\n\n')
}
