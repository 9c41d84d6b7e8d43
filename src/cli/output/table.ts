/** Answers as tables for people: the final rows of each SELECT, once they are known. */
import { familyOf, printValue, type Schema } from '#data'
import { FinalTable, type QueryInfo } from '#query'
import type { OutputFactory } from './output.ts'
import { cut, textWidth } from './text-width.ts'

/** Rows printed of one answer; more are counted. */
const rowsMax = 1000
const cellWidthMax = 60

export const tableOutput: OutputFactory = ({ screen, timeZone }) => {
  let query: QueryInfo | undefined
  let table: FinalTable | undefined
  return {
    opened: (info) => {
      query = info
      table = new FinalTable(info.schema, info.order)
    },
    changes: (batch) => {
      table?.apply(batch)
    },
    closed: () => {
      if (query !== undefined && table !== undefined) void screen.write(renderTable(query.schema, table.rows(), timeZone()))
      table = undefined
    },
    table: (schema, rows) => {
      void screen.write(isProse(schema, rows) ? `${String(rows[0]?.[0])}\n` : renderTable(schema, rows, timeZone()))
    },
    done: (message) => {
      if (screen.isTerminal) screen.note(`${message}\n`)
    },
  }
}

/** One value of several lines reads better without a frame. */
function isProse(schema: Schema, rows: readonly (readonly unknown[])[]): boolean {
  const value = rows[0]?.[0]
  return schema.length === 1 && rows.length === 1 && typeof value === 'string' && value.includes('\n')
}

/** A framed table with a line that counts the rows. */
export function renderTable(schema: Schema, rows: readonly (readonly unknown[])[], timeZone: string): string {
  const shown = rows.slice(0, rowsMax)
  const cells = shown.map((values) =>
    schema.map((column, index) => {
      const value = values[index] ?? null
      return value === null ? 'NULL' : cut(oneLine(printValue(value, column.type, timeZone)), cellWidthMax)
    }),
  )
  const names = schema.map((column) => cut(oneLine(column.name), cellWidthMax))
  const widths = names.map((name, index) => cells.reduce((width, row) => Math.max(width, textWidth(row[index] ?? '')), textWidth(name)))
  const right = schema.map((column) => ['integer', 'decimal', 'approximate'].includes(familyOf(column.type)))
  const rule = (left: string, middle: string, end: string): string => `${left}${widths.map((width) => '─'.repeat(width + 2)).join(middle)}${end}\n`
  const line = (texts: readonly string[], aligned: boolean): string =>
    `│${texts.map((text, index) => ` ${pad(text, widths[index] ?? 0, aligned && right[index] === true)} `).join('│')}│\n`
  const body = cells.map((row) => line(row, true)).join('')
  const count = rows.length === 1 ? '1 row' : `${rows.length.toLocaleString('en-US')} rows`
  const more = rows.length > shown.length ? `, the first ${rowsMax.toLocaleString('en-US')} shown` : ''
  return `${rule('┌', '┬', '┐')}${line(names, false)}${rule('├', '┼', '┤')}${body}${rule('└', '┴', '┘')}${count}${more}\n`
}

/** Control characters of data must not reach a terminal. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => (character === '\n' ? '⏎' : character === '\t' ? ' ' : '�'))
}

function pad(text: string, width: number, right: boolean): string {
  const blanks = ' '.repeat(Math.max(0, width - textWidth(text)))
  return right ? blanks + text : text + blanks
}
