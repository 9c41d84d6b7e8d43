/** Whether what a cell shows is what it would show if it ran now, as far as that can be said without running it. */
import { type Cell, type CellOutput, usedVariables } from './notebook-spec.ts'
import { effectsOf } from './set-up.ts'

/**
 * What is known of a cell. `edited`: its text or a value that it uses is another one now; `outdated`: a cell above it, one that sets
 * something up, ran later; `kept`: it ran in a session that is over.
 */
export type CellState = 'never' | 'waiting' | 'running' | 'live' | 'fresh' | 'edited' | 'outdated' | 'kept' | 'failed' | 'cancelled'

/** The run of a cell, as far as this needs it. */
export interface RanCell {
  readonly phase: 'waiting' | 'running' | 'live' | CellOutput['outcome']
  readonly text: string
  readonly variables: Readonly<Record<string, string>>
  /** The place of the run among all of its session; null: of a session that is over. */
  readonly order: number | null
}

export function stateOf(
  at: number,
  cells: readonly Cell[],
  variables: Readonly<Record<string, string>>,
  ranOf: (id: string) => RanCell | undefined,
): CellState {
  const cell = cells[at]
  const ran = cell === undefined ? undefined : ranOf(cell.id)
  if (cell === undefined || ran === undefined) return 'never'
  const { phase, order } = ran
  if (phase === 'waiting' || (phase === 'running' && order !== null)) return phase
  if (ran.text !== cell.text || !isSame(ran.variables, usedVariables(cell.text, variables))) return 'edited'
  if (phase === 'failed') return 'failed'
  // What another page has begun runs in a session of its own.
  if (order === null) return phase === 'live' ? phase : 'kept'
  const isOutdated = cells.slice(0, at).some((above) => {
    const earlier = above.kind === 'sql' ? ranOf(above.id) : undefined
    return earlier !== undefined && (earlier.order ?? 0) > order && effectsOf(earlier.text).isActing
  })
  if (isOutdated) return 'outdated'
  if (phase === 'live') return phase
  return phase === 'cancelled' ? 'cancelled' : 'fresh'
}

function isSame(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}
