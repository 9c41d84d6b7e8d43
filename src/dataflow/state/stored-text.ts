/**
 * A column of kept texts or binary values. It keeps the form that comes first: bytes in one long array, codes into a list of words, or
 * strings; when another form comes it changes to boxed values for good. Texts compare by code point, as their bytes do.
 *
 * Bytes that last where they are, being kept in another column, are not copied: only their places are kept, as long as all come from
 * the same column.
 */
import { assert } from '#base'
import { type ArraySupply, ByteCopier, type BytesVector, compareBytes, compareText, type DictionaryVector, type Vector } from '#data'
import { dataflowErrors } from '../errors.ts'
import { grownIntegers } from './grown.ts'
import { pickIntegers } from './pick-integers.ts'
import { compareByteRanges, decodeUtf8, sameBytes } from './text.ts'

const arenaBytesMax = 0x7fff0000

type Mode = 'empty' | 'bytes' | 'codes' | 'boxed'

export class StoredText {
  readonly #isText: boolean
  #mode: Mode = 'empty'
  #capacity = 16
  /** Mode bytes: the value of id lies from `starts[id]` to `ends[id]`; nothing else points at bytes before `used`. */
  #arena: Uint8Array = new Uint8Array(0)
  #starts = new Int32Array(0)
  #ends = new Int32Array(0)
  #used = 0
  #garbage = 0
  /** The arena belongs to another column. */
  #isBorrowed = false
  /** Stands for the places of values in the arena: another object once values have been moved. */
  #lasting: object = {}
  /** Mode codes. */
  #codes = new Int32Array(0)
  #words: readonly string[] = []
  /** Mode boxed: strings, or Uint8Arrays in a binary column. */
  #boxed: (string | Uint8Array)[] = []

  constructor(isText: boolean) {
    this.#isText = isText
  }

  get stateBytes(): number {
    const typed = (this.#isBorrowed ? 0 : this.#arena.byteLength) + this.#starts.byteLength + this.#ends.byteLength + this.#codes.byteLength
    return typed + this.#boxed.length * 48
  }

  reserve(capacity: number): void {
    if (capacity <= this.#capacity) return
    this.#capacity = capacity
    if (this.#mode === 'bytes') {
      this.#starts = grownIntegers(this.#starts, capacity)
      this.#ends = grownIntegers(this.#ends, capacity)
    } else if (this.#mode === 'codes') this.#codes = grownIntegers(this.#codes, capacity)
  }

  write(vector: Vector, rows: Int32Array | null, count: number, ids: Int32Array): void {
    if (vector.form === 'bytes' && this.#accepts('bytes')) {
      if (this.#canBorrow(vector)) this.#writePlaces(vector, rows, count, ids)
      else this.#writeBytes(vector, rows, count, ids)
    } else if (vector.form === 'dictionary' && this.#accepts('codes', vector.words)) this.#writeCodes(vector, rows, count, ids)
    else {
      this.#box()
      const { nulls } = vector
      for (let i = 0; i < count; i++) {
        const row = rows === null ? i : (rows[i] as number)
        this.#put(ids[i] as number, nulls !== null && nulls[row] === 1 ? '' : this.#valueIn(vector, row))
      }
    }
  }

  /** Whether values of this form can be taken in as they are. */
  #accepts(mode: 'bytes' | 'codes', words?: readonly string[]): boolean {
    if (this.#mode === 'empty') {
      this.#mode = mode
      if (mode === 'bytes') {
        this.#starts = new Int32Array(this.#capacity)
        this.#ends = new Int32Array(this.#capacity)
      } else this.#codes = new Int32Array(this.#capacity)
      this.#words = words ?? []
    }
    return this.#mode === mode && (words === undefined || words === this.#words)
  }

  #canBorrow({ lasting }: BytesVector): boolean {
    return lasting !== undefined && (this.#isBorrowed ? lasting === this.#lasting : this.#used === 0)
  }

  #writePlaces(vector: BytesVector, rows: Int32Array | null, count: number, ids: Int32Array): void {
    const { data, starts, ends, nulls } = vector
    if (!this.#isBorrowed || data.length > this.#arena.length) this.#arena = data
    this.#isBorrowed = true
    this.#lasting = vector.lasting ?? {}
    for (let i = 0; i < count; i++) {
      const row = rows === null ? i : (rows[i] as number)
      const id = ids[i] as number
      const isNull = nulls !== null && nulls[row] === 1
      this.#starts[id] = isNull ? 0 : (starts[row] as number)
      this.#ends[id] = isNull ? 0 : (ends[row] as number)
    }
  }

  #writeBytes(vector: BytesVector, rows: Int32Array | null, count: number, ids: Int32Array): void {
    const { data, starts, ends, nulls } = vector
    let added = 0
    for (let i = 0; i < count; i++) {
      const row = rows === null ? i : (rows[i] as number)
      if (nulls === null || nulls[row] !== 1) added += (ends[row] as number) - (starts[row] as number)
    }
    if (this.#isBorrowed) this.#moveInto(newArena(this.#bytesKept() + added, 0))
    else this.#makeRoom(added)
    const copier = new ByteCopier(data, this.#arena)
    let used = this.#used
    for (let i = 0; i < count; i++) {
      const row = rows === null ? i : (rows[i] as number)
      const id = ids[i] as number
      this.#starts[id] = used
      if (nulls === null || nulls[row] !== 1) used = copier.copy(starts[row] as number, ends[row] as number, used)
      this.#ends[id] = used
    }
    this.#used = used
  }

  #writeCodes(vector: DictionaryVector, rows: Int32Array | null, count: number, ids: Int32Array): void {
    const { codes } = vector
    for (let i = 0; i < count; i++) this.#codes[ids[i] as number] = codes[rows === null ? i : (rows[i] as number)] as number
  }

  gather(ids: Int32Array, count: number, nulls: Uint8Array | null, arrays: ArraySupply): Vector {
    if (this.#mode === 'bytes') {
      const starts = pickIntegers(this.#starts, ids, count, arrays)
      return { form: 'bytes', data: this.#arena, starts, ends: pickIntegers(this.#ends, ids, count, arrays), nulls, lasting: this.#lasting }
    }
    if (this.#mode === 'codes')
      return { form: 'dictionary', codes: pickIntegers(this.#codes, ids, count, arrays), words: this.#words, nulls }
    const data: (string | Uint8Array)[] = []
    for (let i = 0; i < count; i++) data.push(this.#boxed[ids[i] as number] ?? '')
    if (this.#isText) return { form: 'text', data: data as string[], nulls }
    return { form: 'values', data: nulls === null ? data : data.map((value, i) => (nulls[i] === 1 ? null : value)), nulls }
  }

  release(ids: readonly number[]): void {
    if (this.#mode === 'bytes') {
      for (const id of ids) {
        if (!this.#isBorrowed) this.#garbage += (this.#ends[id] as number) - (this.#starts[id] as number)
        this.#ends[id] = this.#starts[id] as number
      }
    } else if (this.#mode === 'boxed') for (const id of ids) if (id < this.#boxed.length) this.#boxed[id] = ''
  }

  compare(a: number, b: number): number {
    if (this.#mode === 'bytes') {
      const starts = this.#starts
      const ends = this.#ends
      return compareByteRanges(this.#arena, starts[a] as number, ends[a] as number, this.#arena, starts[b] as number, ends[b] as number)
    }
    const left = this.valueAt(a)
    const right = this.valueAt(b)
    if (typeof left === 'string' && typeof right === 'string') return compareText(left, right)
    assert(typeof left !== 'string' && typeof right !== 'string', 'a column holds texts or bytes')
    return compareBytes(left, right)
  }

  equal(a: number, b: number): boolean {
    return this.compare(a, b) === 0
  }

  same(id: number, vector: Vector, row: number): boolean {
    if (this.#mode === 'bytes' && vector.form === 'bytes') {
      const start = vector.starts[row] as number
      const end = vector.ends[row] as number
      return sameBytes(this.#arena, this.#starts[id] as number, this.#ends[id] as number, vector.data, start, end)
    }
    if (this.#mode === 'codes' && vector.form === 'dictionary' && vector.words === this.#words && this.#codes[id] === vector.codes[row]) {
      return true
    }
    const stored = this.valueAt(id)
    const other = this.#valueIn(vector, row)
    if (typeof stored === 'string' && typeof other === 'string') return stored === other
    assert(typeof stored !== 'string' && typeof other !== 'string', 'a column holds texts or bytes')
    return sameBytes(stored, 0, stored.length, other, 0, other.length)
  }

  /** The value of a row that is not NULL. */
  valueAt(id: number): string | Uint8Array {
    if (this.#mode === 'codes') return this.#words[this.#codes[id] as number] as string
    if (this.#mode === 'boxed') return this.#boxed[id] ?? ''
    const start = this.#starts[id] as number
    const end = this.#ends[id] as number
    return this.#isText ? decodeUtf8(this.#arena, start, end) : this.#arena.slice(start, end)
  }

  #valueIn(vector: Vector, row: number): string | Uint8Array {
    if (vector.form === 'text') return vector.data[row] as string
    if (vector.form === 'dictionary') return vector.words[vector.codes[row] as number] as string
    if (vector.form === 'values') return vector.data[row] as Uint8Array
    assert(vector.form === 'bytes', 'texts come as bytes, codes or strings')
    const start = vector.starts[row] as number
    const end = vector.ends[row] as number
    return this.#isText ? decodeUtf8(vector.data, start, end) : vector.data.slice(start, end)
  }

  #put(id: number, value: string | Uint8Array): void {
    const boxed = this.#boxed
    while (boxed.length < id) boxed.push('')
    boxed[id] = value
  }

  /** Changes to boxed values. */
  #box(): void {
    if (this.#mode === 'boxed') return
    const ids = this.#mode === 'empty' ? 0 : this.#capacity
    const boxed: (string | Uint8Array)[] = []
    // Codes of ids that were never written are 0 and may have no word.
    for (let id = 0; id < ids; id++) boxed.push(this.valueAt(id) ?? '')
    this.#mode = 'boxed'
    this.#boxed = boxed
    this.#arena = new Uint8Array(0)
    this.#isBorrowed = false
    this.#starts = new Int32Array(0)
    this.#ends = new Int32Array(0)
    this.#codes = new Int32Array(0)
  }

  /** Makes room for more bytes: by moving what is alive together when half is garbage, else in an array twice as long. */
  #makeRoom(added: number): void {
    const needed = this.#used + added
    if (needed <= this.#arena.length) return
    const alive = this.#used - this.#garbage
    if (this.#garbage * 2 > this.#used || needed > arenaBytesMax) {
      this.#moveInto(newArena(alive + added, (alive + added) * 2))
      return
    }
    const arena = newArena(needed, this.#arena.length * 2)
    arena.set(this.#arena.subarray(0, this.#used))
    this.#arena = arena
  }

  #bytesKept(): number {
    let bytes = 0
    for (let id = 0; id < this.#capacity; id++) bytes += (this.#ends[id] as number) - (this.#starts[id] as number)
    return bytes
  }

  /** Copies what is alive to an arena of the column's own. */
  #moveInto(arena: Uint8Array<ArrayBuffer>): void {
    const copier = new ByteCopier(this.#arena, arena)
    let used = 0
    for (let id = 0; id < this.#capacity; id++) {
      const start = this.#starts[id] as number
      this.#starts[id] = used
      used = copier.copy(start, this.#ends[id] as number, used)
      this.#ends[id] = used
    }
    this.#arena = arena
    this.#used = used
    this.#garbage = 0
    this.#isBorrowed = false
    this.#lasting = {}
  }
}

/** An arena of at least `needed` bytes, and of `wanted` where that is possible. */
function newArena(needed: number, wanted: number): Uint8Array<ArrayBuffer> {
  if (needed > arenaBytesMax) throw dataflowErrors.DATAFLOW_TEXTS_FULL({ limitBytes: arenaBytesMax })
  return new Uint8Array(Math.min(arenaBytesMax, Math.max(1024, needed, wanted)))
}
