/** The compiled reader of one writer's schema: records of it become rows of the stores. */
import { shortened } from '#base'
import type { ColumnStore } from '../column-store.ts'
import { compileSource } from '../compile.ts'
import { nullRefused } from '../faults.ts'
import { unreadable } from '../text-value.ts'
import { isUtf8 } from '../utf8.ts'
import { type Cursor, cut, overlong } from './cursor.ts'
import { avroSource, keysPerField } from './generate.ts'
import type { Reading } from './reading.ts'
import { recordIn, resolveRecord } from './resolve.ts'
import type { AvroSchema } from './schema.ts'
import { Skips, type SkipValue } from './skip.ts'
import { notUtf8, type ReadValue, unknownSymbol, valueReader } from './values.ts'
import type { Words } from './words.ts'

/** Names of a writer's fields may be as long as they like. */
const nameLengthMax = 100

type ReadRecord = (bytes: Uint8Array, start: number, end: number, row: number) => number
type RowReading = Extract<Reading, { kind: 'row' }>

export class AvroProgram {
  /** For each column, whether it holds places of words; what reads into one batch must have them alike. */
  readonly holdsWords: readonly boolean[]
  readonly codes: Readonly<Record<number, Int32Array>>
  readonly #cursor: Cursor
  readonly #stores: readonly ColumnStore[]
  readonly #names: readonly string[]
  readonly #values = new Map<number, ReadValue>()
  readonly #skips: readonly SkipValue[]
  readonly #constants: readonly { readonly store: ColumnStore; readonly value: unknown; readonly code: number }[]
  /** Of a record in a union: the number of its branch and of all. */
  readonly #branch: { readonly index: number; readonly count: number } | null
  readonly #read: ReadRecord
  readonly #mismatch: string | null = null
  /** Where the message read last ended; others may follow it. */
  end = 0

  constructor(writer: AvroSchema, reader: AvroSchema | null, stores: readonly ColumnStore[], words: readonly Words[], cursor: Cursor) {
    this.#cursor = cursor
    this.#stores = stores
    const record = recordIn(writer) ?? writer
    this.#branch = writer.kind === 'union' ? { index: writer.branches.indexOf(record), count: writer.branches.length } : null
    const resolved = resolveRecord(record, stores, reader)
    if (resolved.kind === 'mismatch') this.#mismatch = resolved.detail
    const row: RowReading = resolved.kind === 'row' ? resolved : { kind: 'row', steps: [], constants: [] }
    const skips = new Skips()
    this.#names = row.steps.map((step) => shortened(step.name, nameLengthMax))
    this.#skips = row.steps.map((step) => skips.of(step.schema))
    const codes: Record<number, Int32Array> = {}
    const holdsWords = stores.map(() => false)
    for (const [field, step] of row.steps.entries()) {
      if (step.reading === null) continue
      for (const [key, reading] of keyedReadings(step.reading, field)) {
        this.#values.set(key, valueReader(reading, skips, step.name))
        if (reading.kind !== 'word') continue
        codes[key] = Int32Array.from(reading.words, (word) => (word === null ? -1 : (words[step.slot] as Words).codeOf(word)))
        holdsWords[step.slot] = true
      }
    }
    const read = new Set(row.steps.map((step) => step.slot))
    this.#constants = row.constants.flatMap((value, slot) => {
      const store = stores[slot] as ColumnStore
      if (read.has(slot)) return []
      const isWord = store.form === 'bytes' && typeof value === 'string'
      if (isWord) holdsWords[slot] = true
      return [{ store, value, code: isWord ? (words[slot] as Words).codeOf(value) : -1 }]
    })
    this.codes = codes
    this.holdsWords = holdsWords
    this.#read = compileSource<ReadRecord>(avroSource(row.steps), { stores, cursor, rows: this })
  }

  /** Reads one message; returns what is wrong with it, or null. */
  readonly read = (bytes: Uint8Array, start: number, end: number, row: number): string | null => {
    const cursor = this.#cursor
    cursor.begin(bytes, start, end)
    if (this.#mismatch !== null) return this.#mismatch
    let pos = start
    if (this.#branch !== null) {
      const { index, count } = this.#branch
      const branch = cursor.exact()
      if (branch !== index) return cursor.fault || `Expected branch ${index} of ${count} of the union that the message is, got ${branch}.`
      pos = cursor.pos
    }
    pos = this.#read(bytes, pos, end, row)
    if (pos < 0) return cursor.fault
    if (pos > end) return cut
    this.end = pos
    if (this.#constants.length > 0) this.#fill(row)
    return null
  }

  #fill(row: number): void {
    for (const { store, value, code } of this.#constants) {
      if (code < 0) store.setBoxed(row, value)
      else store.starts[row] = code
    }
  }

  isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
    return isUtf8(bytes, start, end)
  }

  skip(field: number, pos: number): number {
    const cursor = this.#cursor
    cursor.pos = pos
    return this.#skips[field]?.(cursor) === true ? cursor.pos : this.cut(field)
  }

  /** Any value of a column, boxed; returns the place behind it. */
  value(key: number, slot: number, pos: number, row: number): number {
    const cursor = this.#cursor
    cursor.pos = pos
    const value = this.#values.get(key)?.(cursor) ?? null
    if (value === unreadable) return this.cut(Math.floor(key / keysPerField))
    const store = this.#stores[slot] as ColumnStore
    if (value === null && !store.type.nullable) return cursor.fail(nullRefused(store))
    store.setBoxed(row, value)
    return cursor.pos
  }

  /** A symbol that has no word, or whose number is long. */
  word(key: number, slot: number, pos: number, row: number): number {
    const cursor = this.#cursor
    cursor.pos = pos
    const symbol = cursor.exact()
    const code = typeof symbol === 'number' ? this.codes[key]?.[symbol] : undefined
    const store = this.#stores[slot] as ColumnStore
    if (code === undefined || code < 0) return cursor.fail(unknownSymbol(store.name))
    store.starts[row] = code
    return cursor.pos
  }

  branch(field: number, pos: number): number {
    const cursor = this.#cursor
    cursor.pos = pos
    const index = cursor.exact()
    return pos >= cursor.end
      ? this.cut(field)
      : cursor.fail(`Expected the branch of a union in field "${this.#names[field]}", got ${index}.`)
  }

  cut(field: number): number {
    return this.#cursor.fail(`Expected all bytes of field "${this.#names[field]}", got the end of the message.`)
  }

  overlong(field: number): number {
    return this.#cursor.fail(`Field "${this.#names[field]}": ${overlong}`)
  }

  notUtf8(field: number): number {
    return this.#cursor.fail(notUtf8(this.#names[field] ?? ''))
  }
}

/** A reading and the branches of its union, by their keys in generated code. */
function keyedReadings(reading: Reading, field: number): [key: number, reading: Reading][] {
  const first = field * keysPerField
  if (reading.kind !== 'union') return [[first, reading]]
  return reading.branches.slice(0, keysPerField - 1).map((branch, index) => [first + index + 1, branch])
}
