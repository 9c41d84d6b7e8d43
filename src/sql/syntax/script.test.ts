import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { bare, parseRight, readCorpus } from './corpus/corpus.fixture.ts'
import { parseScript } from './script.ts'
import type { SyntaxNode } from './tree.ts'
import { unparseExpression } from './unparse/expression.ts'
import { unparse } from './unparse/statement.ts'

const files = ['queries', 'statements'] as const

for (const file of files) {
  const text = readCorpus(`${file}.sql`)

  test(`all of ${file}.sql parses, each statement to its end`, () => {
    const statements = parseRight(text)
    expect(statements.length).toBe(text.split(/;\s*$/m).length - 1 - innerSemicolons(text))
  })

  test(`what ${file}.sql says is what its canonical text says`, () => {
    for (const statement of parseRight(text)) {
      const canonical = unparse(statement)
      const again = parseRight(canonical)
      expect({ canonical, tree: bare(again) }).toEqual({ canonical, tree: [bare(statement)] })
      expect(again.map(unparse)).toEqual([canonical])
    }
  })

  test(`the canonical text of ${file}.sql stays as it is`, () => {
    const golden = new URL(`corpus/${file}.canonical.sql`, import.meta.url)
    const actual = parseRight(text)
      .map((statement) => `${unparse(statement)};\n`)
      .join('\n')
    if (process.env['UPDATE'] === '1') writeFileSync(golden, actual)
    expect(actual).toBe(readFileSync(golden, 'utf8'))
  })

  test(`every node of ${file}.sql stands inside its parent, where its line and column say`, () => {
    const lineStarts = [0]
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1)
    const misplaced: string[] = []
    for (const statement of parseRight(text)) checkPlace(statement, undefined)
    expect(misplaced).toEqual([])

    function checkPlace(node: SyntaxNode, parent: SyntaxNode | undefined): void {
      const { start, end, line, column } = node.position
      const isThere = end > start && (lineStarts[line - 1] ?? Number.NaN) + column - 1 === start
      // A key written beside its column names the column, which stands before it.
      const isInside =
        parent === undefined || parent.kind === 'key-constraint' || (start >= parent.position.start && end <= parent.position.end)
      if (!isThere || !isInside) misplaced.push(`${node.kind} in ${parent?.kind}: ${text.slice(start, end)}`)
      for (const child of childrenOf(node)) checkPlace(child, node)
    }
  })
}

/** Semicolons at line ends that do not end a statement: those in statement sets. */
function innerSemicolons(text: string): number {
  const sets = text.match(/^(EXECUTE STATEMENT SET BEGIN|BEGIN STATEMENT SET;)[\s\S]*?^END;/gm) ?? []
  return sets.map((set) => (set.match(/;$/gm) ?? []).length - 1).reduce((sum, count) => sum + count, 0)
}

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = []
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit)
    else if (typeof value === 'object' && value !== null && 'kind' in value) found.push(value as SyntaxNode)
  }
  Object.values(node).forEach(visit)
  return found
}

test.each([
  ['a + b * c', 'a + (b * c)'],
  ['a - b - c', '(a - b) - c'],
  ['a - b + c - d', '((a - b) + c) - d'],
  ['a * b + c * d', '(a * b) + (c * d)'],
  ['a * b / c % d', '((a * b) / c) % d'],
  ['a || b + c', '(a || b) + c'],
  ['-a * b', '(-a) * b'],
  ['-a[1]', '-(a[1])'],
  ['-a.b', '-(a.b)'],
  ['a + b = c - d', '(a + b) = (c - d)'],
  ['a = b AND c', '(a = b) AND c'],
  ['a OR b AND c', 'a OR (b AND c)'],
  ['a AND b OR c AND d', '(a AND b) OR (c AND d)'],
  ['NOT a = b', 'NOT (a = b)'],
  ['NOT a AND b', '(NOT a) AND b'],
  ['NOT a IS NULL', 'NOT (a IS NULL)'],
  ['a = b IS NULL', '(a = b) IS NULL'],
  ['a IS NULL IS NOT NULL', '(a IS NULL) IS NOT NULL'],
  ['a IS NULL = b', '(a IS NULL) = b'],
  ['a + 1 IN (2) AND b', '((a + 1) IN (2)) AND b'],
  ['a = b IN (1)', 'a = (b IN (1))'],
  ['a BETWEEN b + 1 AND c * 2 AND d', '(a BETWEEN (b + 1) AND (c * 2)) AND d'],
  ["a LIKE b || '%' OR c", "(a LIKE (b || '%')) OR c"],
  ['a < b = c', '(a < b) = c'],
  ['a IS DISTINCT FROM b + 1', 'a IS DISTINCT FROM (b + 1)'],
  ['a = b OR c IS NOT TRUE', '(a = b) OR (c IS NOT TRUE)'],
])('%s means %s', (loose, explicit) => {
  expect(bare(parseRight(`SELECT ${loose}`))).toEqual(bare(parseRight(`SELECT ${explicit}`)))
})

test.each([
  ['SELECT 1 UNION SELECT 2 INTERSECT SELECT 3', 'SELECT 1 UNION (SELECT 2 INTERSECT SELECT 3)'],
  ['SELECT 1 INTERSECT SELECT 2 UNION SELECT 3', '(SELECT 1 INTERSECT SELECT 2) UNION SELECT 3'],
  ['SELECT 1 UNION SELECT 2 EXCEPT SELECT 3', '(SELECT 1 UNION SELECT 2) EXCEPT SELECT 3'],
  ['SELECT 1 UNION ALL SELECT 2 UNION SELECT 3', '(SELECT 1 UNION ALL SELECT 2) UNION SELECT 3'],
  ['SELECT * FROM a, b JOIN c ON TRUE', 'SELECT * FROM a, (b JOIN c ON TRUE)'],
  ['SELECT * FROM a JOIN b ON TRUE JOIN c ON TRUE', 'SELECT * FROM (a JOIN b ON TRUE) JOIN c ON TRUE'],
])('%s means %s', (loose, explicit) => {
  expect(bare(parseRight(loose))).toEqual(bare(parseRight(explicit)))
})

test('names that were never parsed are put in backticks when they need them', () => {
  const position = { start: 0, end: 0, line: 1, column: 1 }
  const names = ['amount', 'größe', 'order', 'Value', 'my table', 'a`b', '1x', '$', 'a$']
  const parts = names.map((text) => ({ kind: 'identifier', text, quoted: false, position }) as const)
  expect(unparseExpression({ kind: 'column-reference', parts, position })).toBe(
    'amount.größe.`order`.`Value`.`my table`.`a``b`.`1x`.`$`.a$',
  )
})

test('comments are kept with their places, and hints are no comments', () => {
  const text = '-- one\nSELECT /* two\nlines */ 1, /*+ no hint */\n// three'
  const { comments } = parseScript("SELECT 1 -- end\n/* in\nside */ + 2 // slash\nFROM t /*+ OPTIONS('a'='b') */ --")
  expect(comments.map((comment) => comment.text)).toEqual(['-- end', '/* in\nside */', '// slash', '--'])
  expect(comments[1]?.position).toEqual({ start: 16, end: 29, line: 2, column: 1 })
  expect(parseScript(text).comments.length).toBe(3)
})

test('a wrong statement does not hide the right ones, nor the next wrong one', () => {
  const { statements, diagnostics } = parseScript('SELECT 1; SELEC 2; SELECT FROM t; SELECT 3; SELECT a b c, d e f FROM t;')
  expect(statements.length).toBe(2)
  expect(diagnostics.map((error) => error.position?.start)).toEqual([10, 26, 55, 62])
})

test('an empty text has nothing in it', () => {
  for (const text of ['', ';', ' \n;;\t;', '-- only a comment', '/* */']) {
    expect(parseScript(text)).toMatchObject({ statements: [], diagnostics: [] })
  }
})
