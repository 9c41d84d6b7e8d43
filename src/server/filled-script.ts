/** A script with the values of its variables, and what of it is in the script that people wrote. */
import type { Failure } from '#base'
import { fillPlaces, type StateFragment } from '#jobs'
import { fragmentOf, type StateClause } from '#query'

export class FilledScript {
  /** As it runs. */
  readonly filled: string
  readonly #text: string
  readonly #places: ReturnType<typeof fillPlaces>['places']

  constructor(text: string, variables: Readonly<Record<string, string>>) {
    const { text: filled, places } = fillPlaces(text, variables)
    this.filled = filled
    this.#text = text
    this.#places = places
  }

  /** A clause of the filled script as it is written here; one of a view is as it was. */
  fragmentOf({ text, line, column, isCut, view, spans }: StateClause): StateFragment | null {
    if (view !== null) return { text, line, column, isCut, view }
    const own = spans.map(({ start, end }) => ({ start: this.#offsetOf(start, 'scriptStart'), end: this.#offsetOf(end, 'scriptEnd') }))
    const fragment = fragmentOf(this.#text, own)
    return fragment === null ? null : { ...fragment, view: null }
  }

  /** What is wrong with the filled script, at its place in the one that people wrote. */
  failureIn(failure: Failure): Failure {
    const { position } = failure
    if (position === null || this.#places.length === 0) return failure
    const start = this.#offsetOf(position.start, 'scriptStart')
    const before = this.#text.slice(0, start)
    const place = { line: before.split('\n').length, column: start - before.lastIndexOf('\n') }
    return { ...failure, position: { ...position, start, end: Math.max(start, this.#offsetOf(position.end, 'scriptEnd')), ...place } }
  }

  /** A place within a value is that of its variable. */
  #offsetOf(at: number, edge: 'scriptStart' | 'scriptEnd'): number {
    const isStart = edge === 'scriptStart'
    const last = this.#places.findLast(({ start, end }) => (isStart ? start <= at : start < at && end > start))
    if (last === undefined) return at
    const isWithin = isStart ? at < last.end : at <= last.end
    return isWithin ? last[edge] : at - last.end + last.scriptEnd
  }
}
