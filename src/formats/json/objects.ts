/**
 * JSON objects that lie in messages, each to become a row by generated code. Whoever takes messages apart adds them, in the order of the
 * messages; a message of which one object cannot be read gives no rows. A patch is an object with only some columns of a row: the others
 * are as in the row behind it.
 */
import { parseDecimalBytes, parseDoubleBytes, parseTimestampBytes, type Schema, type Vector } from '#data'
import { ColumnStore } from '../column-store.ts'
import { compileSource } from '../compile.ts'
import type { FieldCondition, MessageFault, Messages } from '../format.ts'
import { filtersOf } from './filters.ts'
import { jsonObjectsSource } from './generate.ts'
import { JsonRows } from './rows.ts'
import { JsonScanner, messageEnd } from './scanner.ts'
import type { JsonSettings } from './settings.ts'

type ReadObjects = (bytes: Uint8Array, starts: Int32Array, ends: Int32Array, count: number) => void

const parse = { double: parseDoubleBytes, decimal: parseDecimalBytes, timestamp: parseTimestampBytes }
interface JsonObjectsUse {
  readonly hasPatches?: boolean
  /** Objects for which one of them does not hold need not become rows. */
  readonly conditions?: readonly FieldCondition[]
}
const noMessages: Messages = { bytes: new Uint8Array(0), starts: new Int32Array(0), ends: new Int32Array(0), length: 0 }

export class JsonObjects {
  readonly rowsMax: number
  /** By object, and once they are read by row: the place of its message. */
  readonly places: Int32Array
  /** Objects added. */
  count = 0
  /** Rows read; while the generated code runs, the row to go on with after a failure. */
  row = 0
  readonly #starts: Int32Array
  readonly #ends: Int32Array
  /** By row: its object. */
  readonly #origins: Int32Array
  readonly #rows: JsonRows
  readonly #read: ReadObjects
  #messages = noMessages
  #faults: MessageFault[] = []
  /** By object: 1 for patches; empty where there are none. */
  readonly #patches: Uint8Array
  /** Rows and columns that patches do not have, one after the other. */
  readonly #open: number[] = []

  constructor(columns: Schema, settings: JsonSettings, rowsMax: number, { hasPatches = false, conditions = [] }: JsonObjectsUse = {}) {
    this.rowsMax = rowsMax
    this.places = new Int32Array(rowsMax)
    this.#starts = new Int32Array(rowsMax)
    this.#ends = new Int32Array(rowsMax)
    this.#origins = new Int32Array(rowsMax)
    this.#patches = new Uint8Array(hasPatches ? rowsMax : 0)
    const stores = columns.map(({ name, type }) => new ColumnStore(name, type, rowsMax))
    const scanner = new JsonScanner(messageEnd)
    this.#rows = new JsonRows(stores, scanner, settings)
    const filters = filtersOf(columns, conditions)
    const types = columns.map(({ type }) => type)
    this.#read = compileSource<ReadObjects>(jsonObjectsSource(types, hasPatches, filters), {
      stores,
      scanner,
      rows: this.#rows,
      keys: this.#rows.keys,
      parse,
      separator: settings.time.separator,
      quick: settings.time.offset === 'none',
      objects: this,
      origins: this.#origins,
      patches: this.#patches,
      filters,
    })
  }

  /** Forgets all objects, and begins with others in these messages. */
  begin(messages: Messages, faults: MessageFault[]): void {
    this.#messages = messages
    this.#faults = faults
    this.count = 0
    this.#patches.fill(0)
    for (const store of this.#rows.stores) store.reset()
  }

  /** Adds an object of the message at `place`; it ends at `end`, but for blanks. */
  add(place: number, start: number, end: number): void {
    const object = this.count++
    this.#starts[object] = start
    this.#ends[object] = end
    this.places[object] = place
  }

  /** Adds a patch of the object that is added next. */
  addPatch(place: number, start: number, end: number): void {
    this.#patches[this.count] = 1
    this.add(place, start, end)
  }

  /** Reads all objects into rows. */
  read(bytes: Uint8Array): void {
    this.#read(bytes, this.#starts, this.#ends, this.count)
    this.row = this.#rows.count
    if (this.#open.length > 0) this.#close()
    this.eachMoved((object, row) => {
      this.places[row] = this.places[object] as number
    })
  }

  /** Calls back, in order, for each row that is not at the place of its object, because objects before it could not be read. */
  eachMoved(move: (object: number, row: number) => void): void {
    if (this.row === this.count) return
    for (let row = 0; row < this.row; row++) {
      const object = this.#origins[row] as number
      if (object !== row) move(object, row)
    }
  }

  /** Takes what patches do not have from the rows behind them. */
  #close(): void {
    for (let at = 0; at < this.#open.length; at += 2) {
      const row = this.#open[at] as number
      this.#rows.store(this.#open[at + 1] as number).copy(row + 1, row)
    }
    this.#open.length = 0
  }

  vectors(bytes: Uint8Array): Vector[] {
    return this.#rows.stores.map((store) => store.vector(this.row, bytes))
  }

  /** Called by generated code: sets the columns that an object does not have to NULL; those of patches later. */
  fillMissing(seen: number, row: number, object: number): boolean {
    if (this.#patches[object] !== 1) return this.#rows.fillMissing(seen, row)
    this.#rows.noteMissing(seen, row, this.#open)
    return true
  }

  /** Called by generated code: notes what is wrong with an object, takes back the rows of its message, and passes its other objects. */
  fail(object: number, row: number): number {
    const { places } = this
    const place = places[object] as number
    this.#faults.push({ place, detail: this.#rows.describeFault(this.#messages.starts[place] as number) })
    this.#rows.takeBack(row)
    this.row = row
    while (this.row > 0 && places[this.#origins[this.row - 1] as number] === place) this.#rows.takeBack(--this.row)
    while (this.#open.length > 0 && (this.#open.at(-2) as number) >= this.row) this.#open.length -= 2
    let last = object
    while (last + 1 < this.count && places[last + 1] === place) last++
    return last
  }
}
