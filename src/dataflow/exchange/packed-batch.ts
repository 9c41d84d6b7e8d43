/**
 * Rows on their way to another worker: all numbers and bytes of a batch in one buffer that can be handed over without a copy, and apart
 * from it only what has no bytes. What is unpacked are views of the buffer, equal value by value; texts come back as bytes.
 */
import { type Batch, type Nulls, selectBatch, type Vector } from '#data'

export interface PackedBatch {
  readonly length: number
  readonly buffer: ArrayBuffer
  readonly columns: readonly PackedVector[]
  /** Places in the buffer; -1 where the batch has none. */
  readonly kinds: number
  readonly watermarks: number
}

/** Places are in bytes from the start of the buffer; `nulls` is -1 where no value is NULL. */
type PackedVector =
  | { readonly form: 'flags' | 'integers' | 'numbers'; readonly at: number; readonly nulls: number }
  | { readonly form: 'bytes'; readonly at: number; readonly ends: number; readonly bytes: number; readonly nulls: number }
  | { readonly form: 'dictionary'; readonly at: number; readonly words: readonly string[]; readonly nulls: number }
  | { readonly form: 'wide'; readonly data: readonly bigint[]; readonly nulls: number }
  | { readonly form: 'values'; readonly data: readonly unknown[]; readonly nulls: number }

/** The rows at the first `count` places of `selection`, or the first `count` rows. */
export function packBatch(batch: Batch, selection: Int32Array | null, count: number): PackedBatch {
  const rows = selection === null ? batch : selectBatch(batch, selection, count)
  const columns = rows.columns.map((vector) => packable(vector, count))
  const room = new Room()
  const packed = columns.map((vector) => placeVector(vector, count, room))
  const kinds = rows.kinds === null ? -1 : room.place(count)
  const watermarks = rows.watermarks === null ? -1 : room.place(count * 8)
  const buffer = new ArrayBuffer(room.bytes)
  for (const [index, vector] of columns.entries()) fill(buffer, packed[index] as PackedVector, vector, count)
  if (rows.kinds !== null) new Uint8Array(buffer, kinds, count).set(rows.kinds.subarray(0, count))
  if (rows.watermarks !== null) new Float64Array(buffer, watermarks, count).set(rows.watermarks.subarray(0, count))
  return { length: count, buffer, columns: packed, kinds, watermarks }
}

export function unpackBatch({ length, buffer, columns, kinds, watermarks }: PackedBatch): Batch {
  return {
    length,
    columns: columns.map((vector) => unpack(buffer, vector, length)),
    kinds: kinds < 0 ? null : new Uint8Array(buffer, kinds, length),
    watermarks: watermarks < 0 ? null : new Float64Array(buffer, watermarks, length),
  }
}

/** What a boxed value counts for, whatever it is. */
const boxedBytes = 32

/** What rows on their way count for, in bytes: their buffer, and a guess for what is not in it. */
export function weightOf({ length, buffer, columns }: PackedBatch): number {
  const boxed = columns.reduce((count, { form }) => count + (form === 'wide' || form === 'values' ? 1 : 0), 0)
  return Math.max(1, buffer.byteLength + boxed * length * boxedBytes)
}

/** Gives out places in a buffer that is yet to be made. */
class Room {
  bytes = 0

  place(bytes: number): number {
    const at = this.bytes
    this.bytes += Math.ceil(bytes / 8) * 8
    return at
  }
}

function placeVector(vector: PackableVector, count: number, room: Room): PackedVector {
  const nulls = vector.nulls === null ? -1 : room.place(count)
  switch (vector.form) {
    case 'flags':
      return { form: vector.form, at: room.place(count), nulls }
    case 'integers':
      return { form: vector.form, at: room.place(count * 4), nulls }
    case 'numbers':
      return { form: vector.form, at: room.place(count * 8), nulls }
    case 'bytes': {
      const bytes = bytesIn(vector, count)
      return { form: vector.form, ends: room.place(count * 4), at: room.place(bytes), bytes, nulls }
    }
    case 'dictionary':
      return { form: vector.form, at: room.place(count * 4), words: vector.words, nulls }
    case 'wide':
      return { form: vector.form, data: vector.data.slice(0, count), nulls }
    case 'values':
      return { form: vector.form, data: vector.data.slice(0, count).map(ownBytes), nulls }
  }
}

type PackableVector = Exclude<Vector, { form: 'text' }>

/** Texts as bytes, and dictionaries with the words of these rows alone. */
function packable(vector: Vector, count: number): PackableVector {
  if (vector.form === 'text') return bytesOf(vector.data, vector.nulls, count)
  return vector.form === 'dictionary' ? withOwnWords(vector, count) : vector
}

const encoder = new TextEncoder()

function bytesOf(texts: readonly string[], nulls: Nulls, count: number): PackableVector {
  let units = 0
  for (let row = 0; row < count; row++) units += texts[row]?.length ?? 0
  // A UTF-16 unit takes at most three bytes of UTF-8.
  let data = new Uint8Array(units)
  const starts = new Int32Array(count)
  const ends = new Int32Array(count)
  let end = 0
  for (let row = 0; row < count; row++) {
    starts[row] = end
    const text = nulls !== null && nulls[row] === 1 ? '' : (texts[row] ?? '')
    if (data.length - end < text.length * 3) data = longer(data, end + text.length * 3)
    end += encoder.encodeInto(text, data.subarray(end)).written
    ends[row] = end
  }
  return { form: 'bytes', data, starts, ends, nulls }
}

function longer(data: Uint8Array<ArrayBuffer>, needed: number): Uint8Array<ArrayBuffer> {
  const grown = new Uint8Array(Math.max(needed, data.length * 2))
  grown.set(data)
  return grown
}

function withOwnWords(vector: Extract<Vector, { form: 'dictionary' }>, count: number): PackableVector {
  const places = new Map<number, number>()
  const words: string[] = []
  const codes = new Int32Array(count)
  for (let row = 0; row < count; row++) {
    const code = vector.codes[row] as number
    let place = places.get(code)
    if (place === undefined) {
      place = words.push(vector.words[code] ?? '') - 1
      places.set(code, place)
    }
    codes[row] = place
  }
  return { form: 'dictionary', codes, words, nulls: vector.nulls }
}

/** Bytes within a larger buffer would take all of it along. */
function ownBytes(value: unknown): unknown {
  return value instanceof Uint8Array && value.length < value.buffer.byteLength ? value.slice() : value
}

function bytesIn({ starts, ends, nulls }: Extract<Vector, { form: 'bytes' }>, count: number): number {
  let bytes = 0
  for (let row = 0; row < count; row++) if (nulls === null || nulls[row] === 0) bytes += (ends[row] as number) - (starts[row] as number)
  return bytes
}

function fill(buffer: ArrayBuffer, packed: PackedVector, vector: PackableVector, count: number): void {
  if (vector.nulls !== null) new Uint8Array(buffer, packed.nulls, count).set(vector.nulls.subarray(0, count))
  switch (vector.form) {
    case 'flags':
      new Uint8Array(buffer, placeOf(packed), count).set(vector.data.subarray(0, count))
      return
    case 'integers':
      new Int32Array(buffer, placeOf(packed), count).set(vector.data.subarray(0, count))
      return
    case 'numbers':
      new Float64Array(buffer, placeOf(packed), count).set(vector.data.subarray(0, count))
      return
    case 'dictionary':
      new Int32Array(buffer, placeOf(packed), count).set(vector.codes.subarray(0, count))
      return
    case 'bytes':
      if (packed.form === 'bytes') fillBytes(buffer, packed, vector, count)
      return
    case 'wide':
    case 'values':
  }
}

function placeOf(packed: PackedVector): number {
  return 'at' in packed ? packed.at : 0
}

/** Values that lie one behind the other are copied at once. */
function fillBytes(
  buffer: ArrayBuffer,
  packed: Extract<PackedVector, { form: 'bytes' }>,
  { data, starts, ends, nulls }: Extract<Vector, { form: 'bytes' }>,
  count: number,
): void {
  const target = new Uint8Array(buffer, packed.at, packed.bytes)
  const targetEnds = new Int32Array(buffer, packed.ends, count)
  let end = 0
  let from = 0
  let to = 0
  for (let row = 0; row < count; row++) {
    if (nulls === null || nulls[row] === 0) {
      const start = starts[row] as number
      if (start !== to) {
        if (to > from) target.set(data.subarray(from, to), end - (to - from))
        from = start
        to = start
      }
      const length = (ends[row] as number) - start
      to += length
      end += length
    }
    targetEnds[row] = end
  }
  if (to > from) target.set(data.subarray(from, to), end - (to - from))
}

function unpack(buffer: ArrayBuffer, packed: PackedVector, length: number): Vector {
  const nulls = packed.nulls < 0 ? null : new Uint8Array(buffer, packed.nulls, length)
  switch (packed.form) {
    case 'flags':
      return { form: packed.form, data: new Uint8Array(buffer, packed.at, length), nulls }
    case 'integers':
      return { form: packed.form, data: new Int32Array(buffer, packed.at, length), nulls }
    case 'numbers':
      return { form: packed.form, data: new Float64Array(buffer, packed.at, length), nulls }
    case 'dictionary':
      return { form: packed.form, codes: new Int32Array(buffer, packed.at, length), words: packed.words, nulls }
    case 'bytes': {
      const ends = new Int32Array(buffer, packed.ends, length)
      const starts = new Int32Array(length)
      starts.set(ends.subarray(0, Math.max(0, length - 1)), Math.min(1, length))
      return { form: packed.form, data: new Uint8Array(buffer, packed.at, packed.bytes), starts, ends, nulls }
    }
    case 'wide':
      return { form: packed.form, data: packed.data, nulls }
    case 'values':
      return { form: packed.form, data: packed.data, nulls }
  }
}
