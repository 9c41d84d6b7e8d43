/**
 * Positions in texts. Flink counts code points where it works on UTF-8 and UTF-16 units where it works on Java's strings; each function
 * says which. Texts without surrogates, which are nearly all, have as many units as code points.
 */

const surrogate = /[\ud800-\udfff]/

/** How many code points a text has. */
export function pointCount(text: string): number {
  if (!surrogate.test(text)) return text.length
  let count = 0
  for (let i = 0; i < text.length; i++) if (!isPairedLow(text, i)) count++
  return count
}

/** How many code points stand before a unit. */
export function pointsBefore(text: string, unit: number): number {
  return surrogate.test(text) ? pointCount(text.slice(0, unit)) : unit
}

/** The unit at which the code point with a given number, from 0, starts; the length of the text when there are fewer. */
export function unitOfPoint(text: string, point: number): number {
  if (!surrogate.test(text)) return Math.min(point, text.length)
  let count = 0
  for (let i = 0; i < text.length; i++) {
    if (isPairedLow(text, i)) continue
    if (count++ === point) return i
  }
  return text.length
}

/** The code points from one to another, counted from 0, the second excluded. */
export function slicePoints(text: string, from: number, to: number): string {
  if (!surrogate.test(text)) return text.slice(from, to)
  return text.slice(unitOfPoint(text, from), unitOfPoint(text, to))
}

/** Halves of surrogate pairs as Java writes them in UTF-8: a question mark. */
export function wellFormed(text: string): string {
  return text.isWellFormed() ? text : text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '?')
}

function isPairedLow(text: string, unit: number): boolean {
  const low = text.charCodeAt(unit)
  if (unit === 0 || low < 0xdc00 || low > 0xdfff) return false
  const high = text.charCodeAt(unit - 1)
  return high >= 0xd800 && high <= 0xdbff
}
