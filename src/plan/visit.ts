/**
 * How plans are taken apart and put together again: every kind of relation and expression is named once here, and the compiler asks
 * for a kind that is missing. A relation that two parents share is one object; whatever is built from it is shared as well.
 */
import type { Expression, Match, MatchLookup, NamedExpression, Output, Plan, Relation, RelationKind, UserFunction } from './plan.ts'

type RelationCases<Result> = { readonly [Kind in RelationKind]: (relation: Extract<Relation, { kind: Kind }>) => Result }
type ExpressionCases<Result> = { readonly [Kind in Expression['kind']]: (expression: Extract<Expression, { kind: Kind }>) => Result }

/** Calls the case of the relation's kind. */
export function match<Result>(relation: Relation, cases: RelationCases<Result>): Result {
  return (cases[relation.kind] as (relation: Relation) => Result)(relation)
}

/** Calls the case of the expression's kind. */
export function matchExpression<Result>(expression: Expression, cases: ExpressionCases<Result>): Result {
  return (cases[expression.kind] as (expression: Expression) => Result)(expression)
}

/** The relations that a relation reads, left before right. */
export function inputsOf(relation: Relation): readonly Relation[] {
  switch (relation.kind) {
    case 'scan':
    case 'values':
      return []
    case 'join':
      return [relation.left, relation.right]
    case 'union':
      return relation.inputs
    default:
      return [relation.input]
  }
}

/** The same relation over other inputs; the relation itself when none of them changed. */
export function withInputs<R extends Relation>(relation: R, inputs: readonly Relation[]): R {
  const before = inputsOf(relation)
  if (before.length === inputs.length && before.every((input, index) => input === inputs[index])) return relation
  switch (relation.kind) {
    case 'scan':
    case 'values':
      return relation
    case 'join':
      return { ...relation, left: inputs[0], right: inputs[1] }
    case 'union':
      return { ...relation, inputs }
    default:
      return { ...relation, input: inputs[0] }
  }
}

/** Every relation below and including `roots`, each once, those who read before their inputs. */
export function readersFirst(roots: readonly Relation[]): readonly Relation[] {
  const relations: Relation[] = []
  walkRelations(roots, (relation) => relations.push(relation))
  return relations.reverse()
}

/** Visits every relation below and including `roots`, each once, inputs before those who read them. */
export function walkRelations(roots: readonly Relation[], visit: (relation: Relation) => void): void {
  const seen = new Set<Relation>()
  const open: { readonly relation: Relation; readonly ready: boolean }[] = []
  for (const relation of [...roots].reverse()) open.push({ relation, ready: false })
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.ready) {
      visit(next.relation)
    } else if (!seen.has(next.relation)) {
      seen.add(next.relation)
      open.push({ relation: next.relation, ready: true })
      for (const input of [...inputsOf(next.relation)].reverse()) open.push({ relation: input, ready: false })
    }
  }
}

/** Rewrites relations from the leaves up: `change` sees each with its inputs already rewritten, and each only once. */
export function mapRelations(roots: readonly Relation[], change: (relation: Relation, original: Relation) => Relation): Relation[] {
  const changed = new Map<Relation, Relation>()
  const done = (relation: Relation): Relation => changed.get(relation) ?? relation
  walkRelations(roots, (relation) => changed.set(relation, change(withInputs(relation, inputsOf(relation).map(done)), relation)))
  return roots.map(done)
}

/** Rewrites all relations of a plan, as `mapRelations` does. */
export function mapPlan(plan: Plan, change: (relation: Relation, original: Relation) => Relation): Plan {
  const inputs = mapRelations(rootsOf(plan), change)
  const outputs = plan.outputs.map((output, index): Output => ({ ...output, input: inputs[index] ?? output.input }))
  return { outputs }
}

/** What each output of a plan takes. */
export function rootsOf(plan: Plan): Relation[] {
  return plan.outputs.map((output) => output.input)
}

/** The direct parts of an expression, in the order of writing. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'column':
    case 'literal':
      return []
    case 'call':
      return expression.arguments
    case 'case':
      return [...expression.branches.flatMap((branch) => [branch.when, branch.then]), expression.otherwise]
    case 'cast':
      return [expression.value]
  }
}

/** Visits an expression and everything in it, wholes before parts. */
export function walkExpression(expression: Expression, visit: (part: Expression) => void): void {
  const open = [expression]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    visit(next)
    for (const part of [...partsOf(next)].reverse()) open.push(part)
  }
}

/** Rewrites an expression from its leaves up; the result is the same object when nothing changed. */
export function mapExpression(expression: Expression, change: (part: Expression) => Expression): Expression {
  return change(mapParts(expression, (part) => mapExpression(part, change)))
}

/** Rewrites the direct parts of an expression. */
export function mapParts(expression: Expression, change: (part: Expression) => Expression): Expression {
  switch (expression.kind) {
    case 'column':
    case 'literal':
      return expression
    case 'call': {
      const parts = mapAll(expression.arguments, change)
      return parts === expression.arguments ? expression : { ...expression, arguments: parts }
    }
    case 'case': {
      const parts = partsOf(expression)
      const changed = mapAll(parts, change)
      if (changed === parts) return expression
      const branches = expression.branches.map((branch, index) => ({
        when: changed[index * 2] ?? branch.when,
        then: changed[index * 2 + 1] ?? branch.then,
      }))
      return { ...expression, branches, otherwise: changed.at(-1) ?? expression.otherwise }
    }
    case 'cast': {
      const value = change(expression.value)
      return value === expression.value ? expression : { ...expression, value }
    }
  }
}

/** Maps a list; gives the list itself when no element changed. */
function mapAll<T>(list: readonly T[], change: (element: T) => T): readonly T[] {
  const changed = list.map(change)
  return changed.every((element, index) => element === list[index]) ? list : changed
}

/** Every expression that stands directly in a relation, in the order of writing. */
export function expressionsOf(relation: Relation): readonly Expression[] {
  switch (relation.kind) {
    case 'scan':
      return relation.conditions
    case 'values':
      return relation.rows.flat()
    case 'watermark':
      return [relation.watermark]
    case 'filter':
      return [relation.condition]
    case 'project':
      return relation.columns.map((column) => column.value)
    case 'unnest':
      return [relation.collection]
    case 'aggregate':
      return relation.measures.flatMap((measure) => (measure.filter === null ? measure.arguments : [...measure.arguments, measure.filter]))
    case 'over':
      return relation.measures.flatMap((measure) => measure.arguments)
    case 'join':
      return relation.condition === null ? [] : [relation.condition]
    case 'match':
      return [...matchAggregates(relation).flatMap((lookup) => lookup.arguments), ...definitionsAndMeasures(relation)]
    default:
      return []
  }
}

/** Rewrites every expression that stands directly in a relation. */
export function mapExpressions(relation: Relation, change: (expression: Expression) => Expression): Relation {
  switch (relation.kind) {
    case 'scan':
      return { ...relation, conditions: relation.conditions.map(change) }
    case 'values':
      return { ...relation, rows: relation.rows.map((row) => row.map(change)) }
    case 'watermark':
      return { ...relation, watermark: change(relation.watermark) }
    case 'filter':
      return { ...relation, condition: change(relation.condition) }
    case 'project':
      return { ...relation, columns: relation.columns.map((column) => ({ ...column, value: change(column.value) })) }
    case 'unnest':
      return { ...relation, collection: change(relation.collection) }
    case 'aggregate': {
      const measures = relation.measures.map((measure) => ({
        ...measure,
        arguments: measure.arguments.map(change),
        filter: measure.filter === null ? null : change(measure.filter),
      }))
      return { ...relation, measures }
    }
    case 'over':
      return { ...relation, measures: relation.measures.map((measure) => ({ ...measure, arguments: measure.arguments.map(change) })) }
    case 'join':
      return relation.condition === null ? relation : { ...relation, condition: change(relation.condition) }
    case 'match': {
      const changed = (named: NamedExpression): NamedExpression => ({ ...named, value: change(named.value) })
      const lookups = relation.lookups.map((each) =>
        each.kind === 'aggregate' ? { ...each, arguments: each.arguments.map(change) } : each,
      )
      return { ...relation, lookups, definitions: relation.definitions.map(changed), measures: relation.measures.map(changed) }
    }
    default:
      return relation
  }
}

function matchAggregates({ lookups }: Match): Extract<MatchLookup, { kind: 'aggregate' }>[] {
  return lookups.filter((lookup) => lookup.kind === 'aggregate')
}

function definitionsAndMeasures({ definitions, measures }: Match): Expression[] {
  return [...definitions, ...measures].map((named) => named.value)
}

/** Names of the columns that an expression reads. */
export function columnsIn(expression: Expression): Set<string> {
  const names = new Set<string>()
  walkExpression(expression, (part) => {
    if (part.kind === 'column') names.add(part.name)
  })
  return names
}

/** The functions of users that a plan calls, each once. */
export function userFunctionsIn(plan: Plan): UserFunction[] {
  const found = new Map<string, UserFunction>()
  const add = (user: UserFunction | undefined): void => {
    if (user !== undefined) found.set(JSON.stringify([user.file, user.export]), user)
  }
  walkRelations(rootsOf(plan), (relation) => {
    if (relation.kind === 'aggregate' || relation.kind === 'over') for (const measure of relation.measures) add(measure.user)
    if (relation.kind === 'match') for (const lookup of matchAggregates(relation)) add(lookup.user)
    for (const expression of expressionsOf(relation))
      walkExpression(expression, (part) => add(part.kind === 'call' ? part.user : undefined))
  })
  return [...found.values()]
}

/** Relations that more than one relation or output reads. */
export function sharedRelations(roots: readonly Relation[]): ReadonlySet<Relation> {
  const seen = new Set<Relation>()
  const shared = new Set<Relation>()
  const count = (relation: Relation): void => {
    if (seen.has(relation)) shared.add(relation)
    seen.add(relation)
  }
  for (const root of roots) count(root)
  walkRelations(roots, (relation) => {
    for (const input of inputsOf(relation)) count(input)
  })
  return shared
}
