import { expect, test } from 'vitest'
import { MillraceError } from '#base'
import { bare, readCorpus, readMistakes } from './corpus/corpus.fixture.ts'
import { formatPosition } from './excerpt.ts'
import { expectedAt } from './expectation.ts'
import { readTokens } from './lexer.ts'
import { parseScript } from './script.ts'
import { unparse } from './unparse/statement.ts'

/** A small seeded generator, so that a failure can be run again. */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const statements = [...`${readCorpus('queries.sql')}\n${readCorpus('statements.sql')}`.split(/;\s*$/m)].map((text) => text.trim())
const mistakes = ['words', 'queries', 'definitions'].flatMap((name) => readMistakes(`mistakes-${name}.txt`).map((each) => each.text))
const texts = [...statements, ...mistakes].filter((text) => text !== '')

/** The words, numbers, names and symbols of everything above, to put in anywhere. */
const pool = [...new Set(texts.flatMap((text) => readTokens(text).tokens.map((token) => text.slice(token.start, token.end))))]

function mutate(text: string, next: (below: number) => number): string {
  const pieces = readTokens(text).tokens.map((token) => text.slice(token.start, token.end))
  for (let count = 1 + next(3); count > 0; count--) {
    const at = next(pieces.length)
    const other = next(pieces.length)
    const piece = pieces[at] ?? ''
    const way = next(6)
    if (way === 0) pieces.splice(at, 1)
    else if (way === 1) pieces.splice(at, 0, piece)
    else if (way === 2) [pieces[at], pieces[other]] = [pieces[other] ?? '', piece]
    else if (way === 3) pieces.splice(at, 0, pool[next(pool.length)] ?? '')
    else if (way === 4) pieces.splice(at, 1, pool[next(pool.length)] ?? '')
    else pieces.splice(at, 1, piece.slice(0, next(piece.length + 1)))
  }
  return pieces.join(next(4) === 0 ? '\n' : ' ')
}

/** What must hold for any text at all. */
function check(text: string): void {
  const { statements: found, diagnostics } = parseScript(text)
  for (const error of diagnostics) {
    expect(error).toBeInstanceOf(MillraceError)
    expect(error.code, text).toMatch(/^SQL_/)
    expect(error.blame).toBe('user')
    expect(error.message.length, error.message).toBeLessThanOrEqual(100)
    const { start, end, line, column } = error.position ?? { start: -1, end: -1, line: -1, column: -1 }
    expect(start, text).toBeGreaterThanOrEqual(0)
    expect(end).toBeGreaterThanOrEqual(start)
    expect(end).toBeLessThanOrEqual(text.length)
    const before = text.slice(0, start)
    expect([line, column], text).toEqual([before.split('\n').length, start - (before.lastIndexOf('\n') + 1) + 1])
    expect(formatPosition(text, error).split('\n').length).toBe(2)
  }
  if (diagnostics.length > 0) return
  for (const statement of found) {
    const canonical = unparse(statement)
    const again = parseScript(canonical)
    expect(
      again.diagnostics.map((error) => error.message),
      `${text}\n→ ${canonical}`,
    ).toEqual([])
    expect(bare(again.statements), `${text}\n→ ${canonical}`).toEqual([bare(statement)])
  }
}

test('texts with pieces left out, doubled, swapped and put in have an answer', () => {
  const rounds = Number(process.env['FUZZ_ROUNDS'] ?? 6)
  for (let seed = 1; seed <= rounds; seed++) {
    const next = random(seed)
    for (const text of texts) check(mutate(text, next))
  }
})

test('texts of random pieces have an answer', () => {
  const next = random(7)
  for (let count = 0; count < 1_000; count++) {
    check(Array.from({ length: 1 + next(25) }, () => pool[next(pool.length)] ?? '').join(next(3) === 0 ? '' : ' '))
  }
})

test('texts of random characters have an answer', () => {
  const next = random(11)
  const alphabet = [...'abSELECT 0123.,;:\'"`()[]{}<>=+-*/%|&!?$@#\\\n\t\r_~^eExXuU&é“”𝒳世\0']
  for (let count = 0; count < 2_000; count++) check(Array.from({ length: next(40) }, () => alphabet[next(alphabet.length)] ?? '').join(''))
})

test('texts that break off anywhere have an answer, and so has completion there', () => {
  for (const text of texts) {
    for (let end = 0; end < text.length; end += 1 + (text.length >> 5)) {
      check(text.slice(0, end))
      const expectation = expectedAt(text.slice(0, end), end)
      expect(expectation.start).toBeLessThanOrEqual(end)
      expect(text.slice(expectation.start, end)).toBe(expectation.prefix)
    }
  }
})
