/**
 * All that a run has answered so far, within bounds: what somebody is shown who comes later, and what is kept beside the notebook.
 *
 * Bound: `tablesMax` answers, `charactersMax` of rows of all of them; the oldest give theirs up first.
 */
import type { Failure } from '#base'
import type { CellOutput } from '#notebook'
import type { TextEvent } from '#processes'
import type { KeptTable } from './kept-table.ts'

const tablesMax = 20
const charactersMax = 1_000_000
const messagesMax = 100
const messageLengthMax = 2000

/** What is kept of a cell: rows, and their bytes with room for the rest. */
const outputRowsMax = 200
const outputBytesMax = 220_000
const valueLengthMax = 20_000
const outputMessagesMax = 20
const failuresMax = 20

type Value = CellOutput['rows'][number][number]
type OutputTable = Pick<CellOutput, 'columns' | 'rows' | 'rowCount' | 'updating'>
export type Progress = Extract<TextEvent, { kind: 'progress' }>['report']

export class KeptAnswer {
  #tables: KeptTable[] = []
  #messages: string[] = []
  progress: Progress | null = null
  failures: readonly Failure[] = []

  get messages(): readonly string[] {
    return this.#messages
  }

  open(table: KeptTable): void {
    this.#tables = [...this.#tables, table].slice(-tablesMax)
  }

  changes(json: string, rows: number): void {
    this.#tables.at(-1)?.apply(json, rows)
    let characters = this.#tables.reduce((sum, table) => sum + table.characters, 0)
    for (const table of this.#tables.slice(0, -1)) {
      if (characters <= charactersMax) return
      characters -= table.characters
      table.giveUp()
    }
  }

  close(): void {
    this.#tables.at(-1)?.close()
  }

  say(message: string): void {
    this.#messages = [...this.#messages, message.slice(0, messageLengthMax)].slice(-messagesMax)
  }

  /** The answers with their rows: JSON. */
  resultsJson(): string {
    const results = this.#tables.map((table) => {
      const head = JSON.stringify({ ...table.shape, rowCount: table.rowCount })
      return `${head.slice(0, -1)},"rows":${table.rowsJson()}}`
    })
    return `[${results.join(',')}]`
  }

  /** What is kept beside the notebook: the last rows of the last answer. */
  output(): Pick<CellOutput, 'messages' | 'failures'> & OutputTable {
    return {
      ...tableOutput(this.#tables.at(-1)),
      messages: this.#messages.slice(-outputMessagesMax),
      failures: this.failures.slice(0, failuresMax),
    }
  }
}

function tableOutput(table: KeptTable | undefined): OutputTable {
  if (table === undefined) return { columns: [], rows: [], rowCount: 0, updating: false }
  const { columns, updating } = table.shape
  const rows: Value[][] = []
  let bytes = 0
  for (const values of table.lastRows(outputRowsMax).toReversed()) {
    const row = columns.map((_, index) => plainValue(values[index]))
    bytes += new TextEncoder().encode(JSON.stringify(row)).length + 1
    if (bytes > outputBytesMax) break
    rows.unshift(row)
  }
  return { columns: columns.map(({ name, type }) => ({ name, type })), rows, rowCount: table.rowCount, updating }
}

function plainValue(value: unknown): Value {
  if (value === null || value === undefined) return null
  if (typeof value === 'number' || typeof value === 'boolean') return value
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > valueLengthMax ? `${text.slice(0, valueLengthMax)}…` : text
}
