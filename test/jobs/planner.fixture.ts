/** A planner that reads scripts as lists of words: each `KEEP x` is an operator with state, and `WRONG` is a mistake. */
import type { JobSpec, KeptState, PlanCheck, Planner, StatePart, StateVerdict } from '#jobs'

/** The state that versions were held against, in this order. */
export const compared: KeptState[] = []

export const planner: Planner = {
  async check(_job, { program: { text } }: JobSpec): Promise<PlanCheck> {
    const at = text.indexOf('WRONG')
    const outputs = Array.from(text.matchAll(/INSERT INTO (\w+)/g), ([, name = '']) => name)
    if (at < 0) return { outputs, diagnostics: [], plan: text }
    const position = { line: 1, column: at + 1, start: at, end: at + 5 }
    const diagnostic = {
      code: 'SQL_SYNTAX',
      blame: 'user',
      message: 'expected a statement',
      detail: null,
      hint: 'Leave it out.',
      position,
      causes: [],
    } as const
    return { outputs, diagnostics: [diagnostic], plan: null }
  },

  async compare(_job, kept: KeptState, after: JobSpec): Promise<StateVerdict> {
    compared.push(kept)
    const old = keptIn(kept.spec)
    const names = [...new Set([...old, ...keptIn(after)])]
    return { operators: names.map((name) => partOf(name, old.includes(name), keptIn(after).includes(name))) }
  },
}

function partOf(name: string, wasKept: boolean, isKept: boolean): StatePart {
  const verdict = wasKept && isKept ? 'kept' : wasKept ? 'dropped' : 'new'
  return {
    operator: name,
    verdict,
    why: verdict === 'dropped' ? 'it is not in the script any more' : 'it is the same',
    fragment: { text: `KEEP ${name}`, line: 1, column: 1, isCut: false, view: null },
    bytes: 10,
    holds: [],
  }
}

function keptIn({ program }: JobSpec): string[] {
  return Array.from(program.text.matchAll(/KEEP (\w+)/g), ([, name = '']) => name)
}
