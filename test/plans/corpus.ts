/**
 * Files of cases that anyone can read and add to: a text, a line of four dashes, what is expected of it; two blank lines between cases.
 * UPDATE=1 writes what is expected anew: read the difference.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { MemoryCatalog } from '#catalog'
import { type DataType, integerType, stringType } from '#data'
import type { FunctionDefinition } from '#plan'
import { bindStatement, parseScript, type Statement } from '#sql'

export interface Case {
  readonly text: string
  readonly expected: string
}

const here = path.dirname(fileURLToPath(import.meta.url))
const test = path.dirname(here)

/** The case files of a folder under test/, by their path from there. */
export function caseFiles(folder: string): string[] {
  return readdirSync(path.join(test, folder))
    .filter((name) => name.endsWith('.txt'))
    .sort()
    .map((name) => path.join(folder, name))
}

/** The cases of a file; with UPDATE=1, after what is expected was written anew. */
export function readCases(file: string, answer: (text: string) => string): Case[] {
  const place = path.join(test, file)
  const cases = parseCases(readFileSync(place, 'utf8'))
  if (process.env['UPDATE'] !== '1') return cases
  const updated = cases.map(({ text }): Case => ({ text, expected: answer(text) }))
  writeFileSync(place, `${updated.map(({ text, expected }) => `${text}\n----\n${expected}\n`).join('\n\n')}`)
  return updated
}

function parseCases(file: string): Case[] {
  return file.split(/\n{3,}/).flatMap((block) => {
    const [text = '', expected = ''] = block.split(/^----$/m)
    return text.trim() === '' ? [] : [{ text: text.trim(), expected: expected.trim() }]
  })
}

/** A catalog with the tables of a file beside this one and a function of each kind. */
export function createCatalog(tables = 'tables.sql'): MemoryCatalog {
  const catalog = new MemoryCatalog()
  for (const [name, definition] of Object.entries(userFunctions)) {
    const path_ = [...catalog.current, name] as const
    catalog.createFunction(
      { ...definition, name, file: 'functions.ts', export: name, path: path_, temporary: false },
      { whenThere: 'fail', system: false },
    )
  }
  for (const statement of statementsOf(readFileSync(path.join(here, tables), 'utf8'))) define(statement, catalog)
  return catalog
}

const wordRow: DataType = {
  kind: 'array',
  element: { kind: 'row', fields: [{ name: 'word', type: stringType }], nullable: false },
  nullable: true,
}
const userFunctions: Record<string, Pick<FunctionDefinition, 'signature'>> = {
  slug: { signature: { kind: 'scalar', parameters: [stringType], result: stringType } },
  words: { signature: { kind: 'table', parameters: [stringType], result: wordRow } },
  /** Called as functions are that only plans have, and as a built-in one. */
  item: { signature: { kind: 'scalar', parameters: [stringType], result: stringType } },
  max: { signature: { kind: 'scalar', parameters: [stringType], result: stringType } },
  total_length: { signature: { kind: 'aggregate', parameters: [stringType], result: integerType } },
}

/** The statements of a text that has no syntax errors; else the first of these is thrown. */
export function statementsOf(text: string): readonly Statement[] {
  const { statements, diagnostics } = parseScript(text)
  const [first] = diagnostics
  if (first !== undefined) throw first
  return statements
}

/** Gives a definition to the catalog. */
function define(statement: Statement, catalog: MemoryCatalog): void {
  const bound = bindStatement(statement, catalog)
  if (bound.kind === 'create-table') catalog.createTable(bound.definition, bound.whenThere, bound.position)
  if (bound.kind === 'create-view') catalog.createView(bound.definition, bound.whenThere, bound.position)
}
