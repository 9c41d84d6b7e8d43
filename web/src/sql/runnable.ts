/** Which part of a text is meant when it is to be run: what is selected, else the statement at the cursor. */
import { scanStatements } from '#sql'

export interface Runnable {
  readonly text: string
  /** Where it begins in the whole text; places in failures are counted from there. */
  readonly offset: number
}

/** The statements of a text with where they begin. */
export function statementsOf(text: string): Runnable[] {
  const { statements, rest } = scanStatements(text)
  const found: Runnable[] = []
  let at = 0
  for (const statement of [...statements, rest.trimEnd()]) {
    const offset = text.indexOf(statement, at)
    if (statement === '' || offset < 0) continue
    found.push({ text: statement, offset })
    at = offset + statement.length
  }
  return found
}

export function runnableAt(text: string, selection: { readonly from: number; readonly to: number }): Runnable | undefined {
  if (selection.to > selection.from) {
    const selected = text.slice(selection.from, selection.to)
    if (selected.trim() !== '') return { text: selected, offset: selection.from }
  }
  const statements = statementsOf(text)
  return statements.findLast(({ offset }) => offset <= selection.from) ?? statements[0]
}
