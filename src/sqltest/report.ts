/** What became of a file of tests. */
import type { TestResult } from './run-test.ts'

export interface FileReport {
  /** As the user named the file. */
  readonly name: string
  readonly results: readonly TestResult[]
  /** Why none of its tests could be run; counts as one that failed. */
  readonly trouble: string | null
  readonly durationMs: number
}

export interface TestCounts {
  readonly passed: number
  readonly failed: number
  /** Of those that passed: how many fail as they say. */
  readonly gaps: number
}

export function countTests(reports: readonly FileReport[]): TestCounts {
  const results = reports.flatMap((report) => report.results)
  const failed = results.filter(({ outcome }) => outcome === 'failed').length
  const gaps = results.filter(({ outcome }) => outcome === 'gap').length
  return { passed: results.length - failed, failed: failed + reports.filter(({ trouble }) => trouble !== null).length, gaps }
}
