import { expect, test } from 'vitest'
import { firstTokens, scanStatements } from './scan-statements.ts'

test.each<[text: string, statements: string[], rest: string, open: string]>([
  ['', [], '', 'nothing'],
  ['  \n', [], '', 'nothing'],
  ['SELECT 1', [], 'SELECT 1', 'statement'],
  ['SELECT 1;', ['SELECT 1;'], '', 'nothing'],
  ['SELECT 1; SELECT 2;\n', ['SELECT 1;', 'SELECT 2;'], '', 'nothing'],
  ["SELECT ';'", [], "SELECT ';'", 'statement'],
  ["SELECT 'it''s;", [], "SELECT 'it''s;", 'text'],
  ["SELECT 'it''s';", ["SELECT 'it''s';"], '', 'nothing'],
  ['SELECT `a;', [], 'SELECT `a;', 'name'],
  ['SELECT `a;b`;', ['SELECT `a;b`;'], '', 'nothing'],
  ['SELECT 1 -- no; end', [], 'SELECT 1 -- no; end', 'statement'],
  ['SELECT 1 -- no; end\n;', ['SELECT 1 -- no; end\n;'], '', 'nothing'],
  ['SELECT /* ;', [], 'SELECT /* ;', 'comment'],
  ['SELECT /* ; */ 1;', ['SELECT /* ; */ 1;'], '', 'nothing'],
  ['SELECT (1 +', [], 'SELECT (1 +', 'bracket'],
  ['SELECT 4 / 2;', ['SELECT 4 / 2;'], '', 'nothing'],
  ["SET 'a' = 'b';", ["SET 'a' = 'b';"], '', 'nothing'],
  ['BEGIN STATEMENT SET; INSERT INTO a SELECT 1;', [], 'BEGIN STATEMENT SET; INSERT INTO a SELECT 1;', 'statement-set'],
  ['BEGIN STATEMENT SET; INSERT INTO a SELECT 1; END;', ['BEGIN STATEMENT SET; INSERT INTO a SELECT 1; END;'], '', 'nothing'],
  [
    'execute statement set begin insert into a select case when b then 1 end;',
    [],
    'execute statement set begin insert into a select case when b then 1 end;',
    'statement-set',
  ],
  [
    'execute statement set begin insert into a select case when b then 1 end; end;',
    ['execute statement set begin insert into a select case when b then 1 end; end;'],
    '',
    'nothing',
  ],
])('%j', (text, statements, rest, open) => {
  expect(scanStatements(text)).toEqual({ statements, rest, open })
})

test.each<[what: string, text: string, open: string]>([
  ['text', `'${'x'.repeat(16_000_000)}`, 'text'],
  ['text of quotes', `'${"''".repeat(8_000_000)}`, 'text'],
  ['name', `\`${'x'.repeat(16_000_000)}`, 'name'],
  ['comment', `/*${'*'.repeat(16_000_000)}`, 'comment'],
])('a %s as long as a script may be', (_what, text, open) => {
  expect(scanStatements(text).open).toBe(open)
})

test.each<[string, number, string[]]>([
  ['', 3, []],
  [' -- nothing\n/* at; all */ // but comments', 3, []],
  ["/* a */ STOP JOB -- b\n'it''s; c' ; d", 4, ['STOP', 'JOB', "'it''s; c'", ';']],
  ['SELECT `a b`(1), 2', 3, ['SELECT', '`a b`', '(']],
  ['a /* open', 3, ['a']],
  ["a 'open", 3, ['a', "'open"]],
])('the first tokens of %j, at most %i', (text, most, expected) => {
  const tokens = firstTokens(text, most)
  expect(tokens.map((token) => token.text)).toEqual(expected)
  for (const token of tokens) expect(text.slice(token.start).startsWith(token.text)).toBe(true)
})
