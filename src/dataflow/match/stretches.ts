/**
 * What runs have matched. A run takes every row of its key from its first one on, so all there is to keep is where each variable's rows
 * begin: a chain of stretches, the last one first. Runs that went the same way share the beginning of their chains.
 */
import { grownIntegers, grownNumbers } from '../state/grown.ts'

/** A row among those that were matched: the n-th from one end of those of a variable, or of all when there is none. */
export interface RowReference {
  readonly variable: number | null
  readonly from: 'first' | 'last'
  readonly offset: number
}

/** What a run has matched: rows of a key from one place to another, and the stretch that the last one is in. */
export interface MatchedRows {
  readonly slot: number
  readonly from: number
  readonly to: number
  readonly stretch: number
}

export const none = -1

export class Stretches {
  #variables = new Int32Array(64)
  /** The place of the first row, and the stretch before. */
  #froms = new Float64Array(64)
  #befores = new Int32Array(64)
  /** Runs in it, and stretches after it. */
  #uses = new Int32Array(64)
  readonly #freed: number[] = []
  #used = 0

  get count(): number {
    return this.#used - this.#freed.length
  }

  get stateBytes(): number {
    return this.#froms.byteLength + this.#variables.byteLength * 3
  }

  /** A new stretch, that nothing uses yet. */
  begin(variable: number, from: number, before: number): number {
    const stretch = this.#freed.pop() ?? this.#used++
    if (stretch >= this.#variables.length) this.#reserve(stretch + 1)
    this.#variables[stretch] = variable
    this.#froms[stretch] = from
    this.#befores[stretch] = before
    this.#uses[stretch] = 0
    if (before !== none) this.hold(before)
    return stretch
  }

  variableOf(stretch: number): number {
    return stretch === none ? none : (this.#variables[stretch] as number)
  }

  fromOf(stretch: number): number {
    return this.#froms[stretch] as number
  }

  beforeOf(stretch: number): number {
    return this.#befores[stretch] as number
  }

  hold(stretch: number): void {
    this.#uses[stretch] = (this.#uses[stretch] as number) + 1
  }

  leave(stretch: number): void {
    for (let each = stretch; each !== none; each = this.#befores[each] as number) {
      const uses = (this.#uses[each] as number) - 1
      this.#uses[each] = uses
      if (uses > 0) return
      this.#freed.push(each)
    }
  }

  /** The place of a row among those from one place to another, the last of them in a stretch; or none. */
  find(stretch: number, from: number, to: number, reference: RowReference): number {
    const { variable } = reference
    if (variable === null) return within(from, to, reference)
    let last = to
    for (let each = stretch; each !== none; each = this.#befores[each] as number) {
      const first = this.#froms[each] as number
      if (this.#variables[each] === variable) return within(first, last, reference)
      last = first - 1
    }
    return none
  }

  #reserve(stretches: number): void {
    this.#variables = grownIntegers(this.#variables, stretches)
    this.#froms = grownNumbers(this.#froms, stretches)
    this.#befores = grownIntegers(this.#befores, stretches)
    this.#uses = grownIntegers(this.#uses, stretches)
  }
}

function within(first: number, last: number, { from, offset }: RowReference): number {
  const place = from === 'first' ? first + offset : last - offset
  return place < first || place > last ? none : place
}
