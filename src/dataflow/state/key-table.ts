/**
 * Keyed state: gives every different key a small number, its slot, so that operators keep what belongs to a key in plain typed arrays.
 *
 * Keys are packed into words (key-layout.ts), a column at a time for all rows of a batch, and then looked up (packed-keys.ts). They are
 * narrow until the first comes that does not fit.
 *
 * 1. A live slot keeps its number until it is removed, whatever else happens.
 * 2. `count` slots are live; all slot numbers are below `capacity`.
 * 3. The same key never has two slots: NULL equals NULL, 0 equals -0, NaN equals NaN, and a number equals the same wide value.
 * 4. Order of slots follows first arrival alone, never hashes, so that runs repeat.
 */
import { assert } from '#base'
import type { DataType, Vector } from '#data'
import { ByteDictionary } from './byte-dictionary.ts'
import {
  type KeyColumn,
  type KeyLayout,
  narrowLayoutOf,
  type PackRequest,
  packColumn,
  packNulls,
  unpackColumn,
  wideLayoutOf,
  widenKey,
} from './key-layout.ts'
import { PackedKeys } from './packed-keys.ts'

const noDictionary = null

/** What a test may change to meet rare cases often. */
export interface KeyTableTuning {
  /** Bits of hashes that count: fewer make keys collide. */
  readonly hashMask: number
  /** Texts of removed keys are given up after so many removals at the earliest. */
  readonly removalsMin: number
}

const defaultTuning: KeyTableTuning = { hashMask: -1, removalsMin: 4096 }

export class KeyTable {
  readonly #types: readonly DataType[]
  #layout: KeyLayout
  readonly #tuning: KeyTableTuning
  readonly #keys: PackedKeys
  #dictionaries: (ByteDictionary | null)[]
  #removals = 0
  #packed = new Int32Array(0)

  /** Without types there is one key, the empty one. */
  constructor(types: readonly DataType[], tuning: KeyTableTuning = defaultTuning) {
    this.#types = types
    this.#layout = narrowLayoutOf(types)
    this.#tuning = tuning
    const [only, second] = this.#layout.columns
    const byId = only !== undefined && second === undefined && isInterned(only)
    this.#keys = new PackedKeys(this.#layout.width, byId, tuning.hashMask)
    this.#dictionaries = this.#emptyDictionaries()
  }

  /** Keys held now. */
  get count(): number {
    return this.#keys.count
  }

  /** All slots ever given are below it. */
  get capacity(): number {
    return this.#keys.capacity
  }

  /** Bytes that the table holds. */
  get stateBytes(): number {
    let bytes = this.#keys.stateBytes
    for (const dictionary of this.#dictionaries) bytes += dictionary === null ? 0 : dictionary.stateBytes
    return bytes
  }

  isLive(slot: number): boolean {
    return this.#keys.isLive(slot)
  }

  /** By slot: 1 where it is live now. */
  liveSlots(): Uint8Array {
    return this.#keys.liveSlots()
  }

  /** Writes the slot of each row's key to `slots`, giving new slots to new keys. With a selection, row i is `selection[i]`. */
  resolve(columns: readonly Vector[], rows: number, slots: Int32Array, selection: Int32Array | null = null): void {
    this.#lookUp(columns, rows, slots, selection, true)
  }

  /** The same without new slots: -1 where a key is not held. */
  find(columns: readonly Vector[], rows: number, slots: Int32Array, selection: Int32Array | null = null): void {
    this.#lookUp(columns, rows, slots, selection, false)
  }

  /** Gives up a key; its slot will be given to another one. */
  remove(slot: number): void {
    this.#keys.remove(slot)
    this.#removals += 1
  }

  /** The key columns of these slots. */
  keyVectors(slots: Int32Array, count: number): Vector[] {
    const { columns, nullsAt } = this.#layout
    const { stride } = this.#keys
    const places = new Int32Array(count)
    for (let i = 0; i < count; i++) places[i] = (slots[i] as number) * stride
    return columns.map((column, position) => {
      const nulls = nullsAt === -1 ? this.#singleNulls(slots, count) : this.#keyNulls(places, nullsAt, position)
      return unpackColumn(column, this.#keys.words, places, nulls, this.#dictionaries[position] ?? noDictionary)
    })
  }

  clear(): void {
    this.#keys.clear()
    this.#removals = 0
    this.#dictionaries = this.#emptyDictionaries()
  }

  #emptyDictionaries(): (ByteDictionary | null)[] {
    return this.#layout.columns.map((column) => (isInterned(column) ? new ByteDictionary(this.#tuning.hashMask) : noDictionary))
  }

  #lookUp(columns: readonly Vector[], rows: number, slots: Int32Array, selection: Int32Array | null, inserting: boolean): void {
    if (this.#removals > this.#tuning.removalsMin) this.#compact()
    const single = this.#layout.columns.length === 1 ? columns[0] : undefined
    const nulls = single === undefined ? null : selectedNulls(single.nulls, rows, selection)
    let keys: Int32Array
    if (single !== undefined && single.form === 'integers' && selection === null) keys = single.data
    else keys = this.#pack(columns, rows, selection, inserting)
    this.#keys.lookUp(keys, nulls, rows, slots, inserting, this.#dictionaries[0]?.count ?? 0)
  }

  /** The keys of all rows, packed one after another; valid until the next call. */
  #pack(columns: readonly Vector[], rows: number, selection: Int32Array | null, inserting: boolean): Int32Array {
    let keys = this.#packIn(this.#layout, columns, { rows, selection, inserting })
    if (keys === null) {
      this.#widen()
      keys = this.#packIn(this.#layout, columns, { rows, selection, inserting })
    }
    assert(keys !== null, 'all keys fit the wide layout')
    return keys
  }

  /** Null where a key does not fit. */
  #packIn(layout: KeyLayout, columns: readonly Vector[], asked: Omit<PackRequest, 'words' | 'width'>): Int32Array | null {
    const { width, nullsAt } = layout
    const { rows, selection } = asked
    if (layout.isNarrow && columns.length > 1 && columns.some(({ nulls }) => hasNull(nulls, rows, selection))) return null
    if (this.#packed.length < rows * width) this.#packed = new Int32Array(rows * width * 2)
    const words = this.#packed
    const request: PackRequest = { ...asked, words, width }
    for (let position = 0; position < layout.columns.length; position++) {
      const vector = columns[position]
      const column = layout.columns[position]
      assert(vector !== undefined && column !== undefined, 'a vector is given for each key column')
      if (!packColumn(column, vector, this.#dictionaries[position] ?? noDictionary, request)) return null
    }
    if (nullsAt === -1) return words
    for (let word = nullsAt; word < width; word++) {
      for (let i = 0, to = word; i < rows; i++, to += width) words[to] = 0
    }
    for (let position = 0; position < columns.length; position++) {
      const nulls = columns[position]?.nulls ?? null
      if (nulls !== null) packNulls(nulls, position, nullsAt, request)
    }
    return words
  }

  #widen(): void {
    const narrow = this.#layout
    const wide = wideLayoutOf(this.#types)
    this.#layout = wide
    this.#keys.widen(wide.width, (from, fromPlace, to, toPlace) => widenKey(narrow, wide, from, fromPlace, to, toPlace))
  }

  /** Copies the texts of live keys to new dictionaries, once so many keys were removed that it costs little a removal. */
  #compact(): void {
    const old = this.#dictionaries
    if (old.every((dictionary) => dictionary === noDictionary)) {
      this.#removals = 0
      return
    }
    if (this.#removals <= this.#keys.count || this.#removals * 4 < this.#keys.capacity) return
    this.#removals = 0
    this.#dictionaries = this.#emptyDictionaries()
    for (const [position, column] of this.#layout.columns.entries()) {
      const from = old[position] ?? noDictionary
      const to = this.#dictionaries[position] ?? noDictionary
      if (from !== noDictionary && to !== noDictionary) this.#moveTexts(from, to, position, column.offset)
    }
    this.#keys.rebuild()
  }

  #moveTexts(from: ByteDictionary, to: ByteDictionary, position: number, offset: number): void {
    const { nullsAt } = this.#layout
    const { words, stride, capacity, nullSlot } = this.#keys
    const moved = new Int32Array(from.count).fill(-1)
    for (let slot = 0; slot < capacity; slot++) {
      if (!this.#keys.isLive(slot) || slot === nullSlot) continue
      const base = slot * stride
      if (nullsAt !== -1 && ((words[base + nullsAt + (position >>> 5)] as number) & (1 << (position & 31))) !== 0) continue
      const id = words[base + offset] as number
      if (moved[id] === -1) moved[id] = from.copy(id, to)
      words[base + offset] = moved[id] as number
    }
  }

  #singleNulls(slots: Int32Array, count: number): Uint8Array | null {
    const { nullSlot } = this.#keys
    if (nullSlot === -1 || this.#layout.columns.length !== 1) return null
    let nulls: Uint8Array | null = null
    for (let i = 0; i < count; i++) {
      if (slots[i] !== nullSlot) continue
      nulls ??= new Uint8Array(count)
      nulls[i] = 1
    }
    return nulls
  }

  #keyNulls(places: Int32Array, nullsAt: number, position: number): Uint8Array | null {
    const bit = 1 << (position & 31)
    const offset = nullsAt + (position >>> 5)
    const { words } = this.#keys
    let nulls: Uint8Array | null = null
    for (let i = 0; i < places.length; i++) {
      if (((words[(places[i] as number) + offset] as number) & bit) === 0) continue
      nulls ??= new Uint8Array(places.length)
      nulls[i] = 1
    }
    return nulls
  }
}

/** Whether keys hold ids of a dictionary for a column. */
function isInterned({ kind }: KeyColumn): boolean {
  return kind === 'text' || kind === 'bytes' || kind === 'values'
}

function selectedNulls(nulls: Uint8Array | null, rows: number, selection: Int32Array | null): Uint8Array | null {
  if (nulls === null || selection === null) return nulls
  const selected = new Uint8Array(rows)
  for (let i = 0; i < rows; i++) selected[i] = nulls[selection[i] as number] as number
  return selected
}

function hasNull(nulls: Uint8Array | null, rows: number, selection: Int32Array | null): boolean {
  if (nulls === null) return false
  let any = 0
  if (selection === null) for (let i = 0; i < rows; i++) any |= nulls[i] as number
  else for (let i = 0; i < rows; i++) any |= nulls[selection[i] as number] as number
  return any !== 0
}
