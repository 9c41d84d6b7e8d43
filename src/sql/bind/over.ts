/** Builds the relations that compute functions with OVER. */
import { type Expression, type NamedExpression, type OverMeasure, type Relation, type SortKey, schemaOf } from '#plan'
import type { Wishes } from './aggregation.ts'
import type { BindContext } from './context.ts'
import { extended, namesOf, uniqueName } from './names.ts'
import type { PendingOver } from './place.ts'
import { keyOf } from './same.ts'
import type { Pending } from './select-collector.ts'

export interface WithOvers {
  readonly relation: Relation
  /** The columns that stand for the functions until now, and the columns that hold them. */
  readonly columns: ReadonlyMap<string, Expression>
}

/** Adds a column for each function; functions over the same window are computed together. */
export function withOvers(context: BindContext, input: Relation, overs: readonly Pending<PendingOver>[], wishes: Wishes): WithOvers {
  const groups = new Map<string, Pending<PendingOver>[]>()
  for (const over of overs) {
    const { partitionBy, orderBy, frame } = over.what
    const window = keyOf({ partitionBy, orderBy, frame })
    groups.set(window, [...(groups.get(window) ?? []), over])
  }
  const columns = new Map<string, Expression>()
  let relation = input
  for (const group of groups.values()) relation = oneWindow(context, relation, group, wishes, columns)
  return { relation, columns }
}

function oneWindow(
  context: BindContext,
  input: Relation,
  group: readonly Pending<PendingOver>[],
  wishes: Wishes,
  columns: Map<string, Expression>,
): Relation {
  const [first] = group
  if (first === undefined) return input
  const { partitionBy, orderBy, frame } = first.what
  const columnsOf = new ComputedColumns(context)
  const partition = [...new Set(partitionBy.map((value) => columnsOf.name(value)))]
  const order = orderBy.map(({ value, descending, nullsFirst }): SortKey => ({ column: columnsOf.name(value), descending, nullsFirst }))
  const relation = extended(input, columnsOf.added)
  const taken = namesOf(schemaOf(relation))
  const measures = group.map(({ name, what }): OverMeasure => {
    const wish = wishes.get(name)
    const own = wish === undefined || taken.has(wish) ? uniqueName(name, taken) : uniqueName(wish, taken)
    columns.set(name, { kind: 'column', name: own, type: what.type })
    const { partitionBy: _, orderBy: __, frame: ___, ...measure } = what
    return { ...measure, name: own }
  })
  const over: Relation = { kind: 'over', input: relation, partitionBy: partition, orderBy: order, frame, measures }
  return context.placed(
    over,
    group.flatMap(({ positions }) => positions),
  )
}

/** Gives expressions a column: their own when they are one, else a new one. */
class ComputedColumns {
  readonly added: NamedExpression[] = []
  readonly #context: BindContext
  readonly #known = new Map<string, string>()

  constructor(context: BindContext) {
    this.#context = context
  }

  name(value: Expression): string {
    if (value.kind === 'column') return value.name
    const key = keyOf(value)
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const name = this.#context.freshName('order')
    this.#known.set(key, name)
    this.added.push({ name, value })
    return name
  }
}
