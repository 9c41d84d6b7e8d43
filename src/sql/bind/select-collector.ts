/** What the expressions of one SELECT need computed before them, each thing once. */
import type { TextPosition } from '#base'
import { bigintType, withNullable } from '#data'
import type { Expression } from '#plan'
import type * as tree from '../syntax/tree.ts'
import { overEmptyGroup } from './aggregate-call.ts'
import type { BindContext } from './context.ts'
import type { Collector, PendingMeasure, PendingOver, PendingScalar } from './place.ts'
import { keyOf } from './same.ts'

/** A thing to compute, and the column that stands for it until its own name is decided. */
export interface Pending<T> {
  readonly name: string
  readonly key: string
  readonly what: T
  /** Where it stands, and what it names elsewhere. */
  readonly positions: readonly TextPosition[]
}

export interface PendingGrouping {
  readonly values: readonly Expression[]
  readonly position: tree.Expression['position']
}

export class SelectCollector implements Collector {
  readonly measures: Pending<PendingMeasure>[] = []
  readonly overs: Pending<PendingOver>[] = []
  readonly scalars: Pending<PendingScalar>[] = []
  readonly groupings: Pending<PendingGrouping>[] = []
  readonly #context: BindContext
  readonly #isGrouped: boolean
  /** Whether a group may be empty: then an aggregate of it is NULL. */
  readonly #hasEmptyGroup: boolean
  readonly #windowAuxiliary: (name: string, call: tree.Call) => Expression | null

  constructor(
    context: BindContext,
    { isGrouped, hasEmptyGroup }: { readonly isGrouped: boolean; readonly hasEmptyGroup: boolean },
    windowAuxiliary: (name: string, call: tree.Call) => Expression | null,
  ) {
    this.#context = context
    this.#isGrouped = isGrouped
    this.#hasEmptyGroup = hasEmptyGroup
    this.#windowAuxiliary = windowAuxiliary
  }

  measure(measure: PendingMeasure, position: TextPosition): Expression {
    const canBeEmpty = this.#hasEmptyGroup || measure.filter !== null
    const type = canBeEmpty ? overEmptyGroup(measure.function, measure.type) : measure.type
    return { kind: 'column', name: this.#add(this.measures, 'agg', { ...measure, type }, [position]), type }
  }

  over(over: PendingOver, positions: readonly TextPosition[]): Expression {
    return { kind: 'column', name: this.#add(this.overs, 'over', over, positions), type: over.type }
  }

  scalar(scalar: PendingScalar): Expression {
    this.scalars.push({ name: scalar.name, key: scalar.name, what: scalar, positions: [scalar.position] })
    return { kind: 'column', name: scalar.name, type: scalar.type }
  }

  grouping(values: readonly Expression[], position: tree.Expression['position']): Expression | null {
    if (!this.#isGrouped) return null
    const name = this.#context.freshName('grouping')
    this.groupings.push({ name, key: name, what: { values, position }, positions: [position] })
    return { kind: 'column', name, type: withNullable(bigintType, false) }
  }

  windowAuxiliary(name: string, call: tree.Call): Expression | null {
    return this.#windowAuxiliary(name, call)
  }

  #add<T extends object>(list: Pending<T>[], prefix: string, what: T, positions: readonly TextPosition[]): string {
    const key = keyOf(what)
    const known = list.find((each) => each.key === key)
    if (known !== undefined) return known.name
    const name = this.#context.freshName(prefix)
    list.push({ name, key, what, positions })
    return name
  }
}
