import { describe, expect, test } from 'vitest'
import {
  checkedPosition,
  dealPartitions,
  isNewOfShare,
  type KafkaPosition,
  type PartitionStart,
  positionOf,
  startsOf,
} from './source-position.ts'

function partitionsOf(counts: Readonly<Record<string, number>>): PartitionStart[] {
  return Object.entries(counts).flatMap(([topic, count]) =>
    Array.from({ length: count }, (_, partition) => ({
      topic,
      id: `id of ${topic}`,
      partition,
      offset: 10 * partition,
      end: partition === 0 ? 5 : Number.POSITIVE_INFINITY,
    })),
  )
}

const present = (positions: readonly (KafkaPosition | null)[]): KafkaPosition[] => positions.filter((each) => each !== null)

test('positions are JSON, and all of them comes back', () => {
  const partitions = partitionsOf({ a: 3, b: 1 })
  const kept = JSON.parse(JSON.stringify(positionOf(partitions, null)))
  expect(startsOf([checkedPosition(kept, 't')])).toEqual(partitions)
})

test.each([null, {}, { topics: 1 }, { topics: [{ topic: 'a' }] }, 'x'])('what is no position is refused: %j', (position) => {
  expect(() => checkedPosition(position, 't')).toThrow('the position to go on from does not belong to table "t"')
})

describe('partitions that are dealt out', () => {
  test('go to one reader each, in nearly the same numbers', () => {
    for (const readers of [1, 2, 3, 7]) {
      const partitions = partitionsOf({ a: 5, b: 1, c: 2 })
      const dealt = present(dealPartitions(partitions, readers))
      const sizes = dealt.map((position) => startsOf([position]).length)
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThan(2)
      expect(startsOf(dealt)).toHaveLength(8)
      expect(startsOf(dealt)).toEqual(expect.arrayContaining(partitions))
    }
  })

  test('leave nothing for readers that are too many, but one waits for what may come', () => {
    expect(dealPartitions(partitionsOf({ a: 2 }), 4).map((each) => each === null)).toEqual([false, false, true, true])
    expect(dealPartitions([], 3).map((each) => each === null)).toEqual([false, true, true])
  })

  test('are not new, and each that is new is for one reader', () => {
    const shares = present(dealPartitions(partitionsOf({ a: 3, b: 1 }), 3)).map(({ share }) => share ?? null)
    const takers = (topic: string, partition: number) => shares.filter((share) => isNewOfShare({ topic, partition }, share)).length
    for (let partition = 0; partition < 20; partition++) {
      expect(takers('a', partition)).toBe(partition < 3 ? 0 : 1)
      expect(takers('later', partition)).toBe(1)
    }
    expect(isNewOfShare({ topic: 'a', partition: 0 }, null)).toBe(true)
  })
})
