/**
 * Reads the rows of an input table:
 *
 *     table orders
 *       WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
 *     | id INT | ts TIMESTAMP(3)     |
 *     | 1      | 2024-01-01 10:00:00 |
 *     | ------ | ------------------- |
 *     | 2      | 2024-01-01 10:00:07 |
 *     restart
 *     | 3      | 2024-01-01 10:00:09 |
 */
import { counted, shortened } from '#base'
import { sqltestErrors } from './errors.ts'
import { isWrittenAsJson } from './input-rows.ts'
import type { Lines } from './lines.ts'
import type { InputTable, Restart } from './test-file.ts'
import { cellsOf, isTableLine } from './text-table.ts'

type Columns = InputTable['columns']
type Line = ReturnType<Lines['while']>[number]

/** The lines below `table NAME`. */
export function parseInputTable(name: string, lines: Lines): InputTable {
  const line = lines.number
  const declarations = lines.while((line) => /^ +\S/.test(line)).map(({ text }) => text.trim())
  const [header, ...rows] = lines.while((line) => isTableLine(line) || isRestart(line) || line.startsWith('#'))
  if (header === undefined || !isTableLine(header.text)) {
    const got = header === undefined ? 'none' : `"${shortened(header.text, 60)}"`
    throw sqltestErrors.SQLTEST_LINE({ expected: `the columns of table "${name}"`, got }, { position: lines.position(header?.number) })
  }
  const columns = cellsAt(header, lines).map((cell) => columnOf(cell, header.number, lines))
  return { name: name.replaceAll('`', ''), line, declarations, columns, ...inputOf(name, columns, rows, lines) }
}

function isRestart(line: string): boolean {
  return /^restart\s*$/.test(line)
}

function cellsAt({ text, number }: Line, lines: Lines): string[] {
  const cells = cellsOf(text)
  if (cells === null) throw sqltestErrors.SQLTEST_ROW_CUT_OFF({}, { position: lines.position(number) })
  return cells
}

function columnOf(cell: string, line: number, lines: Lines): Columns[number] {
  const [, name, type] = /^(`[^`]+`|\S+)(?:\s+(.+))?$/.exec(cell) ?? []
  if (name === undefined) throw sqltestErrors.SQLTEST_COLUMN({ got: cell }, { position: lines.position(line) })
  return { name: name.replaceAll('`', ''), type: type ?? null }
}

function inputOf(table: string, columns: Columns, rows: readonly Line[], lines: Lines): Pick<InputTable, 'batches' | 'restarts'> {
  const batches: string[][][] = [[]]
  const restarts: Restart[] = []
  let count = 0
  for (const row of rows) {
    if (row.text.startsWith('#')) continue
    if (isRestart(row.text)) {
      restarts.push({ line: row.number, table, afterRows: count, rereads: batches.at(-1)?.length !== 0 })
      batches.push([])
      continue
    }
    const cells = cellsAt(row, lines)
    if (cells.every((cell) => /^-+$/.test(cell))) {
      batches.push([])
      continue
    }
    if (cells.length !== columns.length) {
      const counts = { got: counted(cells.length, 'cell'), expected: columns.length }
      throw sqltestErrors.SQLTEST_ROW_CELLS(counts, { position: lines.position(row.number) })
    }
    checkCells(cells, columns, row.number, lines)
    batches.at(-1)?.push(cells)
    count += 1
  }
  return { batches, restarts }
}

/** What cannot be read would otherwise be found while the test runs, in a file that nobody has written. */
function checkCells(cells: readonly string[], columns: Columns, line: number, lines: Lines): void {
  for (const [index, { name, type }] of columns.entries()) {
    const cell = cells[index] ?? ''
    if (cell === 'NULL' || type === null || !isWrittenAsJson(cell, type) || isJson(cell)) continue
    const got = cell === '' ? 'nothing' : `"${shortened(cell, 40)}"`
    throw sqltestErrors.SQLTEST_CELL({ column: name, expected: type, got }, { position: lines.position(line) })
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
