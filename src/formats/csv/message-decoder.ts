/** Reads messages of CSV: a record each, mostly; one of several lines gives a row for each record. There is no header. */
import { assert } from '#base'
import { type Batch, batchRows } from '#data'
import { decodedRowsMax } from '../column-store.ts'
import { plainArray } from '../compile.ts'
import type { FormatTable, MessageDecoder, MessageFault, Messages, WantedField } from '../format.ts'
import { lineFeed } from '../line-end.ts'
import { passByteOrderMark, rowsOfMessageMax, tooManyRows } from '../text-messages.ts'
import { type CsvRun, csvColumns, csvRun } from './decoder.ts'
import type { CsvColumns, CsvRows } from './rows.ts'
import { type CsvSettings, csvSettings } from './settings.ts'

/** Rows that a message of several lines may add to a batch that is full, without a larger one. */
const slack = 64

const unfinished = 'Expected a closing quote, got the end of the message.'

export function csvMessageDecoder(table: FormatTable, wanted: readonly WantedField[]): MessageDecoder {
  const names = wanted.map(({ kind, key }) => {
    assert(kind === 'physical', `column "${key}" is none of metadata, which CSV has not`)
    return key
  })
  return new CsvMessages(csvColumns(table, names), csvSettings(table))
}

/** What rows are read into, and the place of the message of each. */
interface CsvRoom extends CsvRun {
  readonly rowsMax: number
  readonly places: Int32Array
}

class CsvMessages implements MessageDecoder {
  batch: Batch = { length: 0, columns: [], kinds: null, watermarks: null }
  places: Int32Array
  faults: MessageFault[] = []
  readonly lenient: boolean
  readonly #columns: CsvColumns
  readonly #settings: CsvSettings
  readonly #rowsMax: number
  readonly #room: CsvRoom

  constructor(columns: CsvColumns, settings: CsvSettings) {
    this.#columns = columns
    this.#settings = settings
    this.lenient = settings.lenient
    this.#rowsMax = decodedRowsMax(columns.fields.length, batchRows)
    this.#room = this.#roomFor(this.#rowsMax + slack)
    this.places = this.#room.places
  }

  decode(messages: Messages, from: number): number {
    const { starts, ends, length } = messages
    const bytes = plainArray(messages.bytes)
    const rowsMax = this.#rowsMax
    let room = this.#room
    for (const store of room.rows.stores) store.reset()
    this.faults = []
    let place = from
    let count = 0
    for (; place < length && count < rowsMax; place++) {
      const end = ends[place] as number
      if (end < 0) continue
      const start = passByteOrderMark(bytes, starts[place] as number, end)
      // An end of its own is enough, and another would be one more record where there is only one column.
      const limit = end > start && bytes[end - 1] === lineFeed ? end : end + 1
      bytes[end] = lineFeed
      const { rows, run, places } = room
      const stop = run(bytes, start, limit, count + 1, count)
      if (stop === limit) {
        if (rows.count > count) places[count++] = place
      } else if (rows.count === count) {
        this.#note(rows, place, count)
      } else {
        room = this.#widened(room, bytes, stop, limit, count + 1)
        count = this.#readRest(room, bytes, stop, limit, place, count)
      }
    }
    this.batch = { length: count, columns: room.rows.stores.map((store) => store.vector(count, bytes)), kinds: null, watermarks: null }
    this.places = room.places
    return place
  }

  /** Notes what is wrong with a message, and takes back its rows, the one that was being read included. */
  #note(rows: CsvRows, place: number, firstRow: number): void {
    this.faults.push({ place, detail: rows.fault === '' ? unfinished : rows.fault })
    rows.fault = ''
    for (let row = firstRow; row <= rows.count; row++) rows.takeBack(row)
  }

  /** Reads the records behind the first one of a message; returns how many rows there are then. */
  #readRest(room: CsvRoom, bytes: Uint8Array, start: number, limit: number, place: number, firstRow: number): number {
    const { rows, run, places, rowsMax } = room
    const stop = run(bytes, start, limit, rowsMax, firstRow + 1)
    if (stop < limit) {
      if (rows.count === rowsMax) rows.fault = tooManyRows(rowsOfMessageMax(this.#columns.fields.length))
      this.#note(rows, place, firstRow)
      return firstRow
    }
    places.fill(place, firstRow, rows.count)
    return rows.count
  }

  /** What holds, behind so many rows, the records that a message still has, unless they are too many. */
  #widened(room: CsvRoom, bytes: Uint8Array, start: number, limit: number, rows: number): CsvRoom {
    const most = rows + rowsOfMessageMax(this.#columns.fields.length)
    let at = start
    let needed = rows
    for (; at >= 0 && at < limit && needed < most; needed++) at = room.scanner.record(bytes, at, limit).next
    if (needed <= room.rowsMax) return room
    const wider = this.#roomFor(needed)
    for (const [slot, store] of wider.rows.stores.entries()) store.take(room.rows.store(slot), rows)
    wider.places.set(room.places.subarray(0, rows))
    return wider
  }

  #roomFor(rowsMax: number): CsvRoom {
    const run = csvRun(this.#columns, this.#settings, { rowsMax, stopsAtFault: true })
    return { ...run, rowsMax, places: new Int32Array(rowsMax) }
  }
}
