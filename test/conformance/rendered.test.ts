/**
 * The tests of cases/, with each plan written as Flink SQL and read back before it runs: the answer is the same. What cannot be written is
 * counted by reason.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { assert, MillraceError } from '#base'
import type { Catalog } from '#catalog'
import { localTestWorld } from '#cli'
import { renderPlan } from '#engines'
import { optimize } from '#optimizer'
import { assertPlan, normaliseUpserts, type Output, type Plan, type Relation, rootsOf, walkRelations } from '#plan'
import { bindStatement, parseScript } from '#sql'
import { parseTestFile, runTest, type TestFile } from '#sqltest'

const folder = path.join(import.meta.dirname, 'cases')
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.sqltest'))
  .sort()
const { signal } = new AbortController()

type Optimize = typeof optimize

/** Writes each plan, and lets what the text says run in its place. */
class Rendering {
  rendered = 0
  /** How many plans cannot be written, by reason. */
  readonly refused: Record<string, number> = {}
  readonly #written: 'plan' | 'optimized plan'

  constructor(written: 'plan' | 'optimized plan') {
    this.#written = written
  }

  readonly optimize =
    (catalog: Catalog): Optimize =>
    (plan, facts, without) => {
      const optimized = optimize(plan, facts, without)
      const written = asked(this.#written === 'plan' ? plan : optimized, catalog)
      let text: string
      try {
        text = renderPlan(written, { tables: catalog, current: catalog.current })
      } catch (error) {
        if (!(error instanceof MillraceError)) throw error
        this.refused[error.message] = (this.refused[error.message] ?? 0) + 1
        return optimized
      }
      this.rendered += 1
      return optimize(readBack(text, plan, catalog), facts, without)
    }
}

/** What is written of a plan: without what settings add to it, and without a table that is only about to be there. */
function asked({ outputs }: Plan, catalog: Catalog): Plan {
  const own = outputs.filter((output) => output.kind === 'collect' || output.takes === undefined)
  return { outputs: own.map((output) => (isThere(output, catalog) ? output : { kind: 'collect', input: output.input })) }
}

function isThere(output: Output, catalog: Catalog): boolean {
  return output.kind === 'collect' || catalog.table(output.table) !== undefined
}

/** The plan of a text, with all that the text does not say as in the plan that it was written from. */
function readBack(text: string, plan: Plan, catalog: Catalog): Plan {
  const { statements, diagnostics } = parseScript(text)
  if (diagnostics[0] !== undefined) throw diagnostics[0]
  const [statement] = statements
  const bound = statement === undefined ? null : bindStatement(statement, catalog)
  assert(bound?.kind === 'query' || bound?.kind === 'insert' || bound?.kind === 'statement-set', 'a written plan is one')
  const inputs = bound.plan.outputs.map(({ input }) => input)
  const outputs = plan.outputs.map((output): Output => {
    if (output.kind === 'insert' && output.takes !== undefined) return output
    const input = inputs.shift()
    assert(input !== undefined, 'a written plan has all outputs')
    return { ...output, input }
  })
  const keys = new Map<string, readonly string[]>()
  walkRelations(rootsOf(plan), (relation) => {
    if (relation.kind === 'normalise') keys.set(scanUnder(relation.input), relation.key)
  })
  const read = normaliseUpserts({ outputs }, (scan) => keys.get(scan.table.join('.')) ?? null)
  assertPlan(read)
  return read
}

function scanUnder(relation: Relation): string {
  if (relation.kind === 'scan') return relation.table.join('.')
  return 'input' in relation ? scanUnder(relation.input) : ''
}

type Test = TestFile['tests'][number]

/** Errors are at other places of another text. */
function withoutPlaces(each: Test): Test {
  const steps = each.steps.map((step) => {
    const { expectation } = step
    if (expectation === null || expectation.kind !== 'error') return step
    return { ...step, expectation: { ...expectation, detail: expectation.detail.replace(/ at \d+:\d+$/, '') } }
  })
  return { ...each, steps }
}

const copies = 'function COPIES cannot be said in Flink SQL: it stands for repeated grouping sets'
const bucket = 'function BUCKET cannot be said in Flink SQL: it stands for a group that was split'

describe.each([
  { written: 'plan', refused: { [copies]: 10 }, differing: [] },
  // What the optimiser has found out of a column makes it NOT NULL once it is written.
  { written: 'optimized plan', refused: { [copies]: 10, [bucket]: 7 }, differing: ['numbers and decimals in a union'] },
] as const)('the $written', ({ written, refused, differing }) => {
  const rendering = new Rendering(written)
  const world = { ...localTestWorld, optimize: rendering.optimize }
  const differences: string[] = []

  test.each(names)('%s', { timeout: 60_000 }, async (name) => {
    const file = parseTestFile(name, readFileSync(path.join(folder, name), 'utf8'))
    const failures: string[] = []
    for (const each of file.tests.filter(({ gap }) => gap === null)) {
      const result = await runTest(file, withoutPlaces(each), world, signal)
      if (result.failures.length > 0 && differing.some((known) => known === each.name)) differences.push(each.name)
      else failures.push(...result.failures)
    }
    expect(failures.join('\n\n')).toBe('')
  })

  test('is written but for what Flink SQL cannot say', () => {
    expect(rendering.refused).toEqual(refused)
    expect(differences).toEqual(differing)
    const refusals = Object.values(rendering.refused).reduce((sum, count) => sum + count, 0)
    expect(rendering.rendered / (rendering.rendered + refusals)).toBeGreaterThan(0.95)
  })
})
