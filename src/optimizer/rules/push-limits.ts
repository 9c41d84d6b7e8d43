/**
 * Moves LIMIT and Top-N towards the sources, which then have less to read, to look up and to keep: a LIMIT without an order below
 * projections and windows, to each input of a UNION ALL, to rows whose collections are unnested and to the side of an outer join that
 * keeps its rows; a Top-N, or a LIMIT with an order, to that side too when only its columns make the order. Two limits become one.
 *
 * A Top-N by time stays: the first and the last row by time are found as rows come, not by an order of all.
 *
 * Right because each row that is needed comes from the first rows of its input: projections, windows of a time that is there and outer
 * joins give at least one row for each. Above it stays, since more may come together. To the inputs of a union no order goes: the rows
 * that are kept would be kept twice. Joins bounded by time stay as they are, since they drop rows that come too late, and so does what
 * others read too.
 */
import {
  asOfTimeOf,
  columnOf,
  type Join,
  joinTimeOf,
  mapPlan,
  type Plan,
  type Relation,
  rootsOf,
  type Sort,
  type SortKey,
  schemaOf,
  sharedRelations,
  type Top,
  type Unnest,
  type Window,
  withInputs,
  withWrittenAt,
  writtenAt,
} from '#plan'

export function pushLimits(plan: Plan): Plan {
  const shared = sharedRelations(rootsOf(plan))
  const kept = new Set<Relation>()
  return mapPlan(plan, (relation, original) => {
    const limited = new Limits(kept).pushedFrom(relation)
    if (shared.has(original)) kept.add(limited)
    return limited
  })
}

class Limits {
  readonly #kept: ReadonlySet<Relation>

  /** `kept` are relations that others read too. */
  constructor(kept: ReadonlySet<Relation>) {
    this.#kept = kept
  }

  pushedFrom(relation: Relation): Relation {
    if (relation.kind === 'top') return this.#belowTop(relation)
    if (relation.kind !== 'sort' || relation.limit === null) return relation
    const count = relation.offset + relation.limit
    return relation.orderBy.length === 0 ? this.#pushed(relation, relation.input, count) : this.#belowOrder(relation, count)
  }

  /** A LIMIT without an order, over an input. */
  #pushed(sort: Sort, input: Relation, count: number): Relation {
    if (this.#kept.has(input)) return withInputs(sort, [input])
    switch (input.kind) {
      case 'project':
        return withInputs(input, [this.#pushed(sort, input.input, count)])
      case 'union':
        return withInputs(sort, [
          withInputs(
            input,
            input.inputs.map((each) => this.#limited(each, count, sort)),
          ),
        ])
      case 'join':
        return withInputs(sort, [this.#joinOfFirst(input, count, sort)])
      case 'window':
      case 'unnest':
        return withInputs(sort, [givesARow(input) ? withInputs(input, [this.#limited(input.input, count, sort)]) : input])
      case 'sort':
        return merged(sort, input) ?? withInputs(sort, [input])
      default:
        return withInputs(sort, [input])
    }
  }

  #limited(input: Relation, count: number, above: Sort): Relation {
    const known = input.kind === 'sort' ? input.limit : null
    if (known !== null && known <= count) return input
    const limit = withWrittenAt<Sort>({ kind: 'sort', input, orderBy: [], offset: 0, limit: count }, writtenAt(above))
    return this.#pushed(limit, input, count)
  }

  #joinOfFirst(join: Join, count: number, above: Sort): Join {
    const side = preservedSide(join)
    return side === null ? join : withSide(join, side, this.#limited(join[side], count, above))
  }

  /** The first rows of an order that one side of an outer join makes are made of the first rows of that side. */
  #belowOrder(sort: Sort, count: number): Relation {
    const first = (input: Relation, [orderBy]: Parts): Relation =>
      withWrittenAt({ kind: 'sort', input, orderBy: orderBy ?? [], offset: 0, limit: count }, writtenAt(sort))
    return withInputs(sort, [this.#belowJoin(sort.input, [sort.orderBy], first)])
  }

  #belowTop(top: Top): Relation {
    if (top.function !== 'ROW_NUMBER') return top
    const partition = top.partitionBy.map((column): SortKey => ({ column, descending: false, nullsFirst: false }))
    const first = (input: Relation, [orderBy = [], partitionBy = []]: Parts): Relation => {
      if (orderBy.some(({ column }) => columnOf(input, column).role !== undefined)) return input
      return { ...top, input, orderBy, partitionBy: partitionBy.map(({ column }) => column), from: 1, rank: null }
    }
    return withInputs(top, [this.#belowJoin(top.input, [top.orderBy, partition], first)])
  }

  /** Below projections, an outer join of fewer rows: `first` gives those of its preserved side by the same keys. */
  #belowJoin(relation: Relation, parts: Parts, first: (input: Relation, parts: Parts) => Relation): Relation {
    if (this.#kept.has(relation)) return relation
    if (relation.kind === 'project') {
      const names = new Map(relation.columns.flatMap(({ name, value }) => (value.kind === 'column' ? [[name, value.name] as const] : [])))
      const below = parts.map((keys) => keys.flatMap((key) => ({ ...key, column: names.get(key.column) ?? '' })))
      if (below.some((keys) => keys.some(({ column }) => column === ''))) return relation
      return withInputs(relation, [this.#belowJoin(relation.input, below, first)])
    }
    const side = relation.kind === 'join' && relation.asOf === null ? preservedSide(relation) : null
    if (relation.kind !== 'join' || side === null || this.#kept.has(relation[side])) return relation
    const own = new Set(schemaOf(relation[side]).map(({ name }) => name))
    if (!parts.every((keys) => keys.every(({ column }) => own.has(column)))) return relation
    return withSide(relation, side, first(relation[side], parts))
  }
}

/** Keys of an order, and of partitions. */
type Parts = readonly (readonly SortKey[])[]

/** Whether there is at least one row for each row of the input. */
function givesARow(relation: Window | Unnest): boolean {
  if (relation.kind === 'unnest') return relation.join === 'left'
  const { shape, input, time } = relation
  if (shape.kind === 'session' || columnOf(input, time).type.nullable) return false
  return shape.kind !== 'hop' || shape.slideMs <= shape.sizeMs
}

/** The side whose rows are all there; null where rows may come too late for that. */
function preservedSide(join: Join): 'left' | 'right' | null {
  if (join.type !== 'left' && join.type !== 'right') return null
  const isTimed = join.asOf === null ? joinTimeOf(join, schemaOf(join.left), schemaOf(join.right)) !== null : !isLookup(join)
  return isTimed ? null : join.type
}

function isLookup(join: Join): boolean {
  return asOfTimeOf(join)?.kind === 'processing-time'
}

function withSide(join: Join, side: 'left' | 'right', relation: Relation): Join {
  return withInputs(join, side === 'left' ? [relation, join.right] : [join.left, relation])
}

/** The first rows of rows that were cut before. */
function merged(sort: Sort, below: Sort): Sort | null {
  if (below.limit === null || sort.limit === null) return null
  const limit = Math.max(0, Math.min(sort.limit, below.limit - sort.offset))
  return { ...below, offset: below.offset + sort.offset, limit }
}
