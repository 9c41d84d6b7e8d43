import { murmur2 as libraryMurmur2 } from '@platformatic/kafka'
import { describe, expect, test } from 'vitest'
import { murmur2 } from '#base'
import type { Messages } from '#formats'
import { Partitioner, type PartitionerSettings } from './partitioner.ts'

function keysOf(...texts: (string | null)[]): Messages {
  const bytes = Buffer.from(texts.map((text) => `${text ?? ''}|`).join(''))
  let at = 0
  const starts = texts.map((text) => {
    const start = at
    at += Buffer.byteLength(text ?? '') + 1
    return start
  })
  const ends = texts.map((text, place) => (text === null ? -1 : (starts[place] ?? 0) + Buffer.byteLength(text)))
  return { bytes, starts: Int32Array.from(starts), ends: Int32Array.from(ends), length: texts.length }
}

const hashOf = (text: string): number => murmur2(Buffer.from(`--${text}--`), 2, 2 + Buffer.byteLength(text))

describe('the hash of keys', () => {
  // As in the tests of Kafka's own client.
  test.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('of %s', (text, hash) => {
    expect(hashOf(text)).toBe(hash)
  })
  test('of a thousand keys is that of the library', () => {
    const keys = Array.from({ length: 1000 }, (_, each) => `${'ä'.repeat(each % 5)}${each}${'x'.repeat(each % 9)}`)
    expect(keys.map(hashOf)).toEqual(keys.map((key) => libraryMurmur2(Buffer.from(key))))
  })
})

describe('a partition', () => {
  const settings: PartitionerSettings = { kind: 'default', writer: 0, stickyBytes: 100, random: () => 0.5 }
  const choices = (partitioner: Partitioner, count: number): number[] =>
    Array.from({ length: count }, () => partitioner.choose(null, 0, 50))

  test('goes by the key, wherever a message stands and however many writers there are', () => {
    const expected = ['foobar', '21', ''].map((key) => (libraryMurmur2(Buffer.from(key)) & 0x7fffffff) % 7)
    for (const writer of [0, 3]) {
      const partitioner = new Partitioner({ ...settings, writer }, 7)
      const keys = keysOf('foobar', '21', '')
      expect([0, 1, 2].map((place) => partitioner.choose(keys, place, 10))).toEqual(expected)
    }
  })
  test('stays the same for some bytes without a key, and is another one then', () => {
    const found = choices(new Partitioner(settings, 4), 6)
    expect(found[1]).toBe(found[0])
    expect(found[2]).not.toBe(found[0])
    expect(found[3]).toBe(found[2])
    expect(new Partitioner(settings, 4).choose(keysOf(null), 0, 1)).toBe(found[0])
  })
  test('goes round with round-robin', () => {
    expect(choices(new Partitioner({ ...settings, kind: 'round-robin', writer: 5 }, 3), 8)).toEqual([2, 2, 0, 0, 1, 1, 2, 2])
  })
  test('is that of the writer with fixed, whatever the key', () => {
    const partitioner = new Partitioner({ ...settings, kind: 'fixed', writer: 5 }, 3)
    expect(choices(partitioner, 3)).toEqual([2, 2, 2])
    expect(partitioner.choose(keysOf('foobar'), 0, 1)).toBe(2)
  })
  test('may be a new one when there are more', () => {
    const partitioner = new Partitioner({ ...settings, kind: 'round-robin' }, 1)
    choices(partitioner, 3)
    partitioner.resize(2)
    expect(new Set(choices(partitioner, 8))).toEqual(new Set([0, 1]))
  })
})
