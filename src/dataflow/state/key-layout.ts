/**
 * How a key is packed into 32-bit words, and how columns are packed and unpacked.
 *
 * | type                                        | words                                             |
 * |---------------------------------------------|---------------------------------------------------|
 * | boolean and 32-bit integers, dates, times   | 1: the value                                      |
 * | exact integers, intervals, timestamps       | 2: lower and upper half                           |
 * | DECIMAL beyond 18 digits, nanoseconds       | 4: 128 bits, lowest first                         |
 * | float, double                               | 2: the bits, with one zero and one NaN            |
 * | texts, binary, collections, rows            | 1: id in a dictionary of the column               |
 *
 * A key of several columns of which one can be NULL ends in a word (or more) with a bit per column; the words of a NULL are 0.
 *
 * Most ids need no more than 32 bits, and most keys hold no NULL. So there is a narrow layout as well, which does without both: exact
 * integers have one word. Keys that do not fit say so when they are packed.
 */
import { assert } from '#base'
import { type DataType, familyOf, plainFormOf, type Vector } from '#data'
import type { ByteDictionary, IdTarget } from './byte-dictionary.ts'

export interface KeyColumn {
  readonly type: DataType
  readonly kind: 'flag' | 'integer' | 'exact' | 'double' | 'text' | 'bytes' | 'values'
  /** Where its words start within a key, and how many they are. */
  readonly offset: number
  readonly width: number
}

export interface KeyLayout {
  readonly columns: readonly KeyColumn[]
  /** Whether there are keys that do not fit. */
  readonly isNarrow: boolean
  /** Words per key, with those for NULL. */
  readonly width: number
  /** Where the bits for NULL start, or -1: no column can be NULL, or there is one column only and its NULL is kept apart. */
  readonly nullsAt: number
}

/** The layout that all keys fit. */
export function wideLayoutOf(types: readonly DataType[]): KeyLayout {
  const { columns, width } = placeColumns(types, (_, words) => words)
  if (!needsNulls(types)) return { columns, isNarrow: false, width, nullsAt: -1 }
  return { columns, isNarrow: false, width: width + Math.ceil(types.length / 32), nullsAt: width }
}

/** A narrower layout, where there is one. */
export function narrowLayoutOf(types: readonly DataType[]): KeyLayout {
  const { columns, width } = placeColumns(types, (kind, words) => (kind === 'exact' ? 1 : words))
  return { columns, isNarrow: needsNulls(types) || columns.some(({ kind }) => kind === 'exact'), width, nullsAt: -1 }
}

function needsNulls(types: readonly DataType[]): boolean {
  return types.length > 1 && types.some((type) => type.nullable)
}

function placeColumns(
  types: readonly DataType[],
  widthOf: (kind: KeyColumn['kind'], words: number) => number,
): Omit<KeyLayout, 'isNarrow' | 'nullsAt'> {
  let width = 0
  const columns = types.map((type): KeyColumn => {
    const offset = width
    const [kind, words] = packingOf(type)
    const own = widthOf(kind, words)
    width += own
    return { type, kind, offset, width: own }
  })
  return { columns, width }
}

/** Writes a key that fits both layouts, from its place in the first to words of 0 in the second. */
export function widenKey(narrow: KeyLayout, wide: KeyLayout, from: Int32Array, fromPlace: number, to: Int32Array, toPlace: number): void {
  for (let position = 0; position < wide.columns.length; position++) {
    const first = narrow.columns[position] as KeyColumn
    const second = wide.columns[position] as KeyColumn
    for (let word = 0; word < second.width; word++) {
      const sign = (from[fromPlace + first.offset] as number) >> 31
      to[toPlace + second.offset + word] = word < first.width ? (from[fromPlace + first.offset + word] as number) : sign
    }
  }
}

function packingOf(type: DataType): readonly [KeyColumn['kind'], number] {
  switch (plainFormOf(type)) {
    case 'flags':
      return ['flag', 1]
    case 'integers':
      return ['integer', 1]
    case 'numbers':
      if (type.kind === 'float' || type.kind === 'double') return ['double', 2]
      return ['exact', beyond64Bits(type) ? 4 : 2]
    case 'text':
      return ['text', 1]
    default:
      return [familyOf(type) === 'bytes' ? 'bytes' : 'values', 1]
  }
}

function beyond64Bits(type: DataType): boolean {
  if (type.kind === 'decimal') return type.precision > 18
  return (type.kind === 'timestamp' || type.kind === 'timestamp-ltz') && type.precision > 6
}

export interface PackRequest {
  readonly rows: number
  readonly selection: Int32Array | null
  /** Receives the keys, `width` words each. */
  readonly words: Int32Array
  readonly width: number
  /** Whether texts that the dictionary does not hold are added to it; otherwise they get id -1, which no stored key has. */
  readonly inserting: boolean
}

/** Packs one column of a batch into its places of the keys; false when a value does not fit, which leaves them useless. */
export function packColumn(column: KeyColumn, vector: Vector, dictionary: ByteDictionary | null, request: PackRequest): boolean {
  if (vector.form === 'flags' || vector.form === 'integers') packIntegers(vector.data, vector.nulls, column.offset, request)
  else if (vector.form === 'wide') {
    if (column.width === 1) return false
    packWide(vector.data, vector.nulls, column, request)
  } else if (vector.form === 'numbers') {
    if (column.kind === 'double') packDoubles(vector.data, vector.nulls, column.offset, request)
    else if (column.width === 1) return packNarrow(vector.data, vector.nulls, column.offset, request)
    else packExact(vector.data, vector.nulls, column, request)
  } else {
    assert(dictionary !== null, 'a key column of texts or nested values has a dictionary')
    packInterned(column, vector, dictionary, request)
  }
  return true
}

type InternedVector = Extract<Vector, { form: 'bytes' | 'text' | 'dictionary' | 'values' }>

function packInterned(column: KeyColumn, vector: InternedVector, dictionary: ByteDictionary, request: PackRequest): void {
  const { rows, selection, inserting, words, width } = request
  const target: IdTarget = { ids: words, offset: column.offset, stride: width }
  if (vector.form === 'bytes') dictionary.internBytes(vector, rows, selection, target, inserting)
  else if (vector.form === 'text') dictionary.internText(vector, rows, selection, target, inserting)
  else if (vector.form === 'dictionary') dictionary.internWords(vector, rows, selection, target, inserting)
  else dictionary.internValues(vector.data, rows, selection, target, inserting)
}

function packIntegers(data: Int32Array | Uint8Array, nulls: Uint8Array | null, offset: number, request: PackRequest): void {
  const { rows, selection, words, width } = request
  let to = offset
  for (let i = 0; i < rows; i++, to += width) {
    const row = selection === null ? i : (selection[i] as number)
    words[to] = nulls !== null && nulls[row] === 1 ? 0 : (data[row] as number)
  }
}

function packNarrow(data: Float64Array, nulls: Uint8Array | null, offset: number, request: PackRequest): boolean {
  const { rows, selection, words, width } = request
  let lost = 0
  let to = offset
  for (let i = 0; i < rows; i++, to += width) {
    const row = selection === null ? i : (selection[i] as number)
    const value = nulls !== null && nulls[row] === 1 ? 0 : (data[row] as number)
    const word = value | 0
    words[to] = word
    lost |= word === value ? 0 : 1
  }
  return lost === 0
}

function packExact(data: Float64Array, nulls: Uint8Array | null, column: KeyColumn, request: PackRequest): void {
  const { rows, selection, words, width } = request
  const long = column.width === 4
  let to = column.offset
  for (let i = 0; i < rows; i++, to += width) {
    const row = selection === null ? i : (selection[i] as number)
    const value = nulls !== null && nulls[row] === 1 ? 0 : (data[row] as number)
    const low = value | 0
    const high = (value - (low >>> 0)) / 4294967296
    words[to] = low
    words[to + 1] = high
    if (long) {
      words[to + 2] = high < 0 ? -1 : 0
      words[to + 3] = high < 0 ? -1 : 0
    }
  }
}

function packWide(data: readonly bigint[], nulls: Uint8Array | null, column: KeyColumn, request: PackRequest): void {
  const { rows, selection, words, width } = request
  let to = column.offset
  for (let i = 0; i < rows; i++, to += width) {
    const row = selection === null ? i : (selection[i] as number)
    let rest = nulls !== null && nulls[row] === 1 ? 0n : (data[row] as bigint)
    for (let word = 0; word < column.width; word++) {
      words[to + word] = Number(BigInt.asIntN(32, rest))
      rest >>= 32n
    }
  }
}

const doubleBox = new Float64Array(1)
const doubleWords = new Int32Array(doubleBox.buffer)

function packDoubles(data: Float64Array, nulls: Uint8Array | null, offset: number, request: PackRequest): void {
  const { rows, selection, words, width } = request
  let to = offset
  for (let i = 0; i < rows; i++, to += width) {
    const row = selection === null ? i : (selection[i] as number)
    const value = nulls !== null && nulls[row] === 1 ? 0 : (data[row] as number)
    // Adding 0 turns -0 into 0.
    doubleBox[0] = Number.isNaN(value) ? Number.NaN : value + 0
    words[to] = doubleWords[0] as number
    words[to + 1] = doubleWords[1] as number
  }
}

/** Sets the bits of NULLs in keys whose words for NULL were zeroed. `position` counts the key columns from 0. */
export function packNulls(nulls: Uint8Array, position: number, nullsAt: number, request: PackRequest): void {
  const { rows, selection, words, width } = request
  const bit = 1 << (position & 31)
  let to = nullsAt + (position >>> 5)
  for (let i = 0; i < rows; i++, to += width) {
    const row = selection === null ? i : (selection[i] as number)
    if (nulls[row] === 1) words[to] = (words[to] as number) | bit
  }
}

/** The column of the keys that start at the given places, as a vector. `nulls` says where it is NULL. */
export function unpackColumn(
  column: KeyColumn,
  words: Int32Array,
  places: Int32Array,
  nulls: Uint8Array | null,
  dictionary: ByteDictionary | null,
): Vector {
  const { offset } = column
  const count = places.length
  if (column.kind === 'flag') {
    const data = new Uint8Array(count)
    for (let i = 0; i < count; i++) data[i] = words[(places[i] as number) + offset] as number
    return { form: 'flags', data, nulls }
  }
  if (column.kind === 'double') return { form: 'numbers', data: unpackDoubles(words, places, offset), nulls }
  if (column.kind === 'exact') return unpackExact(column, words, places, nulls)
  const data = new Int32Array(count)
  for (let i = 0; i < count; i++) data[i] = words[(places[i] as number) + offset] as number
  if (column.kind === 'integer') return { form: 'integers', data, nulls }
  assert(dictionary !== null, 'a key column of texts or nested values has a dictionary')
  if (column.kind === 'text') return dictionary.textVector(data, nulls)
  return column.kind === 'bytes' ? dictionary.bytesVector(data, nulls) : dictionary.valuesVector(data, nulls)
}

function unpackDoubles(words: Int32Array, places: Int32Array, offset: number): Float64Array {
  const data = new Float64Array(places.length)
  for (let i = 0; i < places.length; i++) {
    const from = (places[i] as number) + offset
    doubleWords[0] = words[from] as number
    doubleWords[1] = words[from + 1] as number
    data[i] = doubleBox[0] as number
  }
  return data
}

function unpackExact(column: KeyColumn, words: Int32Array, places: Int32Array, nulls: Uint8Array | null): Vector {
  const data = new Float64Array(places.length)
  if (column.width === 1) {
    for (let i = 0; i < places.length; i++) data[i] = words[(places[i] as number) + column.offset] as number
    return { form: 'numbers', data, nulls }
  }
  for (let i = 0; i < places.length; i++) {
    const from = (places[i] as number) + column.offset
    const high = words[from + 1] as number
    const value = high * 4294967296 + ((words[from] as number) >>> 0)
    const sign = high >> 31
    if (value > Number.MAX_SAFE_INTEGER || value < -Number.MAX_SAFE_INTEGER) return unpackWide(column, words, places, nulls)
    if (column.width === 4 && (words[from + 2] !== sign || words[from + 3] !== sign)) return unpackWide(column, words, places, nulls)
    data[i] = value
  }
  return { form: 'numbers', data, nulls }
}

function unpackWide(column: KeyColumn, words: Int32Array, places: Int32Array, nulls: Uint8Array | null): Vector {
  const data: bigint[] = []
  for (const place of places) {
    const from = place + column.offset
    let value = BigInt(words[from + column.width - 1] as number)
    for (let word = column.width - 2; word >= 0; word--) value = (value << 32n) | BigInt((words[from + word] as number) >>> 0)
    data.push(value)
  }
  return { form: 'wide', data, nulls }
}
