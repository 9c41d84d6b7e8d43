/** A script with the values of its variables, and what of it is in the script that people wrote. */
import { type Failure, type FilledPlace, findInScript, offsetInScript } from '#base'
import { fillPlaces, type StateFragment } from '#jobs'
import { fragmentOf, type StateClause } from '#query'

export class FilledScript {
  /** As it runs. */
  readonly filled: string
  readonly #text: string
  readonly #places: readonly FilledPlace[]

  constructor(text: string, variables: Readonly<Record<string, string>>) {
    const { text: filled, places } = fillPlaces(text, variables)
    this.filled = filled
    this.#text = text
    this.#places = places
  }

  /** A clause of the filled script as it is written here; one of a view is as it was. */
  fragmentOf({ text, line, column, isCut, view, spans }: StateClause): StateFragment | null {
    if (view !== null) return { text, line, column, isCut, view }
    const own = spans.map(({ start, end }) => ({
      start: offsetInScript(start, this.#places, 'scriptStart'),
      end: offsetInScript(end, this.#places, 'scriptEnd'),
    }))
    const fragment = fragmentOf(this.#text, own)
    return fragment === null ? null : { ...fragment, view: null }
  }

  /** What is wrong with the filled script, at its place in the one that people wrote. */
  failureIn(failure: Failure): Failure {
    return findInScript(failure, this.#places, this.#text)
  }
}
