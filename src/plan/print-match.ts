/** Writes MATCH_RECOGNIZE for EXPLAIN. */
import type { Match, MatchPattern, MatchSkip, NamedExpression } from './plan.ts'
import { printExpression, printName } from './print-expression.ts'

export function printMatch({ partitionBy, orderBy, pattern, definitions, measures, after, withinMs }: Match): [string, string | null][] {
  const named = ({ name, value }: NamedExpression) => `${printExpression(value)} AS ${printName(name)}`
  return [
    ['partitionBy', partitionBy.map(printName).join(', ')],
    ['orderBy', orderBy.map(({ column, descending }) => `${printName(column)} ${descending ? 'DESC' : 'ASC'}`).join(', ')],
    ['measures', measures.map(named).join(', ')],
    ['after', printSkip(after)],
    ['pattern', printPattern(pattern)],
    ['within', withinMs === null ? null : `${withinMs} ms`],
    ['define', definitions.map(named).join(', ')],
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

function printPattern(pattern: MatchPattern): string {
  switch (pattern.kind) {
    case 'variable':
      return printName(pattern.name)
    case 'sequence':
      return pattern.parts.map(printPart).join(' ')
    case 'alternation':
      return pattern.parts.map(printPart).join(' | ')
    case 'repeat': {
      const { min, max, greedy, part } = pattern
      return `${printPart(part)}${quantifiers[`${min},${max}`] ?? `{${min},${max ?? ''}}`}${greedy ? '' : '?'}`
    }
  }
}

const quantifiers: Partial<Record<string, string>> = { '0,null': '*', '1,null': '+', '0,1': '?' }

function printPart(pattern: MatchPattern): string {
  return pattern.kind === 'variable' || pattern.kind === 'repeat' ? printPattern(pattern) : `(${printPattern(pattern)})`
}
