import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '#base'
import { MemoryBlobs } from '#blobs'
import { bigintType, type DataType, doubleType, integerType, numbersIn, type Vector, valueAt, vectorOf } from '#data'
import type { StatePart, StateRows } from '#dataflow'
import { Checkpointer } from './checkpointer.ts'
import { Checkpoints } from './checkpoints.ts'
import { exportCheckpoint, listCheckpoints, verifyCheckpoint } from './inspect.ts'
import { manifestName, manifestNumber } from './manifest.ts'
import { planRestore, restoreState } from './restore.ts'
import type { StateKeeper } from './state-files.ts'

const entriesOfPage = 4

/** A part that keeps a number by a number: four neighbouring entries make a page. */
class NumbersPart implements StatePart {
  readonly name = 'numbers'
  readonly types: readonly DataType[]
  readonly keys = [0]
  readonly values = new Map<number, number>()
  #changed = new Set<number>()
  readonly pages = {
    track: (): void => undefined,
    take: (): number[] => {
      const taken = [...this.#changed].sort((a, b) => a - b)
      this.#changed = new Set()
      return taken
    },
    markPage: (page: number): void => void this.#changed.add(page),
  }

  constructor(types: readonly DataType[] = [integerType, doubleType]) {
    this.types = types
  }

  set(entry: number, value: number | null): void {
    if (value === null) this.values.delete(entry)
    else this.values.set(entry, value)
    this.pages.markPage(Math.floor(entry / entriesOfPage))
  }

  save(page: number): StateRows {
    const own = [...this.values].filter(([entry]) => Math.floor(entry / entriesOfPage) === page)
    return {
      length: own.length,
      columns: [
        vectorOf(
          integerType,
          own.map(([entry]) => entry),
        ),
        vectorOf(
          doubleType,
          own.map(([, value]) => value),
        ),
      ],
    }
  }

  load({ length, columns: [entries, values] }: StateRows): void {
    for (let i = 0; i < length; i++) this.set(numbersIn(entries as Vector)[i] as number, valueAt(values as Vector, i, doubleType) as number)
  }
}

function keeperOf(part: StatePart, id = 'sum-1'): StateKeeper {
  return { id, title: 'Sum', parts: [part] }
}

const facts = { finished: false, sources: [], sinks: [], watermarks: {} }

let blobs: MemoryBlobs

function checkpointerOf(part: StatePart, number = 0): Checkpointer {
  return new Checkpointer(new Checkpoints(blobs), systemClock, [keeperOf(part)], 'plan', number)
}

async function restored(): Promise<NumbersPart> {
  const part = new NumbersPart()
  const manifest = await new Checkpoints(blobs).newest()
  if (manifest === null) return part
  await restoreState(manifest, planRestore(manifest, [keeperOf(part)]), [keeperOf(part)], blobs)
  return part
}

function sorted(part: NumbersPart): [number, number][] {
  return [...part.values].sort(([a], [b]) => a - b)
}

beforeEach(() => {
  blobs = new MemoryBlobs()
})

test('after any changes, checkpoints and restarts, the newest checkpoint holds what was there', async () => {
  const change = fc.record({ entry: fc.nat(40), value: fc.option(fc.double()) })
  const step = fc.oneof({ weight: 4, arbitrary: change }, { weight: 1, arbitrary: fc.constant('checkpoint' as const) })
  const run = fc.array(step, { maxLength: 120 })
  await fc.assert(
    fc.asyncProperty(fc.array(run, { maxLength: 4 }), async (runs) => {
      blobs = new MemoryBlobs()
      let number = 0
      for (const steps of runs) {
        const part = await restored()
        const checkpointer = checkpointerOf(part, number)
        let saved = sorted(part)
        for (const each of steps) {
          if (each !== 'checkpoint') part.set(each.entry, each.value)
          else {
            await checkpointer.publish(checkpointer.capture(), facts)
            number += 1
            saved = sorted(part)
          }
        }
        expect(sorted(await restored())).toEqual(saved)
      }
    }),
  )
})

test('state that changes all the time does not pile up', async () => {
  const part = new NumbersPart()
  const checkpointer = checkpointerOf(part)
  for (let entry = 0; entry < 400; entry++) part.set(entry, 0)
  for (let turn = 1; turn <= 100; turn++) {
    part.set(turn * 4, turn)
    await checkpointer.publish(checkpointer.capture(), facts)
  }
  const { stateBytes } = (await listCheckpoints(blobs)).at(-1) ?? { stateBytes: Number.NaN }
  const whole = new MemoryBlobs()
  const fresh = new Checkpointer(new Checkpoints(whole), systemClock, [keeperOf(await restored())], 'plan', 0)
  await fresh.publish(fresh.capture(), facts)
  const { stateBytes: least } = (await listCheckpoints(whole))[0] ?? { stateBytes: Number.NaN }
  expect(stateBytes).toBeGreaterThan(least * 0.9)
  expect(stateBytes).toBeLessThan(least * 2.5)
  const needed = (await blobs.list('state/')).length
  expect(needed).toBeLessThan(18)
})

describe('a checkpoint that is there', () => {
  beforeEach(async () => {
    const part = new NumbersPart()
    const checkpointer = checkpointerOf(part)
    part.set(1, 1.5)
    await checkpointer.publish(checkpointer.capture(), facts)
    part.set(9, 2)
    await checkpointer.publish(checkpointer.capture(), facts)
  })

  test('is listed, verified and exported', async () => {
    expect((await listCheckpoints(blobs)).map(({ number, finished }) => [number, finished])).toEqual([
      [1, false],
      [2, false],
    ])
    expect(await verifyCheckpoint(blobs, 1)).toEqual([{ operator: 'sum-1', title: 'Sum', part: 'numbers', entries: 1 }])
    const entries: (readonly string[])[] = []
    await exportCheckpoint(blobs, 2, ({ values }) => entries.push(values))
    expect(entries.toSorted((a, b) => Number(a[0]) - Number(b[0]))).toEqual([
      ['1', '1.5'],
      ['9', '2'],
    ])
  })

  test.each(['state/00000001.state', 'state/00000002.state', manifestName(1), manifestName(2)])(
    'is refused when a bit of %s is wrong',
    async (name) => {
      const whole = await blobs.read(name)
      const number = manifestNumber(name) ?? 2
      for (let at = 0; at < whole.length; at += 3) {
        const writer = await blobs.create(name)
        await writer.append(whole.with(at, (whole[at] ?? 0) ^ 4))
        await writer.finish()
        await expect(verifyCheckpoint(blobs, number)).rejects.toThrow(
          expect.objectContaining({ code: 'ENGINE_CHECKPOINT_DAMAGED', message: expect.stringContaining(name) }),
        )
      }
    },
  )

  test('tells what a changed plan keeps, drops and starts', async () => {
    const manifest = await new Checkpoints(blobs).read(2)
    const [same, other] = [keeperOf(new NumbersPart()), keeperOf(new NumbersPart(), 'sum-2')]
    const wider = new NumbersPart([bigintType, doubleType])
    const ids = (list: readonly { readonly id: string }[]): string[] => list.map(({ id }) => id)
    const { kept, dropped, started } = planRestore(manifest, [same, other])
    expect([ids(kept), ids(dropped), ids(started)]).toEqual([['sum-1'], [], ['sum-2']])
    const changed = planRestore(manifest, [keeperOf(wider)])
    expect([ids(changed.kept), ids(changed.dropped), ids(changed.started)]).toEqual([[], ['sum-1'], ['sum-1']])
  })
})
