/** Which name of a line a place is at. */

interface FoundName {
  readonly from: number
  readonly to: number
  readonly text: string
}

/** The name around a place, or the text in quotes. */
export function nameAround(line: string, lineStart: number, place: number): FoundName | null {
  for (const { 0: whole, index } of line.matchAll(/'[^']*'|`[^`]*`|[\p{L}_$][\p{L}\p{N}_$]*/gu)) {
    const [from, to] = [lineStart + index, lineStart + index + whole.length]
    if (from <= place && place <= to) return { from, to, text: whole }
  }
  return null
}
