/** MATCH_RECOGNIZE: rows that follow one another and fit a pattern, as Flink has it. */
import { type Column, columnIndex, type DataType } from '#data'
import { type Match, type MatchStep, type NamedExpression, type Relation, type SortKey, schemaOf } from '#plan'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import { typeText } from './call.ts'
import type { FromRows } from './collections.ts'
import type { BindContext } from './context.ts'
import { MatchClause } from './match-clause.ts'
import { MatchLookups } from './match-lookups.ts'
import { bindPattern, bindSkip } from './match-pattern.ts'
import { namesOf, uniqueName } from './names.ts'
import { checkOrder, directionOf } from './order.ts'
import { Place } from './place.ts'
import { emptyScope } from './scope.ts'
import { checkTimeColumn } from './time-column.ts'

/** The rows of all matches: the partition columns, then the measures. */
export function bindMatchRecognize(node: tree.MatchRecognize, input: FromRows, context: BindContext): FromRows {
  if (node.rowsPerMatch !== undefined && node.rowsPerMatch !== 'one') {
    throw sqlErrors.SQL_NOT_SUPPORTED({ what: 'ALL ROWS PER MATCH' }, { position: node.position, hint: 'Write ONE ROW PER MATCH.' })
  }
  const pattern = bindPattern(node)
  const after = bindSkip(node.afterMatch, pattern)
  const partition = partitionOf(node, input, context)
  const orderBy = orderOf(node, input, context)
  const lookups = new MatchLookups(input.scope.star, namesOf(schemaOf(input.relation)))
  const clauses = bindClauses(node, pattern, timeOf(input.relation, orderBy), lookups, context)
  const names = measureNames(node, partition)
  const bare: Match = {
    kind: 'match',
    input: input.relation,
    partitionBy: partition.map(({ column }) => column),
    orderBy,
    pattern,
    definitions: clauses.definitions,
    measures: clauses.measures.map((value, index) => ({ name: names[index] ?? '', value })),
    lookups: lookups.all,
    after,
    withinMs: withinOf(node, input, context),
  }
  const relation = context.placed(bare, [
    { start: node.input.position.end, end: (node.alias ?? node).position[node.alias === undefined ? 'end' : 'start'] },
  ])
  const written = [...partition.map(({ name }) => name), ...node.measures.map(({ alias }) => alias.text)]
  const star = schemaOf(relation).map((column, index) => ({ name: written[index] ?? column.name, column }))
  return { relation, scope: { ...emptyScope, star } }
}

interface NamedColumn {
  readonly name: string
  /** As the plan has it. */
  readonly column: string
  readonly type: DataType
}

function partitionOf(node: tree.MatchRecognize, input: FromRows, context: BindContext): NamedColumn[] {
  const place = new Place(context, input.scope, { clause: 'PARTITION BY' })
  return context.all(node.partitionBy.map((each) => () => columnNamed(each, 'PARTITION BY', place)))
}

function orderOf(node: tree.MatchRecognize, input: FromRows, context: BindContext): SortKey[] {
  const place = new Place(context, input.scope, { clause: 'ORDER BY' })
  const [first] = node.orderBy
  if (first === undefined) throw sqlErrors.SQL_MATCH_ORDER({}, { position: node.position })
  const keys = node.orderBy.map((item): SortKey => {
    const { column, type } = columnNamed(item.expression, 'ORDER BY', place)
    checkOrder(type, item.position)
    return { column, ...directionOf(item) }
  })
  const written = first.expression.kind === 'column-reference' ? (first.expression.parts.at(-1)?.text ?? '') : ''
  checkTimeColumn(timeOf(input.relation, keys), written, 'MATCH_RECOGNIZE', first.position)
  if (first.direction === 'desc') throw sqlErrors.SQL_MATCH_ORDER({}, { position: first.position })
  return keys
}

function columnNamed(node: tree.Expression, clause: string, place: Place): NamedColumn {
  const value = place.bind(node)
  if (value.kind === 'column' && node.kind === 'column-reference') {
    return { name: node.parts.at(-1)?.text ?? value.name, column: value.name, type: value.type }
  }
  throw sqlErrors.SQL_COLUMN_EXPECTED({ clause }, { position: node.position, hint: 'Compute it in a subquery first.' })
}

/** The time column that rows are ordered by. */
function timeOf(input: Relation, [key]: readonly SortKey[]): Column {
  const schema = schemaOf(input)
  return schema[columnIndex(schema, key?.column ?? '')] as Column
}

function bindClauses(
  node: tree.MatchRecognize,
  pattern: readonly MatchStep[],
  time: Column,
  lookups: MatchLookups,
  context: BindContext,
): { readonly definitions: NamedExpression[]; readonly measures: NamedExpression['value'][] } {
  const variables = pattern.map((step) => step.variable)
  const [definitions, measures] = context.both(
    () => bindDefinitions(node, variables, time, lookups, context),
    () => {
      const clause = new MatchClause({ context, lookups, own: null, variables, time })
      return context.all(
        node.measures.map(
          ({ expression }) =>
            () =>
              clause.bindMeasure(expression),
        ),
      )
    },
  )
  return { definitions, measures }
}

/** A condition for a variable that the pattern does not have is checked and dropped. */
function bindDefinitions(
  { definitions }: tree.MatchRecognize,
  variables: readonly string[],
  time: Column,
  lookups: MatchLookups,
  context: BindContext,
): NamedExpression[] {
  const inPattern = new Set(variables)
  const seen = new Set<string>()
  const bound = context.all(
    definitions.map(({ name, condition }) => () => {
      if (seen.has(name.text)) {
        throw sqlErrors.SQL_PATTERN_VARIABLE_TWICE({ variable: name.text, problem: 'is defined twice' }, { position: name.position })
      }
      seen.add(name.text)
      const isInPattern = inPattern.has(name.text)
      const known = isInPattern ? variables : [...variables, name.text]
      const clause = new MatchClause({ context, lookups: isInPattern ? lookups : lookups.apart(), own: name.text, variables: known, time })
      return { name: name.text, value: clause.bindCondition(condition) }
    }),
  )
  return bound.filter(({ name }) => inPattern.has(name))
}

/** Names for the measures in the plan. */
function measureNames(node: tree.MatchRecognize, partition: readonly NamedColumn[]): string[] {
  if (node.measures.length === 0) throw sqlErrors.SQL_MATCH_MEASURES_MISSING({}, { position: node.position })
  const written = new Set(partition.map(({ name }) => name))
  const taken = new Set(partition.map(({ column }) => column))
  return node.measures.map(({ alias: { text, position } }) => {
    if (written.has(text)) throw sqlErrors.SQL_COLUMN_DUPLICATE({ column: text, owner: 'the columns of MATCH_RECOGNIZE' }, { position })
    written.add(text)
    return uniqueName(text, taken)
  })
}

function withinOf({ within }: tree.MatchRecognize, input: FromRows, context: BindContext): number | null {
  if (within === undefined) return null
  const value = new Place(context, input.scope, { clause: 'WITHIN' }).bind(within)
  const isInterval = value.kind === 'literal' && value.type.kind === 'interval-day-time' && typeof value.value === 'number'
  if (isInterval && Number(value.value) > 0) return Number(value.value)
  const expected = isInterval ? 'more than no time' : 'an interval of days to seconds'
  const got = isInterval ? `${String(value.value)} ms` : typeText(value)
  throw sqlErrors.SQL_MATCH_WITHIN({ expected, got }, { position: within.position })
}
