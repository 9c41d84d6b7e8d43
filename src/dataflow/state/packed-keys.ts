/**
 * Packed keys of a fixed count of words, each at a slot, and the open-addressing table that finds them: linear probing, at most half
 * full, slot + 1 at each place. Slots of removed keys are given again, last freed first. Keys may get more words. Knows words, not columns.
 */
import { assert } from '#base'
import { grownBytes, grownIntegers } from './grown.ts'
import { hashPair, hashWord, hashWords } from './hash.ts'

/** An index of so many places is not worth to be touched first: it is near the processor. */
const nearPlaces = 65_536

export class PackedKeys {
  #width: number
  #stride: number
  readonly #hashMask: number
  /** The key is one small number, such as the id of a text: `index` is then by that number, and nothing is hashed. */
  readonly #byId: boolean
  #liveCount = 0
  #slotsUsed = 0
  #words: Int32Array<ArrayBuffer>
  #live = new Uint8Array(16)
  #freed = new Int32Array(16)
  #freedCount = 0
  #index = new Int32Array(32)
  #shift = 32 - 5
  #nullSlot = -1
  #entries = new Int32Array(0)

  constructor(width: number, byId: boolean, hashMask: number) {
    this.#width = width
    this.#byId = byId
    this.#hashMask = hashMask
    this.#stride = strideOf(width)
    this.#words = new Int32Array(16 * this.#stride)
  }

  /** Words from one key to the next. */
  get stride(): number {
    return this.#stride
  }

  get count(): number {
    return this.#liveCount
  }

  get capacity(): number {
    return this.#slotsUsed
  }

  /** The key of a slot starts at slot × stride. Whoever changes words calls `rebuild`. */
  get words(): Int32Array {
    return this.#words
  }

  /** The slot of the key that is NULL as a whole, or -1; its words are 0. */
  get nullSlot(): number {
    return this.#nullSlot
  }

  get stateBytes(): number {
    return this.#words.byteLength + this.#freed.byteLength + this.#live.byteLength + this.#index.byteLength
  }

  liveSlots(): Uint8Array {
    return this.#live.slice(0, this.capacity)
  }

  isLive(slot: number): boolean {
    return this.#live[slot] === 1
  }

  /**
   * Writes the slot of each key to `slots`; of a new key a new slot when `inserting`, else -1. A key whose row is NULL stands for NULL.
   * Keys that are ids lie below `idsEnd`; -1 is the id of a text that is not held.
   */
  lookUp(keys: Int32Array, nulls: Uint8Array | null, rows: number, slots: Int32Array, inserting: boolean, idsEnd: number): void {
    if (this.#byId) {
      this.#index = grownIntegers(this.#index, idsEnd)
      this.#probeIds(keys, nulls, rows, slots, inserting)
      return
    }
    if (this.#index.length > nearPlaces) this.#touch(keys, rows)
    if (this.#width === 1) this.#probeOne(keys, nulls, rows, slots, inserting)
    else if (this.#width === 2) this.#probeTwo(keys, nulls, rows, slots, inserting)
    else this.#probeMany(keys, nulls, rows, slots, inserting)
  }

  remove(slot: number): void {
    assert(this.#live[slot] === 1, 'only a live slot can be removed')
    if (slot === this.#nullSlot) this.#nullSlot = -1
    else this.#unlink(slot)
    this.#live[slot] = 0
    this.#freed = grownIntegers(this.#freed, this.#freedCount + 1)
    this.#freed[this.#freedCount++] = slot
    this.#liveCount -= 1
  }

  clear(): void {
    this.#liveCount = 0
    this.#slotsUsed = 0
    this.#freedCount = 0
    this.#nullSlot = -1
    this.#live.fill(0)
    this.#index.fill(0)
  }

  /** Enters all live keys anew. */
  rebuild(): void {
    if (this.#byId) {
      this.#index.fill(0)
      for (let slot = 0; slot < this.#slotsUsed; slot++) {
        if (this.#live[slot] === 1 && slot !== this.#nullSlot) this.#index[this.#words[slot] as number] = slot + 1
      }
      return
    }
    const width = this.#width
    if (width < this.#stride) {
      for (let base = 0; base < this.#slotsUsed * this.#stride; base += this.#stride)
        this.#words[base + width] = this.#hashOf(this.#words, base)
    }
    this.#rebuildIndex(this.#index.length)
  }

  /** Gives all keys so many words; `write` puts those of the key at a place of the old ones to a place of the new ones, which are 0. */
  widen(width: number, write: (from: Int32Array, fromPlace: number, to: Int32Array, toPlace: number) => void): void {
    const before = { words: this.#words, stride: this.#stride }
    this.#width = width
    this.#stride = strideOf(width)
    this.#words = new Int32Array(this.#live.length * this.#stride)
    for (let slot = 0; slot < this.#slotsUsed; slot++) {
      if (this.#live[slot] === 1 && slot !== this.#nullSlot) write(before.words, slot * before.stride, this.#words, slot * this.#stride)
    }
    this.rebuild()
  }

  #hashAt(slot: number): number {
    const base = slot * this.#stride
    return this.#width < this.#stride ? (this.#words[base + this.#width] as number) : this.#hashOf(this.#words, base)
  }

  #hashOf(words: Int32Array, from: number): number {
    const width = this.#width
    if (width === 1) return hashWord(words[from] as number) & this.#hashMask
    if (width === 2) return hashPair(words[from] as number, words[from + 1] as number) & this.#hashMask
    return hashWords(words, from, width) & this.#hashMask
  }

  /** Reads the places where keys will be looked for. No read waits for another, so that memory answers many at once. */
  #touch(keys: Int32Array, rows: number): void {
    const index = this.#index
    const words = this.#words
    const stride = this.#stride
    const width = this.#width
    if (this.#entries.length < rows) this.#entries = new Int32Array(rows)
    const entries = this.#entries
    for (let i = 0, from = 0; i < rows; i++, from += width) entries[i] = index[this.#hashOf(keys, from) >>> this.#shift] as number
    // What is read has to be put somewhere, or it would not be read.
    for (let i = 0; i < rows; i++) {
      const entry = entries[i] as number
      if (entry !== 0) entries[i] = words[entry * stride - 1] as number
    }
  }

  /** One text or nested value: its id leads to the slot without a second search. */
  #probeIds(keys: Int32Array, nulls: Uint8Array | null, rows: number, slots: Int32Array, inserting: boolean): void {
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
    let shift = this.#shift
    const hashMask = this.#hashMask
    const width = this.#width
    const stride = this.#stride
    for (let i = 0, from = 0; i < rows; i++, from += width) {
      if (nulls !== null && nulls[i] === 1) {
        slots[i] = this.#slotOfNull(inserting)
        index = this.#index
        words = this.#words
        shift = this.#shift
        continue
      }
      const hash = hashWords(keys, from, width) & hashMask
      const mask = index.length - 1
      let at = hash >>> shift
      let entry = index[at] as number
      while (entry !== 0) {
        const base = (entry - 1) * stride
        if (words[base + width] === hash) {
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
        shift = this.#shift
      } else slots[i] = -1
    }
  }

  #slotOfNull(inserting: boolean): number {
    if (this.#nullSlot === -1 && inserting) {
      this.#nullSlot = this.#takeSlot()
      this.#words.fill(0, this.#nullSlot * this.#stride, (this.#nullSlot + 1) * this.#stride)
    }
    return this.#nullSlot
  }

  /** Stores the key at `from` of `keys` in a slot and enters it at the empty place `at` of the index. */
  #add(keys: Int32Array, from: number, hash: number, at: number): number {
    const slot = this.#takeSlot()
    const width = this.#width
    const base = slot * this.#stride
    for (let word = 0; word < width; word++) this.#words[base + word] = keys[from + word] as number
    if (width < this.#stride) this.#words[base + width] = hash
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
      this.#words = grownIntegers(this.#words, slots * this.#stride)
      this.#live = grownBytes(this.#live, slots)
    }
    this.#live[slot] = 1
    return slot
  }

  /** Takes a slot out of the index and closes the gap, so that no search stops short of its key. */
  #unlink(slot: number): void {
    const index = this.#index
    const shift = this.#shift
    if (this.#byId) {
      index[this.#words[slot] as number] = 0
      return
    }
    const mask = index.length - 1
    let hole = this.#hashAt(slot) >>> shift
    while (index[hole] !== slot + 1) hole = (hole + 1) & mask
    let next = (hole + 1) & mask
    for (let entry = index[next] as number; entry !== 0; entry = index[next] as number) {
      const home = this.#hashAt(entry - 1) >>> shift
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
      let at = this.#hashAt(slot) >>> this.#shift
      while (index[at] !== 0) at = (at + 1) & mask
      index[at] = slot + 1
    }
    this.#index = index
  }
}

/** Keys of one or two words stand alone; others have their hash behind them, which tells most keys apart. */
function strideOf(width: number): number {
  return width === 1 || width === 2 ? width : width + 1
}
