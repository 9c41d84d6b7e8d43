/**
 * Byte strings kept once each and numbered from 0: what makes a text or a nested value one word of a packed key.
 *
 * All bytes lie one after another in one array; an open-addressing table finds them by hash. JavaScript strings are made only where a
 * caller brings or asks for them. Nothing is removed singly: the owner copies what is alive to a new dictionary (`copy`).
 */
import type { BytesVector, DictionaryVector, TextVector, Vector } from '#data'
import { dataflowErrors } from '../errors.ts'
import { encodeValue } from './canonical.ts'
import { hashBytes } from './hash.ts'
import { decodeUtf8, sameBytes, TextBuffer } from './text.ts'

/** Up to this many different texts, key columns are given out as codes into one list of words. */
const wordsMax = 4096
const arenaBytesMax = 0x7fff0000

/** Where ids of a column go: `ids[offset + i * stride]` for the i-th row. */
export interface IdTarget {
  readonly ids: Int32Array
  readonly offset: number
  readonly stride: number
}

export class ByteDictionary {
  count = 0
  #arena: Uint8Array = new Uint8Array(1024)
  /** The bytes of id lie from `bounds[id]` to `bounds[id + 1]`. */
  #bounds = new Int32Array(65)
  #hashes = new Int32Array(64)
  /** id + 1, or 0 where a place is empty. */
  #index = new Int32Array(128)
  #shift = 32 - 7
  readonly #hashMask: number
  readonly #idsByText = new Map<string, number>()
  #idsByWords = new WeakMap<readonly string[], Int32Array>()
  #words: string[] = []
  /** Boxed values of ids that came from a vector of boxed values, by id. */
  #boxed: unknown[] = []
  readonly #buffer = new TextBuffer()

  constructor(hashMask: number) {
    this.#hashMask = hashMask
  }

  /** The id of the bytes; a new one when they are not known and `inserting`, else -1. */
  intern(data: Uint8Array, start: number, end: number, inserting: boolean): number {
    const hash = hashBytes(data, start, end) & this.#hashMask
    const index = this.#index
    const hashes = this.#hashes
    const bounds = this.#bounds
    const arena = this.#arena
    const mask = index.length - 1
    let at = hash >>> this.#shift
    let entry = index[at] as number
    while (entry !== 0) {
      const id = entry - 1
      if ((hashes[id] as number) === hash) {
        if (sameBytes(arena, bounds[id] as number, bounds[id + 1] as number, data, start, end)) return id
      }
      at = (at + 1) & mask
      entry = index[at] as number
    }
    return inserting ? this.#add(data, start, end, hash, at) : -1
  }

  internBytes(vector: BytesVector, rows: number, selection: Int32Array | null, target: IdTarget, inserting: boolean): void {
    const { ids, stride } = target
    const { data, starts, ends, nulls } = vector
    let to = target.offset
    for (let i = 0; i < rows; i++, to += stride) {
      const row = selection === null ? i : (selection[i] as number)
      ids[to] = nulls !== null && nulls[row] === 1 ? 0 : this.intern(data, starts[row] as number, ends[row] as number, inserting)
    }
  }

  internText(vector: TextVector, rows: number, selection: Int32Array | null, target: IdTarget, inserting: boolean): void {
    const { ids, stride } = target
    const { data, nulls } = vector
    let to = target.offset
    // The same text often comes again at once.
    let last: string | null = null
    let lastId = -1
    for (let i = 0; i < rows; i++, to += stride) {
      const row = selection === null ? i : (selection[i] as number)
      if (nulls !== null && nulls[row] === 1) {
        ids[to] = 0
        continue
      }
      const text = data[row] as string
      if (text !== last) {
        lastId = this.#internString(text, inserting)
        last = text
      }
      ids[to] = lastId
    }
  }

  internWords(vector: DictionaryVector, rows: number, selection: Int32Array | null, target: IdTarget, inserting: boolean): void {
    const { ids, stride } = target
    const { codes, words, nulls } = vector
    const known = this.#idsOfWords(words)
    let to = target.offset
    for (let i = 0; i < rows; i++, to += stride) {
      const row = selection === null ? i : (selection[i] as number)
      if (nulls !== null && nulls[row] === 1) {
        ids[to] = 0
        continue
      }
      const code = codes[row] as number
      let id = known[code] as number
      if (id === -1) {
        id = this.#internString(words[code] as string, inserting)
        known[code] = id
      }
      ids[to] = id
    }
  }

  /** Boxed values of any type, by their canonical bytes. */
  internValues(data: readonly unknown[], rows: number, selection: Int32Array | null, target: IdTarget, inserting: boolean): void {
    const { ids, stride } = target
    let to = target.offset
    for (let i = 0; i < rows; i++, to += stride) {
      const value = data[selection === null ? i : (selection[i] as number)]
      ids[to] = value === null || value === undefined ? 0 : this.#internValue(value, inserting)
    }
  }

  /** Copies one entry to another dictionary and returns its id there. */
  copy(id: number, to: ByteDictionary): number {
    const copied = to.intern(this.#arena, this.#bounds[id] as number, this.#bounds[id + 1] as number, true)
    if (id in this.#boxed) to.#boxed[copied] = this.#boxed[id]
    return copied
  }

  /** The texts of these ids: codes while there are few different ones, else bytes. */
  textVector(ids: Int32Array, nulls: Uint8Array | null): Vector {
    if (this.count <= wordsMax) {
      for (let id = this.#words.length; id < this.count; id++) this.#words.push(this.#textOf(id))
      return { form: 'dictionary', codes: ids, words: this.#words, nulls }
    }
    return this.bytesVector(ids, nulls)
  }

  bytesVector(ids: Int32Array, nulls: Uint8Array | null): Vector {
    const starts = new Int32Array(ids.length)
    const ends = new Int32Array(ids.length)
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as number
      starts[i] = this.#bounds[id] as number
      ends[i] = this.#bounds[id + 1] as number
    }
    return { form: 'bytes', data: this.#arena, starts, ends, nulls }
  }

  valuesVector(ids: Int32Array, nulls: Uint8Array | null): Vector {
    const data: unknown[] = []
    for (let i = 0; i < ids.length; i++) data.push(nulls !== null && nulls[i] === 1 ? null : this.#boxed[ids[i] as number])
    return { form: 'values', data, nulls }
  }

  get stateBytes(): number {
    const kept = this.#arena.byteLength + this.#bounds.byteLength + this.#hashes.byteLength + this.#index.byteLength
    // A string in a map or list takes some 40 bytes besides its characters.
    const averageText = this.count === 0 ? 0 : (this.#bounds[this.count] as number) / this.count
    return kept + (this.#idsByText.size + this.#words.length + this.#boxed.length) * (40 + averageText)
  }

  #textOf(id: number): string {
    return decodeUtf8(this.#arena, this.#bounds[id] as number, this.#bounds[id + 1] as number)
  }

  #internString(text: string, inserting: boolean): number {
    const known = this.#idsByText.get(text)
    if (known !== undefined) return known
    const length = this.#buffer.encode(text)
    const id = this.intern(this.#buffer.bytes, 0, length, inserting)
    if (id !== -1) this.#idsByText.set(text, id)
    return id
  }

  #internValue(value: unknown, inserting: boolean): number {
    const bytes = encodeValue(value)
    const id = this.intern(bytes, 0, bytes.length, inserting)
    if (id !== -1 && !(id in this.#boxed)) this.#boxed[id] = value
    return id
  }

  #idsOfWords(words: readonly string[]): Int32Array {
    let known = this.#idsByWords.get(words)
    if (known === undefined || known.length < words.length) {
      const grown = new Int32Array(Math.max(words.length, known === undefined ? 0 : known.length * 2)).fill(-1)
      if (known !== undefined) grown.set(known)
      known = grown
      this.#idsByWords.set(words, known)
    }
    return known
  }

  #add(data: Uint8Array, start: number, end: number, hash: number, at: number): number {
    const id = this.count
    const from = this.#bounds[id] as number
    const to = from + end - start
    if (to > arenaBytesMax) throw dataflowErrors.DATAFLOW_DICTIONARY_FULL({ limitBytes: arenaBytesMax })
    if (to > this.#arena.length) {
      const grown = new Uint8Array(Math.min(arenaBytesMax, Math.max(to, this.#arena.length * 2)))
      grown.set(this.#arena)
      this.#arena = grown
    }
    this.#arena.set(end - start === data.length ? data : data.subarray(start, end), from)
    if (id === this.#hashes.length) this.#growEntries()
    this.#bounds[id + 1] = to
    this.#hashes[id] = hash
    this.#index[at] = id + 1
    this.count = id + 1
    if (this.count * 2 > this.#index.length) this.#growIndex()
    return id
  }

  #growEntries(): void {
    const hashes = new Int32Array(this.#hashes.length * 2)
    hashes.set(this.#hashes)
    this.#hashes = hashes
    const bounds = new Int32Array(hashes.length + 1)
    bounds.set(this.#bounds)
    this.#bounds = bounds
  }

  #growIndex(): void {
    const index = new Int32Array(this.#index.length * 2)
    const mask = index.length - 1
    this.#shift -= 1
    for (let id = 0; id < this.count; id++) {
      let at = (this.#hashes[id] as number) >>> this.#shift
      while (index[at] !== 0) at = (at + 1) & mask
      index[at] = id + 1
    }
    this.#index = index
  }
}
