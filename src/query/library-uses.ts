/** The connectors and formats that the tables of a script name: on a cluster, each may want a library that is not there. */
import type { TextPosition } from '#base'
import { type FoundToken, firstTokens } from '#sql'
import { statementsIn } from './script-statements.ts'

export interface LibraryUse {
  readonly kind: 'connector' | 'format'
  readonly name: string
  /** The scheme of the database of a `jdbc` table, such as `postgresql`; else empty. */
  readonly database: string
  /** Of the name in the script. */
  readonly position: TextPosition
}

/** Finds what a cluster lacks of what a script names: paths of JARs. Fails on what there is no library for. */
export type FindLibraries = (uses: readonly LibraryUse[]) => Promise<readonly string[]>

const kinds: Readonly<Record<string, LibraryUse['kind']>> = {
  connector: 'connector',
  format: 'format',
  'key.format': 'format',
  'value.format': 'format',
}

/** Those of CREATE TABLE and ALTER TABLE, in the order of the script. What cannot be read so is for the cluster to judge. */
export function libraryUses(script: string): readonly LibraryUse[] {
  return statementsIn(script).flatMap(({ text, start }) => {
    const tokens = firstTokens(text, Number.POSITIVE_INFINITY)
    if (!namesTable(tokens)) return []
    const options = optionsIn(tokens)
    const url = options.find(({ key }) => key === 'url')?.value ?? ''
    return options.flatMap(({ key, value, at }) => {
      const kind = Object.hasOwn(kinds, key) ? kinds[key] : undefined
      if (kind === undefined) return []
      const database = value === 'jdbc' ? (/^jdbc:([a-z0-9]+):/i.exec(url)?.[1]?.toLowerCase() ?? '') : ''
      return [{ kind, name: value, database, position: positionOf(script, start + at.start, at.text.length) }]
    })
  })
}

/** Whether a script brings JARs of its own, in which there may be anything. */
export function bringsLibraries(script: string): boolean {
  return statementsIn(script).some(({ text }) => {
    const words = firstTokens(text, Number.POSITIVE_INFINITY).map((token) => token.text.toUpperCase())
    return (
      words.slice(0, 2).join(' ') === 'ADD JAR' ||
      (words[0] === 'CREATE' && words.some((word, at) => word === 'USING' && words[at + 1] === 'JAR'))
    )
  })
}

function namesTable(tokens: readonly FoundToken[]): boolean {
  const words = tokens.slice(0, 6).map((token) => token.text.toUpperCase())
  return /^(?:CREATE|ALTER)$/.test(words[0] ?? '') && words.includes('TABLE')
}

interface WrittenOption {
  readonly key: string
  readonly value: string
  /** The value as it stands there. */
  readonly at: FoundToken
}

/** Each `'key' = 'value'` behind a bracket or a comma. */
function optionsIn(tokens: readonly FoundToken[]): WrittenOption[] {
  return tokens.flatMap(({ text }, index) => {
    const [key, sign, value] = tokens.slice(index + 1, index + 4)
    if (text !== '(' && text !== ',') return []
    if (!isText(key) || sign?.text !== '=' || !isText(value)) return []
    return [{ key: unquoted(key.text), value: unquoted(value.text), at: value }]
  })
}

/** The options of a statement that creates a table, by key. */
export function tableOptionsIn(definition: string): Readonly<Record<string, string>> {
  return Object.fromEntries(optionsIn(firstTokens(definition, Number.POSITIVE_INFINITY)).map(({ key, value }) => [key, value]))
}

/** Whole, from quote to quote. */
function isText(token: FoundToken | undefined): token is FoundToken {
  return token !== undefined && /^'[\s\S]*'$/.test(token.text)
}

function unquoted(text: string): string {
  return text.slice(1, -1).replaceAll("''", "'")
}

function positionOf(script: string, start: number, length: number): TextPosition {
  const lines = script.slice(0, start).split('\n')
  return { start, end: start + length, line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }
}
