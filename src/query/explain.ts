/** What EXPLAIN says: the plan as written, the plan as it will run, and what was asked for besides. */
import type { Program } from '#engines'
import { allChanges, appendOnly, changelogMode, inferChangelog, type Plan, planToJson, printPlan } from '#plan'

/** What a statement becomes on its way to running work. */
export interface Compiled {
  /** As written. */
  readonly plan: Plan
  /** As it will run. */
  readonly optimized: Plan
  readonly program: Program
}

type Detail = 'ESTIMATED_COST' | 'CHANGELOG_MODE' | 'JSON_EXECUTION_PLAN' | 'PLAN_ADVICE'

export function explainPlan(details: readonly Detail[], { plan, optimized, program }: Compiled): string {
  const note = details.includes('CHANGELOG_MODE') ? modeNote(optimized) : undefined
  const sections = [
    ['Abstract Syntax Tree', printPlan(plan)],
    ['Optimized Plan', printPlan(optimized, note)],
    ['Execution', `engine ${program.engine}`],
  ]
  if (details.includes('ESTIMATED_COST')) sections.push(['Estimated Cost', program.cost()])
  if (details.includes('JSON_EXECUTION_PLAN')) sections.push(['JSON Execution Plan', JSON.stringify(planToJson(optimized), null, 2)])
  return sections.map(([title, text]) => `== ${title} ==\n${text}\n`).join('\n')
}

function modeNote(plan: Plan): Parameters<typeof printPlan>[1] {
  const changelog = inferChangelog(plan, { scan: () => ({ changelog: appendOnly, key: null }), sink: () => ({ takes: 'all', key: [] }) })
  return (relation) => {
    const known = changelog.changelogOf(relation) ?? allChanges
    const kinds = ['I', ...(known.before ? ['UB'] : []), ...(known.updates ? ['UA'] : []), ...(known.deletes ? ['D'] : [])]
    return [['changelogMode', `${changelogMode(known)}: ${kinds.join(',')}`]]
  }
}
