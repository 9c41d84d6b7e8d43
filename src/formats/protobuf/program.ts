/** The compiled reader of a message: messages become rows of the stores. */
import { boxExact } from '#data'
import type { ColumnStore } from '../column-store.ts'
import { compileSource } from '../compile.ts'
import { unreadable } from '../text-value.ts'
import { isUtf8 } from '../utf8.ts'
import { type FieldReader, fieldReader, type Handler, handlersOf } from './fields.ts'
import { protobufSource } from './generate.ts'
import { ignored, notUtf8, unrecognized, unzigzag, wordsOf } from './items.ts'
import type { LaidField, Layout } from './layout.ts'
import { cut, WireCursor } from './wire.ts'

type ReadFields = (bytes: Uint8Array, start: number, end: number, row: number, serial: number) => number

export class ProtobufProgram {
  /** For each column the serial number of the message that had it last. */
  readonly seen: Float64Array
  readonly #cursor = new WireCursor()
  readonly #stores: readonly ColumnStore[]
  readonly #readers: readonly FieldReader[]
  readonly #handlers: ReadonlyMap<number, Handler>
  /** For columns that hold names of an enum: the place of the name of each number, and of the names themselves. */
  readonly #codes: readonly (ReadonlyMap<number, number> | null)[]
  readonly #places: readonly ReadonlyMap<string, number>[]
  readonly #read: ReadFields
  #serial = 0

  constructor(layout: Layout, stores: readonly ColumnStore[], readsDefaults: boolean) {
    this.#stores = stores
    this.seen = new Float64Array(stores.length)
    this.#readers = layout.fields.map((field) => fieldReader(field, readsDefaults))
    this.#handlers = handlersOf(this.#readers)
    const words = layout.fields.map(enumWords)
    this.#codes = words.map((list) =>
      list === null ? null : new Map(list.flatMap(([number], place) => (number === null ? [] : [[number, place]]))),
    )
    this.#places = words.map((list) => new Map((list ?? []).map(([, word], place) => [word, place])))
    for (const [slot, list] of words.entries()) {
      const store = stores[slot] as ColumnStore
      const { fallback } = layout.fields[slot] as LaidField
      if (list !== null) store.words = list.map(([, word]) => word)
      else if (store.form === 'bytes' && typeof fallback === 'string') store.defaultText = fallback
    }
    this.#read = compileSource<ReadFields>(protobufSource(layout.fields), { stores, cursor: this.#cursor, rows: this })
  }

  /** Reads one message; returns what is wrong with it, or null. */
  readonly read = (bytes: Uint8Array, start: number, end: number, row: number): string | null => {
    const cursor = this.#cursor
    cursor.begin(bytes, start, end)
    this.#serial++
    if (this.#read(bytes, start, end, row, this.#serial) < 0) return cursor.fault
    return this.#finish(row) ? null : cursor.fault
  }

  #finish(row: number): boolean {
    const { seen } = this
    for (let slot = 0; slot < seen.length; slot++) {
      if (seen[slot] !== this.#serial) {
        if (!this.#fill(slot, row)) return false
      } else if ((this.#stores[slot] as ColumnStore).form === 'values') {
        if (!this.#readers[slot]?.finish(this.#cursor, this.#stores[slot]?.values[row])) return false
      }
    }
    return true
  }

  #fill(slot: number, row: number): boolean {
    const store = this.#stores[slot] as ColumnStore
    store.clear(row)
    const value = this.#readers[slot]?.missing(this.#cursor)
    if (value === undefined) return false
    if (typeof value !== 'string') store.setBoxed(row, value)
    else if (store.words !== null) store.starts[row] = this.#places[slot]?.get(value) ?? 0
    else {
      store.starts[row] = value === '' ? 0 : -1
      store.ends[row] = 0
    }
    return true
  }

  /** Any field whose tag was read; returns the place behind it. */
  other(tag: number, pos: number, row: number, serial: number): number {
    const cursor = this.#cursor
    cursor.pos = pos
    const handler = this.#handlers.get(tag >>> 3)
    if (handler === undefined) return cursor.skip(tag)
    for (const rival of handler.rivals) this.seen[rival] = 0
    if (handler.reader === null) return cursor.skip(tag)
    const { field, read } = handler.reader
    const store = this.#stores[field.slot] as ColumnStore
    const isAgain = this.seen[field.slot] === serial
    if (store.form === 'bytes' && store.words === null) return this.#text(field, tag, row, serial)
    const value = read(cursor, tag, isAgain && store.form === 'values' ? store.values[row] : undefined)
    if (value === unreadable) return cursor.fail(cut)
    if (value === ignored) return cursor.pos
    if (isAgain) store.clear(row)
    if (typeof value === 'string') store.starts[row] = this.#places[field.slot]?.get(value) ?? 0
    else store.setBoxed(row, value)
    this.seen[field.slot] = serial
    return cursor.pos
  }

  /** Text that has no code of its own, such as that of a oneof. */
  #text({ slot, path }: LaidField, tag: number, row: number, serial: number): number {
    const cursor = this.#cursor
    if ((tag & 7) !== 2)
      return cursor.fail(`Field ${tag >>> 3} of column "${path}" has wire type ${tag & 7}, which is not that of its type.`)
    const length = cursor.length()
    if (!(length >= 0)) return cursor.fail(cut)
    const store = this.#stores[slot] as ColumnStore
    store.starts[row] = cursor.pos
    cursor.pos += length
    store.ends[row] = cursor.pos
    if (!isUtf8(cursor.bytes, cursor.pos - length, cursor.pos)) return this.notUtf8(slot)
    this.seen[slot] = serial
    return cursor.pos
  }

  word(slot: number, number: number): number {
    const codes = this.#codes[slot]
    return codes?.get(number) ?? this.#places[slot]?.get(unrecognized) ?? 0
  }

  /** The varint read last, as a number of 64 bits with a sign. */
  signed(): number | bigint {
    return boxExact(BigInt.asIntN(64, this.#cursor.wide ?? 0n))
  }
  zigzag(): number | bigint {
    return boxExact(unzigzag(this.#cursor.wide ?? 0n))
  }
  cut(): number {
    return this.#cursor.fail(cut)
  }
  isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
    return isUtf8(bytes, start, end)
  }
  notUtf8(slot: number): number {
    return this.#cursor.fail(notUtf8(this.#readers[slot]?.field.path ?? ''))
  }
}

/** The names of an enum whose column holds text, with their numbers, and the one for all other numbers; null for other columns. */
function enumWords({ shape, type }: LaidField): readonly (readonly [number | null, string])[] | null {
  if (shape.kind !== 'single' || shape.item.kind !== 'enum' || type.kind === 'integer') return null
  const named = [...wordsOf(shape.item.values)]
  const isNamed = named.some(([, word]) => word === unrecognized)
  // The default may be the second name of a number.
  const others = [...shape.item.values.keys()]
    .filter((word) => !named.some(([, known]) => known === word))
    .map((word) => [null, word] as const)
  return [...named, ...others, ...(isNamed ? [] : [[null, unrecognized] as const])]
}
