/** What must hold of every plan. A plan that breaks it comes from a mistake of ours, never of the person who asked. */
import { assert } from '#base'
import { type Column, columnIndex, type DataType, printType, type Schema, sameType } from '#data'
import type { Aggregate, Expression, Join, Match, Plan, Relation, SortKey, Window } from './plan.ts'
import { printRelationLine } from './print.ts'
import { printExpression } from './print-expression.ts'
import { columnsByName, lookupSchema, schemaOf } from './schema.ts'
import { expressionsOf, inputsOf, rootsOf, walkExpression, walkRelations } from './visit.ts'

/** Stops when a plan breaks an invariant. */
export function assertPlan(plan: Plan): void {
  const [problem] = problemsOf(plan)
  assert(problem === undefined, `plan: ${problem ?? ''}`)
}

/** Every broken invariant of a plan, one text each; empty for a sound plan. */
export function problemsOf(plan: Plan): string[] {
  const problems: string[] = []
  walkRelations(rootsOf(plan), (relation) => {
    for (const problem of relationProblems(relation)) problems.push(`${problem} in ${printRelationLine(relation)}`)
  })
  return problems
}

function* relationProblems(relation: Relation): Generator<string> {
  yield* namesProblems(schemaOf(relation))
  const inputs = inputsOf(relation)
  const schemas = inputs.length === 0 ? [schemaOf(relation)] : inputs.map(schemaOf)
  if (relation.kind === 'match') schemas.push(lookupSchema(relation))
  const visible: Visible = schemas.map(columnsByName)
  for (const expression of expressionsOf(relation)) yield* expressionProblems(expression, visible)
  yield* ownProblems(relation)
}

function* namesProblems(schema: Schema): Generator<string> {
  const seen = new Set<string>()
  for (const { name } of schema) {
    if (seen.has(name)) yield `two columns "${name}"`
    seen.add(name)
  }
}

type Visible = readonly ReadonlyMap<string, Column>[]

function* expressionProblems(expression: Expression, visible: Visible): Generator<string> {
  const problems: string[] = []
  walkExpression(expression, (part) => {
    if (part.kind !== 'column') return
    const type = visible.map((columns) => columns.get(part.name)).find((column) => column !== undefined)?.type
    if (type === undefined) problems.push(`no column "${part.name}" for ${printExpression(expression)}`)
    else if (!sameType(type, part.type)) problems.push(`"${part.name}" is ${printType(type)}, read as ${printType(part.type)}`)
  })
  yield* problems
}

function* ownProblems(relation: Relation): Generator<string> {
  switch (relation.kind) {
    case 'values':
      for (const row of relation.rows) {
        if (row.length !== relation.columns.length) yield `a row of ${row.length} values for ${relation.columns.length} columns`
        for (const [index, value] of row.entries()) yield* typeProblems(value.type, relation.columns[index]?.type)
      }
      return
    case 'watermark': {
      const type = typeIn(relation.input, relation.column)
      if ((type?.kind !== 'timestamp' && type?.kind !== 'timestamp-ltz') || type.precision > 3)
        yield 'a watermark on a column without event time'
      return
    }
    case 'filter':
      if (relation.condition.type.kind !== 'boolean') yield 'a condition that is not BOOLEAN'
      return
    case 'window':
      return yield* windowProblems(relation)
    case 'aggregate':
      return yield* aggregateProblems(relation)
    case 'over':
      yield* missing(relation.input, relation.partitionBy)
      return yield* sortProblems(relation.input, relation.orderBy)
    case 'join':
      return yield* joinProblems(relation)
    case 'union':
      return yield* unionProblems(relation.inputs)
    case 'match':
      return yield* matchProblems(relation)
    case 'normalise':
      return yield* missing(relation.input, relation.key)
    case 'from-changelog':
      return yield* missing(relation.input, [relation.op])
    case 'top':
      if (relation.from < 1 || relation.to < relation.from) yield `places from ${relation.from} to ${relation.to}`
      yield* missing(relation.input, relation.partitionBy)
      return yield* sortProblems(relation.input, relation.orderBy)
    case 'sort':
      if (relation.offset < 0 || (relation.limit !== null && relation.limit < 0)) yield 'a negative limit'
      return yield* sortProblems(relation.input, relation.orderBy)
    default:
  }
}

function typeIn(relation: Relation, name: string): DataType | undefined {
  return columnsByName(schemaOf(relation)).get(name)?.type
}

function* typeProblems(actual: DataType, expected: DataType | undefined): Generator<string> {
  if (expected === undefined || !sameType(actual, expected, true) || (actual.nullable && !expected.nullable)) {
    yield `expected ${expected === undefined ? 'no value' : printType(expected)}, got ${printType(actual)}`
  }
}

function* missing(input: Relation, names: readonly string[]): Generator<string> {
  for (const name of names) if (typeIn(input, name) === undefined) yield `no column "${name}"`
}

function* sortProblems(input: Relation, keys: readonly SortKey[]): Generator<string> {
  yield* missing(
    input,
    keys.map((key) => key.column),
  )
}

function* windowProblems({ input, time, shape }: Window): Generator<string> {
  const role = schemaOf(input).find((column) => column.name === time)?.role
  if (role === undefined || role === 'window-start' || role === 'window-end') yield `a window on "${time}", which is no time column`
  if (shape.kind === 'session') yield* missing(input, shape.partitionBy)
  const lengths = shape.kind === 'session' ? [shape.gapMs] : [shape.sizeMs]
  if (shape.kind === 'hop') lengths.push(shape.slideMs)
  if (shape.kind === 'cumulate') lengths.push(shape.stepMs)
  if (lengths.some((ms) => !Number.isSafeInteger(ms) || ms <= 0)) yield `a window of ${lengths.join(' and ')} ms`
}

function* aggregateProblems({ input, keys, window, groupingSets }: Aggregate): Generator<string> {
  yield* missing(input, keys)
  if (window !== null) {
    for (const [name, role] of [
      [window.start, 'window-start'],
      [window.end, 'window-end'],
    ] as const) {
      if (!keys.includes(name)) yield `the bound "${name}" is not grouped by`
      if (schemaOf(input).find((column) => column.name === name)?.role !== role) yield `"${name}" is not a ${role}`
    }
  }
  for (const set of groupingSets?.sets ?? []) {
    for (const name of set) if (!keys.includes(name)) yield `a grouping set with "${name}", which is not a key`
  }
}

function* joinProblems(join: Join): Generator<string> {
  const left = schemaOf(join.left)
  for (const { name } of schemaOf(join.right)) if (columnIndex(left, name) >= 0) yield `"${name}" on both sides`
  for (const key of join.equal) {
    const type = typeIn(join.left, key.left)
    const other = typeIn(join.right, key.right)
    if (type === undefined || other === undefined) yield `no columns "${key.left}" and "${key.right}"`
    else if (!sameType(type, other, true)) yield `keys of types ${printType(type)} and ${printType(other)}`
  }
  if (join.condition !== null && join.condition.type.kind !== 'boolean') yield 'a condition that is not BOOLEAN'
}

function* matchProblems({ input, partitionBy, orderBy, pattern, lookups, definitions, after }: Match): Generator<string> {
  yield* missing(input, partitionBy)
  yield* sortProblems(input, orderBy)
  const variables = new Set(pattern.map((step) => step.variable))
  if (variables.size < pattern.length) yield 'a variable twice in the pattern'
  if (pattern.every((step) => step.min === 0)) yield 'a pattern that no row fits'
  for (const { min, max } of pattern) if (max !== null && (max < min || max < 1)) yield `a variable ${min} to ${max} times`
  const named = [...lookups.map((lookup) => ('variable' in lookup ? lookup.variable : null)), ...definitions.map(({ name }) => name)]
  for (const name of [...named, 'variable' in after ? after.variable : null]) {
    if (name !== null && !variables.has(name)) yield `no variable "${name}"`
  }
  for (const lookup of lookups) {
    if (typeIn(input, lookup.name) !== undefined) yield `a lookup "${lookup.name}", which is a column of the input`
    if (lookup.kind === 'row') yield* missing(input, [lookup.column])
  }
}

function* unionProblems(inputs: readonly Relation[]): Generator<string> {
  const first = inputs[0]
  if (first === undefined) return yield 'a union of nothing'
  for (const input of inputs) {
    const schema = schemaOf(input)
    if (schema.length !== schemaOf(first).length) yield `inputs of ${schemaOf(first).length} and ${schema.length} columns`
    for (const [index, column] of schema.entries()) {
      const other = schemaOf(first)[index]
      if (other !== undefined && !sameType(other.type, column.type, true)) {
        yield `column ${index + 1} is ${printType(other.type)} and ${printType(column.type)}`
      }
    }
  }
}
