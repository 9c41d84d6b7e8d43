/** Encodings that no writer of the round trips uses, from bytes written down by hand. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteWriter } from '../byte-writer.ts'
import { DeltaIntegers, DeltaTexts } from './delta-values.ts'
import { FileContext } from './errors.ts'
import { HybridDecoder } from './hybrid.ts'
import { encodeHybrid } from './hybrid-encoder.ts'
import { unpackLz4, unpackLz4Frames } from './lz4.ts'
import { RunFlags, SplitValues } from './plain-values.ts'

const context = new FileContext('file')

function varint(value: bigint): number[] {
  return value < 128n ? [Number(value)] : [Number(value & 127n) | 128, ...varint(value >> 7n)]
}
const zigzag = (value: bigint) => varint(BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)))

/** Blocks of 128 differences in 4 miniblocks, each as wide as it must be. */
function encodeDeltas(values: readonly bigint[]): Uint8Array {
  const out: number[] = [...varint(128n), ...varint(4n), ...varint(BigInt(values.length)), ...zigzag(values[0] ?? 0n)]
  const differences = values.slice(1).map((value, index) => BigInt.asIntN(64, value - (values[index] ?? 0n)))
  for (let at = 0; at < differences.length; at += 128) {
    const block = differences.slice(at, at + 128)
    const least = block.reduce((a, b) => (a < b ? a : b))
    const parts = [0, 32, 64, 96].map((start) => block.slice(start, start + 32).map((value) => BigInt.asUintN(64, value - least)))
    const widths = parts.map((part) => part.reduce((most, value) => Math.max(most, value.toString(2).length), 0))
    out.push(...zigzag(least), ...widths)
    for (const [index, part] of parts.entries()) {
      if (part.length === 0) continue
      const width = widths[index] ?? 0
      const bits = part.reduce((sum, value, place) => sum | (value << BigInt(place * width)), 0n)
      for (let byte = 0; byte < (32 * width) / 8; byte++) out.push(Number((bits >> BigInt(byte * 8)) & 255n))
    }
  }
  return Uint8Array.from(out)
}

describe('differences', () => {
  const spread = fc.oneof(
    fc.bigInt({ min: -5n, max: 5n }),
    fc.bigInt({ min: -(2n ** 40n), max: 2n ** 40n }),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  )

  test('integers of 64 bits come back', () => {
    fc.assert(
      fc.property(fc.array(spread, { minLength: 1, maxLength: 400 }), (values) => {
        const bytes = encodeDeltas(values)
        const decoder = new DeltaIntegers(bytes, 0, bytes.length, context)
        const lows = new Int32Array(values.length)
        const highs = new Int32Array(values.length)
        const half = values.length >> 1
        decoder.int64s(lows, highs, 0, half)
        decoder.int64s(lows, highs, half, values.length - half)
        expect(Array.from(lows, (low, index) => (BigInt(highs[index] ?? 0) << 32n) | BigInt(low >>> 0))).toEqual(values)
        expect(decoder.end).toBe(bytes.length)
      }),
    )
  })

  test('integers of 32 bits wrap around', () => {
    const values = [2147483647n, -2147483648n, 0n, -1n]
    const bytes = encodeDeltas(values)
    const out = new Int32Array(4)
    new DeltaIntegers(bytes, 0, bytes.length, context).int32s(out, 0, 4)
    expect([...out]).toEqual(values.map(Number))
  })

  test('texts share what they begin with', () => {
    const rests = new TextEncoder().encode('axislebabbleyhood')
    const bytes = Uint8Array.from([...encodeDeltas([0n, 2n, 0n, 3n]), ...encodeDeltas([4n, 2n, 6n, 5n]), ...rests])
    const decoder = new DeltaTexts(bytes, 0, bytes.length, 4, context)
    const places = { starts: new Int32Array(4), ends: new Int32Array(4) }
    const texts: string[] = []
    for (let at = 0; at < 4; at += 2) {
      decoder.texts(places, at, 2)
      for (let index = at; index < at + 2; index++) {
        texts.push(new TextDecoder().decode(decoder.buffer.subarray(places.starts[index], places.ends[index])))
      }
    }
    expect(texts).toEqual(['axis', 'axle', 'babble', 'babyhood'])
  })

  test('a text cannot share more than there is', () => {
    const bytes = Uint8Array.from([...encodeDeltas([1n]), ...encodeDeltas([0n])])
    const places = { starts: new Int32Array(1), ends: new Int32Array(1) }
    expect(() => new DeltaTexts(bytes, 0, bytes.length, 1, context).texts(places, 0, 1)).toThrow('could not read a file as Parquet')
  })
})

test('small numbers of any width come back', () => {
  const table = fc.integer({ min: 0, max: 32 }).chain((width) => {
    const value = fc.integer({ min: 0, max: Math.min(2 ** width - 1, 2 ** 32 - 1) })
    const runs = fc.array(fc.tuple(value, fc.integer({ min: 1, max: 40 })), { minLength: 1, maxLength: 30 })
    return runs.map((all) => ({ width, values: all.flatMap(([one, times]) => Array.from({ length: times }, () => one)) }))
  })
  fc.assert(
    fc.property(table, fc.integer({ min: 1, max: 50 }), ({ width, values }, step) => {
      const out = new ByteWriter(16)
      encodeHybrid(Int32Array.from(values), values.length, width, out)
      const decoder = new HybridDecoder(out.data, 0, out.length, width, context)
      const decoded = new Int32Array(values.length)
      for (let at = 0; at < values.length; at += step) decoder.take(decoded, at, Math.min(step, values.length - at))
      expect(Array.from(decoded, (value) => value >>> 0)).toEqual(values)
    }),
  )
})

test('booleans as runs', () => {
  const out = new Uint8Array(20)
  new RunFlags(Uint8Array.of(4, 0, 0, 0, 12 << 1, 1, (1 << 1) | 1, 0b0101), 0, 8, context).flags(out, 0, 20)
  expect([...out]).toEqual([...Array.from({ length: 12 }, () => 1), 1, 0, 1, 0, 0, 0, 0, 0])
})

test('bytes of numbers apart from one another', () => {
  const values = [1.5, -2, 1e300]
  const bytes = new Uint8Array(Float64Array.from(values).buffer)
  const split = Uint8Array.from({ length: 24 }, (_, index) => bytes[(index % 3) * 8 + Math.floor(index / 3)] ?? 0)
  const out = new Float64Array(3)
  new SplitValues(split, 0, 24, context).doubles(out, 0, 3)
  expect([...out]).toEqual(values)
})

describe('LZ4', () => {
  /** "abcabcabcabcXYZ": three letters, a match of nine, three letters. */
  const block = Uint8Array.of(0x35, 97, 98, 99, 3, 0, 0x30, 88, 89, 90)
  const text = 'abcabcabcabcXYZ'

  test('a block, and framed blocks', () => {
    expect(new TextDecoder().decode(unpackLz4(block, 15, context))).toBe(text)
    const frame = [0, 0, 0, 15, 0, 0, 0, block.length, ...block]
    expect(new TextDecoder().decode(unpackLz4Frames(Uint8Array.from([...frame, ...frame]), 30, context))).toBe(text + text)
    expect(new TextDecoder().decode(unpackLz4Frames(block, 15, context))).toBe(text)
  })

  test('what is wrong is noticed', () => {
    const broken: readonly [Uint8Array, number][] = [
      [block, 16],
      [block, 14],
      [block.subarray(0, 5), 15],
      [Uint8Array.of(0x35, 97, 98, 99, 4, 0, 0x00), 12],
      [Uint8Array.of(0xf0, 255, 255), 600],
    ]
    for (const [bytes, size] of broken) expect(() => unpackLz4(bytes, size, context)).toThrow('could not read a file as Parquet')
  })
})
