/** Patterns of LIKE. */

export type TextTest = (text: string) => boolean

/**
 * What a LIKE pattern accepts: % is any run, _ any one code point but the end of a line. The escape character `mark` stands before %, _
 * or itself; `refuse` makes the error for one that stands elsewhere. Without a mark nothing is escaped.
 */
export function likeTest(pattern: string, mark: string | null, refuse: (mark: string) => Error): TextTest {
  const parts: string[] = ['']
  let source = ''
  let hasAny = false
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern.charAt(i)
    if (char === mark) {
      const next = pattern.charAt(++i)
      if (next !== '%' && next !== '_' && next !== mark) throw refuse(mark)
      parts.push(`${parts.pop()}${next}`)
      source += literally(next)
    } else if (char === '%') {
      parts.push('')
      source += String.raw`[\s\S]*`
    } else if (char === '_') {
      hasAny = true
      source += String.raw`[^\n\r\x85\u2028\u2029]`
    } else {
      parts.push(`${parts.pop()}${char}`)
      source += literally(char)
    }
  }
  if (!hasAny) return partsTest(parts)
  const regex = new RegExp(`^${source}$`, 'u')
  return (text) => regex.test(text)
}

/** Texts in a given order with anything between them. */
function partsTest(parts: readonly string[]): TextTest {
  const [first = '', ...rest] = parts
  const last = rest.pop()
  if (last === undefined) return (text) => text === first
  if (rest.length === 0 && first === '') return (text) => text.endsWith(last)
  if (rest.length === 0 && last === '') return (text) => text.startsWith(first)
  const middle = rest.filter((part) => part !== '')
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false
    let at = first.length
    const end = text.length - last.length
    for (const part of middle) {
      const found = text.indexOf(part, at)
      if (found < 0 || found + part.length > end) return false
      at = found + part.length
    }
    return true
  }
}

function literally(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char
}
