/** What cells set up for those below them: settings, and temporary tables, views, functions and connections; read by our own parser. */
import { parseScript, readTokens, type Statement } from '#sql'
import { usedVariables, withoutVariables } from './notebook-spec.ts'

interface SetUp {
  /** As it is written. */
  readonly text: string
  /** What it makes, or null for a setting. */
  readonly makes: string | null
}

export interface CellEffects {
  readonly setUps: readonly SetUp[]
  /** Whether running it changes what others find: all but queries and questions do. */
  readonly isActing: boolean
}

const known = new Map<string, CellEffects>()
const knownMax = 500

/** Cells are asked again with each letter of another one: what is known of a text is kept. */
export function effectsOf(text: string): CellEffects {
  const found = known.get(text)
  if (found !== undefined) return found
  const read = readEffects(text)
  if (known.size >= knownMax) known.clear()
  known.set(text, read)
  return read
}

const looking: readonly Statement['kind'][] = ['query-statement', 'explain', 'describe', 'show']

function readEffects(text: string): CellEffects {
  const { statements, diagnostics } = parseScript(withoutVariables(text))
  const setUps = statements.flatMap((statement): SetUp[] => {
    const makes = madeBy(statement)
    if (makes === undefined) return []
    return [{ text: text.slice(statement.position.start, statement.position.end), makes }]
  })
  return { setUps, isActing: diagnostics.length > 0 || statements.some(({ kind }) => !looking.includes(kind)) }
}

/** The last name of what is made for the session alone; null for settings, undefined for anything else. */
function madeBy(statement: Statement): string | null | undefined {
  switch (statement.kind) {
    case 'create-table':
    case 'create-view':
    case 'create-function':
    case 'create-connection':
      return statement.temporary ? (statement.name.parts.at(-1)?.text ?? '') : undefined
    case 'set':
      return statement.key === undefined ? undefined : null
    case 'reset':
    case 'use':
      return null
    default:
      return undefined
  }
}

/** All words and names of a text. */
function mentionedIn(text: string): Set<string> {
  const plain = withoutVariables(text)
  const { tokens } = readTokens(plain)
  const names = tokens.flatMap(({ kind, start, end }) => {
    // The lexer tells words in capitals; names are as they are written.
    const written = plain.slice(start, end)
    if (kind === 'quoted') return [written.slice(1, -1).replaceAll('``', '`')]
    return kind === 'word' ? [written] : []
  })
  return new Set(names)
}

/** A text with the values of its variables. */
export interface Script {
  readonly text: string
  readonly variables: Readonly<Record<string, string>>
}

/** The statements of earlier texts that a text needs: all settings, and of what was made the newest of each name that it reaches. */
export function neededScripts(earlier: readonly Script[], text: string): Script[] {
  const wanted = mentionedIn(text)
  const own = new Set(effectsOf(text).setUps.map(({ makes }) => makes))
  for (const name of own) if (name !== null) wanted.delete(name)
  const needed: Script[] = []
  const all = earlier.flatMap((one) => effectsOf(one.text).setUps.map((setUp) => ({ ...setUp, variables: one.variables })))
  for (const each of all.toReversed()) {
    if (each.makes !== null && !wanted.has(each.makes)) continue
    needed.unshift({ text: each.text, variables: usedVariables(each.text, each.variables) })
    if (each.makes === null) continue
    wanted.delete(each.makes)
    for (const name of mentionedIn(each.text)) if (name !== each.makes) wanted.add(name)
  }
  return needed
}

export function neededSetUp(earlier: readonly string[], text: string): string[] {
  return neededScripts(
    earlier.map((each) => ({ text: each, variables: {} })),
    text,
  ).map((each) => each.text)
}

const clearedKinds: { readonly [Kind in Statement['kind']]?: string } = {
  'create-table': 'TABLE',
  'create-view': 'VIEW',
  'create-function': 'FUNCTION',
  'create-connection': 'CONNECTION',
}

/** Statements that clear the way for what a text makes, so that it can run again. */
export function clearingOf(texts: readonly string[]): string[] {
  const statements = texts.flatMap((text) => parseScript(withoutVariables(text)).statements)
  return statements.flatMap((statement) => {
    if (!('temporary' in statement) || !statement.temporary || 'ifNotExists' in statement === false) return []
    const kind = clearedKinds[statement.kind]
    if (kind === undefined) return []
    if (statement.ifNotExists || ('orReplace' in statement && statement.orReplace)) return []
    const name = statement.name.parts.map((part) => `\`${part.text.replaceAll('`', '``')}\``).join('.')
    const system = statement.kind === 'create-function' && statement.system ? 'SYSTEM ' : ''
    return [`DROP TEMPORARY ${system}${kind} IF EXISTS ${name}`]
  })
}

/** A text that runs the statements one after another. */
export function joined(statements: readonly string[]): string {
  return statements.map((each) => `${each};`).join('\n')
}
