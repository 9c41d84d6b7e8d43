/** What the editor of a cell asks: its text stands behind what the cells above set up, and has values in the place of variables. */
import { findInScript } from '#base'
import { call } from '../api/call.ts'
import { parseFaults, type SqlQuestions } from '../sql/editor-language.ts'
import { hasVariables, withoutVariables } from './notebook-spec.ts'
import { joined, neededSetUp } from './set-up.ts'

interface CellSurroundings {
  readonly workspace: string
  /** The texts of the cells above. */
  readonly earlier: () => readonly string[]
  readonly variables: () => Readonly<Record<string, string>>
  readonly session: () => string | null
}

export function cellQuestions({ workspace, earlier, variables, session }: CellSurroundings): SqlQuestions {
  const params = { workspace }
  const before = (text: string): string => {
    const setUp = joined(neededSetUp(earlier(), text))
    return setUp === '' ? '' : `${setUp}\n`
  }
  return {
    parse: (text) => parseFaults(withoutVariables(text)),
    check: async (text, signal) => {
      const head = before(text)
      const whole = head + text
      const filled = hasVariables(whole)
        ? await call('POST /workspaces/:workspace/notebooks/fill', { params, body: { text: whole, variables: variables() } }, signal)
        : { text: whole, places: [] }
      const { diagnostics } = await call('POST /workspaces/:workspace/sql/check', { params, body: { text: filled.text } }, signal)
      return diagnostics.flatMap((failure) => {
        const placed = findInScript(failure, filled.places, whole)
        const { position } = placed
        if (position === null || position.start < head.length) return []
        return [{ ...placed, position: { ...position, start: position.start - head.length, end: position.end - head.length } }]
      })
    },
    complete: async (text, offset, signal) => {
      const id = session()
      const body = { text, offset, ...(id === null ? {} : { session: id }) }
      return call('POST /workspaces/:workspace/sql/complete', { params, body }, signal)
    },
  }
}
