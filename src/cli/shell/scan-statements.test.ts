import { expect, test } from 'vitest'
import { scanStatements } from './scan-statements.ts'

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
