/**
 * Tables as aligned text. A cell is the text of a value; `NULL` is NULL. Text that would be mistaken (empty, `NULL`, with bars, quotes
 * around it, blanks at its ends or line ends) stands in single quotes, with `''` for a quote and `\n` for a line end.
 */

export function isTableLine(line: string): boolean {
  return line.startsWith('|')
}

/** The cells of a line `| a | b |`; a bar inside quotes divides nothing. */
export function cellsOf(line: string): string[] {
  const cells: string[] = []
  let cell = ''
  let quoted = false
  for (const char of line.trim().slice(1)) {
    if (char === "'" && (quoted || cell.trim() === '')) quoted = !quoted
    else if (char === "'" && cell.trimStart().startsWith("'")) quoted = true
    if (char === '|' && !quoted) {
      cells.push(cell.trim())
      cell = ''
    } else cell += char
  }
  return cells
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
