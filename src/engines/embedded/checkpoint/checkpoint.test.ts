import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { printBytes, systemClock } from '#base'
import { type BlobStore, MemoryBlobs } from '#blobs'
import {
  bigintType,
  type DataType,
  doubleType,
  integerType,
  numbersIn,
  type Vector,
  valueAt,
  vectorOf,
  watermarkEnd,
  watermarkNone,
} from '#data'
import type { StatePart, StateRows } from '#dataflow'
import { Checkpointer } from './checkpointer.ts'
import { Checkpoints } from './checkpoints.ts'
import { describeCheckpoint, listCheckpoints, readEntries, verifyCheckpoints } from './inspect.ts'
import { manifestName, manifestNumber, savedWatermarks } from './manifest.ts'
import { planRestore, restoreState } from './restore.ts'
import { StateFiles, type StateKeeper } from './state-files.ts'

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
  return { id, title: 'Sum', at: null, parts: [part] }
}

const facts = { finished: false, workers: 1, sources: [], sinks: [], watermarks: {} }

let blobs: MemoryBlobs

/** A run of which there is nothing but its state. */
class StateRun {
  readonly checkpointer: Checkpointer
  readonly #blobs: BlobStore
  readonly #files: StateFiles

  constructor(part: StatePart, place: BlobStore = blobs) {
    const settings = { blobs: place, intervalMs: 1, dropsState: false, plan: 'plan', start: null }
    this.checkpointer = new Checkpointer(settings, systemClock, [keeperOf(part)], ['out-1'])
    this.#blobs = place
    this.#files = new StateFiles([keeperOf(part)])
  }

  async checkpoint(): Promise<void> {
    const { files, held } = await this.#files.write(this.#files.capture(), this.#blobs, this.checkpointer.nextFileName(0))
    await this.checkpointer.publish({ ...facts, files }, [held])
  }
}

async function restored(): Promise<NumbersPart> {
  const part = new NumbersPart()
  const manifest = await new Checkpoints(blobs).newest()
  if (manifest === null) return part
  await restoreState(manifest, planRestore(manifest, [keeperOf(part)]), [keeperOf(part)], blobs, { index: 0, count: 1 })
  return part
}

/** How much the newest checkpoint says that it holds. */
async function saidOfState(): Promise<unknown> {
  return (await new Checkpoints(blobs).newest())?.keepers.map(({ held }) => held)
}

/** How much is found in its files. */
async function foundOfState(): Promise<unknown> {
  const newest = await new Checkpoints(blobs).newest()
  const { parts } = await describeCheckpoint(blobs, newest?.number ?? 0)
  return parts.map(({ entries, bytes }) => [{ entries, bytes }])
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
      for (const steps of runs) {
        const part = await restored()
        const run = new StateRun(part)
        await run.checkpointer.begin()
        let saved = sorted(part)
        const sizes: [said: unknown, found: unknown][] = []
        for (const each of steps) {
          if (each !== 'checkpoint') part.set(each.entry, each.value)
          else {
            await run.checkpoint()
            saved = sorted(part)
            sizes.push([await saidOfState(), await foundOfState()])
          }
        }
        await run.checkpointer.end()
        expect(sorted(await restored())).toEqual(saved)
        expect(sizes.map(([said]) => said)).toEqual(sizes.map(([, found]) => found))
      }
    }),
  )
})

test('state that a changed statement would lose is told with its size', async () => {
  const part = new NumbersPart()
  const run = new StateRun(part)
  for (let entry = 0; entry < 1000; entry++) part.set(entry, entry)
  await run.checkpoint()
  await run.checkpointer.end()
  const settings = { blobs, intervalMs: 1, dropsState: false, plan: 'plan', start: null }
  const next = new Checkpointer(settings, systemClock, [keeperOf(new NumbersPart(), 'sum-2')], ['out-1'])
  const [summary] = (await describeCheckpoint(blobs, 1)).parts
  expect(summary?.entries).toBe(1000)
  await expect(next.begin()).rejects.toMatchObject({
    code: 'ENGINE_STATE_DROPPED',
    detail: `Kept: nothing. Lost: Sum, ${printBytes(summary?.bytes ?? 0)}. Starts empty: Sum.`,
  })
})

test('watermarks are the least of all workers: who has ended holds nobody back, who has not begun holds back all', () => {
  expect(savedWatermarks([{ a: 7, b: watermarkEnd, c: 5 }, { a: 3, b: 4, c: watermarkNone }, { d: watermarkEnd }])).toEqual({
    a: 3,
    b: 4,
    c: null,
    d: null,
  })
})

test('state that changes all the time does not pile up', async () => {
  const part = new NumbersPart()
  const run = new StateRun(part)
  for (let entry = 0; entry < 400; entry++) part.set(entry, 0)
  for (let turn = 1; turn <= 100; turn++) {
    part.set(turn * 4, turn)
    await run.checkpoint()
  }
  const { stateBytes } = await describeCheckpoint(blobs, 100)
  const whole = new MemoryBlobs()
  await new StateRun(await restored(), whole).checkpoint()
  const { stateBytes: least } = await describeCheckpoint(whole, 1)
  expect(stateBytes).toBeGreaterThan(least * 0.9)
  expect(stateBytes).toBeLessThan(least * 2.5)
  const needed = (await blobs.list('state/')).length
  expect(needed).toBeLessThan(18)
})

describe('a checkpoint that is there', () => {
  beforeEach(async () => {
    const part = new NumbersPart()
    const run = new StateRun(part)
    part.set(1, 1.5)
    await run.checkpoint()
    part.set(9, 2)
    await run.checkpoint()
  })

  test('is listed and described, with its entries', async () => {
    expect((await listCheckpoints(blobs)).map(({ number, found }) => [number, found])).toEqual([
      [1, expect.objectContaining({ finished: false })],
      [2, expect.objectContaining({ finished: false })],
    ])
    const bytes = (await blobs.list('state/00000001'))[0]?.bytes
    expect(await describeCheckpoint(blobs, 1)).toMatchObject({
      stateBytes: bytes,
      parts: [{ operator: 'sum-1', title: 'Sum', part: 'numbers', entries: 1, bytes }],
    })
    await expect(describeCheckpoint(blobs, 3)).rejects.toMatchObject({ code: 'ENGINE_CHECKPOINT_NOT_FOUND', detail: 'There are 1 and 2.' })
    const entries: (readonly string[])[] = []
    await readEntries(blobs, 2, ({ values }) => entries.push(values))
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
      const damaged = expect.objectContaining({ code: 'ENGINE_CHECKPOINT_DAMAGED', message: expect.stringContaining(name) })
      for (let at = 0; at < whole.length; at += 3) {
        const writer = await blobs.create(name)
        await writer.append(whole.with(at, (whole[at] ?? 0) ^ 4))
        await writer.finish()
        await expect(describeCheckpoint(blobs, number)).rejects.toThrow(damaged)
      }
      const troubles = (await verifyCheckpoints(blobs, [1, 2])).filter(({ trouble }) => trouble !== null)
      expect(troubles).toEqual([{ name, checkpoints: expect.anything(), bytes: expect.anything(), trouble: damaged }])
    },
  )

  test('is refused when a file of it is longer or shorter than it was, or gone', async () => {
    const name = 'state/00000002.state'
    const whole = await blobs.read(name)
    for (const bytes of [whole.subarray(0, -1), Buffer.concat([whole, Buffer.from('x')]), null]) {
      await blobs.remove(name)
      const writer = bytes === null ? null : await blobs.create(name)
      await writer?.append(bytes ?? new Uint8Array(0))
      await writer?.finish()
      const files = await verifyCheckpoints(blobs, [1, 2])
      expect(files.filter(({ trouble }) => trouble !== null)).toMatchObject([{ name, checkpoints: [2], trouble: { blame: 'external' } }])
    }
  })

  test('of several workers has the pages of each, whatever their numbers', async () => {
    const manifest = await new Checkpoints(blobs).read(2)
    const files = [...manifest.files, ...manifest.files.map((file) => ({ ...file, worker: 1 }))]
    await new Checkpoints(blobs).publish({ ...manifest, number: 3, workers: 2, files })
    const [one, two] = [await describeCheckpoint(blobs, 2), await describeCheckpoint(blobs, 3)]
    expect(two.parts.map(({ entries }) => entries)).toEqual(one.parts.map(({ entries }) => entries * 2))
  })

  test('keeps what is not ours, and state of checkpoints that are not there yet', async () => {
    for (const name of ['state/notes.txt', 'state/00000007-beef.state', 'state/00000001-dead.state']) {
      await (await blobs.create(name)).finish()
    }
    await new Checkpoints(blobs).removeOld(1)
    expect((await blobs.list('')).map(({ name }) => name)).toEqual([
      manifestName(2),
      'state/00000001.state',
      'state/00000002.state',
      'state/00000007-beef.state',
      'state/notes.txt',
    ])
  })

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
