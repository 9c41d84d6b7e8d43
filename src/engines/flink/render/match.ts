/** MATCH_RECOGNIZE. */
import { type Expression, type Match, type MatchLookup, type MatchSkip, type MatchStep, mapExpression } from '#plan'
import { orderWords } from './clause.ts'
import { renderErrors } from './errors.ts'
import { expressionWriter, type Names } from './expression.ts'
import { renderInterval } from './literal.ts'
import { calledText } from './measure.ts'
import { columnText, nameText } from './name.ts'
import type { NamedRows } from './table-function.ts'

export function renderMatch(match: Match, { text, columns }: NamedRows, alias: string): string {
  const { partitionBy, orderBy, pattern, definitions, measures, lookups, after, withinMs } = match
  const column = (name: string): string => columnText(columns.get(name) ?? name)
  const lookupTexts = new Map(lookups.map((lookup) => [lookup.name, lookupText(lookup, column, orderBy[0]?.column ?? '')]))
  const order = orderBy.map((key) => column(key.column) + orderWords(key))
  const written = (value: Expression, variable: string | null): string => {
    const name = (each: string): string =>
      lookupTexts.get(each) ?? (variable === null ? column(each) : `${nameText(variable)}.${column(each)}`)
    return expressionWriter({ column: name, dotted: (each) => `(${name(each)})` }).text(withoutClock(value, lookupTexts))
  }
  const [first] = pattern
  const defined = definitions.map(({ name, value }) => `${nameText(name)} AS ${written(value, name)}`)
  const lines = [
    ...(partitionBy.length === 0 ? [] : [`PARTITION BY ${partitionBy.map(column).join(', ')}`]),
    `ORDER BY ${order.join(', ')}`,
    `MEASURES ${measures.map(({ name, value }) => `${written(value, null)} AS ${nameText(name)}`).join(', ')}`,
    'ONE ROW PER MATCH',
    `AFTER MATCH ${skipText(after)}`,
    `PATTERN (${pattern.map(stepText).join(' ')})${withinMs === null ? '' : ` WITHIN ${renderInterval(withinMs)}`}`,
    `DEFINE ${defined.length === 0 ? `${nameText(first?.variable ?? '')} AS TRUE` : defined.join(', ')}`,
  ]
  const renamed = partitionBy.some((name) => (columns.get(name) ?? name) !== name)
  const names = [...partitionBy, ...measures.map(({ name }) => name)].map(nameText)
  return `${text} MATCH_RECOGNIZE (\n${lines.map((line) => `  ${line}`).join('\n')}\n) AS ${alias}${renamed ? `(${names.join(', ')})` : ''}`
}

const clock = 'MATCH_PROCTIME()'

/** The clock has another name in a pattern. */
function withoutClock(value: Expression, texts: Map<string, string>): Expression {
  return mapExpression(value, (part) => {
    if (part.kind !== 'call' || part.function !== 'PROCTIME') return part
    texts.set(clock, clock)
    return { kind: 'column', name: clock, type: part.type }
  })
}

function lookupText(lookup: MatchLookup, column: (name: string) => string, time: string): string {
  if (lookup.kind === 'time') return `MATCH_ROWTIME(${lookup.type.kind === 'timestamp-ltz' ? column(time) : ''})`
  const prefix = lookup.variable === null ? '' : `${nameText(lookup.variable)}.`
  if (lookup.kind === 'row') {
    const path = prefix + column(lookup.column)
    const { from, offset } = lookup
    if (from === 'last' && offset === 0 && lookup.variable !== null) return path
    return `${from.toUpperCase()}(${path}${offset === 0 ? '' : `, ${offset}`})`
  }
  if (lookup.arguments.length === 0 && lookup.variable !== null) {
    throw renderErrors.ENGINE_FLINK_RENDER_FUNCTION({ function: lookup.function, reason: 'it counts the rows of a variable' })
  }
  const names: Names = { column: (name) => prefix + column(name), dotted: (name) => `(${prefix}${column(name)})` }
  return calledText(expressionWriter(names), { ...lookup, distinct: false })
}

function stepText({ variable, min, max, greedy }: MatchStep): string {
  const quantifier =
    min === 1 && max === 1
      ? ''
      : max === null
        ? min === 0
          ? '*'
          : min === 1
            ? '+'
            : `{${min},}`
        : min === 0 && max === 1
          ? '?'
          : min === max
            ? `{${min}}`
            : `{${min},${max}}`
  return `${nameText(variable)}${quantifier}${greedy || quantifier === '' ? '' : '?'}`
}

function skipText(after: MatchSkip): string {
  switch (after.kind) {
    case 'past-last-row':
      return 'SKIP PAST LAST ROW'
    case 'to-next-row':
      return 'SKIP TO NEXT ROW'
    case 'to-first':
      return `SKIP TO FIRST ${nameText(after.variable)}`
    case 'to-last':
      return `SKIP TO LAST ${nameText(after.variable)}`
  }
}
