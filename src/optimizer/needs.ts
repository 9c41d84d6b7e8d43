/** Which columns of each relation somebody above asks for. */
import { assert } from '#base'
import {
  asOfTimeOf,
  columnsIn,
  type Expression,
  inputsOf,
  type Match,
  match,
  type Over,
  type Plan,
  type Relation,
  readersFirst,
  rootsOf,
  schemaOf,
} from '#plan'

type Names = Iterable<string>

/** By relation: the names of its columns that are asked for. Outputs ask for all of theirs. */
export function columnNeeds(plan: Plan): (relation: Relation) => ReadonlySet<string> {
  const needs = new Map<Relation, Set<string>>()
  const need = (relation: Relation | undefined, names: Names): void => {
    assert(relation !== undefined, 'a relation has its inputs')
    const known = needs.get(relation) ?? new Set()
    for (const name of names) known.add(name)
    needs.set(relation, known)
  }
  for (const root of rootsOf(plan)) need(root, allOf(root))
  for (const relation of readersFirst(rootsOf(plan))) {
    const wanted = needsOfInputs(relation, needs.get(relation) ?? new Set())
    for (const [index, input] of inputsOf(relation).entries()) need(input, wanted[index] ?? [])
  }
  return (relation) => needs.get(relation) ?? new Set()
}

function allOf(relation: Relation): string[] {
  return schemaOf(relation).map((column) => column.name)
}

function used(...expressions: (Expression | null)[]): string[] {
  return expressions.flatMap((expression) => (expression === null ? [] : [...columnsIn(expression)]))
}

/** The columns that a relation needs of each of its inputs, when `wanted` of its own are needed. */
export function needsOfInputs(relation: Relation, wanted: ReadonlySet<string>): Names[] {
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
    over: (over) => [
      [
        ...passed(over.input),
        ...over.partitionBy,
        ...over.orderBy.map((key) => key.column),
        ...measuresOf(over, wanted).flatMap((measure) => used(...measure.arguments)),
      ],
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
    match: (each) => [matchNeeds(neededMatch(each, wanted))],
    'to-changelog': ({ input }) => [allOf(input)],
    normalise: ({ input, key }) => [[...passed(input), ...key]],
    'from-changelog': ({ input, op }) => [[...passed(input), op]],
  })
}

/** The measures of OVER that are asked for, and one even where none is: rows wait for their time and may come too late. */
export function measuresOf({ measures }: Over, wanted: ReadonlySet<string>): Over['measures'] {
  const asked = measures.filter(({ name }) => wanted.has(name))
  return asked.length === 0 ? measures.slice(0, 1) : asked
}

/** Without the measures that nobody asks for, and without the lookups that nothing reads any more. */
export function neededMatch(relation: Match, wanted: ReadonlySet<string>): Match {
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
