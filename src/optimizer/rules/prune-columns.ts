/** Drops columns that nobody asks for, down to the readers. */
import { assert } from '#base'
import {
  asOfTimeOf,
  columnsIn,
  type Expression,
  inputsOf,
  type Match,
  mapPlan,
  match,
  type Plan,
  type Relation,
  rootsOf,
  schemaOf,
  walkRelations,
} from '#plan'

type Names = Iterable<string>

export function pruneColumns(plan: Plan): Plan {
  const needs = new Map<Relation, Set<string>>()
  const need = (relation: Relation | undefined, names: Names): void => {
    assert(relation !== undefined, 'a relation has its inputs')
    const known = needs.get(relation) ?? new Set()
    for (const name of names) known.add(name)
    needs.set(relation, known)
  }
  for (const root of rootsOf(plan)) need(root, allOf(root))
  const order: Relation[] = []
  walkRelations(rootsOf(plan), (relation) => order.push(relation))
  for (const relation of order.reverse()) {
    const wanted = needsOfInputs(relation, needs.get(relation) ?? new Set())
    for (const [index, input] of inputsOf(relation).entries()) need(input, wanted[index] ?? [])
  }
  return mapPlan(plan, (relation, original) => prune(relation, needs.get(original) ?? new Set()))
}

function allOf(relation: Relation): string[] {
  return schemaOf(relation).map((column) => column.name)
}

function used(...expressions: (Expression | null)[]): string[] {
  return expressions.flatMap((expression) => (expression === null ? [] : [...columnsIn(expression)]))
}

/** The columns that a relation needs of each of its inputs, when `wanted` of its own are needed. */
function needsOfInputs(relation: Relation, wanted: ReadonlySet<string>): Names[] {
  /** Wanted columns that come from an input. */
  const passed = (input: Relation): string[] => allOf(input).filter((name) => wanted.has(name))
  return match<Names[]>(relation, {
    scan: () => [],
    values: () => [],
    watermark: ({ input, column, watermark }) => [[...passed(input), column, ...used(watermark)]],
    filter: ({ input, condition }) => [[...passed(input), ...used(condition)]],
    project: ({ columns }) => [used(...columns.filter(({ name }) => wanted.has(name)).map(({ value }) => value))],
    unnest: ({ input, collection }) => [[...passed(input), ...used(collection)]],
    window: ({ input, time, shape }) => [[...passed(input), time, ...(shape.kind === 'session' ? shape.partitionBy : [])]],
    aggregate: ({ keys, measures }) => [
      [...keys, ...measures.filter(({ name }) => wanted.has(name)).flatMap((measure) => used(...measure.arguments, measure.filter))],
    ],
    over: ({ input, partitionBy, orderBy, measures }) => [
      [...passed(input), ...partitionBy, ...orderBy.map((key) => key.column), ...measures.flatMap((measure) => used(...measure.arguments))],
    ],
    join: (join) => {
      const { left, right, equal, condition, asOf } = join
      const time = asOfTimeOf(join)
      const both = new Set([...wanted, ...used(condition), ...(asOf === null ? [] : [asOf])])
      if (time?.kind === 'event-time') both.add(time.right)
      const side = (input: Relation): string[] => allOf(input).filter((name) => both.has(name))
      return [
        [...side(left), ...equal.map((key) => key.left)],
        [...side(right), ...equal.map((key) => key.right)],
      ]
    },
    union: ({ inputs }) => inputs.map(allOf),
    distinct: ({ input }) => [allOf(input)],
    top: ({ input, partitionBy, orderBy }) => [[...passed(input), ...partitionBy, ...orderBy.map((key) => key.column)]],
    sort: ({ input, orderBy }) => [[...passed(input), ...orderBy.map((key) => key.column)]],
    match: (each) => [matchNeeds(pruneMatch(each, wanted))],
  })
}

/** Without the measures that nobody asks for, and without the lookups that nothing reads any more. */
function pruneMatch(relation: Match, wanted: ReadonlySet<string>): Match {
  const measures = relation.measures.filter(({ name }) => wanted.has(name))
  const read = new Set(used(...[...measures, ...relation.definitions].map(({ value }) => value)))
  return { ...relation, measures, lookups: relation.lookups.filter(({ name }) => read.has(name)) }
}

function matchNeeds({ input, partitionBy, orderBy, definitions, lookups }: Match): string[] {
  const tested = used(...definitions.map(({ value }) => value)).filter((name) => allOf(input).includes(name))
  const matched = lookups.flatMap((each) =>
    each.kind === 'row' ? [each.column] : each.kind === 'aggregate' ? used(...each.arguments) : [],
  )
  return [...partitionBy, ...orderBy.map((key) => key.column), ...tested, ...matched]
}

function prune(relation: Relation, wanted: ReadonlySet<string>): Relation {
  switch (relation.kind) {
    case 'scan':
      return { ...relation, columns: relation.columns.filter(({ name }) => wanted.has(name)) }
    case 'project':
      return { ...relation, columns: relation.columns.filter(({ name }) => wanted.has(name)) }
    case 'aggregate':
      return { ...relation, measures: relation.measures.filter(({ name }) => wanted.has(name)) }
    case 'match':
      return pruneMatch(relation, wanted)
    case 'values': {
      const places = relation.columns.flatMap(({ name }, index) => (wanted.has(name) ? [index] : []))
      return {
        ...relation,
        columns: relation.columns.filter(({ name }) => wanted.has(name)),
        rows: relation.rows.map((row) => places.map((place) => row[place] as Expression)),
      }
    }
    default:
      return relation
  }
}
