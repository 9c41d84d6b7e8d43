/** Arrays as PostgreSQL writes them: {1,NULL,"a \"b\""}. */

const awkward = /[{}",\\\s]|^$|^null$/i

/** The texts at some places, as an array of one dimension. */
export function arrayLiteral(texts: readonly (string | null)[], rows: readonly number[]): string {
  let literal = '{'
  for (let i = 0; i < rows.length; i++) {
    if (i > 0) literal += ','
    literal += elementLiteral(texts[rows[i] as number] ?? null)
  }
  return `${literal}}`
}

export function elementLiteral(text: string | null): string {
  if (text === null) return 'NULL'
  return awkward.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : text
}

export type ArrayTree = readonly (string | null | ArrayTree)[]

/** The elements of an array as texts; null when it cannot be read. Bounds that do not begin at 1, as in [0:1]={1,2}, are left out. */
export function parseArrayLiteral(text: string): ArrayTree | null {
  const start = text.startsWith('[') ? text.indexOf('=') + 1 : 0
  const reader = { text, at: start }
  const tree = readArray(reader)
  return tree !== null && reader.at === text.length ? tree : null
}

interface LiteralReader {
  readonly text: string
  at: number
}

function readArray(reader: LiteralReader): ArrayTree | null {
  const { text } = reader
  if (text[reader.at] !== '{') return null
  reader.at++
  const elements: (string | null | ArrayTree)[] = []
  if (text[reader.at] === '}') {
    reader.at++
    return elements
  }
  while (reader.at < text.length) {
    const inner = text[reader.at] === '{' ? readArray(reader) : readElement(reader)
    if (inner === undefined) return null
    elements.push(inner)
    const next = text[reader.at++]
    if (next === '}') return elements
    if (next !== ',') return null
  }
  return null
}

/** Undefined where a quote is not closed. */
function readElement(reader: LiteralReader): string | null | undefined {
  const { text } = reader
  if (text[reader.at] !== '"') {
    const start = reader.at
    while (reader.at < text.length && text[reader.at] !== ',' && text[reader.at] !== '}') reader.at++
    const word = text.slice(start, reader.at)
    return word.toUpperCase() === 'NULL' ? null : word
  }
  let element = ''
  for (reader.at++; reader.at < text.length; reader.at++) {
    const character = text[reader.at]
    if (character === '"') {
      reader.at++
      return element
    }
    element += character === '\\' ? (text[++reader.at] ?? '') : character
  }
  return undefined
}
