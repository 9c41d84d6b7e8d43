/**
 * Asks Flink what a test asks, and says whether it answers as we do. Where a test says `own:`, it must not; changes are compared by what
 * they come to, for how rows are taken together on the way is nobody's business; an error is one whatever its words.
 */
import { MillraceError } from '#base'
import type { Answer } from './answer.ts'
import { type CaseOutcome, runCase, type StepAnswer } from './case-run.ts'
import { differenceOf } from './difference.ts'
import type { Expectation, InputTable, Step, TestCase } from './test-file.ts'
import type { TestWorld } from './test-world.ts'

/** Whether the answer is the same, another one, none, did not come since the cluster was not there, or was not asked for. */
export type Verdict = 'same' | 'differs' | 'refused' | 'lost' | 'not asked'

export interface ElsewhereOutcome {
  readonly verdict: Verdict
  /** Answers that differ. */
  readonly unmet: readonly StepAnswer[]
  readonly outcome: CaseOutcome | null
}

/** A cluster may lose a process, which says nothing of the test. */
const triesMax = 3
const lost = /minimum required resources|TaskManager|TaskExecutor|task manager|Connection refused|no leader/
const lostCodes = new Set(['ENGINE_FLINK_UNREACHABLE', 'ENGINE_FLINK_ANSWER', 'QUERY_JOB_UNKNOWN'])

/** With rows one by one, and a watermark behind each of them, as here. */
const settings = { 'pipeline.auto-watermark-interval': '0 ms', 'table.local-time-zone': 'UTC', 'parallelism.default': '1' }

export async function runElsewhere(test: TestCase, directory: string, world: TestWorld, signal: AbortSignal): Promise<ElsewhereOutcome> {
  if (!isAsked(test)) return { verdict: 'not asked', unmet: [], outcome: null }
  const plan = { test: asked(test), directory, restarts: [] }
  for (let tries = 1; ; tries++) {
    const outcome = await runCase(plan, { ...world, settings: { ...settings, ...world.settings } }, signal)
    const errors = [outcome.trouble?.error, ...outcome.answers.map(({ error }) => error?.error)]
    const isAway = errors.some(isLost)
    if (tries < triesMax && isAway) continue
    if (isAway) return { verdict: 'lost', unmet: outcome.answers.filter(({ error }) => isLost(error?.error)), outcome }
    const unmet = outcome.answers.filter(({ expectation, answer }) => differenceElsewhere(expectation, answer) !== null)
    const isRefused =
      outcome.trouble !== null || unmet.some(({ expectation, answer }) => answer.kind === 'error' && expectation.kind !== 'error')
    return { verdict: isRefused ? 'refused' : unmet.length > 0 ? 'differs' : 'same', unmet, outcome }
  }
}

function isLost(error: unknown): boolean {
  return error instanceof MillraceError && (lostCodes.has(error.code) || lost.test(`${error.message} ${error.detail ?? ''}`))
}

/** Scripts go with a catalog of ours, and restarts with the order in which the rows of several tables come. */
function isAsked({ steps, tables }: TestCase): boolean {
  return steps.every(({ script }) => script === null) && tables.every(({ restarts }) => restarts.length === 0)
}

/** The test as Flink can be asked: rows in one file, for it reads several in any order; rows are sorted in batch mode, which alone can. */
function asked(test: TestCase): TestCase {
  const tables = test.tables.map((table): InputTable => ({ ...table, batches: [table.batches.flat()], restarts: [] }))
  const steps = test.steps.flatMap((step): Step[] =>
    isSorted(step) ? [statement("SET 'execution.runtime-mode' = 'batch'"), step] : [step],
  )
  return { ...test, tables, steps }
}

function isSorted({ sql, expectation }: Step): boolean {
  const isOrderGiven = /\bORDER BY\b/i.test(outsideParentheses(sql))
  return isOrderGiven && (expectation?.kind === 'rows in order' || (expectation?.kind === 'rows' && !/\bLIMIT\b/i.test(sql)))
}

function outsideParentheses(sql: string): string {
  const less = sql.replaceAll(/\([^()]*\)/g, '')
  return less === sql ? sql : outsideParentheses(less)
}

function statement(sql: string): Step {
  return { script: null, sql, sqlLines: [], expectation: null }
}

/** Lines that say what differs; null when nothing does. */
export function differenceElsewhere(expectation: Expectation, answer: Answer): string[] | null {
  if (expectation.kind === 'error') return answer.kind === 'error' ? null : differenceOf(expectation, answer)
  if (expectation.kind !== 'changelog' || answer.kind !== 'changelog') return differenceOf(expectation, answer)
  const ours = expectation.rows.map(({ cells }) => cells)
  if (insertsOnly(answer.rows) && !insertsOnly(ours)) return differenceOf(expectation, answer)
  const final = { ...expectation, kind: 'rows' as const, rows: finalRows(ours).map((cells) => ({ cells })) }
  return differenceOf(final, { ...answer, kind: 'rows', rows: finalRows(answer.rows) })
}

type Table = readonly (readonly string[])[]

function insertsOnly([, ...rows]: Table): boolean {
  return rows.every(([op]) => op === '+I')
}

/** What the changes below a header come to. */
function finalRows([header = [], ...changes]: Table): string[][] {
  const counts = new Map<string, number>()
  for (const [op = '', ...cells] of changes) {
    const key = JSON.stringify(cells)
    counts.set(key, (counts.get(key) ?? 0) + (op.startsWith('+') ? 1 : -1))
  }
  const rows = [...counts].flatMap(([key, count]) => Array.from({ length: Math.max(0, count) }, () => JSON.parse(key) as string[]))
  return [header.slice(1), ...rows]
}
