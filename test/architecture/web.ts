/** The laws of the console: what runs in a browser sees the types of the contract, and the rooms that only compute. */
import path from 'node:path'
import type { Source } from './source.ts'

/** The rooms that may run in a browser, for the editor. */
const browserRooms: readonly string[] = ['base', 'data', 'plan', 'sql']

/** What the server and the console agree on. Its types are imported and nothing else, for a browser has no use for its schemas. */
const contract = '#api/contract'

/** The packages of the console, by their names or the scopes that they are in. */
const webPackages: readonly string[] = [
  '@codemirror',
  '@dagrejs/dagre',
  '@mantine',
  '@tanstack',
  '@xyflow/react',
  'codemirror',
  'i18next',
  'markdown-it',
  'react',
  'react-dom',
  'react-i18next',
  'sql-formatter',
  'uplot',
]

/** Every import that breaks a law of the console, as `file:line: trouble`. */
export function findForbiddenWebImports(source: Source): string[] {
  return source.imports.flatMap(({ to, line, isType }) => {
    const trouble = judge(source.path, to, isType)
    return trouble === undefined ? [] : [`${source.path}:${line}: ${trouble}`]
  })
}

function judge(from: string, to: string, isType: boolean): string | undefined {
  if (to === contract) return isType ? undefined : `"${to}" is for types: write "import type"`
  if (to.startsWith('#')) {
    return browserRooms.includes(to.slice(1))
      ? undefined
      : `"${to}" does not run in a browser: the console sees ${browserRooms.join(', ')} and ${contract}`
  }
  if (to.startsWith('.')) return judgeRelative(from, to)
  if (/\.test\.tsx?$/.test(from)) return undefined
  if (to.startsWith('node:')) return `"${to}" is not in a browser`
  return webPackages.some((name) => to === name || to.startsWith(`${name}/`))
    ? undefined
    : `package "${to}" is none of the console: add it to webPackages with a decision record`
}

function judgeRelative(from: string, to: string): string | undefined {
  const target = path.posix.join(path.posix.dirname(from), to)
  return target.startsWith('web/src/') ? undefined : `"${to}" leaves web/src/: import the door of a room, as in "#base"`
}

const forbidden = [
  { pattern: /\bprocess\.\w/g, instead: 'there is none in a browser' },
  { pattern: /\bBuffer\b/g, instead: 'there is none in a browser' },
  {
    pattern: /\bdangerouslySetInnerHTML\b|\.(?:inner|outer)HTML\b|\binsertAdjacentHTML\b/g,
    instead: 'texts stay texts: let React write them',
  },
  { pattern: /(?<![\w.])eval\(|\bnew Function\(/g, instead: 'the policy of the page refuses it' },
  { pattern: /\bhttps?:\/\/(?!www\.w3\.org\/)/g, instead: 'the console loads nothing from elsewhere' },
]

/** Uses of Node, of markup from texts, of code from texts and of other servers. */
export function findForbiddenWebUses(source: Source): string[] {
  if (/\.test\.tsx?$/.test(source.path)) return []
  return forbidden.flatMap(({ pattern, instead }) =>
    Array.from(source.text.matchAll(pattern), (match) => `${source.path}:${source.lineAt(match.index)}: "${match[0]}": ${instead}`),
  )
}
