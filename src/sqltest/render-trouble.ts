/** An error as the report of a test shows it. */
import { MillraceError } from '#base'
import { formatPosition } from '#sql'
import type { Trouble } from './case-run.ts'

/** Message, place in the file, the line of the statement with a caret, detail, hint and code. */
export function renderTrouble(file: string, { error, source }: Trouble): string[] {
  if (!(error instanceof MillraceError))
    return [`  error: ${error instanceof Error ? error.message : String(error)}`, '    This is a defect in Millrace.']
  const lines = [`  error: ${error.message}`]
  const line = source?.lineOf(error.position?.line ?? 0)
  if (error.position !== undefined && source !== undefined && line !== undefined) {
    lines.push(`    at ${source.script ?? file}:${line}:${error.position.column}`)
    const excerpt = formatPosition(source.sql, { position: { ...error.position, line } })
    lines.push(...excerpt.split('\n').map((each) => `  ${each}`))
  }
  if (error.detail !== undefined) lines.push(...error.detail.split('\n').map((each) => `    ${each}`))
  if (error.hint !== undefined) lines.push(`    hint: ${error.hint}`)
  return [...lines, `    code: ${error.code}`]
}
