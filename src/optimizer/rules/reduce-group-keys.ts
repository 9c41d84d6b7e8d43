/**
 * Groups by fewer columns: what is computed from other keys alone, is compared with one of them for equality, or is the same constant in
 * all rows, is computed above the groups.
 *
 * Right because rows that agree in the other keys agree in such a column, NULL included; it holds at any time, so that updates move rows
 * between the same groups. One key stays even where all are constant, since without keys there is a group without rows. Numbers with a
 * point can be equal and print differently: what is computed from them stays a key, and so do bounds of windows and time columns.
 */
import { columnIndex, sameType } from '#data'
import {
  type Aggregate,
  columnOf,
  columnsIn,
  conjunctsOf,
  determinismOf,
  type Expression,
  mapPlan,
  type NamedExpression,
  type Plan,
  type Relation,
  referTo,
  schemaOf,
} from '#plan'
import { equalColumnsOf } from '../equal-columns.ts'
import { comparisonIn } from '../ranges.ts'
import { substituted } from '../substitute.ts'

export function reduceGroupKeys(plan: Plan): Plan {
  return mapPlan(plan, (relation) => (relation.kind === 'aggregate' ? (withFewerKeys(relation) ?? relation) : relation))
}

function withFewerKeys(aggregate: Aggregate): Relation | null {
  if (aggregate.groupingSets !== null || aggregate.keys.length < 2) return null
  const values = valuesBelow(aggregate.input)
  const left = [...aggregate.keys]
  const derived = new Map<string, Expression>()
  for (const key of [...aggregate.keys].reverse()) {
    const value = values.get(key)
    if (left.length < 2 || value === undefined || columnOf(aggregate.input, key).role !== undefined) continue
    const others = left.filter((name) => name !== key)
    const inTerms = inTermsOf(value, others, values)
    if (inTerms === null || !sameType(inTerms.type, columnOf(aggregate.input, key).type, true)) continue
    left.splice(left.indexOf(key), 1)
    derived.set(key, inTerms)
  }
  const equal = equalKeys(aggregate, left)
  if (derived.size + equal.size === 0) return null
  const above = new Map([...derived].map(([name, value]) => [name, substituted(value, equal)]))
  return regrouped(
    aggregate,
    left.filter((key) => !equal.has(key)),
    new Map([...above, ...equal]),
  )
}

/** The keys that have the value of a key before them, and that key. */
function equalKeys({ input }: Aggregate, keys: readonly string[]): Map<string, Expression> {
  const pairs = equalColumnsOf(input)
  const firstOf = new Map(keys.map((key) => [key, key]))
  for (const [a, b] of pairs) {
    const [first, second] = [firstOf.get(a), firstOf.get(b)]
    if (first === undefined || second === undefined) continue
    const [kept, replaced] = keys.indexOf(first) <= keys.indexOf(second) ? [first, second] : [second, first]
    for (const [key, known] of firstOf) if (known === replaced) firstOf.set(key, kept)
  }
  const replaced = [...firstOf].filter(
    ([key, first]) => key !== first && [key, first].every((name) => columnOf(input, name).role === undefined),
  )
  return new Map(replaced.map(([key, first]) => [key, referTo(columnOf(input, first))]))
}

/** What the columns of a relation are computed from: the columns of a projection, and those that a condition holds equal to a constant. */
function valuesBelow(relation: Relation): Map<string, Expression> {
  if (relation.kind === 'filter') return new Map([...valuesBelow(relation.input), ...constantsIn(relation.condition)])
  if (relation.kind !== 'project') return new Map()
  const constants = relation.input.kind === 'filter' ? constantsIn(relation.input.condition) : new Map<string, Expression>()
  return new Map(relation.columns.map(({ name, value }) => [name, substituted(value, constants)]))
}

function constantsIn(condition: Expression): Map<string, Expression> {
  const constants = new Map<string, Expression>()
  for (const conjunct of conjunctsOf(condition)) {
    const comparison = comparisonIn(conjunct)
    if (comparison?.operator === '=') constants.set(comparison.column, comparison.literal)
  }
  return constants
}

/** The value in terms of other keys; null where it needs more than those. */
function inTermsOf(value: Expression, keys: readonly string[], values: ReadonlyMap<string, Expression>): Expression | null {
  if (determinismOf(value) !== 'pure' || value.kind === 'column') return null
  const keyOf = new Map<string, Expression>()
  for (const name of keys) {
    const source = values.get(name)
    if (source?.kind === 'column' && !isApproximate(source)) keyOf.set(source.name, { kind: 'column', name, type: source.type })
  }
  return [...columnsIn(value)].every((name) => keyOf.has(name)) ? substituted(value, keyOf) : null
}

function isApproximate({ type }: Expression): boolean {
  return type.kind === 'float' || type.kind === 'double'
}

function regrouped(aggregate: Aggregate, keys: readonly string[], derived: ReadonlyMap<string, Expression>): Relation | null {
  const smaller: Aggregate = { ...aggregate, keys }
  const schema = schemaOf(aggregate)
  const columns = schema.map((column): NamedExpression => ({ name: column.name, value: derived.get(column.name) ?? referTo(column) }))
  if (schema.some(({ name }) => !derived.has(name) && columnIndex(schemaOf(smaller), name) < 0)) return null
  return { kind: 'project', input: smaller, columns }
}
