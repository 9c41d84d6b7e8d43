/** The layouts that were used last, by their text and by their number. */
import { monitorErrors } from './errors.ts'
import { type LayoutColumn, readLayout } from './layout.ts'
import type { SampleDatabase } from './sample-database.ts'

const keptMax = 2000

export class LayoutCache {
  readonly #database: SampleDatabase
  readonly #ids = new Map<string, number>()
  readonly #columns = new Map<number, readonly LayoutColumn[]>()

  constructor(database: SampleDatabase) {
    this.#database = database
  }

  /** To be called within a transaction: a layout that is new is written. */
  idOf(text: string): number {
    const known = this.#ids.get(text)
    if (known !== undefined) return known
    const id = this.#database.layoutOf(text)
    keep(this.#ids, text, id)
    return id
  }

  columnsOf(id: number): readonly LayoutColumn[] {
    const known = this.#columns.get(id)
    if (known !== undefined) return known
    const text = this.#database.layoutText(id)
    if (text === null) throw monitorErrors.MONITOR_CHUNK_DAMAGED()
    const { columns } = readLayout(text)
    keep(this.#columns, id, columns)
    return columns
  }

  clear(): void {
    this.#ids.clear()
    this.#columns.clear()
  }
}

function keep<Key, Value>(cache: Map<Key, Value>, key: Key, value: Value): void {
  if (cache.size >= keptMax) cache.clear()
  cache.set(key, value)
}
