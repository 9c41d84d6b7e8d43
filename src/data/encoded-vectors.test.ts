import fc from 'fast-check'
import { expect, test } from 'vitest'
import { vectorOf } from './builder.ts'
import { EncodedReader, EncodedWriter } from './encoded-bytes.ts'
import { readVector, writeVector } from './encoded-vectors.ts'
import { bigintType, booleanType, bytesType, type DataType, doubleType, integerType, stringType } from './type.ts'
import { type Vector, valueAt } from './vector.ts'

const text = fc.string({ unit: 'grapheme' })
const wide = fc.oneof(fc.integer(), fc.bigInt({ min: -(2n ** 126n), max: 2n ** 126n }).map(boxed))
const mapType: DataType = { kind: 'map', key: stringType, value: doubleType, nullable: true }
const rowType: DataType = {
  kind: 'row',
  fields: [
    { name: 'a', type: mapType },
    { name: 'b', type: bytesType },
  ],
  nullable: true,
}
const map = fc.array(fc.tuple(text, fc.option(fc.double()))).map((entries) => new Map(entries))
const bytes = fc.uint8Array({ maxLength: 9 })

const columns: readonly [DataType, fc.Arbitrary<unknown>][] = [
  [booleanType, fc.boolean()],
  [integerType, fc.integer()],
  [doubleType, fc.double()],
  [bigintType, wide],
  [stringType, text],
  [bytesType, bytes],
  [{ kind: 'array', element: bigintType, nullable: true }, fc.array(fc.option(wide))],
  [mapType, map],
  [rowType, fc.tuple(fc.option(map), fc.option(bytes))],
]

function boxed(value: bigint): number | bigint {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value
}

/** The same texts as stretches of a buffer, or as codes of words. */
function otherForm(vector: Vector, form: number, length: number): Vector {
  if (vector.form !== 'text' || form === 0) return vector
  if (form === 1) return { form: 'dictionary', codes: Int32Array.from(vector.data, (_, i) => i), words: vector.data, nulls: vector.nulls }
  const encoded = vector.data.map((each) => new TextEncoder().encode(each))
  const ends = new Int32Array(length)
  let end = 0
  for (const [i, each] of encoded.entries()) {
    end += each.length
    ends[i] = end
  }
  const starts = ends.map((each, i) => each - (encoded[i]?.length ?? 0))
  return { form: 'bytes', data: Uint8Array.from(encoded.flatMap((each) => [...each])), starts, ends, nulls: vector.nulls }
}

test('values of every type come back, whatever form they had', () => {
  const column = fc.constantFrom(...columns).chain(([type, value]) => fc.tuple(fc.constant(type), fc.array(fc.option(value)), fc.nat(2)))
  fc.assert(
    fc.property(fc.array(column, { maxLength: 4 }), (written) => {
      const writer = new EncodedWriter()
      for (const [type, values, form] of written) writeVector(writer, otherForm(vectorOf(type, values), form, values.length), values.length)
      const reader = new EncodedReader(writer.bytes.slice())
      for (const [type, values] of written) {
        const vector = readVector(reader, values.length)
        expect(values.map((_, row) => valueAt(vector, row, type))).toEqual(values)
      }
      expect(reader.isAtEnd).toBe(true)
    }),
  )
})

test('only the rows asked for are written', () => {
  const writer = new EncodedWriter()
  writeVector(writer, vectorOf(integerType, [1, null, 3]), 2)
  const vector = readVector(new EncodedReader(writer.bytes), 2)
  expect([0, 1].map((row) => valueAt(vector, row, integerType))).toEqual([1, null])
})

test('bytes that were cut off or changed give an error or values, never anything else', () => {
  const writer = new EncodedWriter()
  const lists: DataType = { kind: 'array', element: stringType, nullable: true }
  writeVector(writer, vectorOf(lists, [['a', 'bc'], null, [new Map([[1n << 70n, [true]]])]]), 3)
  writeVector(writer, vectorOf(stringType, ['x', null, 'yz']), 3)
  const whole = writer.bytes.slice()
  const read = (encoded: Uint8Array): void => {
    const reader = new EncodedReader(encoded)
    readVector(reader, 3)
    readVector(reader, 3)
  }
  const damaged = expect.objectContaining({ code: 'DATA_ENCODING_DAMAGED' })
  for (let length = 0; length < whole.length; length++) expect(() => read(whole.subarray(0, length))).toThrow(damaged)
  const codes = new Set<unknown>()
  for (let at = 0; at < whole.length; at++) {
    for (const byte of [0, 5, 9, 127, 255]) {
      try {
        read(whole.with(at, byte))
      } catch (error) {
        codes.add((error as { code?: unknown }).code)
      }
    }
  }
  expect([...codes]).toEqual(['DATA_ENCODING_DAMAGED'])
})
