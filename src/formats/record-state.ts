/** What a decoder knows of its input while it goes through the records: which one it is at, and how many were set aside. */
import type { ColumnStore } from './column-store.ts'
import { formatErrors } from './errors.ts'

export class RecordState {
  /** Rows in the batch that was decoded last. */
  count = 0
  /** Name of the input, and records of it taken before the rows of this batch; skipped ones are counted at once. */
  input = ''
  records = 0
  /** Rows of all inputs set aside. */
  skipped = 0
  readonly stores: readonly ColumnStore[]
  readonly lenient: boolean
  readonly #format: string

  constructor(format: string, stores: readonly ColumnStore[], lenient: boolean) {
    this.#format = format
    this.stores = stores
    this.lenient = lenient
  }

  begin(input: string, recordsBefore: number): void {
    this.input = input
    this.records = recordsBefore
  }

  store(slot: number): ColumnStore {
    return this.stores[slot] as ColumnStore
  }

  /** Forgets a row, so that another can take its place. */
  takeBack(row: number): void {
    for (const store of this.stores) store.clear(row)
  }

  /** Gives up the row that is being read. */
  skip(row: number): void {
    this.takeBack(row)
    this.skipped++
    this.records++
  }

  unreadable(row: number, detail: string, hint?: string): Error {
    return formatErrors.FORMATS_RECORD_UNREADABLE(
      { record: this.records + row + 1, input: this.input, format: this.#format },
      { detail, ...(hint === undefined ? {} : { hint }) },
    )
  }
}
