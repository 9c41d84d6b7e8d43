/** docs/engines.md: what the corpus found of each relation, function and type, on the embedded engine and on Flink. */
import { builtInFunctions, functionSynonyms } from '#plan'
import type { TestFile, TestResult } from '#sqltest'

type Test = TestFile['tests'][number]

export interface Asked {
  readonly file: string
  readonly result: Pick<TestResult, 'test' | 'verdict'>
}

/** How a statement is seen to use a relation. */
const relations: readonly (readonly [string, RegExp])[] = [
  ['filter', /\bWHERE\b/],
  ['VALUES', /\bVALUES\s*\(/],
  ['SELECT DISTINCT', /\bSELECT\s+DISTINCT\b/],
  ['GROUP BY', /\bGROUP BY\b/],
  ['GROUPING SETS, CUBE, ROLLUP', /\b(?:GROUPING SETS|CUBE|ROLLUP)\b/],
  ['aggregate with DISTINCT', /\(\s*DISTINCT\b/],
  ['aggregate with FILTER', /\)\s*FILTER\s*\(/],
  ['TUMBLE windows', /\bTUMBLE\s*\(/],
  ['HOP windows', /\bHOP\s*\(/],
  ['CUMULATE windows', /\bCUMULATE\s*\(/],
  ['SESSION windows', /\bSESSION\s*\(/],
  ['OVER aggregates', /\b(?!ROW_NUMBER|RANK|DENSE_RANK)\w+\s*\([^()]*\)\s+OVER\b/],
  ['Top-N', /\b(?:ROW_NUMBER|RANK|DENSE_RANK)\s*\(\s*\)\s+OVER\b/],
  ['inner join', /(?<!LEFT |RIGHT |FULL |OUTER |CROSS )\bJOIN\b/],
  ['outer join', /\b(?:LEFT|RIGHT|FULL)\s+(?:OUTER\s+)?JOIN\b/],
  ['cross join', /\bCROSS JOIN\b/],
  ['temporal and lookup join', /\bFOR SYSTEM_TIME AS OF\b/],
  ['UNNEST', /\bUNNEST\s*\(/],
  ['IN, EXISTS with a query', /\b(?:IN|EXISTS)\s*\(\s*SELECT\b/],
  ['UNION', /\bUNION\b/],
  ['INTERSECT, EXCEPT', /\b(?:INTERSECT|EXCEPT)\b/],
  ['ORDER BY, LIMIT', /\b(?:LIMIT|FETCH (?:FIRST|NEXT))\b|\bORDER BY[^()]*$/],
  ['MATCH_RECOGNIZE', /\bMATCH_RECOGNIZE\b/],
  ['INSERT INTO', /\bINSERT (?:INTO|OVERWRITE)\b/],
  ['views', /\bCREATE (?:TEMPORARY )?VIEW\b/],
  ['WITH', /\bWITH\s+\w+\s*(?:\([^()]*\)\s*)?AS\s*\(/],
]

const types =
  'BOOLEAN TINYINT SMALLINT INT BIGINT FLOAT DOUBLE DECIMAL CHAR STRING BINARY BYTES DATE TIME TIMESTAMP TIMESTAMP_LTZ INTERVAL ARRAY MAP MULTISET ROW VARIANT BITMAP'.split(
    ' ',
  )
const otherNames: Readonly<Record<string, string>> = {
  VARCHAR: 'STRING',
  VARBINARY: 'BYTES',
  INTEGER: 'INT',
  NUMERIC: 'DECIMAL',
  DEC: 'DECIMAL',
}

/** All names that stand before an opening parenthesis, or without one where SQL has none, such as CURRENT_DATE. */
function functionsIn(sql: string): Set<string> {
  const names = Array.from(
    sql.matchAll(/\b([A-Z][A-Z0-9_]*)\b(?=(\s*\()?)/gi),
    ([, name = '', open]) => [name.toUpperCase(), open !== undefined] as const,
  )
  const known = names.flatMap(([name, isCalled]) => {
    const found = functionSynonyms[name] ?? name
    return builtInFunctions.has(found) && (isCalled || /^(?:CURRENT|LOCAL)/.test(found)) ? [found] : []
  })
  return new Set(known)
}

function typesIn(text: string): Set<string> {
  const words = Array.from(text.matchAll(/\b[A-Z_]+\b/gi), ([word]) => otherNames[word.toUpperCase()] ?? word.toUpperCase())
  return new Set(words.filter((word) => types.includes(word)))
}

function sqlOf({ steps }: Test): string {
  return steps
    .map(({ sql }) => sql)
    .join('\n')
    .replaceAll(/'(?:[^']|'')*'/g, "''")
    .replaceAll(/--.*$/gm, '')
}

function headersOf({ tables, steps }: Test): string {
  const columns = tables.flatMap((table) => table.columns.map(({ type }) => type ?? ''))
  return [...columns, ...steps.map(({ expectation }) => expectation?.rows[0]?.cells.join(' ') ?? '')].join(' ')
}

function expectsRows({ steps }: Test): boolean {
  return steps.some(({ expectation }) => expectation !== null && expectation.kind !== 'error')
}

interface Tally {
  asked: number
  same: number
  /** Why some are not; what is done by many has many reasons that are none of its own. */
  readonly others: Set<string>
}

const reasonsMax = 2

class Tallies {
  readonly #rows = new Map<string, Tally>()

  constructor(names: Iterable<string>) {
    for (const name of names) this.#rows.set(name, { asked: 0, same: 0, others: new Set() })
  }

  add(names: Iterable<string>, { test, verdict }: Asked['result']): void {
    for (const name of names) {
      const row = this.#rows.get(name)
      if (row === undefined) continue
      row.asked++
      if (verdict === 'same') row.same++
      else row.others.add(`${verdict}: ${test.own?.why ?? ''}`)
    }
  }

  table(title: string): string {
    const rows = [...this.#rows].map(([name, { asked, same, others }]) =>
      asked === 0
        ? `| ${name} | – | – | not asked |`
        : `| ${name} | ${asked} | ${same} | ${others.size > reasonsMax ? 'for several reasons, see below' : [...others].toSorted().join('; ')} |`,
    )
    return [`| ${title} | asked | same | otherwise |`, '| --- | ---: | ---: | --- |', ...rows].join('\n')
  }
}

export function renderEnginesPage(all: readonly Asked[], flinkVersion: string): string {
  const byRelation = new Tallies(relations.map(([name]) => name))
  const byFunction = new Tallies(builtInFunctions.keys())
  const byType = new Tallies(types)
  const asked = all.filter(({ result }) => result.verdict !== 'not asked')
  const answered = asked.filter(({ result }) => expectsRows(result.test))
  for (const { result } of answered) {
    const sql = sqlOf(result.test)
    byRelation.add(
      relations.filter(([, pattern]) => pattern.test(sql.toUpperCase())).map(([name]) => name),
      result,
    )
    byFunction.add(functionsIn(sql), result)
    byType.add(typesIn(`${sql} ${headersOf(result.test)}`), result)
  }
  const count = (verdict: string, of = asked): number => of.filter(({ result }) => result.verdict === verdict).length
  const others = asked.filter(({ result }) => result.verdict !== 'same')
  const rows = others.map(
    ({ file, result }) => `| ${file.replace('.sqltest', '')} | ${result.test.name} | ${result.verdict} | ${result.test.own?.why ?? ''} |`,
  )
  return `# What runs where

The same statement gives the same answer on the embedded engine and on Flink ${flinkVersion}. This page is written by a run of the corpus in
[test/conformance](../test/conformance) on both (\`UPDATE=1 make test-system\`); every run fails where an answer is not as said here.

Of ${all.length} tests ${asked.length} were asked of Flink, over bounded inputs in streaming mode; where rows are sorted, in batch mode. The others break runs off
or read scripts with tables outside. ${count('same')} have the same answer, ${asked.length - answered.length} of these an error on both sides; ${count('differs')} differ, and ${count('refused')} Flink refuses or cannot give.
Changes are compared by what they come to.

## Relations

${byRelation.table('relation')}

## Types

${byType.table('type')}

## Functions

A test may use several.

${byFunction.table('function')}

## Each answer that is not the same

| file | test | Flink | why |
| --- | --- | --- | --- |
${rows.join('\n')}
`
}
