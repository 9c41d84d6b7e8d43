import { readFileSync, writeFileSync } from 'node:fs'
import { formatPosition } from '../excerpt.ts'
import { parseScript } from '../script.ts'
import type { Statement } from '../tree.ts'

/** Reads a file of this folder. */
export function readCorpus(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8')
}

/** One wrong text of a golden file, and what is said about it. */
export interface MistakeCase {
  readonly text: string
  readonly expected: string
}

/** Cases stand between lines of `====`; in each, the text stands before `----` and what is said about it after. */
export function readMistakes(name: string): MistakeCase[] {
  return readCorpus(name)
    .split(/^====\n/m)
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const [text = '', expected = ''] = part.split(/^----\n/m)
      return { text: text.replace(/\n$/, ''), expected }
    })
}

export function writeMistakes(name: string, cases: readonly MistakeCase[]): void {
  const parts = cases.map(({ text, expected }) => `${text}\n----\n${expected}`)
  writeFileSync(new URL(name, import.meta.url), parts.join('====\n'))
}

/** Says everything about a text that is wrong with it, as a terminal would. */
export function renderErrors(text: string): string {
  const { diagnostics, statements } = parseScript(text)
  const said = diagnostics.map((error) => {
    const lines = [`${error.code}: ${error.message}`, formatPosition(text, error)]
    if (error.detail !== undefined) lines.push(`  ${error.detail}`)
    if (error.hint !== undefined) lines.push(`  hint: ${error.hint}`)
    return lines.join('\n') + '\n'
  })
  return said.join('') + (statements.length === 0 ? '' : `(${statements.length} right)\n`)
}

/** A tree with its positions taken out, to compare what was written. */
export function bare(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(bare)
  if (typeof node !== 'object' || node === null) return node
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => key !== 'position')
      .map(([key, value]) => [key, bare(value)]),
  )
}

/** Parses a text that must have no errors. */
export function parseRight(text: string): readonly Statement[] {
  const { diagnostics, statements } = parseScript(text)
  if (diagnostics.length > 0) throw new SyntaxError(renderErrors(text))
  return statements
}
