/** Runs a test, judges what it gave and says what is wrong. */
import path from 'node:path'
import { type CaseOutcome, runCase, type StepAnswer } from './case-run.ts'
import { differenceOf } from './difference.ts'
import { sqltestErrors } from './errors.ts'
import { renderTrouble } from './render-trouble.ts'
import { differenceElsewhere, runElsewhere, type Verdict } from './run-elsewhere.ts'
import type { ExpectationKind, Restart, TestCase, TestFile } from './test-file.ts'
import type { TestWorld } from './test-world.ts'

export interface TestResult {
  readonly test: TestCase
  /** A test with a gap that fails is as it should be. */
  readonly outcome: 'passed' | 'failed' | 'gap'
  /** What is wrong: texts of several lines, of which the first begins with `file:line: `. */
  readonly failures: readonly string[]
  /** What steps gave that do not give what is expected. */
  readonly unmet: readonly StepAnswer[]
  readonly durationMs: number
  /** How an engine elsewhere answers; null where it was not asked. */
  readonly verdict: Verdict | null
}

/** Runs a test; with restarts a second time, broken off at them, which must give the same. */
export async function runTest(file: TestFile, test: TestCase, world: TestWorld, signal: AbortSignal): Promise<TestResult> {
  const startedMs = world.clock.monotonicMs()
  if (world.openRemote !== undefined) return judgeElsewhere(file, test, world, signal)
  const telling = new Telling(file.name, test, differenceOf)
  const directory = path.dirname(file.name)
  const undisturbed = await runCase({ test, directory, restarts: [] }, world, signal)
  const unmet = undisturbed.answers.filter(({ expectation, answer }) => differenceOf(expectation, answer) !== null)
  const failures = [...unmet.map((each) => telling.unmet(each, undisturbed)), ...telling.trouble(undisturbed)]
  const restarts = test.tables.flatMap((table) => table.restarts)
  if (restarts.length > 0 && undisturbed.trouble === null) {
    const disturbed = await runCase({ test, directory, restarts }, world, signal)
    failures.push(...telling.restarts(undisturbed, disturbed, restarts))
  }
  const durationMs = world.clock.monotonicMs() - startedMs
  if (test.gap === null) return { test, outcome: failures.length === 0 ? 'passed' : 'failed', failures, unmet, durationMs, verdict: null }
  if (failures.length > 0) return { test, outcome: 'gap', failures: [], unmet: [], durationMs, verdict: null }
  return { test, outcome: 'failed', failures: [telling.closedGap()], unmet: [], durationMs, verdict: null }
}

/** Runs a test where the world says. A test that says `own:` must have another answer there, every other the same. */
async function judgeElsewhere(file: TestFile, test: TestCase, world: TestWorld, signal: AbortSignal): Promise<TestResult> {
  const startedMs = world.clock.monotonicMs()
  const telling = new Telling(file.name, test, differenceElsewhere)
  const { verdict, unmet, outcome } = await runElsewhere(test, path.dirname(file.name), world, signal)
  const result = { test, unmet: [], durationMs: world.clock.monotonicMs() - startedMs, verdict }
  const isSame = verdict === 'same' || outcome === null
  if (isSame && (test.own === null || test.own.isShared)) return { ...result, outcome: 'passed', failures: [] }
  if (isSame) return { ...result, outcome: 'failed', failures: [telling.sharedAnswer()] }
  if (test.own !== null && verdict !== 'lost') return { ...result, outcome: 'gap', failures: [] }
  return { ...result, outcome: 'failed', failures: [...unmet.map((each) => telling.unmet(each, outcome)), ...telling.trouble(outcome)] }
}

const nouns: Readonly<Record<ExpectationKind, string>> = {
  rows: 'the rows',
  'rows in order': 'the rows',
  changelog: 'the changes',
  files: 'the files',
  error: 'the error',
}

/** Finds the words for what is wrong with a test. */
class Telling {
  readonly #file: string
  readonly #test: TestCase
  readonly #differenceOf: typeof differenceElsewhere

  constructor(file: string, test: TestCase, compare: typeof differenceElsewhere) {
    this.#file = file
    this.#test = test
    this.#differenceOf = compare
  }

  unmet({ expectation, answer, error }: StepAnswer, { place }: CaseOutcome): string {
    const noun = nouns[expectation.kind]
    const isUnasked = answer.kind === 'error' && (expectation.kind !== 'error' || this.#differenceOf(expectation, answer) === null)
    const lines = isUnasked ? [] : (this.#differenceOf(expectation, answer) ?? [])
    const title = isUnasked
      ? `expected ${noun.replace('the ', '')}, got an error`
      : `${noun} differ${expectation.kind === 'error' ? 's' : ''}`
    const legend = isUnasked ? '' : ' (- expected, + given)'
    return this.#text(expectation.line, `${title}${legend}`, [...lines, ...(error === null ? [] : renderTrouble(this.#file, error))], place)
  }

  /** What ended the run early. */
  trouble({ trouble, place }: CaseOutcome): string[] {
    if (trouble === null) return []
    return [this.#text(trouble.line, 'the test could not go on', renderTrouble(this.#file, trouble), place)]
  }

  /** The run that was broken off must give what the undisturbed one gave, whatever is expected. */
  restarts(undisturbed: CaseOutcome, disturbed: CaseOutcome, restarts: readonly Restart[]): string[] {
    const lines = restarts.map(({ line }) => line)
    const which = lines.length === 1 ? `the restart at line ${lines[0]}` : `the restarts at lines ${lines.join(', ')}`
    const differing = undisturbed.answers.flatMap(({ expectation, answer }, index) => {
      const other = disturbed.answers[index]
      if (other === undefined) return []
      const difference = differenceOf({ ...answer, rows: answer.rows.map((cells) => ({ cells })) }, other.answer)
      if (difference === null) return []
      const trouble = other.error === null ? [] : renderTrouble(this.#file, other.error)
      const title = `${nouns[expectation.kind]} differ after ${which} (- without, + with it)`
      return [this.#text(expectation.line, title, [...difference, ...trouble], disturbed.place)]
    })
    const missed = disturbed.missed.map(({ table, line }) => {
      const error = sqltestErrors.SQLTEST_RESTART_MISSED({ table })
      return this.#text(line, 'the restart did not come', renderTrouble(this.#file, { error, line }), disturbed.place)
    })
    return [...differing, ...this.trouble(disturbed), ...missed]
  }

  /** It says that Flink answers otherwise, which it does not. */
  sharedAnswer(): string {
    const { own, line } = this.#test
    return this.#text(line, `Flink gives the same answer, but it says "own: ${own?.why ?? ''}"`, ['  Take that line away.'], '')
  }

  closedGap(): string {
    const { gap, line } = this.#test
    return this.#text(line, `it passes, but says "${gap?.kind ?? ''}: ${gap?.why ?? ''}"`, ['  Take that line away.'], '')
  }

  /** Texts are the same in every run, wherever its folder is. */
  #text(line: number, title: string, lines: readonly string[], place: string): string {
    const text = [`${this.#file}:${line}: ${this.#test.name}: ${title}`, ...lines].join('\n')
    return place === '' ? text : text.replaceAll(place, '$dir')
  }
}
