/** docs/errors.md: every coded error, written from the tables that the code itself uses. */

import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { definedErrors, type ErrorRow } from '#base'
import { roomOf } from './rooms.ts'
import { readSources, root } from './source.ts'

export interface DocumentedError extends ErrorRow {
  readonly code: string
  readonly room: string
}

/** Loads the error tables of all rooms, bottom to top in the order of their names. */
export async function loadErrors(): Promise<DocumentedError[]> {
  const errors: DocumentedError[] = []
  const known = new Set<string>()
  const add = (room: string): void => {
    for (const [code, row] of definedErrors()) {
      if (!known.has(code)) errors.push({ ...row, code, room })
      known.add(code)
    }
  }
  add('base')
  for (const source of readSources('src')) {
    if (!source.path.endsWith('/errors.ts')) continue
    await import(pathToFileURL(path.join(root, source.path)).href)
    add(roomOf(source.path) ?? '')
  }
  return errors.toSorted((a, b) => compare(a.room, b.room) || compare(a.code, b.code))
}

const introduction = `# Errors

Every error of Millrace has a code. Its first word is the room that raised it, and its blame says who has to act:

- **user**: the statement, the settings or the data. Shown in full and never retried.
- **external**: a system outside. Retried within limits, then reported once with the last cause.
- **internal**: a fault of Millrace. Worth a report.

Names in braces are filled in when the error is raised. A hint is shown with the error; some hints are written on the spot and are not listed.
This page is written by \`make update\` from the tables in \`src/**/errors.ts\`, and tested against them.
`

export function renderErrors(errors: readonly DocumentedError[]): string {
  const rooms = [...new Set(errors.map(({ room }) => room))]
  const chapters = rooms.map((room) => {
    const entries = errors.filter((error) => error.room === room).map(renderEntry)
    return `## ${room}\n\n${entries.join('\n')}`
  })
  return `${introduction}\n${chapters.join('\n')}`
}

function renderEntry({ code, blame, message, detail, hint }: DocumentedError): string {
  const lines = [`### ${code}`, '', `Blame: ${blame}`, '', `> ${message}`, '']
  if (detail !== undefined) lines.push(detail, '')
  if (hint !== undefined) lines.push(`Hint: ${hint}`, '')
  return lines.join('\n')
}

const messageLengthMax = 100
const avoided: readonly (readonly [RegExp, string])[] = [
  [/\b(?:invalid|illegal|bad|unknown)\b/i, 'say what was expected and what came'],
  [/\b(?:unable to|failed to)\b/i, 'write "cannot" or "could not"'],
  [/\bplease\b/i, 'leave it out'],
  [/!/, 'leave it out'],
]

/** What breaks the rules for messages. */
export function findAwkwardTexts({ code, room, message, detail, hint }: DocumentedError): string[] {
  const found: string[] = []
  const add = (trouble: string): void => void found.push(`${code}: ${trouble}`)
  const [first = ''] = code.split('_')
  if (!/^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(code)) add('write codes as ROOM_NOUN_TROUBLE')
  if (room.toUpperCase() !== first && room.toUpperCase() !== `${first}S`)
    add(`begin the code with the room, as in ${room.toUpperCase()}_NOUN_TROUBLE`)
  if (message.length >= messageLengthMax)
    add(`the message has ${message.length} characters: move some of it to the detail, below ${messageLengthMax}`)
  if (!/^(?:[a-z0-9{"]|[A-Z]{2})/.test(message)) add('begin the message with a small letter (SQL words keep theirs)')
  if (message.endsWith('.')) add('end the message without a period')
  for (const [name, text] of Object.entries({ detail, hint })) {
    if (text !== undefined && !/^[^a-z].*[.?]$/s.test(text)) add(`write the ${name} in full sentences`)
  }
  for (const text of [message, detail ?? '', hint ?? '']) {
    for (const [pattern, instead] of avoided) {
      const match = pattern.exec(text)
      if (match) add(`"${match[0]}": ${instead}`)
    }
  }
  return found
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
