import { expect, test } from 'vitest'
import { isReserved } from '#plan'
import { readTokens } from './lexer.ts'
import { parseScript } from './script.ts'

/** The tokens of a text as `kind text`, without the end. */
function tokensOf(text: string): string[] {
  return readTokens(text)
    .tokens.slice(0, -1)
    .map(({ kind, text: content }) => `${kind} ${content}`)
}

test.each([
  ['Select größe', ['word SELECT', 'word GRÖSSE']],
  ['`a``b` `x y`', ['quoted a`b', 'quoted x y']],
  ["'it''s' '' n'x'", ["string it's", 'string ', 'string x']],
  ["U&'\\0041\\\\\\+01F600'", ['string A\\😀']],
  ["E'a\\tb\\n\\x41\\u00e9\\'c'", ["string a\tb\nAé'c"]],
  ["x'0a' X'FF'", ['binary 0A', 'binary FF']],
  [
    '12 1.5 .5 1. 1e10 1.5E-3 1e',
    ['number 12', 'number 1.5', 'number .5', 'number 1.', 'number 1e10', 'number 1.5E-3', 'number 1', 'word E'],
  ],
  ['a.b a .5 t.*', ['word A', 'symbol .', 'word B', 'word A', 'number .5', 'word T', 'symbol .', 'symbol *']],
  [
    'a<>b!=c<=d>=e||f=>g',
    'a <> b != c <= d >= e || f => g'.split(' ').map((part) => (/\w/.test(part) ? `word ${part.toUpperCase()}` : `symbol ${part}`)),
  ],
  ['MAP<INT,ARRAY<INT>>', ['word MAP', 'symbol <', 'word INT', 'symbol ,', 'word ARRAY', 'symbol <', 'word INT', 'symbol >', 'symbol >']],
  ['a--b\n-c//d\n/e/*f*//g', ['word A', 'symbol -', 'word C', 'symbol /', 'word E', 'symbol /', 'word G']],
  ['/*+ A */ */', ['symbol /*+', 'word A', 'symbol */', 'symbol *', 'symbol /']],
  ['a$b $', ['word A$B', 'symbol $']],
  ['SET a.b-c = 10 s; SET', ['word SET', 'raw a.b-c', 'symbol =', 'raw 10 s', 'symbol ;', 'word SET']],
  ["SET 'a' = file:///x -- where\n;", ['word SET', 'string a', 'symbol =', 'raw file:///x', 'symbol ;']],
  ['BEGIN STATEMENT SET; x', ['word BEGIN', 'word STATEMENT', 'word SET', 'symbol ;', 'word X']],
])('%s is cut by the rules of Flink', (text, tokens) => {
  expect(tokensOf(text)).toEqual(tokens)
})

test('places count lines and columns through texts and comments of several lines', () => {
  const { tokens } = readTokens("'a\nb' /* c\nd */ x\r\n\ty")
  expect(tokens.map(({ start, end, line, column }) => [start, end, line, column])).toEqual([
    [0, 5, 1, 1],
    [16, 17, 3, 6],
    [20, 21, 4, 2],
    [21, 21, 4, 3],
  ])
})

/** Words that people like for columns, and what the parser of Flink makes of them. */
const reserved = 'timestamp date time value user count day year hour result start end rank percent comment order group position hash'
const free = 'key name type data id state level model source first last length map json version view week zone session size number action'

test('reserved words need backticks, the others do not', () => {
  for (const word of reserved.split(' ')) {
    expect(isReserved(word.toUpperCase())).toBe(true)
    expect(parseScript(`SELECT ${word}, 1 FROM t`).diagnostics.map((error) => error.code)).toEqual(['SQL_RESERVED_WORD'])
    expect(parseScript(`SELECT \`${word}\`, t.\`${word}\` AS \`${word}\` FROM t`).diagnostics).toEqual([])
  }
  for (const word of free.split(' ')) {
    expect(parseScript(`SELECT ${word}, t.${word} AS ${word} FROM ${word} t`).diagnostics).toEqual([])
  }
})
