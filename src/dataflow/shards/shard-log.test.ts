import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bigintType, numbersIn, stringType, type Vector, valueAt, vectorOf, watermarkNone } from '#data'
import type { Operator } from '../operator.ts'
import { Progress } from './progress.ts'
import { type KeptRows, ShardLog } from './shard-log.ts'
import { BytesFile } from './sharded.fixture.ts'
import { SpillSpace } from './spill-space.ts'

/** What an operator learns with a row. */
interface SeenRow {
  readonly input: number
  readonly values: readonly unknown[]
  readonly kind: number
  /** By input: the watermark in force, and whether it has ended. */
  readonly watermarks: readonly number[]
  readonly ended: readonly boolean[]
}

class Recorder implements Operator {
  readonly rows: SeenRow[] = []
  batches = 0
  readonly #told = new Progress(2)

  push(input: number, { length, columns, kinds, watermarks }: Parameters<Operator['push']>[1]): void {
    this.batches += 1
    for (let row = 0; row < length; row++) {
      const values = columns.map((column, place) => valueAt(column, row, place === 0 ? bigintType : stringType))
      const seen = seenAt(input, watermarks?.[row] ?? null, this.#told)
      this.rows.push({ ...seen, values, kind: kinds?.[row] ?? 0 })
    }
  }

  advance(input: number, watermarkMs: number): void {
    this.#told.advance(input, watermarkMs)
  }

  setIdle(): void {}

  finish(input: number): void {
    this.#told.finish(input)
  }
}

function seenAt(input: number, own: number | null, progress: Progress): Pick<SeenRow, 'input' | 'watermarks' | 'ended'> {
  const watermarks = [0, 1].map((each) => (each === input && own !== null ? own : progress.watermarkMs(each)))
  return { input, watermarks, ended: [0, 1].map((each) => progress.hasEnded(each)) }
}

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      input: fc.nat(1),
      numbers: fc.array(fc.constantFrom<number | bigint | null>(1, 2, 3, null, 10n ** 17n), { minLength: 2, maxLength: 5 }),
      isText: fc.boolean(),
      isChanged: fc.boolean(),
      isTimed: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ advanced: fc.nat(1), byMs: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ ended: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.constant('flush' as const) },
)

const textOf = (texts: readonly string[], isText: boolean): Vector =>
  isText ? vectorOf(stringType, texts) : { form: 'dictionary', words: texts, codes: Int32Array.from(texts.keys()), nulls: null }

test('an operator learns from a log what it would have learned at once, in fewer batches', () => {
  let [batches, pushed] = [0, 0]
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const progress = new Progress(2)
      const log = new ShardLog(new SpillSpace(new BytesFile()), progress)
      const expected: SeenRow[] = []
      for (const each of steps) {
        if (each === 'flush') log.flush()
        else if ('advanced' in each) {
          progress.advance(each.advanced, Math.max(0, progress.watermarkMs(each.advanced)) + each.byMs)
        } else if ('ended' in each) progress.finish(each.ended)
        else {
          const { input, numbers, isText, isChanged, isTimed } = each
          const texts = numbers.map(String)
          const base = progress.watermarkMs(input)
          const watermarks = isTimed ? Float64Array.from(numbers, (_, row) => (base === watermarkNone ? 0 : base) + row) : null
          const kinds = isChanged ? Uint8Array.from(numbers, (_, row) => row % 4) : null
          const columns = [vectorOf(bigintType, numbers), textOf(texts, isText)]
          const kept: KeptRows = { input, columns, kinds, watermarks, progress: progress.copy(), isCut: false }
          // The first row is another shard's.
          log.add(kept, 1, numbers.length)
          pushed += 1
          for (let row = 1; row < numbers.length; row++) {
            const seen = seenAt(input, watermarks?.[row] ?? null, progress)
            expected.push({ ...seen, values: [numbers[row], texts[row]], kind: kinds?.[row] ?? 0 })
          }
        }
      }
      const recorder = new Recorder()
      log.replay(recorder)
      expect(recorder.rows).toEqual(expected)
      expect(log.isEmpty).toBe(true)
      batches += recorder.batches
    }),
    { numRuns: 500 },
  )
  expect(batches).toBeLessThan(pushed)
})

test('rows of many batches, each followed by a watermark, become one', () => {
  const progress = new Progress(1)
  const log = new ShardLog(new SpillSpace(new BytesFile()), progress)
  for (let batch = 0; batch < 100; batch++) {
    const columns: Vector[] = [{ form: 'numbers', data: Float64Array.of(batch, batch), nulls: null }]
    log.add({ input: 0, columns, kinds: null, watermarks: null, progress: progress.copy(), isCut: false }, 0, 2)
    progress.advance(0, batch)
  }
  const batches: { readonly numbers: number[]; readonly watermarks: number[] }[] = []
  log.replay({
    push: (_input, { columns, watermarks }) =>
      void batches.push({ numbers: [...numbersIn(columns[0] as Vector)], watermarks: [...(watermarks ?? [])] }),
    advance: () => undefined,
    setIdle: () => undefined,
    finish: () => undefined,
  })
  const numbers = Array.from({ length: 200 }, (_, row) => row >> 1)
  expect(batches).toEqual([{ numbers, watermarks: numbers.map((batch) => (batch === 0 ? watermarkNone : batch - 1)) }])
})
