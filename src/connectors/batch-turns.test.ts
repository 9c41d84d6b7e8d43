/** Batches in turns: what is made of each is taken whole and in order, though it comes late and the caller fills its arrays again. */
import { describe, expect, test } from 'vitest'
import { type Batch, integerType, rowsOf, type Schema } from '#data'
import { BatchTurns } from './batch-turns.ts'

const schema: Schema = [{ name: 'n', type: integerType }]

/** What a caller has that fills one array again and again. */
class Caller {
  readonly #data = new Int32Array(2)
  readonly #batch: Batch = { length: 2, columns: [{ form: 'integers', data: this.#data, nulls: null }], kinds: null, watermarks: null }

  filled(first: number, second: number): Batch {
    this.#data.set([first, second])
    return this.#batch
  }
}

/** Makes rows of a batch when it is told to. */
class LateMaker {
  readonly #waiting: (() => void)[] = []
  begun = 0

  readonly make = async (batch: Batch): Promise<unknown[][]> => {
    this.begun++
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return rowsOf(batch, schema)
  }

  async letOne(): Promise<void> {
    this.#waiting.shift()?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

describe('batches that are waited for', () => {
  test('are made one after another, of the rows that they had when they came', async () => {
    const turns = new BatchTurns()
    const caller = new Caller()
    const maker = new LateMaker()
    const taken: unknown[] = []
    const take = (made: unknown[][], batch: Batch): void => void taken.push([made, rowsOf(batch, schema)])
    const first = turns.run(caller.filled(1, 2), maker.make, take)
    const second = turns.run(caller.filled(3, 4), maker.make, take)
    caller.filled(5, 6)
    expect(maker.begun).toBe(1)
    expect(taken).toEqual([])
    await maker.letOne()
    await first
    expect(taken).toEqual([
      [
        [[1], [2]],
        [[1], [2]],
      ],
    ])
    await maker.letOne()
    await second
    expect(taken.at(1)).toEqual([
      [[3], [4]],
      [[3], [4]],
    ])
  })

  test('are all taken when they are settled', async () => {
    const turns = new BatchTurns()
    const maker = new LateMaker()
    let taken = 0
    for (let each = 0; each < 3; each++) void turns.run(new Caller().filled(1, 2), maker.make, () => void taken++)
    let isSettled = false
    const settled = turns.settle().then(() => {
      isSettled = true
    })
    await maker.letOne()
    await maker.letOne()
    expect([taken, isSettled]).toEqual([2, false])
    await maker.letOne()
    await settled
    expect(taken).toBe(3)
  })

  test('fail the one that fails and those behind it', async () => {
    const turns = new BatchTurns()
    const batch = new Caller().filled(1, 2)
    const failing = turns.run(
      batch,
      () => Promise.reject(new Error('no schema')),
      () => undefined,
    )
    const behind = turns.run(
      batch,
      () => 1,
      () => undefined,
    )
    await expect(failing).rejects.toThrow('no schema')
    await expect(behind).rejects.toThrow('no schema')
  })
})

test('a batch that is made at once is taken before the call returns, and the second is not copied', () => {
  const turns = new BatchTurns()
  const batch = new Caller().filled(1, 2)
  const taken: Batch[] = []
  const take = (_made: number, own: Batch): void => void taken.push(own)
  expect(turns.run(batch, () => 1, take)).toBeUndefined()
  expect(turns.run(batch, () => 1, take)).toBeUndefined()
  expect(taken).toHaveLength(2)
  expect(taken[1]).toBe(batch)
})
