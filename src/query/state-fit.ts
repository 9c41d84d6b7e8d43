/** What becomes of kept state under a new script, with the clauses of the scripts that it is kept for. */
import type { FittedState, KeptOperator, StateFit } from '#engines'
import { type Fragment, fragmentOf, type Plan, rootsOf, type TextSpan, type WrittenAt, walkRelations, writtenAt } from '#plan'

/** As an engine says it, with texts in the place of places. */
export interface ScriptFit {
  readonly checkpoint: number
  readonly kept: readonly FittedOperator[]
  readonly dropped: readonly FittedOperator[]
  readonly started: readonly FittedOperator[]
}

export interface FittedOperator extends Omit<FittedState, 'at'> {
  /** In the new script, and of what is dropped in the one before; null where nobody knows. */
  readonly clause: StateClause | null
}

export interface StateClause extends Fragment {
  /** Where the parts of it stand in the script; in the text of a view that is not known. */
  readonly spans: readonly TextSpan[]
  /** The view that it stands in, of whose text the line and the column are. */
  readonly view: string | null
}

/** A script, and the operators that it has. */
export interface ReadScript {
  readonly text: string
  readonly operators: readonly KeptOperator[]
}

/** `before` is the script that kept the state, as far as it can still be read. */
export function scriptFit({ checkpoint, kept, dropped, started }: StateFit, text: string, before: ReadScript | null): ScriptFit {
  const placesBefore = new Map(before?.operators.map(({ id, at }) => [id, at]))
  const fitted = (state: FittedState, clause: StateClause | null): FittedOperator => {
    const { id, operator, isChanged, parts } = state
    return { id, operator, isChanged, parts, clause }
  }
  const now = (state: FittedState): FittedOperator => fitted(state, clauseOf(text, state.at))
  const then = (state: FittedState): FittedOperator => fitted(state, clauseOf(before?.text ?? '', placesBefore.get(state.id) ?? null))
  return { checkpoint, kept: kept.map(now), dropped: dropped.map(then), started: started.map(now) }
}

/** The clauses that the relations of a plan are made of, by their numbers in its graph of operators. */
export function clausesIn(plan: Plan, text: string): ReadonlyMap<number, StateClause> {
  const clauses = new Map<number, StateClause>()
  let number = 0
  walkRelations(rootsOf(plan), (relation) => {
    number += 1
    const clause = clauseOf(text, writtenAt(relation))
    if (clause !== null) clauses.set(number, clause)
  })
  return clauses
}

export function clauseOf(text: string, at: WrittenAt | null): StateClause | null {
  if (at === null) return null
  const fragment = fragmentOf(at.view?.text ?? text, at.spans)
  return fragment === null ? null : { ...fragment, spans: at.view === null ? at.spans : [], view: at.view?.name ?? null }
}
