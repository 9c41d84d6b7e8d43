/**
 * A job as a file: a header of comments, a blank line, and the script.
 *
 *     -- name: orders by hour
 *     -- parallelism: 2
 *     -- set: table.local-time-zone=Europe/Berlin
 *     -- state: running
 *
 *     INSERT INTO …
 *
 * The header is no part of the script, so that each fact stands in one place. A value in double quotes is read as JSON, for line breaks.
 */
import type { JobSpec } from '#api'
import { closeNames, listed, type TextPosition } from '#base'
import { usageErrors } from '../errors.ts'
import { applyFacts, factRows } from './job-facts.ts'

export interface JobFile {
  readonly spec: JobSpec
  /** What it shall be; null: whatever it is. */
  readonly wanted: 'running' | 'stopped' | null
  /** Whether the header names an owner. */
  readonly hasOwner: boolean
  /** How much of the file stands in front of the script. */
  readonly headLines: number
  readonly headLength: number
}

const stateKey = 'state'
const keys: readonly string[] = [...factRows.map(({ key }) => key), stateKey]

interface HeadLine {
  readonly key: string
  readonly value: string
  readonly position: TextPosition
}

/** @param before what the job is where the header does not say */
export function parseJobFile(text: string, before: JobSpec): JobFile {
  const { facts, lines, length } = splitHead(text)
  const texts = Map.groupBy(facts, ({ key }) => key)
  const wrong = (key: string, expected: string): Error => {
    const { value, position } = texts.get(key)?.at(-1) ?? { value: '', position: undefined }
    return usageErrors.CLI_JOB_HEADER({ key, expected, got: `"${value}"` }, { position })
  }
  const spec = applyFacts(
    { ...before, program: { kind: 'sql', text: text.slice(length) } },
    (key) => texts.get(key)?.map(({ value }) => value),
    ({ key, expected }) => wrong(key, expected),
  )
  const wanted = texts.get(stateKey)?.at(-1)?.value ?? null
  if (wanted !== null && wanted !== 'running' && wanted !== 'stopped') throw wrong(stateKey, 'running or stopped')
  return { spec, wanted, hasOwner: texts.has('owner'), headLines: lines, headLength: length }
}

function splitHead(text: string): { readonly facts: readonly HeadLine[]; readonly lines: number; readonly length: number } {
  const facts: HeadLine[] = []
  let [at, lines, start, number] = [0, 0, 0, 0]
  let isOver = false
  for (const line of text.split('\n')) {
    number++
    const fact = factOf(line, start, number)
    start += line.length + 1
    if (fact === null && !/^\s*--/.test(line)) break
    if (isOver && fact !== null) throw usageErrors.CLI_JOB_HEADER_PLACE({ key: fact.key }, { position: fact.position })
    if (fact === null) isOver = true
    else {
      facts.push(fact)
      ;[at, lines] = [start, number]
    }
  }
  // One blank line is between header and script.
  const blank = lines === 0 ? null : /^[ \t]*\r?\n/.exec(text.slice(at))
  return { facts, lines: lines + (blank === null ? 0 : 1), length: Math.min(text.length, at + (blank?.[0].length ?? 0)) }
}

/** Null for a line that is none of a header; fails where it is nearly one. */
function factOf(line: string, start: number, number: number): HeadLine | null {
  const [, key = '', written = ''] = /^--[ \t]*([a-z][a-z-]*)[ \t]*:[ \t]*(.*?)[ \t]*\r?$/.exec(line) ?? []
  if (key === '') return null
  const position = { start, end: start + line.length, line: number, column: 1 }
  if (!keys.includes(key)) {
    const [close] = key.length < 4 ? [] : closeNames(key, keys, 1)
    if (close === undefined) return null
    throw usageErrors.CLI_JOB_HEADER(
      { key, expected: `to be one of ${listed(keys, 'or')}`, got: 'that word' },
      { position, hint: `Use "${close}".` },
    )
  }
  return { key, value: plainValue(written, key, position), position }
}

function plainValue(written: string, key: string, position: TextPosition): string {
  if (!written.startsWith('"')) return written
  try {
    const value: unknown = JSON.parse(written)
    if (typeof value === 'string') return value
  } catch {
    // It is told like anything else that is no text.
  }
  throw usageErrors.CLI_JOB_HEADER({ key, expected: 'a text of JSON where it begins with a quote', got: written }, { position })
}

export function renderJobFile(spec: JobSpec, wanted: 'running' | 'stopped'): string {
  const facts = factRows.flatMap((row) => row.write(spec).map((value) => `-- ${row.key}: ${writtenValue(value)}`))
  return `${facts.join('\n')}\n-- ${stateKey}: ${wanted}\n\n${spec.program.text}`
}

function writtenValue(value: string): string {
  const isPlain = value === value.trim() && !value.startsWith('"') && !/[\p{Cc}\u2028\u2029]/u.test(value)
  return isPlain ? value : JSON.stringify(value)
}
