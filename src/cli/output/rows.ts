/** Row formats that print rows one by one: JSON, changelog and CSV. */
import { printableLines } from '#base'
import { type Batch, changeNames, jsonFunction, printValue, rowAt, type Schema } from '#data'
import { FinalTable, type QueryInfo } from '#query'
import type { Output, OutputContext, OutputFactory } from './output.ts'

/** Characters that are written at once. */
const chunkLength = 1 << 16

/** The final rows of each SELECT, one JSON object a line. Rows that can no longer change are printed as they come. */
export const jsonOutput: OutputFactory = (context) =>
  finalRows(
    context,
    (schema, timeZone) => {
      const json = jsonRow(schema, timeZone)
      return (values) => `${json(values)}\n`
    },
    () => '',
  )

/** The final rows of each SELECT as CSV under a line of column names. */
export const csvOutput: OutputFactory = (context) =>
  finalRows(context, csvRow, (schema) => `${schema.map((column) => csvCell(column.name)).join(',')}\n`)

/** Each change as it happens, one JSON object a line. */
export const changelogOutput: OutputFactory = (context) => {
  const { timeZone } = context
  const write = writerOf(context)
  let schema: Schema = []
  return {
    opened: (query) => {
      schema = query.schema
    },
    changes: (batch) => {
      const json = jsonRow(schema, timeZone())
      return write(batch.length, (row) => {
        const op = changeNames[(batch.kinds?.[row] ?? 0) as 0 | 1 | 2 | 3]
        return `{"op":"${op}","row":${json(rowAt(batch, schema, row))}}\n`
      })
    },
    table: (answer, rows) => {
      const json = jsonRow(answer, timeZone())
      return void write(rows.length, (row) => `{"op":"+I","row":${json(rows[row] ?? [])}}\n`)
    },
  }
}

/** Makes the function that writes one row. */
type RowText = (schema: Schema, timeZone: string) => (values: readonly unknown[]) => string

function finalRows(context: OutputContext, rowText: RowText, head: (schema: Schema) => string): Output {
  const { timeZone } = context
  const write = writerOf(context)
  let query: QueryInfo | undefined
  let table: FinalTable | undefined
  const printBatch = (batch: Batch, schema: Schema): void | Promise<void> => {
    const text = rowText(schema, timeZone())
    return write(batch.length, (row) => text(rowAt(batch, schema, row)))
  }
  const printRows = (schema: Schema, rows: readonly (readonly unknown[])[]): void => {
    const text = rowText(schema, timeZone())
    void write(rows.length, (row) => text(rows[row] ?? []))
  }
  return {
    opened: (info) => {
      query = info
      table = info.updating || info.order.length > 0 ? new FinalTable(info.schema, info.order) : undefined
      void write(1, () => head(info.schema))
    },
    changes: (batch) => {
      if (table !== undefined) table.apply(batch)
      else if (query !== undefined) return printBatch(batch, query.schema)
      return undefined
    },
    closed: () => {
      if (table !== undefined && query !== undefined) printRows(query.schema, table.rows())
      table = undefined
      query = undefined
    },
    table: (schema, rows) => {
      void write(1, () => head(schema))
      printRows(schema, rows)
    },
  }
}

/** Writes rows in chunks; on a terminal without the control characters of the data. */
function writerOf({ screen }: OutputContext): (count: number, rowText: (row: number) => string) => void | Promise<void> {
  return (count, rowText) => {
    let waiting: Promise<void> | undefined
    let text = ''
    for (let row = 0; row < count; row++) {
      text += rowText(row)
      if (text.length < chunkLength && row < count - 1) continue
      waiting = screen.write(screen.isTerminal ? printableLines(text) : text) ?? waiting
      text = ''
    }
    return waiting
  }
}

function jsonRow(schema: Schema, timeZone: string): (values: readonly unknown[]) => string {
  return jsonFunction({ kind: 'row', fields: schema, nullable: false }, timeZone)
}

const csvRow: RowText = (schema, timeZone) => (values) => {
  const cells = schema.map((column, index) => {
    const value = values[index] ?? null
    return value === null ? '' : csvCell(printValue(value, column.type, timeZone))
  })
  return `${cells.join(',')}\n`
}

function csvCell(text: string): string {
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
