/** The statements of a suite as Flink is given them: the same text, with the connectors that stand for ours. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { loadNexmarkSuite } from '#cli'

type BenchSuite = Awaited<ReturnType<typeof loadNexmarkSuite>>

const replacements: readonly (readonly [from: string | RegExp, to: string])[] = [
  [`'connector' = 'nexmark'`, `'connector' = 'nexmark-own'`],
  [/(CREATE TABLE side_input \(.*\)) WITH \(.*\)/, `$1 WITH ('connector' = 'side-input-own')`],
  [`'connector' = 'blackhole', 'digest' = 'true'`, `'connector' = 'digest-own'`],
]

export function flinkStatements(suite: BenchSuite, query: BenchSuite['queries'][number], scratch: string): string[] {
  // What an earlier run wrote would be in the way.
  rmSync(join(scratch, 'q10'), { recursive: true, force: true })
  let text = `${suite.prepare}\n${query.statement}`
  for (const [from, to] of replacements) text = text.replace(from, to)
  return text
    .split('\n')
    .filter((line) => !line.startsWith('--'))
    .join('\n')
    .split(/;\s*(?:\n|$)/)
    .filter((statement) => statement.trim() !== '')
}
