/**
 * Aggregates distinct values in two steps where settings ask for it: first by groups and a bucket of the value's hash, then by groups. The
 * values of a group that has most of the rows are then held by all workers, instead of by the one that has the group.
 *
 * Right because equal values fall into one bucket: what is distinct in a bucket is distinct in its group. Numbers of rows and sums add up,
 * the least of the least is the least, and an average is a sum by a number. Where several arguments are distinct, each has rows and buckets
 * of its own. Sums of numbers with a point stay in one step, since they depend on the order, and so does what keeps rows in an order.
 */
import { bigintType, type DataType, integerType, withNullable } from '#data'
import {
  type Aggregate,
  columnOf,
  conjunctionOf,
  determinismOf,
  type Expression,
  type Measure,
  mapPlan,
  type NamedExpression,
  type Plan,
  printExpression,
  type Relation,
  referTo,
  schemaOf,
  walkRelations,
  withWrittenAt,
  writtenAt,
} from '#plan'
import { nullOf } from '../literals.ts'
import type { OptimizerFacts } from '../rule.ts'

export function splitDistinct(plan: Plan, { distinctBuckets }: OptimizerFacts): Plan {
  if (distinctBuckets === undefined) return plan
  return mapPlan(plan, (relation) => (relation.kind === 'aggregate' ? (splitAggregate(relation, distinctBuckets) ?? relation) : relation))
}

/** Arguments of which distinct values are measured, and the measures that are computed on their rows. */
interface Branch {
  readonly arguments: readonly Expression[]
  readonly measures: Measure[]
}

function splitAggregate(aggregate: Aggregate, buckets: number): Relation | null {
  if (aggregate.groupingSets !== null || !aggregate.measures.every(isSplittable)) return null
  const branches = branchesOf(aggregate)
  if (branches.length === 0) return null
  // Windows are found below projections alone, and sessions grow together by keys that are the same in both steps.
  if (aggregate.window !== null && (branches.length > 1 || hasSessions(aggregate.input))) return null
  return new Split(aggregate, branches, buckets).relation()
}

function isDistinct({ distinct, function: name }: Measure): boolean {
  return distinct && name !== 'MIN' && name !== 'MAX'
}

function isSplittable(measure: Measure): boolean {
  const { function: name, arguments: values, distinct } = measure
  if (isDistinct(measure) && values.some((value) => determinismOf(value) === 'row')) return false
  const kind = values[0]?.type.kind
  switch (name) {
    case 'COUNT':
    case 'MIN':
    case 'MAX':
      return distinct || values.length <= 1
    case 'SUM':
      return kind === 'decimal' || kind === 'bigint' || isSmall(kind)
    case 'AVG':
      return isSmall(kind)
    default:
      return false
  }
}

/** Whole numbers whose sum fits into BIGINT, however many they are. */
function isSmall(kind: DataType['kind'] | undefined): boolean {
  return kind === 'tinyint' || kind === 'smallint' || kind === 'integer'
}

function hasSessions(input: Relation): boolean {
  let found = false
  walkRelations([input], (relation) => {
    found ||= relation.kind === 'window' && relation.shape.kind === 'session'
  })
  return found
}

/** The first branch also measures what is not distinct. */
function branchesOf({ measures }: Aggregate): Branch[] {
  const branches = new Map<string, Branch>()
  for (const measure of measures) {
    if (!isDistinct(measure)) continue
    const key = measure.arguments.map((value) => printExpression(value)).join()
    const branch = branches.get(key) ?? { arguments: measure.arguments, measures: [] }
    branch.measures.push(measure)
    branches.set(key, branch)
  }
  const all = [...branches.values()]
  all[0]?.measures.push(...measures.filter((measure) => !isDistinct(measure)))
  return all
}

/** What a measure becomes: the measures of the first step, those of the second, and its value above them. */
interface SplitMeasure {
  readonly partial: readonly Measure[]
  readonly final: readonly Measure[]
  readonly value: Expression
}

class Split {
  readonly #aggregate: Aggregate
  readonly #branches: readonly Branch[]
  readonly #buckets: number
  readonly #taken: Set<string>
  readonly #bucket: string
  /** The column that tells which branch a row is for. */
  readonly #branch: string
  /** What branches compute, by the branch and the expression. */
  readonly #computed = new Map<string, Expression>()

  constructor(aggregate: Aggregate, branches: readonly Branch[], buckets: number) {
    this.#aggregate = aggregate
    this.#branches = branches
    this.#buckets = buckets
    this.#taken = new Set([...schemaOf(aggregate), ...schemaOf(aggregate.input)].map(({ name }) => name))
    this.#bucket = this.#name('bucket')
    this.#branch = this.#name('branch')
  }

  relation(): Relation {
    const { keys, measures, stateTtlMs } = this.#aggregate
    const columns: NamedExpression[][] = this.#branches.map(() => [])
    const split = new Map<Measure, SplitMeasure>()
    for (const [place, branch] of this.#branches.entries()) {
      for (const measure of branch.measures) split.set(measure, this.#split(this.#moved(measure, place, columns)))
    }
    const parts = measures.flatMap((measure) => split.get(measure) ?? [])
    const kept = stateTtlMs === undefined ? {} : { stateTtlMs }
    const shape = { kind: 'aggregate', window: this.#aggregate.window, groupingSets: null, ...kept } as const
    const spread = this.#isSeveral ? [this.#branch, this.#bucket] : [this.#bucket]
    const at = writtenAt(this.#aggregate)
    const partly: Aggregate = {
      ...shape,
      input: this.#input(columns),
      keys: [...keys, ...spread],
      measures: parts.flatMap(({ partial }) => partial),
    }
    const first = withWrittenAt(partly, at)
    const second = withWrittenAt<Aggregate>({ ...shape, input: first, keys, measures: parts.flatMap(({ final }) => final) }, at)
    const values = parts.map(({ value }, index) => ({ name: measures[index]?.name ?? '', value }))
    return { kind: 'project', input: second, columns: [...this.#keys(second), ...values] }
  }

  get #isSeveral(): boolean {
    return this.#branches.length > 1
  }

  #keys(relation: Relation): NamedExpression[] {
    return this.#aggregate.keys.map((key) => ({ name: key, value: referTo(columnOf(relation, key)) }))
  }

  #name(wish: string): string {
    let name = wish
    for (let number = 0; this.#taken.has(name); number++) name = `${wish}${number}`
    this.#taken.add(name)
    return name
  }

  /** The measure over columns that its branch computes. */
  #moved(measure: Measure, branch: number, columns: NamedExpression[][]): Measure {
    const moved = (value: Expression): Expression => this.#column(value, branch, columns)
    const filter = measure.filter === null ? null : moved(measure.filter)
    const own: Expression | null = this.#isSeveral ? this.#isOf(branch) : null
    const filters = [own, filter].flatMap((each) => each ?? [])
    return { ...measure, arguments: measure.arguments.map(moved), filter: conjunctionOf(filters) }
  }

  /** The column that a branch computes an expression in, once; other branches have NULL there. */
  #column(value: Expression, branch: number, columns: NamedExpression[][]): Expression {
    if (value.kind === 'literal' || (value.kind === 'column' && this.#aggregate.keys.includes(value.name))) return value
    const key = determinismOf(value) === 'pure' ? `${branch} ${printExpression(value)}` : null
    const known = key === null ? undefined : this.#computed.get(key)
    if (known !== undefined) return known
    const name = value.kind === 'column' && !this.#isSeveral ? value.name : this.#name(value.kind === 'column' ? value.name : 'argument')
    for (const [place, each] of columns.entries()) each.push({ name, value: place === branch ? value : nullOf(value.type) })
    const column: Expression = { kind: 'column', name, type: withNullable(value.type, value.type.nullable || this.#isSeveral) }
    if (key !== null) this.#computed.set(key, column)
    return column
  }

  #isOf(branch: number): Expression {
    const type = withNullable(integerType, false)
    const column: Expression = { kind: 'column', name: this.#branch, type }
    return { kind: 'call', function: '=', arguments: [column, whole(branch)], type: { kind: 'boolean', nullable: false } }
  }

  /** The rows of the input, once for each branch. */
  #input(columns: readonly NamedExpression[][]): Relation {
    const { input } = this.#aggregate
    const inputs = this.#branches.map((branch, place): Relation => {
      const bucket: Expression = {
        kind: 'call',
        function: 'BUCKET',
        arguments: [whole(this.#buckets), ...branch.arguments],
        type: withNullable(integerType, false),
      }
      const tag = this.#isSeveral ? [{ name: this.#branch, value: whole(place) }] : []
      const own = [...this.#keys(input), ...tag, { name: this.#bucket, value: bucket }, ...(columns[place] ?? [])]
      return { kind: 'project', input, columns: own }
    })
    const [only] = inputs
    return inputs.length === 1 && only !== undefined ? only : { kind: 'union', inputs }
  }

  #split(measure: Measure): SplitMeasure {
    switch (measure.function) {
      case 'COUNT':
        return this.#splitCount(measure)
      case 'AVG':
        return this.#splitAverage(measure)
      default: {
        const partial = { ...measure, name: this.#name(measure.name), type: withNullable(measure.type, true) }
        const final = this.#over(partial, measure.function, measure.type)
        return { partial: [partial], final: [final], value: columnFor(final) }
      }
    }
  }

  /** A number of rows that is the sum of others; of none it is 0. */
  #splitCount(measure: Measure): SplitMeasure {
    const partial = { ...measure, name: this.#name(measure.name) }
    const isAlways = this.#aggregate.keys.length > 0
    const final = this.#over(partial, 'SUM', withNullable(bigintType, !isAlways))
    const zero: Expression = { kind: 'literal', value: 0, type: withNullable(bigintType, false) }
    const value: Expression = isAlways
      ? columnFor(final)
      : { kind: 'call', function: 'COALESCE', arguments: [columnFor(final), zero], type: withNullable(bigintType, false) }
    return { partial: [partial], final: [final], value }
  }

  /** An average of whole numbers is cut to a whole number. */
  #splitAverage(measure: Measure): SplitMeasure {
    const [value] = measure.arguments
    const wide: Expression[] = value === undefined ? [] : [{ kind: 'cast', value, type: widened(value.type), failing: 'error' }]
    const sum: Measure = { ...measure, name: this.#name(measure.name), function: 'SUM', arguments: wide, type: bigintType }
    const count: Measure = { ...measure, name: this.#name(measure.name), function: 'COUNT', type: withNullable(bigintType, false) }
    const final = [this.#over(sum, 'SUM', bigintType), this.#over(count, 'SUM', bigintType)]
    const quotient: Expression = { kind: 'call', function: '/', arguments: final.map(columnFor), type: bigintType }
    return { partial: [sum, count], final, value: { kind: 'cast', value: quotient, type: measure.type, failing: 'error' } }
  }

  /** The second step of a measure, over its results by bucket. */
  #over(partial: Measure, name: Measure['function'], type: DataType): Measure {
    return { name: this.#name(partial.name), function: name, arguments: [columnFor(partial)], distinct: false, filter: null, type }
  }
}

function columnFor({ name, type }: Measure): Expression {
  return { kind: 'column', name, type }
}

function widened(type: DataType): DataType {
  return withNullable(bigintType, type.nullable)
}

function whole(value: number): Expression {
  return { kind: 'literal', value, type: withNullable(integerType, false) }
}
