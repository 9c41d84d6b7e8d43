/**
 * What each rule of the optimiser does, and what it must leave alone: rules/NAME.txt holds statements with their plans before and after
 * all rules. A line below a statement's plans says when the rule NAME made no difference there: those are the cases that it is not for.
 */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { type OptimizerFacts, optimize } from '#optimizer'
import { assertPlan, type Plan, printPlan } from '#plan'
import { bindStatement } from '#sql'
import { type Case, caseFiles, createCatalog, readCases, statementsOf } from './corpus.ts'

const catalog = createCatalog('rule-tables.sql')
/** Sizes are those that statements tell in hints; all tables end. */
const facts: OptimizerFacts = {
  readsFields: () => true,
  sizeOf: ({ options }) => {
    const rows = options['statistics.row-count']
    return rows === undefined ? null : { rows: Number(rows), ends: true }
  },
}
const untouched = 'The rule has nothing to do here.'

function planOf(text: string): Plan {
  const [statement] = statementsOf(text)
  const bound = statement === undefined ? undefined : bindStatement(statement, catalog)
  return bound !== undefined && 'plan' in bound ? bound.plan : { outputs: [] }
}

/** The name of the function behind `push-filters`. */
function ruleIn(file: string): string {
  return path.basename(file, '.txt').replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}

/** What settings switch on is on where it is looked at. */
function factsFor(rule: string): OptimizerFacts {
  return rule === 'splitDistinct' ? { ...facts, distinctBuckets: 1024 } : facts
}

function explained(text: string, rule: string): string {
  const plan = planOf(text)
  const known = factsFor(rule)
  const optimized = optimize(plan, known)
  assertPlan(plan)
  assertPlan(optimized)
  const after = printPlan(optimized)
  const without = printPlan(optimize(plan, known, [rule]))
  return [printPlan(plan), after, ...(without === after ? [untouched] : [])].join('\n\n')
}

describe.each(caseFiles('plans/rules'))('%s', (file) => {
  const cases: Case[] = readCases(file, (text) => explained(text, ruleIn(file)))

  test.each(cases)('$text', ({ text, expected }) => {
    expect(explained(text, ruleIn(file))).toBe(expected)
  })

  test('has cases that the rule is for, and cases that it is not for', () => {
    const left = cases.filter(({ expected }) => expected.endsWith(untouched)).length
    expect({ applies: left < cases.length, leaves: left > 0 }).toEqual({ applies: true, leaves: true })
  })
})

test('each rule has its cases', () => {
  const rules = readdirSync(path.join(import.meta.dirname, '../../src/optimizer/rules')).map((name) => path.basename(name, '.ts'))
  expect(caseFiles('plans/rules').map((file) => path.basename(file, '.txt'))).toEqual(rules.sort())
})
