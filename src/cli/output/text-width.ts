/** How many cells of a terminal a text takes: East Asian wide characters and most pictographs take two, combining marks none. */
import { isPlain } from '#base'

let segmenter: Intl.Segmenter | undefined
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|\ufe0f|[\u{20000}-\u{3fffd}]/u
const none = /^[\p{M}\u200b-\u200d]+$/u

/** Characters as people count them. */
export function segmentsOf(text: string): string[] {
  if (isPlain(text)) return text.split('')
  segmenter ??= new Intl.Segmenter()
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

export function textWidth(text: string): number {
  if (isPlain(text)) return text.length
  return segmentsOf(text).reduce((width, segment) => width + segmentWidth(segment), 0)
}

export function segmentWidth(segment: string): number {
  if (none.test(segment)) return 0
  return wide.test(segment) ? 2 : 1
}

/** The text itself, or as much of it as fits with an ellipsis. */
export function cut(text: string, widthMax: number): string {
  if (text.length * 2 <= widthMax || textWidth(text) <= widthMax) return text
  let width = 0
  let kept = ''
  // Cutting first keeps a text of megabytes from being taken apart.
  for (const segment of segmentsOf(text.slice(0, widthMax * 16 + 16))) {
    width += segmentWidth(segment)
    if (width > widthMax - 1) break
    kept += segment
  }
  return widthMax < 1 ? '' : `${kept}…`
}

/** The text cut or filled up with blanks to exactly a width. */
export function padded(text: string, width: number, right = false): string {
  const shown = cut(text, width)
  const blanks = ' '.repeat(Math.max(0, width - textWidth(shown)))
  return right ? blanks + shown : shown + blanks
}
