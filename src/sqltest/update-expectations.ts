/** Writes what is expected anew, and nothing else of the file. */
import { MillraceError } from '#base'
import { printAnswer } from './answer.ts'
import type { StepAnswer } from './case-run.ts'
import type { TestResult } from './run-test.ts'

/** The text of a file in which the tests expect what they gave. Errors of ours are never expected, nor an answer that is none. */
export function updateExpectations(text: string, results: readonly TestResult[]): string {
  const unmet = results.flatMap((result) => result.unmet.filter(isWorthExpecting))
  const lines = text.split('\n')
  for (const { expectation, answer } of unmet.toSorted((a, b) => b.expectation.line - a.expectation.line)) {
    const end = lines[expectation.line - 1]?.endsWith('\r') === true ? '\r' : ''
    const written = printAnswer(answer).map((line) => `${line}${end}`)
    lines.splice(expectation.line - 1, expectation.lineCount, ...written)
  }
  return lines.join('\n')
}

function isWorthExpecting({ answer, error }: StepAnswer): boolean {
  if (answer.kind === 'error') return error?.error instanceof MillraceError && error.error.blame !== 'internal'
  return answer.kind === 'files' || answer.rows.length > 0
}
