/** Reads messages of JSON: an object each, or an array of objects, which become a row each. */
import { assert } from '#base'
import { type Batch, batchRows, type Schema } from '#data'
import { decodedRowsMax } from '../column-store.ts'
import { plainArray } from '../compile.ts'
import type { FieldCondition, FormatTable, MessageDecoder, MessageFault, Messages, WantedField } from '../format.ts'
import { passByteOrderMark, rowsOfMessageMax, tooManyRows } from '../text-messages.ts'
import { FoundObjects, findObjects, tooMany } from './find-objects.ts'
import { JsonObjects } from './objects.ts'
import { JsonScanner, messageEnd, openArray, openObject } from './scanner.ts'
import { type JsonSettings, jsonSettings } from './settings.ts'

export function jsonMessageDecoder(
  table: FormatTable,
  wanted: readonly WantedField[],
  conditions: readonly FieldCondition[] = [],
): MessageDecoder {
  const columns = wanted.map(({ kind, key, type }) => {
    assert(kind === 'physical', `column "${key}" is none of metadata, which JSON has not`)
    return { name: key, type }
  })
  return new JsonMessages(columns, jsonSettings(table), conditions)
}

class JsonMessages implements MessageDecoder {
  batch: Batch = { length: 0, columns: [], kinds: null, watermarks: null }
  places: Int32Array
  faults: readonly MessageFault[] = []
  readonly lenient: boolean
  readonly #columns: Schema
  readonly #settings: JsonSettings
  readonly #conditions: readonly FieldCondition[]
  readonly #objects: JsonObjects
  readonly #scanner = new JsonScanner(messageEnd)
  readonly #records: FoundObjects

  constructor(columns: Schema, settings: JsonSettings, conditions: readonly FieldCondition[]) {
    this.#columns = columns
    this.#settings = settings
    this.#conditions = conditions
    this.lenient = settings.lenient
    this.#records = new FoundObjects(rowsOfMessageMax(columns.length))
    this.#objects = new JsonObjects(columns, settings, decodedRowsMax(columns.length, batchRows), { conditions })
    this.places = this.#objects.places
  }

  decode(messages: Messages, from: number): number {
    const { starts, ends, length } = messages
    const bytes = plainArray(messages.bytes)
    const faults: MessageFault[] = []
    let objects = this.#objects
    objects.begin(messages, faults)
    let place = from
    for (; place < length && objects.count < objects.rowsMax; place++) {
      const end = ends[place] as number
      if (end < 0) continue
      const start = starts[place] as number
      bytes[end] = messageEnd
      if (bytes[start] === openObject) {
        objects.add(place, start, end)
        continue
      }
      const records = this.#findRecords(bytes, start, end)
      if (records < 0) faults.push({ place, detail: this.#describeFault(start) })
      if (records > objects.rowsMax - objects.count) {
        if (objects.count > 0) break
        objects = new JsonObjects(this.#columns, this.#settings, records, { conditions: this.#conditions })
        objects.begin(messages, faults)
      }
      for (let record = 0; record < records; record++) {
        objects.add(place, this.#records.starts[record] as number, this.#records.ends[record] as number)
      }
    }
    if (objects !== this.#objects) this.#records.clear()
    objects.read(bytes)
    this.batch = { length: objects.row, columns: objects.vectors(bytes), kinds: null, watermarks: null }
    this.places = objects.places
    // Those of arrays were found before those of values.
    this.faults = faults.length > 1 ? faults.sort((a, b) => a.place - b.place) : faults
    return place
  }

  /** Finds the objects in a message that does not begin with one; a negative number when it is something else. */
  #findRecords(bytes: Uint8Array, start: number, end: number): number {
    const scanner = this.#scanner
    const at = scanner.blanks(bytes, passByteOrderMark(bytes, start, end))
    if (at === end) return 0
    if (bytes[at] === openArray) return this.#findElements(bytes, at, end)
    if (bytes[at] !== openObject) return scanner.fail(at, '"{"')
    this.#records.starts[0] = at
    this.#records.ends[0] = end
    return 1
  }

  #findElements(bytes: Uint8Array, start: number, end: number): number {
    const records = this.#records
    const stop = findObjects(this.#scanner, bytes, start, records)
    if (stop < 0) return stop
    const last = this.#scanner.blanks(bytes, stop)
    return last === end ? records.count : this.#scanner.fail(last, 'the end of the message')
  }

  #describeFault(start: number): string {
    const { failedAt, expected } = this.#scanner
    return expected === tooMany ? tooManyRows(this.#records.most) : `Expected ${expected} at byte ${failedAt - start + 1}.`
  }
}
