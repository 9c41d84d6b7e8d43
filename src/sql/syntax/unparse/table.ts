import { unreachable } from '#base'
import type { AfterMatch, Join, MatchRecognize, Pattern, TableReference } from '../tree.ts'
import { unparseCall } from './call.ts'
import { unparseHints } from './hint.ts'
import { unparseAlias, unparseIdentifier, unparseName, unparseNames, words } from './name.ts'
import { unparseOrder } from './window.ts'
import type { Writer } from './writer.ts'

/** Writes what stands after FROM. */
export function unparseTable(write: Writer, table: TableReference): string {
  switch (table.kind) {
    case 'named-table':
      return words(
        unparseName(table.name),
        ...unparseHints(table.hints),
        table.asOf && `FOR SYSTEM_TIME AS OF ${write.operand(table.asOf)}`,
        unparseAlias(table.alias).trimStart(),
        table.sample && `TABLESAMPLE ${table.sample.method.toUpperCase()} (${table.sample.percent.text})`,
        table.sample?.seed && `REPEATABLE (${table.sample.seed.text})`,
      )
    case 'derived-table':
      return `${table.lateral ? 'LATERAL ' : ''}(${write.query(table.query)})${unparseAlias(table.alias)}`
    case 'table-function':
      return `${table.lateral ? 'LATERAL ' : ''}TABLE(${unparseCall(write, table.call)})${unparseAlias(table.alias)}`
    case 'unnest': {
      const ordinality = table.ordinality ? ' WITH ORDINALITY' : ''
      return `UNNEST(${table.expressions.map(write.expression).join(', ')})${ordinality}${unparseAlias(table.alias)}`
    }
    case 'join':
      return unparseJoin(write, table)
    case 'match-recognize':
      return unparseMatch(write, table) + unparseAlias(table.alias)
    default:
      return unreachable(table)
  }
}

/** Joins nest to the left by themselves; commas bind looser than words. */
function unparseJoin(write: Writer, { join, natural, comma, left, right, condition }: Join): string {
  const isCommaJoin = (table: TableReference): boolean => table.kind === 'join' && table.comma
  const leftText = unparseTable(write, left)
  const rightText = unparseTable(write, right)
  if (comma) return `${leftText}, ${isCommaJoin(right) ? `(${rightText})` : rightText}`
  return words(
    isCommaJoin(left) ? `(${leftText})` : leftText,
    natural && 'NATURAL',
    join === 'inner' ? 'JOIN' : `${join.toUpperCase().replace('-', ' ')} JOIN`,
    right.kind === 'join' ? `(${rightText})` : rightText,
    condition?.kind === 'on' && `ON ${write.expression(condition.expression)}`,
    condition?.kind === 'using' && `USING ${unparseNames(condition.columns)}`,
  )
}

const rowsPerMatchWords: Readonly<Record<NonNullable<MatchRecognize['rowsPerMatch']>, string>> = {
  one: 'ONE ROW PER MATCH',
  all: 'ALL ROWS PER MATCH',
  'all-show-empty': 'ALL ROWS PER MATCH SHOW EMPTY MATCHES',
  'all-omit-empty': 'ALL ROWS PER MATCH OMIT EMPTY MATCHES',
  'all-with-unmatched': 'ALL ROWS PER MATCH WITH UNMATCHED ROWS',
}

function unparseMatch(write: Writer, match: MatchRecognize): string {
  const measures = match.measures.map(({ expression, alias }) => `${write.expression(expression)} AS ${unparseIdentifier(alias)}`)
  const subsets = match.subsets.map(({ name, members }) => `${unparseIdentifier(name)} = ${unparseNames(members)}`)
  const definitions = match.definitions.map(({ name, condition }) => `${unparseIdentifier(name)} AS ${write.expression(condition)}`)
  const pattern = words(match.anchoredStart && '^', unparsePattern(match.pattern), match.anchoredEnd && '$')
  const inside = words(
    match.partitionBy.length > 0 && `PARTITION BY ${match.partitionBy.map(write.expression).join(', ')}`,
    match.orderBy.length > 0 && `ORDER BY ${unparseOrder(write, match.orderBy)}`,
    measures.length > 0 && `MEASURES ${measures.join(', ')}`,
    match.rowsPerMatch && rowsPerMatchWords[match.rowsPerMatch],
    match.afterMatch && `AFTER MATCH SKIP ${unparseSkip(match.afterMatch)}`,
    `PATTERN (${pattern})`,
    match.within && `WITHIN ${write.expression(match.within)}`,
    subsets.length > 0 && `SUBSET ${subsets.join(', ')}`,
    `DEFINE ${definitions.join(', ')}`,
  )
  return `${unparseTable(write, match.input)} MATCH_RECOGNIZE (${inside})`
}

function unparseSkip({ skip, variable }: AfterMatch): string {
  return words(skip.toUpperCase().replaceAll('-', ' '), variable && unparseIdentifier(variable))
}

/** Writes a pattern; sequences and alternatives inside another pattern stand in parentheses. */
function unparsePattern(pattern: Pattern, isNested = false): string {
  switch (pattern.kind) {
    case 'pattern-variable':
      return unparseIdentifier(pattern.name)
    case 'pattern-sequence':
      return group(pattern.parts.map((part) => unparsePattern(part, true)).join(' '), isNested)
    case 'pattern-alternation':
      return group(pattern.parts.map((part) => unparsePattern(part, true)).join(' | '), isNested)
    case 'pattern-quantified': {
      const inner = unparsePattern(pattern.pattern, true)
      const isTwice = pattern.pattern.kind === 'pattern-quantified'
      return `${isTwice ? `(${inner})` : inner}${quantifier(pattern.min, pattern.max)}${pattern.greedy ? '' : '?'}`
    }
    case 'pattern-permute':
      return `PERMUTE(${pattern.parts.map((part) => unparsePattern(part)).join(', ')})`
    case 'pattern-exclusion':
      return `{- ${unparsePattern(pattern.pattern)} -}`
    default:
      return unreachable(pattern)
  }
}

function group(text: string, isNested: boolean): string {
  return isNested ? `(${text})` : text
}

function quantifier(min: number, max: number | undefined): string {
  if (max === undefined) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`
  if (min === 0 && max === 1) return '?'
  return min === max ? `{${min}}` : `{${min},${max}}`
}
