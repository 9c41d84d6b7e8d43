/** Makes the rows of an input table a table that statements can read: a folder of JSON files, one for each batch. */
import { printType } from '#data'
import { type TableDefinition, withOptions } from '#plan'
import { sqltestErrors } from './errors.ts'
import type { InputTable } from './test-file.ts'
import type { CaseFolder } from './test-world.ts'
import { readCell } from './text-table.ts'

const jsonTypes = /^(?:BOOLEAN|TINYINT|SMALLINT|INT|INTEGER|BIGINT|ARRAY|MAP|ROW|MULTISET)\b/i

/** Whether a cell of a column stands in the file as it is; all else is text. */
export function isWrittenAsJson(cell: string, type: string): boolean {
  return jsonTypes.test(type) && !cell.startsWith("'")
}

/** Writes the rows below the folder; returns the statement that creates the table. */
export async function writeInput(table: InputTable, folder: CaseFolder): Promise<string> {
  const place = (await writeRows(table, folder)).replaceAll("'", "''")
  const columns = [
    ...table.columns.map(({ name, type }) => {
      if (type === null) throw sqltestErrors.SQLTEST_COLUMN({ got: name })
      return `${quoted(name)} ${type}`
    }),
    ...table.declarations.map((each) => each.replace(/,$/, '')),
  ]
  return `CREATE TABLE ${quoted(table.name)} (${columns.join(', ')}) WITH ('connector' = 'filesystem', 'path' = '${place}', 'format' = 'json')`
}

/** Lets a table that a script has created read the rows in the place of what it would read outside. */
export async function fillTable(table: InputTable, definition: TableDefinition, folder: CaseFolder): Promise<TableDefinition> {
  const columns = table.columns.map(({ name }) => {
    const column = definition.columns.find((each) => each.name === name)
    if (column?.kind !== 'physical') throw sqltestErrors.SQLTEST_INPUT_COLUMN({ table: table.name, column: name })
    return { name, type: printType(column.type) }
  })
  const place = await writeRows({ ...table, columns }, folder)
  return withOptions(definition, { connector: 'filesystem', path: place, format: 'json' })
}

/** Writes a file for each batch; returns where they are. */
async function writeRows(table: InputTable, folder: CaseFolder): Promise<string> {
  const name = `input/${encodeURIComponent(table.name)}`
  const batches = table.batches.filter((rows) => rows.length > 0)
  for (const [number, rows] of (batches.length === 0 ? [[]] : batches).entries()) {
    const lines = rows.map((row) => `${jsonLine(table, row)}\n`)
    await folder.write(`${name}/${String(number).padStart(6, '0')}.json`, lines.join(''))
  }
  return `${folder.place}/${name}`
}

function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

function jsonLine({ columns }: InputTable, row: readonly string[]): string {
  const members = columns.map(({ name, type }, index) => {
    const cell = row[index] ?? 'NULL'
    const value = readCell(cell)
    const text = value === null ? 'null' : isWrittenAsJson(cell, type ?? '') ? value : JSON.stringify(value)
    return `${JSON.stringify(name)}:${text}`
  })
  return `{${members.join(',')}}`
}
