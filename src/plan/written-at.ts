/**
 * Where the clauses stand that a relation was made of. It is kept under a symbol: relations that are made of others keep it, and whoever
 * prints, compares, names or stores plans does not see it, so that the same query is the same plan wherever it stands.
 */
import type { Relation } from './plan.ts'

export interface WrittenAt {
  /** In their order, and apart from one another. */
  readonly spans: readonly TextSpan[]
  /** The view that they are in; null: the text of the statement. */
  readonly view: WrittenView | null
}

/** In UTF-16 units, the end excluded. */
export interface TextSpan {
  readonly start: number
  readonly end: number
}

export interface WrittenView {
  readonly name: string
  readonly text: string
}

const key: unique symbol = Symbol('written at')

/** A statement may call thousands of functions: so many clauses of a relation are known, those between the first and the last not. */
const spansMax = 16
const lastSpans = 4

export function writtenAt(relation: Relation): WrittenAt | null {
  return (relation as { readonly [key]?: WrittenAt })[key] ?? null
}

/** The relation as one that is written there; as it is where that is not known. */
export function withWrittenAt<R extends Relation>(relation: R, at: WrittenAt | null): R {
  if (at === null || at.spans.length === 0) return relation
  const placed: R & { readonly [key]?: WrittenAt } = { ...relation, [key]: { ...at, spans: apart(at.spans) } }
  return placed
}

/** The clauses of all of them; of several texts, those in the text of the first. */
export function joinWrittenAt(places: readonly (WrittenAt | null)[]): WrittenAt | null {
  const known = places.flatMap((place) => place ?? [])
  const [first] = known
  if (first === undefined) return null
  const same = known.filter(({ view }) => view?.name === first.view?.name && view?.text === first.view?.text)
  return { view: first.view, spans: same.flatMap(({ spans }) => spans) }
}

/** Spans that touch become one. */
function apart(spans: readonly TextSpan[]): readonly TextSpan[] {
  const merged: { start: number; end: number }[] = []
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1)
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end)
    else merged.push({ start, end })
  }
  return merged.length <= spansMax ? merged : [...merged.slice(0, spansMax - lastSpans), ...merged.slice(-lastSpans)]
}
