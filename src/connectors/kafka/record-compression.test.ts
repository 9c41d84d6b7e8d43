import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { compressionNames, unpackRecords } from './record-compression.ts'

const codeOf = (name: (typeof compressionNames)[number]): number => compressionNames.indexOf(name)
const text = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString())
const ascii = (of: string): number[] => [...Buffer.from(of)]
const word = (value: number): number[] => [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >>> 24) & 255]

describe('LZ4 frames', () => {
  const unpack = (...bytes: readonly (readonly number[])[]) => text(unpackRecords(codeOf('lz4'), Uint8Array.from(bytes.flat())))
  const frame = (flags: number, more: readonly number[] = []): number[] => [0x04, 0x22, 0x4d, 0x18, flags, 0x40, ...more, 0]
  const literals = [...word(9), 0x80, ...ascii('abcdefgh')]
  /** Eight bytes from eight before, then five more. */
  const repeating = [...word(9), 0x04, 8, 0, 0x50, ...ascii('12345')]
  const end = word(0)

  test('have blocks that may reach back into those before', () => {
    expect(unpack(frame(0x40), literals, repeating, end)).toBe('abcdefghabcdefgh12345')
    // Blocks that say that they stand alone do not.
    expect(unpack(frame(0x60), literals, repeating, end)).toBeNull()
    expect(unpack(frame(0x60), literals, literals, end)).toBe('abcdefghabcdefgh')
  })

  test('may have sizes, checksums and blocks that are not compressed', () => {
    const stored = [...word(0x80_00_00_03), ...ascii('xyz')]
    expect(unpack(frame(0x48, [8, 0, 0, 0, 0, 0, 0, 0]), literals, end)).toBe('abcdefgh')
    expect(unpack(frame(0x70), literals, word(1), stored, word(2), end)).toBe('abcdefghxyz')
  })

  test('that are cut off, or are none, give nothing', () => {
    const whole = [frame(0x40), literals, repeating, end].flat()
    for (let cut = 0; cut < whole.length; cut++) expect(unpack(whole.slice(0, cut)), `cut at ${cut}`).toBeNull()
    expect(unpack(frame(0x41), literals, end)).toBeNull()
    expect(unpack(frame(0x80), literals, end)).toBeNull()
    expect(unpack([1, 2, 3, 4, 5, 6, 7, 8])).toBeNull()
  })

  test('give bytes that the next one does not change', () => {
    const bytes = (of: string) => Uint8Array.from([frame(0x60), word(9), 0x80, ascii(of), end].flat())
    const first = unpackRecords(codeOf('lz4'), bytes('abcdefgh'))
    unpackRecords(codeOf('lz4'), bytes('ABCDEFGH'))
    expect(text(first)).toBe('abcdefgh')
  })
})

describe('Snappy', () => {
  const unpack = (...bytes: readonly (readonly number[])[]) => text(unpackRecords(codeOf('snappy'), Uint8Array.from(bytes.flat())))
  const block = [8, 7 << 2, ...ascii('abcdefgh')]
  const xerial = [0x82, ...ascii('SNAPPY'), 0, 0, 0, 0, 1, 0, 0, 0, 1]

  test('is one block, or chunks of which each says its size', () => {
    expect(unpack(block)).toBe('abcdefgh')
    expect(unpack(xerial, [0, 0, 0, block.length], block, [0, 0, 0, block.length], block)).toBe('abcdefghabcdefgh')
  })

  test('that is cut off gives nothing, and sizes that cannot be take no memory', () => {
    expect(unpack(xerial, [0, 0, 0, block.length], block.slice(0, -1))).toBeNull()
    expect(unpack(xerial, [0, 0])).toBeNull()
    expect(unpack([0xff, 0xff, 0xff, 0xff, 0x07, 0])).toBeNull()
  })
})

test('what is broken, or of a kind that is not known, gives nothing', () => {
  expect(text(unpackRecords(codeOf('gzip'), gzipSync('abc')))).toBe('abc')
  expect(unpackRecords(codeOf('gzip'), Uint8Array.of(1, 2, 3))).toBeNull()
  expect(unpackRecords(codeOf('zstd'), Uint8Array.of(1, 2, 3))).toBeNull()
  expect(unpackRecords(7, Uint8Array.of(1, 2, 3))).toBeNull()
})
