import { describe, expect, test } from 'vitest'
import { type Clock, MillraceError } from '#base'
import type { LookupReader } from '#connectors'
import { type Batch, batchOf, integerType, rowsOf, type Schema, stringType, type Vector, valueAt } from '#data'
import { type Asking, askRepeatedly } from './lookup-retry.ts'

const keySchema: Schema = [{ name: 'k', type: stringType }]
const rowSchema: Schema = [
  { name: 'k', type: stringType },
  { name: 'n', type: integerType },
]

/** A clock that goes on by so much whenever it is looked at. */
function steppingClock(stepMs: number): Clock & { readonly now: () => number } {
  let nowMs = 0
  return { nowMs: () => nowMs, monotonicMs: () => (nowMs += stepMs), now: () => nowMs }
}

function askingOf(more: Partial<Asking>): Asking {
  const { signal } = new AbortController()
  const types = rowSchema.map((column) => column.type)
  return { types, table: 'users', clock: steppingClock(100), signal, failuresMax: 0, misses: null, ...more }
}

/** Answers call after call, with the rows of a table or an error. */
class ScriptedReader implements LookupReader {
  readonly asked: unknown[][] = []
  readonly #script: (readonly (readonly unknown[])[] | Error)[]

  constructor(...script: (readonly (readonly unknown[])[] | Error)[]) {
    this.#script = script
  }

  async lookup(keys: Batch): ReturnType<LookupReader['lookup']> {
    const wanted = Array.from({ length: keys.length }, (_, row) => valueAt(keys.columns[0] as Vector, row, stringType))
    this.asked.push(wanted)
    const answer = this.#script.shift()
    if (answer instanceof Error) throw answer
    const found = (answer ?? []).filter(([key]) => wanted.includes(key))
    return { rows: batchOf(rowSchema, found), places: Int32Array.from(found, ([key]) => wanted.indexOf(key)) }
  }

  async close(): Promise<void> {}
}

const keys = batchOf(keySchema, [['a'], ['b'], ['c']])

describe('lookups that are tried again', () => {
  test('after failures, with longer pauses each time', async () => {
    const reader = new ScriptedReader(new Error('refused'), new Error('refused'), [['b', 2]])
    const clock = steppingClock(500)
    const answer = await askRepeatedly(reader, keys, askingOf({ failuresMax: 2, clock }))
    expect([rowsOf(answer.rows, rowSchema), [...answer.places]]).toEqual([[['b', 2]], [1]])
    expect(reader.asked.length).toBe(3)
    expect(clock.now()).toBeGreaterThan(3000)
  })

  test('end with the last failure, and say how often and how long it was tried', async () => {
    const reader = new ScriptedReader(new Error('refused'), new Error('reset by peer'))
    await expect(askRepeatedly(reader, keys, askingOf({ failuresMax: 1, clock: steppingClock(400) }))).rejects.toMatchObject({
      code: 'ENGINE_LOOKUP_FAILED',
      message: 'could not look up 3 keys in table "users"',
      detail: expect.stringMatching(/^Tried 2 times in \d+ ms; the last failure was: reset by peer\.$|^Tried 2 times in \d+ s; .*$/),
    })
  })

  test('are not tried again where the person who asked has to act', async () => {
    const mistake = new MillraceError('X', { blame: 'user', message: 'no such column' }, {})
    const reader = new ScriptedReader(mistake, [['a', 1]])
    await expect(askRepeatedly(reader, keys, askingOf({ failuresMax: 5 }))).rejects.toBe(mistake)
  })

  test('ask again for keys without a row, as often as a hint says', async () => {
    const reader = new ScriptedReader(
      [['b', 2]],
      [
        ['a', 1],
        ['a', 3],
      ],
      [],
    )
    const clock = steppingClock(40)
    const answer = await askRepeatedly(reader, keys, askingOf({ misses: { attempts: 2, delayMs: 70 }, clock }))
    expect(reader.asked).toEqual([['a', 'b', 'c'], ['a', 'c'], ['c']])
    expect(rowsOf(answer.rows, rowSchema)).toEqual([
      ['b', 2],
      ['a', 1],
      ['a', 3],
    ])
    expect([...answer.places]).toEqual([1, 0, 0])
    expect(clock.now()).toBeGreaterThan(140)
  })

  test('ask no more once every key has a row', async () => {
    const reader = new ScriptedReader([
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ])
    await askRepeatedly(reader, keys, askingOf({ misses: { attempts: 5, delayMs: 1 } }))
    expect(reader.asked.length).toBe(1)
  })
})
