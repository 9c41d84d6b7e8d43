/**
 * Tables as aligned text. A cell is the text of a value; `NULL` is NULL. Text that would be mistaken (empty, `NULL`, with bars, quotes
 * around it, blanks at its ends or line ends) stands in single quotes, with `''` for a quote and `\n` for a line end.
 */

export function isTableLine(line: string): boolean {
  return line.startsWith('|')
}

/** The cells of a line `| a | b |`; a bar inside quotes divides nothing. Null for a line that is cut off. */
export function cellsOf(line: string): string[] | null {
  const text = line.trim()
  const cells: string[] = []
  let start = 1
  /** The first character of the cell that is no blank. */
  let first = ''
  let isQuoted = false
  for (let at = 1; at < text.length; at++) {
    const char = text.charAt(at)
    if (char === '|' && !isQuoted) {
      cells.push(text.slice(start, at).trim())
      start = at + 1
      first = ''
      continue
    }
    if (first === '' && char.trim() !== '') first = char
    if (char === "'" && first === "'") isQuoted = !isQuoted
  }
  return start === text.length ? cells : null
}

/** The value that a cell stands for; NULL is null. */
export function readCell(cell: string): string | null {
  if (cell === 'NULL') return null
  if (!/^'.*'$/s.test(cell)) return cell
  return cell.slice(1, -1).replaceAll("''", "'").replaceAll('\\n', '\n')
}

export function writeCell(value: string | null): string {
  if (value === null) return 'NULL'
  const plain = value !== '' && value !== 'NULL' && value === value.trim() && !/[|\n]|^'|^-+$/.test(value)
  return plain ? value : `'${value.replaceAll("'", "''").replaceAll('\n', '\\n')}'`
}

/** Whether two cells stand for the same value. */
export function isSameCell(a: string | undefined, b: string | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && readCell(a) === readCell(b))
}

/** Lines with their cells padded to the same width; numbers stand on the right. */
export function printTable(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = []
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length)
  const numeric = widths.map((_, i) => rows.length > 1 && rows.slice(1).every((row) => /^(?:-?\d+(?:\.\d+)?|NULL)$/.test(row[i] ?? '')))
  return rows.map((row, line) => {
    const cells = row.map((cell, i) => (numeric[i] && line > 0 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
    return `| ${cells.join(' | ')} |`
  })
}
