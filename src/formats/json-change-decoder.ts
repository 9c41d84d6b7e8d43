/**
 * Reads change messages: finds the operation and the rows in the envelope, and leaves the rows to generated code. A message is taken
 * whole: both rows of an update, and all rows of an array, are in one batch, an old row right before its new one.
 */
import { assert, listed } from '#base'
import { type Batch, batchRows, changeDelete, changeInsert, changeUpdateAfter, changeUpdateBefore, type Schema } from '#data'
import { decodedRowsMax } from './column-store.ts'
import { plainArray } from './compile.ts'
import { excerpt } from './faults.ts'
import type { FormatTable, MessageDecoder, MessageFault, Messages, WantedField } from './format.ts'
import { FoundObjects } from './json/find-objects.ts'
import { JsonObjects } from './json/objects.ts'
import { JsonScanner, letterN, messageEnd, openArray, openObject, quote } from './json/scanner.ts'
import { type JsonSettings, sharedJsonSettings } from './json/settings.ts'
import { contentText } from './json/text.ts'
import type { ChangeEnvelope, ChangeMetadata, ChangeOperation, JsonChangeFormat } from './json-change.ts'
import { MetadataColumn } from './json-change-metadata.ts'
import { isAt, JsonEnvelope } from './json-envelope.ts'
import { passByteOrderMark, rowsOfMessageMax, tooManyRows } from './text-messages.ts'

export function jsonChangeDecoder(format: JsonChangeFormat, table: FormatTable, wanted: readonly WantedField[]): MessageDecoder {
  const columns = wanted.flatMap(({ kind, key, type }) => (kind === 'physical' ? [{ name: key, type }] : []))
  // Each is read once, and texts come last: their escapes are undone in place, where others may have to look as well.
  const keys = new Set(wanted.flatMap(({ kind, key }) => (kind === 'metadata' ? [key] : [])))
  const metadata = [...keys].map((key) => metadataOf(format, key)).sort((a, b) => Number(isText(a)) - Number(isText(b)))
  let column = 0
  const order = wanted.map(({ kind, key }) =>
    kind === 'physical' ? column++ : columns.length + metadata.findIndex((candidate) => candidate.key === key),
  )
  return new JsonChanges({ envelope: format.envelope(table), columns, metadata, order, settings: sharedJsonSettings(table, format.name) })
}

function isText({ type }: ChangeMetadata): boolean {
  return type.kind === 'varchar'
}

function metadataOf(format: JsonChangeFormat, key: string): ChangeMetadata {
  const found = format.metadata.find((candidate) => candidate.key === key)
  assert(found !== undefined, `"${key}" is metadata of ${format.name}`)
  return found
}

interface ChangeShape {
  readonly envelope: ChangeEnvelope
  readonly columns: Schema
  readonly metadata: readonly ChangeMetadata[]
  readonly order: readonly number[]
  readonly settings: JsonSettings
}

/** What rows are read into. */
interface ChangeRoom {
  readonly objects: JsonObjects
  readonly metadata: readonly MetadataColumn[]
  /** By object, and once they are read by row. */
  readonly kinds: Uint8Array
}

/** Places of paths in the envelope; those of metadata and included texts come behind. */
const operationSlot = 0
const beforeSlot = 1
const afterSlot = 2
const includedSlot = 3

class JsonChanges implements MessageDecoder {
  batch: Batch = { length: 0, columns: [], kinds: null, watermarks: null }
  places: Int32Array
  faults: readonly MessageFault[] = []
  readonly lenient: boolean
  readonly #shape: ChangeShape
  readonly #scanner = new JsonScanner(messageEnd)
  readonly #envelope: JsonEnvelope
  /** The operations with their names in quotes. */
  readonly #operations: readonly { readonly quoted: Uint8Array; readonly operation: ChangeOperation }[]
  readonly #room: ChangeRoom
  readonly #before: FoundObjects
  readonly #after: FoundObjects
  /** What the message at hand is; null when it is as it should be. */
  #fault: string | null = null
  #operation: ChangeOperation = 'none'

  constructor(shape: ChangeShape) {
    const { envelope } = shape
    this.#shape = shape
    this.lenient = shape.settings.lenient
    const encoder = new TextEncoder()
    this.#operations = Object.entries(envelope.operations).map(([name, operation]) => ({ quoted: encoder.encode(`"${name}"`), operation }))
    this.#envelope = new JsonEnvelope(this.#scanner, [
      ...[envelope.operation, envelope.before, envelope.after].map((path) => [...envelope.payload, ...path]),
      ...envelope.included.map(({ path }) => [...envelope.payload, ...path]),
      ...shape.metadata.map(({ path, isOutside }) => (isOutside === true ? path : [...envelope.payload, ...path])),
    ])
    const most = rowsOfMessageMax(shape.order.length)
    this.#before = new FoundObjects(most)
    this.#after = new FoundObjects(most)
    if (envelope.isArray) {
      this.#envelope.findObjectsAt([...envelope.payload, ...envelope.before], this.#before)
      this.#envelope.findObjectsAt([...envelope.payload, ...envelope.after], this.#after)
    }
    this.#room = this.#roomFor(decodedRowsMax(shape.order.length, batchRows))
    this.places = this.#room.objects.places
  }

  decode(messages: Messages, from: number): number {
    const { starts, ends, length } = messages
    const bytes = plainArray(messages.bytes)
    const faults: MessageFault[] = []
    let room = this.#begin(this.#room, messages, faults)
    let place = from
    for (; place < length && room.objects.count < room.objects.rowsMax; place++) {
      const end = ends[place] as number
      if (end < 0) continue
      const start = starts[place] as number
      bytes[end] = messageEnd
      const rows = this.#open(bytes, start, end)
      const { objects } = room
      if (rows > objects.rowsMax - objects.count) {
        if (objects.count > 0) break
        room = this.#begin(this.#roomFor(rows), messages, faults)
      }
      if (rows > 0) this.#add(room, bytes, start, place)
      if (this.#fault !== null) faults.push({ place, detail: this.#fault })
    }
    this.#finish(room, bytes, faults)
    return place
  }

  #begin(room: ChangeRoom, messages: Messages, faults: MessageFault[]): ChangeRoom {
    room.objects.begin(messages, faults)
    for (const column of room.metadata) column.begin()
    return room
  }

  #finish({ objects, metadata, kinds }: ChangeRoom, bytes: Uint8Array, faults: MessageFault[]): void {
    objects.read(bytes)
    objects.eachMoved((object, row) => {
      kinds[row] = kinds[object] as number
      for (const column of metadata) column.copy(object, row)
    })
    const length = objects.row
    const columns = [...objects.vectors(bytes), ...metadata.map((column) => column.vector(length, bytes))]
    this.batch = { length, columns: this.#shape.order.map((index) => columns[index] as (typeof columns)[number]), kinds, watermarks: null }
    this.places = objects.places
    // Those of envelopes were found before those of rows.
    this.faults = faults.length > 1 ? faults.sort((a, b) => a.place - b.place) : faults
    if (objects !== this.#room.objects) {
      this.#before.clear()
      this.#after.clear()
    }
  }

  /** Finds the rows of a message, and changes nothing in it; returns how many rows it gives, none where it is empty or at fault. */
  #open(bytes: Uint8Array, start: number, end: number): number {
    const scanner = this.#scanner
    this.#fault = null
    const at = scanner.blanks(bytes, passByteOrderMark(bytes, start, end))
    if (at === end) return 0
    const stop = bytes[at] === openObject ? this.#envelope.find(bytes, at) : scanner.fail(at, '"{"')
    const last = stop < 0 ? end : scanner.blanks(bytes, stop)
    if (last !== end) scanner.fail(last, 'the end of the message')
    if (stop < 0 || last !== end) return this.#refuse(`Expected ${scanner.expected} at byte ${scanner.failedAt - start + 1}.`)
    return this.#isIncluded(bytes) ? this.#findRows(bytes) : 0
  }

  #refuse(detail: string): number {
    this.#fault = detail
    return 0
  }

  /** Whether the texts of the envelope are those that are wanted; one that is missing is a fault. */
  #isIncluded(bytes: Uint8Array): boolean {
    return this.#shape.envelope.included.every(({ path, pattern }, index) => {
      const text = this.#text(bytes, includedSlot + index)
      if (text === null) this.#refuse(`Expected a text in "${path.join('.')}", got ${this.#shown(bytes, includedSlot + index)}.`)
      return text !== null && pattern.test(text)
    })
  }

  #findRows(bytes: Uint8Array): number {
    const { envelope } = this.#shape
    const operation = this.#operationIn(bytes)
    if (operation === null) {
      const names = Object.keys(envelope.operations).map((name) => `"${name}"`)
      return this.#refuse(`Expected ${listed(names, 'or')} in "${envelope.operation.join('.')}", got ${this.#shown(bytes, operationSlot)}.`)
    }
    this.#operation = operation
    if (operation === 'none') return 0
    const isGone = operation === 'delete' && envelope.beforeIs === 'whole'
    const [rows, slot, path] = isGone
      ? ([this.#before, beforeSlot, envelope.before] as const)
      : ([this.#after, afterSlot, envelope.after] as const)
    if (operation === 'update' && !this.#findIn(bytes, this.#before, beforeSlot, envelope.before)) return 0
    if (!this.#findIn(bytes, rows, slot, path)) return 0
    if (operation !== 'update') return rows.count
    if (this.#before.count < rows.count)
      return this.#refuse(`Expected ${rows.count} rows in "${envelope.before.join('.')}", got ${this.#before.count}.`)
    return 2 * rows.count
  }

  #operationIn(bytes: Uint8Array): ChangeOperation | null {
    const start = this.#envelope.starts[operationSlot] as number
    const length = (this.#envelope.ends[operationSlot] as number) - start
    for (const { quoted, operation } of this.#operations) {
      if (start >= 0 && quoted.length === length && isAt(quoted, bytes, start)) return operation
    }
    return null
  }

  /** Finds the row or rows at a place in the envelope; false where there are none. */
  #findIn(bytes: Uint8Array, found: FoundObjects, slot: number, path: readonly string[]): boolean {
    const { isArray } = this.#shape.envelope
    const start = this.#envelope.starts[slot] as number
    if (start < 0 || bytes[start] !== (isArray ? openArray : openObject)) return this.#refuseRows(bytes, slot, path)
    if (!isArray) {
      found.starts[0] = start
      found.ends[0] = this.#envelope.ends[slot] as number
      found.count = 1
      return true
    }
    if (found.trouble === 'others') return this.#refuseRows(bytes, slot, path)
    if (found.trouble === 'many') this.#refuse(tooManyRows(found.most))
    return found.trouble === 'none'
  }

  #refuseRows(bytes: Uint8Array, slot: number, path: readonly string[]): false {
    const { isArray, beforeIs } = this.#shape.envelope
    const hint = slot === beforeSlot && beforeIs === 'whole' ? ' PostgreSQL tells it of tables with REPLICA IDENTITY FULL.' : ''
    this.#refuse(`Expected ${isArray ? 'an array of rows' : 'a row'} in "${path.join('.')}", got ${this.#shown(bytes, slot)}.${hint}`)
    return false
  }

  /** Adds the rows that were found, and reads the metadata of the message. */
  #add({ objects, metadata, kinds }: ChangeRoom, bytes: Uint8Array, message: number, place: number): void {
    const first = objects.count
    this.#fault = this.#readMetadata(metadata, bytes, first, message)
    if (this.#fault !== null) return
    const { beforeIs } = this.#shape.envelope
    const [before, after] = [this.#before, this.#after]
    const isUpdate = this.#operation === 'update'
    const rows = this.#operation === 'delete' && beforeIs === 'whole' ? before : after
    for (let index = 0; index < rows.count; index++) {
      if (isUpdate) {
        kinds[objects.count] = changeUpdateBefore
        if (beforeIs === 'patch') objects.addPatch(place, before.starts[index] as number, before.ends[index] as number)
        else objects.add(place, before.starts[index] as number, before.ends[index] as number)
      }
      kinds[objects.count] = isUpdate ? changeUpdateAfter : this.#operation === 'delete' ? changeDelete : changeInsert
      objects.add(place, rows.starts[index] as number, rows.ends[index] as number)
    }
    for (const column of metadata) for (let row = first + 1; row < objects.count; row++) column.copy(first, row)
  }

  #readMetadata(metadata: readonly MetadataColumn[], bytes: Uint8Array, row: number, message: number): string | null {
    const firstSlot = includedSlot + this.#shape.envelope.included.length
    for (let index = 0; index < metadata.length; index++) {
      const detail = metadata[index]?.read(bytes, this.#envelope.starts[firstSlot + index] as number, row, message) ?? null
      if (detail !== null) return detail
    }
    return null
  }

  /** The text at a place in the envelope; null when there is no string. */
  #text(bytes: Uint8Array, slot: number): string | null {
    const start = this.#envelope.starts[slot] as number
    return start < 0 || bytes[start] !== quote ? null : contentText(bytes, start + 1, (this.#envelope.ends[slot] as number) - 1)
  }

  /** What is at a place in the envelope, in the words of errors. */
  #shown(bytes: Uint8Array, slot: number): string {
    const start = this.#envelope.starts[slot] as number
    if (start < 0) return 'none'
    return bytes[start] === letterN ? 'null' : excerpt(bytes, start, this.#envelope.ends[slot] as number)
  }

  #roomFor(rowsMax: number): ChangeRoom {
    const { columns, metadata, settings, envelope } = this.#shape
    return {
      objects: new JsonObjects(columns, settings, rowsMax, { hasPatches: envelope.beforeIs === 'patch' }),
      metadata: metadata.map((column) => new MetadataColumn(column, settings, this.#scanner, rowsMax)),
      kinds: new Uint8Array(rowsMax),
    }
  }
}
