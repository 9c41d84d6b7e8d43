import { expect, test } from 'vitest'
import type { MillraceError } from '#base'
import { bare, readCorpus, readMistakes } from './corpus/corpus.fixture.ts'
import { formatPosition } from './excerpt.ts'
import { expectedAt } from './expectation.ts'
import { readTokens } from './lexer.ts'
import { parseScript } from './script.ts'
import type { Statement } from './tree.ts'
import { unparse } from './unparse/statement.ts'

/** A small seeded generator, so that a failure can be run again. */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const statements = `${readCorpus('queries.sql')}\n${readCorpus('statements.sql')}`.split(/;\s*$/m).map((text) => text.trim())
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

/** Says what does not hold of a text, and must hold for any text at all. */
function findTrouble(text: string): string[] {
  const { statements: found, diagnostics } = parseScript(text)
  const troubles = diagnostics.flatMap((error) => findErrorTrouble(text, error))
  if (diagnostics.length === 0) troubles.push(...found.flatMap(findTripTrouble))
  return troubles.map((trouble) => `${trouble}\nin: ${text}`)
}

function findErrorTrouble(text: string, error: MillraceError): string[] {
  const { start, end, line, column } = error.position ?? { start: -1, end: -1, line: -1, column: -1 }
  const before = text.slice(0, start)
  const lineHere = before.split('\n').length
  const columnHere = start - (before.lastIndexOf('\n') + 1) + 1
  const troubles: string[] = []
  if (!error.code.startsWith('SQL_') || error.blame !== 'user') troubles.push(`${error.code} is not about the text: ${error.message}`)
  if (error.message.length > 100) troubles.push(`too long: ${error.message}`)
  if (start < 0 || end < start || end > text.length) troubles.push(`${start} to ${end} is not in the text: ${error.message}`)
  if (line !== lineHere || column !== columnHere) troubles.push(`${line}:${column} is not at ${start}: ${error.message}`)
  if (formatPosition(text, error).split('\n').length !== 2) troubles.push(`no excerpt: ${error.message}`)
  return troubles
}

/** What was understood must be understood the same way again, from its canonical text. */
function findTripTrouble(statement: Statement): string[] {
  const canonical = unparse(statement)
  const again = parseScript(canonical)
  if (again.diagnostics[0] !== undefined) return [`${again.diagnostics[0].message}\nfrom: ${canonical}`]
  return JSON.stringify(bare(again.statements)) === JSON.stringify([bare(statement)]) ? [] : [`another tree from: ${canonical}`]
}

test('texts with pieces left out, doubled, swapped and put in have an answer', () => {
  const rounds = Number(process.env['FUZZ_ROUNDS'] ?? 6)
  for (let seed = 1; seed <= rounds; seed++) {
    const next = random(seed)
    expect(texts.flatMap((text) => findTrouble(mutate(text, next)))).toEqual([])
  }
})

test('texts of random pieces have an answer', () => {
  const next = random(7)
  for (let count = 0; count < 1_000; count++) {
    const pieces = Array.from({ length: 1 + next(25) }, () => pool[next(pool.length)] ?? '')
    expect(findTrouble(pieces.join(next(3) === 0 ? '' : ' '))).toEqual([])
  }
})

test('texts of random characters have an answer', () => {
  const next = random(11)
  const alphabet = Array.from('abSELECT 0123.,;:\'"`()[]{}<>=+-*/%|&!?$@#\\\n\t\r_~^eExXuU&é“”𝒳世\0')
  for (let count = 0; count < 2_000; count++) {
    const text = Array.from({ length: next(40) }, () => alphabet[next(alphabet.length)] ?? '').join('')
    expect(findTrouble(text)).toEqual([])
  }
})

test('texts that break off anywhere have an answer, and so has completion there', () => {
  for (const text of texts) {
    for (let end = 0; end < text.length; end += 1 + (text.length >> 5)) {
      const start = text.slice(0, end)
      const { start: wordStart, prefix } = expectedAt(start, end)
      expect({ trouble: findTrouble(start), prefix }).toEqual({ trouble: [], prefix: start.slice(wordStart) })
    }
  }
})
