import { type MillraceError, type TextPosition, withoutSecrets } from '#base'

const widthMax = 100
const tabWidth = 4

/**
 * Shows the line of an error with a caret under the place:
 *
 *      2 | SELECT id, amout FROM orders
 *        |            ^^^^^
 *
 * Tabs become blanks, wide characters count as two, a long line is cut around the place, and secrets in options become stars. Empty
 * without a position.
 */
export function formatPosition(text: string, error: Pick<MillraceError, 'position'>): string {
  return error.position === undefined ? '' : formatPlace(withoutSecrets(text), error.position)
}

function formatPlace(text: string, position: TextPosition): string {
  const start = Math.min(position.start, text.length)
  const lineStart = text.lastIndexOf('\n', start - 1) + 1
  const newline = text.indexOf('\n', start)
  const lineEnd = newline < 0 ? text.length : newline
  const end = Math.max(start, Math.min(position.end, lineEnd))
  // A long line is cut before it is measured, so that a line of a megabyte costs no more than a short one.
  const cutStart = Math.max(lineStart, start - 4 * widthMax)
  const before = cells(text.slice(cutStart, start), 0)
  const marked = cells(text.slice(start, Math.min(end, start + 2 * widthMax)), widthOf(before))
  const after = cells(text.slice(end, Math.min(lineEnd, end + 2 * widthMax)), widthOf(before) + widthOf(marked))
  const window = cut(before, marked, after, cutStart > lineStart)
  const number = String(position.line).padStart(3)
  const gutter = ' '.repeat(number.length)
  return `${number} | ${window.line}\n${gutter} | ${' '.repeat(window.caretAt)}${'^'.repeat(window.caretWidth)}`
}

interface Cell {
  readonly text: string
  readonly width: number
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

function cells(text: string, columnStart: number): Cell[] {
  let column = columnStart
  return Array.from(segmenter.segment(text), ({ segment }) => {
    const cell = toCell(segment, column)
    column += cell.width
    return cell
  })
}

function toCell(segment: string, column: number): Cell {
  if (segment === '\t') {
    const width = tabWidth - (column % tabWidth)
    return { text: ' '.repeat(width), width }
  }
  if (segment === '\r' || segment === '\r\n') return { text: '', width: 0 }
  if (/^\p{Cc}/u.test(segment)) return { text: '·', width: 1 }
  return { text: segment, width: isWide(segment) ? 2 : 1 }
}

function isWide(segment: string): boolean {
  const code = segment.codePointAt(0) ?? 0
  if (code < 0x1100) return false
  const isEastAsian =
    code <= 0x115f ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x20000 && code <= 0x3fffd)
  return isEastAsian || /\p{Emoji_Presentation}/u.test(segment)
}

function widthOf(list: readonly Cell[]): number {
  return list.reduce((sum, cell) => sum + cell.width, 0)
}

/** Keeps what fits into the width: up to two thirds of it before the place, the rest after. */
function cut(before: Cell[], marked: Cell[], after: Cell[], isCutBefore: boolean) {
  const total = widthOf(before) + widthOf(marked) + widthOf(after)
  const room = total <= widthMax && !isCutBefore ? widthMax : Math.floor((widthMax * 2) / 3)
  const head = keepEnd(before, Math.max(10, Math.min(room, widthMax - Math.min(widthOf(marked), 20))), isCutBefore)
  const middle = keepStart(marked, widthMax - widthOf(head))
  const tail = middle.length < marked.length ? [] : keepStart(after, widthMax - widthOf(head) - widthOf(middle))
  const isCutAfter = middle.length < marked.length || tail.length < after.length
  const line = textOf(head) + textOf(middle) + textOf(tail) + (isCutAfter ? '…' : '')
  return { line, caretAt: widthOf(head), caretWidth: Math.max(1, widthOf(middle)) }
}

function keepStart(list: Cell[], widthLimit: number): Cell[] {
  let width = 0
  const end = list.findIndex((cell) => {
    width += cell.width
    return width > widthLimit
  })
  return end < 0 ? list : list.slice(0, end)
}

function keepEnd(list: Cell[], widthLimit: number, isCut: boolean): Cell[] {
  const kept = keepStart(list.toReversed(), widthLimit).toReversed()
  return isCut || kept.length < list.length ? [{ text: '…', width: 1 }, ...kept] : kept
}

function textOf(list: readonly Cell[]): string {
  return list.map((cell) => cell.text).join('')
}
