/** The script of a job that does what a cell does: what it needs of the cells above, then the cell. */
import { parseScript } from '#sql'
import { withoutVariables } from './notebook-spec.ts'
import { joined, neededSetUp } from './set-up.ts'

interface ShownColumn {
  readonly name: string
  readonly type: string
}

/**
 * A job has to write somewhere. A query alone gets a table of its columns that writes to the log of the job, for its reader to put
 * another one there; without columns, which only a run tells, a note says so.
 */
export function jobTextOf(earlier: readonly string[], text: string, columns: readonly ShownColumn[]): string {
  const setUp = neededSetUp(earlier, text)
  const before = setUp.length === 0 ? '' : `${joined(setUp)}\n\n`
  const { statements } = parseScript(withoutVariables(text))
  const last = statements.at(-1)
  if (last?.kind !== 'query-statement') return before + text
  const { start } = last.position
  const intro = text.slice(0, start)
  const insert = `INSERT INTO notebook_result\n${text.slice(start)}`
  if (columns.length === 0) return `${before}${intro}-- A job writes to a table: name one here that has these columns.\n${insert}`
  const lines = columns.map(({ name, type }) => `  \`${name.replaceAll('`', '``')}\` ${type.replace(/ NOT NULL$/, '')}`)
  const table = `CREATE TEMPORARY TABLE notebook_result (\n${lines.join(',\n')}\n) WITH ('connector' = 'print');`
  return `${before}-- Rows go to the log of the job; name another connector to keep them.\n${table}\n\n${intro}${insert}`
}
