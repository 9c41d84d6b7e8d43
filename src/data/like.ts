/**
 * Patterns of LIKE, matched without ever going back: what stands between two % is taken where it first fits, because if that does not
 * lead to the end, no later place does. So time grows with the lengths of pattern and text, where a regular expression may take forever.
 */

export type TextTest = (text: string) => boolean

/** What stands between two %: texts with any one code point between each two of them. */
type Segment = readonly [string, ...string[]]

/**
 * What a LIKE pattern accepts: % is any run, _ any one code point but the end of a line. The escape character `mark` stands before %, _
 * or itself; `refuse` makes the error for one that stands elsewhere. Without a mark nothing is escaped.
 */
export function likeTest(pattern: string, mark: string | null, refuse: (mark: string) => Error): TextTest {
  const segments = segmentsOf(pattern, mark, refuse)
  if (segments.every((segment) => segment.length === 1)) return plainTest(segments.map(([text]) => text))
  const [first, ...rest] = segments
  const last = rest.pop()
  if (last === undefined) return (text) => endOf(first, text, 0) === text.length
  const middle = rest.filter((segment) => segment.length > 1 || segment[0] !== '')
  return (text) => {
    let at = endOf(first, text, 0)
    if (at < 0) return false
    const end = startOf(last, text)
    for (const segment of middle) {
      at = endOfFirst(segment, text, at, end)
      if (at < 0) return false
    }
    return at <= end
  }
}

/** The same for patterns without _, which need not be looked at so closely. */
function plainTest(parts: readonly string[]): TextTest {
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

function segmentsOf(pattern: string, mark: string | null, refuse: (mark: string) => Error): [Segment, ...Segment[]] {
  let segment: [string, ...string[]] = ['']
  const segments: [Segment, ...Segment[]] = [segment]
  for (let i = 0; i < pattern.length; i++) {
    let char = pattern.charAt(i)
    if (char === '%' && char !== mark) {
      segment = ['']
      segments.push(segment)
    } else if (char === '_' && char !== mark) {
      segment.push('')
    } else {
      if (char === mark) {
        char = pattern.charAt(++i)
        if (char !== '%' && char !== '_' && char !== mark) throw refuse(mark)
      }
      segment[segment.length - 1] += char
    }
  }
  return segments
}

/** Where a segment ends that begins at `start`; −1 when it does not. */
function endOf(segment: Segment, text: string, start: number): number {
  if (!text.startsWith(segment[0], start)) return -1
  let at = start + segment[0].length
  for (let part = 1; part < segment.length; part++) {
    const literal = segment[part] as string
    const point = text.codePointAt(at)
    if (point === undefined || isLineEnd(point)) return -1
    at += point > 0xffff ? 2 : 1
    if (!text.startsWith(literal, at)) return -1
    at += literal.length
  }
  return at
}

/** Where a segment begins that ends with the text; −1 when it does not. */
function startOf(segment: Segment, text: string): number {
  let at = text.length
  for (let part = segment.length - 1; part >= 0; part--) {
    const literal = segment[part] as string
    at -= literal.length
    if (at < 0 || !text.startsWith(literal, at)) return -1
    if (part === 0) return at
    const isPair = at > 1 && (text.codePointAt(at - 2) as number) > 0xffff
    if (at === 0 || isLineEnd(text.charCodeAt(at - 1))) return -1
    at -= isPair ? 2 : 1
  }
  return at
}

/** The end of a segment at the first place from `start` on where it fits and ends by `limit`; −1 when there is none. */
function endOfFirst(segment: Segment, text: string, start: number, limit: number): number {
  let from = start
  while (from <= limit) {
    from = text.indexOf(segment[0], from)
    const end = from < 0 || from > limit ? limit + 1 : endOf(segment, text, from)
    if (end >= 0) return end <= limit ? end : -1
    from++
  }
  return -1
}

function isLineEnd(point: number): boolean {
  return point === 10 || point === 13 || point === 0x85 || point === 0x2028 || point === 0x2029
}
