/** What statements mean: bind/*.txt hold statements and the plans that they become, with the changes that each relation sends. */
import { expect, test } from 'vitest'
import { printType, type Schema } from '#data'
import { appendOnly, assertPlan, changelogNote, inferChangelog, type Plan, planFromJson, planToJson, printPlan, schemaOf } from '#plan'
import { type BoundStatement, bindStatement } from '#sql'
import { caseFiles, createCatalog, readCases, statementsOf } from './corpus.ts'

const catalog = createCatalog()

function planIn(bound: BoundStatement): Plan | null {
  if (bound.kind === 'explain') return planIn(bound.statement)
  if (bound.kind === 'create-table') return bound.as
  return 'plan' in bound ? bound.plan : null
}

function planOf(text: string): Plan {
  const [statement] = statementsOf(text)
  if (statement === undefined) return { outputs: [] }
  return planIn(bindStatement(statement, catalog)) ?? { outputs: [] }
}

function explain(text: string): string {
  const plan = planOf(text)
  assertPlan(plan)
  const changelog = inferChangelog(plan, {
    scan: (scan) => ({ changelog: appendOnly, key: catalog.table(scan.table)?.primaryKey ?? null }),
    sink: (table) => ({ takes: 'all', key: catalog.table(table)?.primaryKey ?? [] }),
  })
  const types = plan.outputs.flatMap((output) => (output.kind === 'collect' ? [printSchema(schemaOf(output.input))] : []))
  return [...types, printPlan(plan, changelogNote(changelog))].join('\n')
}

function printSchema(schema: Schema): string {
  return schema.map(({ name, type, role }) => `${name} ${printType(type)}${role === undefined ? '' : ` *${role}*`}`).join(', ')
}

for (const file of caseFiles('plans/bind')) {
  test.each(readCases(file, explain))(`${file}: $text`, ({ text, expected }) => {
    expect(explain(text)).toBe(expected)
  })

  test.each(readCases(file, explain))(`${file} survives JSON: $text`, ({ text }) => {
    const plan = planOf(text)
    const copy = planFromJson(planToJson(plan))
    expect(printPlan(copy)).toBe(printPlan(plan))
    expect(planToJson(copy)).toBe(planToJson(plan))
  })
}
