/** Cuts a script into its statements, so that something can be done between them. */
import { parseScript } from '#sql'

export interface ScriptStatement {
  /** The statement where it stands in the script: positions in it are those of the script. */
  readonly sql: string
  /** The name of the table that it creates; null when it creates none. */
  readonly creates: string | null
}

/** Fails with the first error of a script that does not parse. */
export function cutScript(text: string): ScriptStatement[] {
  const { statements, diagnostics } = parseScript(text)
  if (diagnostics[0] !== undefined) throw diagnostics[0]
  return statements.map((statement, index) => {
    const { start } = statement.position
    const end = statements[index + 1]?.position.start
    const sql = text.slice(0, start).replace(/[^\n]/g, ' ') + text.slice(start, end)
    return { sql, creates: statement.kind === 'create-table' ? (statement.name.parts.at(-1)?.text ?? null) : null }
  })
}
