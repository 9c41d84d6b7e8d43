/** The statements of a text that runs elsewhere, with their places in it. */
import { assert } from '#base'
import { firstTokens, scanStatements } from '#sql'

export interface ScriptStatement {
  readonly text: string
  /** Offset in the script. */
  readonly start: number
}

/** What of a text runs by itself; comments alone are no statement. */
export function statementsIn(text: string): ScriptStatement[] {
  const { statements, rest } = scanStatements(text)
  let from = 0
  return [...statements, ...(rest === '' ? [] : [rest])].flatMap((each) => {
    const start = text.indexOf(each, from)
    assert(start >= 0, 'a statement stands in its script')
    from = start + each.length
    return isBlank(each) ? [] : [{ text: each, start }]
  })
}

/** Whether a text holds nothing but comments. */
function isBlank(text: string): boolean {
  const [first] = firstTokens(text, 1)
  return first === undefined || first.text === ';'
}
