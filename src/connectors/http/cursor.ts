/** A column that grows: how far it has come says what to ask for next, and what has been read before. */
import { type Batch, columnIndex, comparator, type DataType, selectBatch, valueAt } from '#data'
import { parsePlainText, plainTextPrinter } from '#formats'
import type { WantedColumn } from '../connector.ts'
import { type HttpSettings, mismatch } from './options.ts'

export interface CursorColumn {
  readonly name: string
  readonly type: DataType
  /** As text; null where there is none to begin with. */
  readonly start: string | null
}

/** Where the newest value goes in the address. */
export const cursorPlace = `\${cursor}`

/** Null where the table has none. */
export function cursorColumnOf({ table, options }: HttpSettings): CursorColumn | null {
  const name = options.text('cursor.column')
  const isInUrl = (table.options['url'] ?? '').includes(cursorPlace)
  if (name === undefined) {
    if (options.isGiven('cursor.start')) throw mismatch(table, 'cursor.start', "The table has no 'cursor.column'.")
    return null
  }
  if (!isInUrl) throw mismatch(table, 'cursor.column', `'url' does not hold ${cursorPlace}.`)
  const type = table.schema[columnIndex(table.schema, name)]?.type
  if (type === undefined) throw mismatch(table, 'cursor.column', `Column "${name}" does not exist.`)
  if (plainTextPrinter(type) === null) throw mismatch(table, 'cursor.column', `Column "${name}" has no order.`)
  const start = options.text('cursor.start') ?? null
  if (start !== null && parsePlainText(type, start) === undefined)
    throw mismatch(table, 'cursor.start', `Expected a value of column "${name}", got "${start}".`)
  return { name, type, start }
}

/** Reads the column along with those that are wanted. */
export class CursorReader {
  readonly columns: readonly WantedColumn[]
  readonly #type: DataType
  readonly #place: number
  readonly #wanted: number
  readonly #print: (value: unknown) => string

  constructor({ name, type }: CursorColumn, columns: readonly WantedColumn[]) {
    const known = columns.findIndex(({ kind, key }) => kind === 'physical' && key === name)
    this.columns = known < 0 ? [...columns, { kind: 'physical', key: name, type }] : columns
    this.#type = type
    this.#place = known < 0 ? columns.length : known
    this.#wanted = columns.length
    this.#print = plainTextPrinter(type) ?? String
  }

  /** The rows that come after a cursor, and how far they come. Rows without a value are new. */
  newRows(batch: Batch, after: string | null, newest: string | null): { readonly batch: Batch; readonly newest: string | null } {
    const compare = comparator(this.#type)
    const vector = batch.columns[this.#place] as Batch['columns'][number]
    const last = this.#parse(after)
    let best = this.#parse(newest)
    const selection = new Int32Array(batch.length)
    let length = 0
    for (let row = 0; row < batch.length; row++) {
      const value = valueAt(vector, row, this.#type)
      if (value !== null && last !== null && compare(value, last) <= 0) continue
      selection[length++] = row
      if (value !== null && (best === null || compare(value, best) > 0)) best = value
    }
    const kept = length === batch.length ? batch : selectBatch(batch, selection, length)
    return { batch: { ...kept, columns: kept.columns.slice(0, this.#wanted) }, newest: best === null ? null : this.#print(best) }
  }

  #parse(text: string | null): unknown {
    return text === null ? null : (parsePlainText(this.#type, text) ?? null)
  }
}
