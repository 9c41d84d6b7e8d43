/**
 * Vectors as bytes, for state that is saved and rows that leave memory. What is read back is equal value by value; its form may differ
 * (texts come back as bytes), and it may hold views of the bytes read.
 */
import { assert } from '#base'
import type { EncodedReader, EncodedWriter } from './encoded-bytes.ts'
import { readValue, writeValue } from './encoded-value.ts'
import { bytesOfWords } from './encoded-words.ts'
import type { Nulls, Vector, VectorForm } from './vector.ts'

/** By number, as written. */
const forms: readonly VectorForm[] = ['flags', 'integers', 'numbers', 'wide', 'bytes', 'values']

/** Writes the first `length` values of a vector. */
export function writeVector(writer: EncodedWriter, vector: Vector, length: number): void {
  writer.byte(forms.indexOf(encodedForm(vector)))
  writer.byte(vector.nulls === null ? 0 : 1)
  if (vector.nulls !== null) writer.raw(vector.nulls.subarray(0, length))
  writeData(writer, vector, length)
}

/** The first so many values of a vector. */
export interface VectorRun {
  readonly vector: Vector
  readonly length: number
}

/** Writes several vectors one behind another, as one. What they are encoded as is the same. */
export function writeVectors(writer: EncodedWriter, runs: readonly VectorRun[]): void {
  const [first] = runs
  assert(first !== undefined, 'there is a vector to be written')
  const form = encodedForm(first.vector)
  const hasNulls = runs.some(({ vector }) => vector.nulls !== null)
  writer.byte(forms.indexOf(form))
  writer.byte(hasNulls ? 1 : 0)
  if (hasNulls) for (const { vector, length } of runs) writer.raw(vector.nulls?.subarray(0, length) ?? new Uint8Array(length))
  for (const { vector, length } of runs) {
    assert(encodedForm(vector) === form, 'vectors that become one are encoded alike')
    writeData(writer, vector, length)
  }
}

/** The form in which a vector is read back. */
export function encodedForm({ form }: Vector): VectorForm {
  return form === 'text' || form === 'dictionary' ? 'bytes' : form
}

function writeData(writer: EncodedWriter, vector: Vector, length: number): void {
  switch (vector.form) {
    case 'flags':
      writer.raw(vector.data.subarray(0, length))
      return
    case 'integers':
    case 'numbers':
      writeArray(writer, vector.data, length)
      return
    case 'bytes':
      writer.texts(vector, length)
      return
    case 'text':
      for (let row = 0; row < length; row++) writer.text(isNull(vector.nulls, row) ? '' : (vector.data[row] ?? ''))
      return
    case 'dictionary':
      writer.texts(bytesOfWords(vector, length), length)
      return
    case 'wide':
    case 'values':
      for (let row = 0; row < length; row++) writeValue(writer, isNull(vector.nulls, row) ? null : vector.data[row])
  }
}

export function readVector(reader: EncodedReader, length: number): Vector {
  const form = forms[reader.byte()]
  const nulls = reader.byte() === 1 ? reader.raw(length) : null
  switch (form) {
    case 'flags':
      return { form, data: reader.raw(length), nulls }
    case 'integers':
      return { form, data: new Int32Array(copyOf(reader.raw(length * 4))), nulls }
    case 'numbers':
      return { form, data: new Float64Array(copyOf(reader.raw(length * 8))), nulls }
    case 'bytes':
      return readTexts(reader, length, nulls)
    case 'wide':
      return { form, data: readValues(reader, length).map((value) => wideOf(value, reader)), nulls }
    case 'values':
      return { form, data: readValues(reader, length), nulls }
    default:
      throw reader.damaged()
  }
}

function isNull(nulls: Nulls, row: number): boolean {
  return nulls !== null && nulls[row] === 1
}

function writeArray(writer: EncodedWriter, data: Int32Array | Float64Array, length: number): void {
  writer.raw(new Uint8Array(data.buffer, data.byteOffset, length * data.BYTES_PER_ELEMENT))
}

function readTexts(reader: EncodedReader, length: number, nulls: Nulls): Vector {
  const starts = new Int32Array(length)
  const ends = new Int32Array(length)
  const texts: Uint8Array[] = []
  let end = 0
  for (let row = 0; row < length; row++) {
    const text = reader.block()
    texts.push(text)
    starts[row] = end
    end += text.length
    ends[row] = end
  }
  const data = new Uint8Array(end)
  for (const [row, text] of texts.entries()) data.set(text, starts[row])
  return { form: 'bytes', data, starts, ends, nulls }
}

function readValues(reader: EncodedReader, length: number): unknown[] {
  const values: unknown[] = []
  for (let row = 0; row < length; row++) values.push(readValue(reader))
  return values
}

function wideOf(value: unknown, reader: EncodedReader): bigint {
  if (value === null) return 0n
  if (typeof value !== 'bigint') throw reader.damaged()
  return value
}

/** Typed arrays need their bytes at a place of their own. */
function copyOf({ buffer, byteOffset, length }: Uint8Array): ArrayBuffer {
  return buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer
}
