/**
 * What comparisons with constants leave of a column, all of them together: from where to where, or nothing at all. Numbers with a point
 * are left out, since NaN is neither less nor more than a number.
 */
import { compareValues, type DataType, sameType } from '#data'
import type { Call, Expression, Literal } from '#plan'

interface Bound {
  readonly literal: Literal
  readonly included: boolean
  readonly conjunct: Expression
}

interface Comparison {
  readonly column: string
  readonly operator: '=' | '<' | '<=' | '>' | '>='
  readonly literal: Literal
}

const mirrored = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const

/** A column compared with a constant that is not NULL; null for anything else. */
export function comparisonIn(conjunct: Expression): Comparison | null {
  if (conjunct.kind !== 'call' || !isOperator(conjunct.function)) return null
  const [left, right] = conjunct.arguments
  const found = left?.kind === 'column' ? comparison(left, right) : right?.kind === 'column' ? comparison(right, left) : null
  return found === null ? null : { ...found, operator: left?.kind === 'column' ? conjunct.function : mirrored[conjunct.function] }
}

function comparison(column: Expression, literal: Expression | undefined): Pick<Comparison, 'column' | 'literal'> | null {
  if (column.kind !== 'column' || literal?.kind !== 'literal' || literal.value === null) return null
  return sameType(column.type, literal.type, true) && isOrdered(column.type) ? { column: column.name, literal } : null
}

function isOperator(name: Call['function']): name is keyof typeof mirrored {
  return Object.hasOwn(mirrored, name)
}

function isOrdered({ kind }: DataType): boolean {
  return !['float', 'double', 'binary', 'varbinary', 'bitmap', 'variant', 'array', 'map', 'multiset', 'row', 'null'].includes(kind)
}

/** What is known of one column. */
export class ColumnRange {
  #low: Bound | null = null
  #high: Bound | null = null

  add({ operator, literal }: Comparison, conjunct: Expression): void {
    if (operator !== '<' && operator !== '<=') this.#low = tighter(this.#low, { literal, included: operator !== '>', conjunct }, 1)
    if (operator !== '>' && operator !== '>=') this.#high = tighter(this.#high, { literal, included: operator !== '<', conjunct }, -1)
  }

  /** Whether no value is left. */
  get isEmpty(): boolean {
    if (this.#low === null || this.#high === null) return false
    const order = compare(this.#low.literal, this.#high.literal)
    return order > 0 || (order === 0 && !(this.#low.included && this.#high.included))
  }

  /** Whether a comparison says nothing that the others do not say. */
  isImplied(conjunct: Expression): boolean {
    return this.#low?.conjunct !== conjunct && this.#high?.conjunct !== conjunct
  }
}

/** `side` is 1 where the greater bound leaves less, −1 where the smaller one does. */
function tighter(known: Bound | null, bound: Bound, side: 1 | -1): Bound {
  if (known === null) return bound
  const order = compare(bound.literal, known.literal) * side
  return order > 0 || (order === 0 && known.included && !bound.included) ? bound : known
}

function compare(a: Literal, b: Literal): number {
  return compareValues(a.value, b.value, a.type)
}
