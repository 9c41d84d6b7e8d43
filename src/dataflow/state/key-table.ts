/**
 * Keyed state: gives every different key a small number, its slot, so that operators keep what belongs to a key in plain typed arrays.
 *
 * Keys are packed (key-layout.ts) and lie one after another by slot; an open-addressing table with linear probing, at most half full,
 * holds slot + 1. Slots of removed keys are used again, last freed first. Work is done a column at a time: pack all rows, then probe.
 *
 * 1. A live slot keeps its number until it is removed, whatever else happens.
 * 2. `count` slots are live; all slot numbers are below `capacity`.
 * 3. The same key never has two slots: NULL equals NULL, 0 equals -0, NaN equals NaN, and a number equals the same wide value.
 * 4. Order of slots follows first arrival alone, never hashes, so that runs repeat.
 */
import { assert } from '#base'
import type { DataType, Vector } from '#data'
import { ByteDictionary } from './byte-dictionary.ts'
import { hashPair, hashWord, hashWords } from './hash.ts'
import { type KeyLayout, keyLayoutOf, type PackRequest, packColumn, packNulls, unpackColumn } from './key-layout.ts'

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
  readonly #layout: KeyLayout
  readonly #hashMask: number
  readonly #removalsMin: number
  /** The key is one text or nested value: `index` is then by its id. */
  readonly #byId: boolean
  #dictionaries: (ByteDictionary | null)[]
  #liveCount = 0
  #slotsUsed = 0
  #removals = 0
  #words: Int32Array
  #hashes = new Int32Array(16)
  #live = new Uint8Array(16)
  #freed = new Int32Array(16)
  #freedCount = 0
  /** slot + 1, or 0 where a place is empty. */
  #index = new Int32Array(32)
  #shift = 32 - 5
  /** The slot of NULL in a table of one column, or -1. */
  #nullSlot = -1
  #packed = new Int32Array(0)

  /** Without types there is one key, the empty one. */
  constructor(types: readonly DataType[], { hashMask, removalsMin }: KeyTableTuning = defaultTuning) {
    this.#layout = keyLayoutOf(types)
    this.#hashMask = hashMask
    this.#removalsMin = removalsMin
    const [only, second] = this.#layout.columns
    this.#byId = only !== undefined && second === undefined && (only.kind === 'text' || only.kind === 'bytes' || only.kind === 'values')
    this.#words = new Int32Array(16 * this.#layout.width)
    this.#dictionaries = this.#emptyDictionaries()
  }

  /** Keys held now. */
  get count(): number {
    return this.#liveCount
  }

  /** All slots ever given are below it. */
  get capacity(): number {
    return this.#slotsUsed
  }

  /** Bytes that the table holds. */
  get stateBytes(): number {
    let bytes = this.#words.byteLength + this.#hashes.byteLength + this.#live.byteLength + this.#freed.byteLength + this.#index.byteLength
    for (const dictionary of this.#dictionaries) bytes += dictionary === null ? 0 : dictionary.stateBytes
    return bytes
  }

  isLive(slot: number): boolean {
    return this.#live[slot] === 1
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
    assert(this.#live[slot] === 1, 'only a live slot can be removed')
    if (slot === this.#nullSlot) this.#nullSlot = -1
    else this.#unlink(slot)
    this.#live[slot] = 0
    this.#freed[this.#freedCount++] = slot
    this.#liveCount -= 1
    this.#removals += 1
  }

  /** The key columns of these slots. */
  keyVectors(slots: Int32Array, count: number): Vector[] {
    const { columns, width, nullsAt } = this.#layout
    const places = new Int32Array(count)
    for (let i = 0; i < count; i++) places[i] = (slots[i] as number) * width
    return columns.map((column, position) => {
      const nulls = nullsAt === -1 ? this.#singleNulls(slots, count) : this.#keyNulls(places, nullsAt, position)
      return unpackColumn(column, this.#words, places, nulls, this.#dictionaries[position] ?? noDictionary)
    })
  }

  clear(): void {
    this.#liveCount = 0
    this.#slotsUsed = 0
    this.#removals = 0
    this.#freedCount = 0
    this.#nullSlot = -1
    this.#live.fill(0)
    this.#index.fill(0)
    this.#dictionaries = this.#emptyDictionaries()
  }

  #emptyDictionaries(): (ByteDictionary | null)[] {
    return this.#layout.columns.map(({ kind }) =>
      kind === 'text' || kind === 'bytes' || kind === 'values' ? new ByteDictionary(this.#hashMask) : noDictionary,
    )
  }

  #lookUp(columns: readonly Vector[], rows: number, slots: Int32Array, selection: Int32Array | null, inserting: boolean): void {
    if (this.#removals > this.#removalsMin && this.#removals > this.#liveCount) this.#compact()
    const layout = this.#layout
    const single = layout.columns.length === 1 ? columns[0] : undefined
    const nulls = single === undefined ? null : selectedNulls(single.nulls, rows, selection)
    let keys: Int32Array
    if (single !== undefined && single.form === 'integers' && selection === null) keys = single.data
    else keys = this.#pack(columns, rows, selection, inserting)
    if (this.#byId) this.#probeIds(keys, nulls, rows, slots, inserting)
    else if (layout.width === 1) this.#probeOne(keys, nulls, rows, slots, inserting)
    else if (layout.width === 2) this.#probeTwo(keys, nulls, rows, slots, inserting)
    else this.#probeMany(keys, nulls, rows, slots, inserting)
  }

  /** The keys of all rows, packed one after another; valid until the next call. */
  #pack(columns: readonly Vector[], rows: number, selection: Int32Array | null, inserting: boolean): Int32Array {
    const layout = this.#layout
    const { width, nullsAt } = layout
    if (this.#packed.length < rows * width) this.#packed = new Int32Array(rows * width * 2)
    const words = this.#packed
    const request: PackRequest = { rows, selection, words, width, inserting }
    for (let position = 0; position < layout.columns.length; position++) {
      const vector = columns[position]
      const column = layout.columns[position]
      assert(vector !== undefined && column !== undefined, 'a vector is given for each key column')
      packColumn(column, vector, this.#dictionaries[position] ?? noDictionary, request)
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

  /** One text or nested value: its id leads to the slot without a second search. */
  #probeIds(keys: Int32Array, nulls: Uint8Array | null, rows: number, slots: Int32Array, inserting: boolean): void {
    const idCount = this.#dictionaries[0]?.count ?? 0
    if (this.#index.length < idCount) this.#index = grown(this.#index, idCount)
    const index = this.#index
    for (let i = 0; i < rows; i++) {
      if (nulls !== null && nulls[i] === 1) {
        slots[i] = this.#slotOfNull(inserting)
        continue
      }
      const id = keys[i] as number
      const entry = id === -1 ? 0 : (index[id] as number)
      if (entry !== 0) slots[i] = entry - 1
      else slots[i] = inserting ? this.#add(keys, i, 0, id) : -1
    }
  }

  #probeOne(keys: Int32Array, nulls: Uint8Array | null, rows: number, slots: Int32Array, inserting: boolean): void {
    let index = this.#index
    let words = this.#words
    let shift = this.#shift
    const hashMask = this.#hashMask
    for (let i = 0; i < rows; i++) {
      if (nulls !== null && nulls[i] === 1) {
        slots[i] = this.#slotOfNull(inserting)
        index = this.#index
        words = this.#words
        shift = this.#shift
        continue
      }
      const key = keys[i] as number
      const hash = hashWord(key) & hashMask
      const mask = index.length - 1
      let at = hash >>> shift
      let entry = index[at] as number
      while (entry !== 0 && words[entry - 1] !== key) {
        at = (at + 1) & mask
        entry = index[at] as number
      }
      if (entry !== 0) slots[i] = entry - 1
      else if (inserting) {
        slots[i] = this.#add(keys, i, hash, at)
        index = this.#index
        words = this.#words
        shift = this.#shift
      } else slots[i] = -1
    }
  }

  #probeTwo(keys: Int32Array, nulls: Uint8Array | null, rows: number, slots: Int32Array, inserting: boolean): void {
    let index = this.#index
    let words = this.#words
    let shift = this.#shift
    const hashMask = this.#hashMask
    for (let i = 0; i < rows; i++) {
      if (nulls !== null && nulls[i] === 1) {
        slots[i] = this.#slotOfNull(inserting)
        index = this.#index
        words = this.#words
        shift = this.#shift
        continue
      }
      const low = keys[i * 2] as number
      const high = keys[i * 2 + 1] as number
      const hash = hashPair(low, high) & hashMask
      const mask = index.length - 1
      let at = hash >>> shift
      let entry = index[at] as number
      while (entry !== 0 && (words[entry * 2 - 2] !== low || words[entry * 2 - 1] !== high)) {
        at = (at + 1) & mask
        entry = index[at] as number
      }
      if (entry !== 0) slots[i] = entry - 1
      else if (inserting) {
        slots[i] = this.#add(keys, i * 2, hash, at)
        index = this.#index
        words = this.#words
        shift = this.#shift
      } else slots[i] = -1
    }
  }

  #probeMany(keys: Int32Array, nulls: Uint8Array | null, rows: number, slots: Int32Array, inserting: boolean): void {
    let index = this.#index
    let words = this.#words
    let hashes = this.#hashes
    let shift = this.#shift
    const hashMask = this.#hashMask
    const { width } = this.#layout
    for (let i = 0, from = 0; i < rows; i++, from += width) {
      if (nulls !== null && nulls[i] === 1) {
        slots[i] = this.#slotOfNull(inserting)
        index = this.#index
        words = this.#words
        hashes = this.#hashes
        shift = this.#shift
        continue
      }
      const hash = hashWords(keys, from, width) & hashMask
      const mask = index.length - 1
      let at = hash >>> shift
      let entry = index[at] as number
      while (entry !== 0) {
        if (hashes[entry - 1] === hash) {
          const base = (entry - 1) * width
          let word = 0
          while (word < width && words[base + word] === keys[from + word]) word++
          if (word === width) break
        }
        at = (at + 1) & mask
        entry = index[at] as number
      }
      if (entry !== 0) slots[i] = entry - 1
      else if (inserting) {
        slots[i] = this.#add(keys, from, hash, at)
        index = this.#index
        words = this.#words
        hashes = this.#hashes
        shift = this.#shift
      } else slots[i] = -1
    }
  }

  #slotOfNull(inserting: boolean): number {
    if (this.#nullSlot === -1 && inserting) {
      this.#nullSlot = this.#takeSlot()
      const { width } = this.#layout
      this.#words.fill(0, this.#nullSlot * width, (this.#nullSlot + 1) * width)
    }
    return this.#nullSlot
  }

  /** Stores the key at `from` of `keys` in a slot and enters it at the empty place `at` of the index. */
  #add(keys: Int32Array, from: number, hash: number, at: number): number {
    const slot = this.#takeSlot()
    const { width } = this.#layout
    const base = slot * width
    for (let word = 0; word < width; word++) this.#words[base + word] = keys[from + word] as number
    this.#hashes[slot] = hash
    this.#index[at] = slot + 1
    if (!this.#byId && this.#liveCount * 2 > this.#index.length) this.#rebuildIndex(this.#index.length * 2)
    return slot
  }

  #takeSlot(): number {
    this.#liveCount += 1
    if (this.#freedCount > 0) {
      const slot = this.#freed[--this.#freedCount] as number
      this.#live[slot] = 1
      return slot
    }
    const slot = this.#slotsUsed++
    if (slot === this.#live.length) {
      const slots = slot * 2
      this.#words = grown(this.#words, slots * this.#layout.width)
      this.#hashes = grown(this.#hashes, slots)
      this.#freed = grown(this.#freed, slots)
      const live = new Uint8Array(slots)
      live.set(this.#live)
      this.#live = live
    }
    this.#live[slot] = 1
    return slot
  }

  /** Takes a slot out of the index and closes the gap, so that no search stops short of its key. */
  #unlink(slot: number): void {
    const index = this.#index
    const hashes = this.#hashes
    const shift = this.#shift
    if (this.#byId) {
      index[this.#words[slot] as number] = 0
      return
    }
    const mask = index.length - 1
    let hole = (hashes[slot] as number) >>> shift
    while (index[hole] !== slot + 1) hole = (hole + 1) & mask
    let next = (hole + 1) & mask
    for (let entry = index[next] as number; entry !== 0; entry = index[next] as number) {
      const home = (hashes[entry - 1] as number) >>> shift
      if (((next - home) & mask) >= ((next - hole) & mask)) {
        index[hole] = entry
        hole = next
      }
      next = (next + 1) & mask
    }
    index[hole] = 0
  }

  #rebuildIndex(places: number): void {
    const index = new Int32Array(places)
    const mask = places - 1
    this.#shift = Math.clz32(places) + 1
    for (let slot = 0; slot < this.#slotsUsed; slot++) {
      if (this.#live[slot] === 0 || slot === this.#nullSlot) continue
      let at = (this.#hashes[slot] as number) >>> this.#shift
      while (index[at] !== 0) at = (at + 1) & mask
      index[at] = slot + 1
    }
    this.#index = index
  }

  /** Copies the texts of live keys to new dictionaries, once more keys were removed than are left. */
  #compact(): void {
    this.#removals = 0
    const old = this.#dictionaries
    if (old.every((dictionary) => dictionary === noDictionary)) return
    this.#dictionaries = this.#emptyDictionaries()
    for (const [position, column] of this.#layout.columns.entries()) {
      const from = old[position] ?? noDictionary
      const to = this.#dictionaries[position] ?? noDictionary
      if (from !== noDictionary && to !== noDictionary) this.#moveTexts(from, to, position, column.offset)
    }
    if (this.#byId) this.#rebuildIdIndex()
    else {
      this.#rehash()
      this.#rebuildIndex(this.#index.length)
    }
  }

  #moveTexts(from: ByteDictionary, to: ByteDictionary, position: number, offset: number): void {
    const { width, nullsAt } = this.#layout
    const moved = new Int32Array(from.count).fill(-1)
    for (let slot = 0; slot < this.#slotsUsed; slot++) {
      if (this.#live[slot] === 0 || slot === this.#nullSlot) continue
      const base = slot * width
      if (nullsAt !== -1 && ((this.#words[base + nullsAt + (position >>> 5)] as number) & (1 << (position & 31))) !== 0) continue
      const id = this.#words[base + offset] as number
      if (moved[id] === -1) moved[id] = from.copy(id, to)
      this.#words[base + offset] = moved[id] as number
    }
  }

  #rebuildIdIndex(): void {
    this.#index = new Int32Array(Math.max(32, this.#dictionaries[0]?.count ?? 0))
    for (let slot = 0; slot < this.#slotsUsed; slot++) {
      if (this.#live[slot] === 1 && slot !== this.#nullSlot) this.#index[this.#words[slot] as number] = slot + 1
    }
  }

  #rehash(): void {
    const words = this.#words
    const hashes = this.#hashes
    const hashMask = this.#hashMask
    const { width } = this.#layout
    for (let slot = 0; slot < this.#slotsUsed; slot++) {
      const base = slot * width
      const hash = width === 2 ? hashPair(words[base] as number, words[base + 1] as number) : hashWords(words, base, width)
      hashes[slot] = hash & hashMask
    }
  }

  #singleNulls(slots: Int32Array, count: number): Uint8Array | null {
    if (this.#nullSlot === -1 || this.#layout.columns.length !== 1) return null
    let nulls: Uint8Array | null = null
    for (let i = 0; i < count; i++) {
      if (slots[i] !== this.#nullSlot) continue
      nulls ??= new Uint8Array(count)
      nulls[i] = 1
    }
    return nulls
  }

  #keyNulls(places: Int32Array, nullsAt: number, position: number): Uint8Array | null {
    const bit = 1 << (position & 31)
    const offset = nullsAt + (position >>> 5)
    let nulls: Uint8Array | null = null
    for (let i = 0; i < places.length; i++) {
      if (((this.#words[(places[i] as number) + offset] as number) & bit) === 0) continue
      nulls ??= new Uint8Array(places.length)
      nulls[i] = 1
    }
    return nulls
  }
}

function grown(array: Int32Array, lengthMin: number): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(Math.max(lengthMin, array.length * 2))
  longer.set(array)
  return longer
}

function selectedNulls(nulls: Uint8Array | null, rows: number, selection: Int32Array | null): Uint8Array | null {
  if (nulls === null || selection === null) return nulls
  const selected = new Uint8Array(rows)
  for (let i = 0; i < rows; i++) selected[i] = nulls[selection[i] as number] as number
  return selected
}
