/** Writes MATCH_RECOGNIZE for EXPLAIN. */
import type { Match, MatchLookup, MatchSkip, MatchStep, NamedExpression } from './plan.ts'
import { printExpression, printName } from './print-expression.ts'

export function printMatch(match: Match): [string, string | null][] {
  const { partitionBy, orderBy, pattern, definitions, measures, lookups, after, withinMs } = match
  const named = ({ name, value }: NamedExpression) => `${printExpression(value)} AS ${printName(name)}`
  return [
    ['partitionBy', partitionBy.map(printName).join(', ')],
    ['orderBy', orderBy.map(({ column, descending }) => `${printName(column)} ${descending ? 'DESC' : 'ASC'}`).join(', ')],
    ['measures', measures.map(named).join(', ')],
    ['after', printSkip(after)],
    ['pattern', pattern.map(printStep).join(' ')],
    ['within', withinMs === null ? null : `${withinMs} ms`],
    ['define', definitions.map(named).join(', ')],
    ['lookups', lookups.map(printLookup).join(', ')],
  ]
}

function printSkip(skip: MatchSkip): string {
  switch (skip.kind) {
    case 'past-last-row':
      return 'SKIP PAST LAST ROW'
    case 'to-next-row':
      return 'SKIP TO NEXT ROW'
    default:
      return `SKIP ${skip.kind === 'to-first' ? 'TO FIRST' : 'TO LAST'} ${printName(skip.variable)}`
  }
}

function printStep({ variable, min, max, greedy }: MatchStep): string {
  const name = printName(variable)
  if (min === 1 && max === 1) return name
  return `${name}${quantifiers[`${min},${max}`] ?? `{${min},${max ?? ''}}`}${greedy ? '' : '?'}`
}

const quantifiers: Partial<Record<string, string>> = { '0,null': '*', '1,null': '+', '0,1': '?' }

function printLookup(lookup: MatchLookup): string {
  return `${printLookupValue(lookup)} AS ${printName(lookup.name)}`
}

function printLookupValue(lookup: MatchLookup): string {
  const of = (variable: string | null) => (variable === null ? '' : `${printName(variable)}.`)
  switch (lookup.kind) {
    case 'row': {
      const { from, variable, column, offset } = lookup
      return `${from.toUpperCase()}(${of(variable)}${printName(column)}, ${offset})`
    }
    case 'aggregate': {
      const name = lookup.user?.name ?? lookup.function
      return `${name}(${lookup.variable === null ? '' : `${printName(lookup.variable)}: `}${lookup.arguments.map((each) => printExpression(each)).join(', ')})`
    }
    case 'time':
      return 'MATCH_ROWTIME()'
  }
}
