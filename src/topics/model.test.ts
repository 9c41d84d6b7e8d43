/**
 * Random histories of two processes that share a folder, against a model: appends, transactions that are committed, prepared, aborted or
 * left, new segments, and deaths in the midst of a write.
 */
import { readFileSync, truncateSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bury, newestSegment, newFolder, openAlone, valuesOf } from './topics.fixture.ts'
import type { Topics, Transaction } from './topics.ts'

type Step =
  | { readonly kind: 'append'; readonly who: number; readonly partition: number; readonly count: number }
  | { readonly kind: 'stage'; readonly who: number; readonly partition: number; readonly count: number }
  | { readonly kind: 'commit' | 'abort' | 'prepare' | 'die'; readonly who: number }
  | { readonly kind: 'cut'; readonly partition: number; readonly bytes: number }

const who = fc.nat({ max: 1 })
const partition = fc.nat({ max: 1 })
const count = fc.integer({ min: 1, max: 60 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('append' as const), who, partition, count }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('stage' as const), who, partition, count }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('commit' as const, 'abort' as const, 'prepare' as const, 'die' as const), who }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), partition, bytes: fc.nat({ max: 400 }) }) },
)

interface Staged {
  readonly id: string
  readonly values: string[][]
}

/** What a folder should hold, and two who use it. */
class Model {
  readonly folder = newFolder()
  readonly committed: string[][] = [[], []]
  /** The end of a partition before a write that was cut short, and after it. */
  readonly ends: [number, number][] = []
  readonly #users: Topics[] = []
  readonly #open: (({ transaction: Transaction } & Staged) | null)[] = [null, null]
  /** Prepared by some life of each. */
  readonly #prepared: Staged[][] = [[], []]
  #made = 0

  async start(): Promise<void> {
    for (const index of [0, 1]) this.#users[index] = await openAlone(this.folder)
    await this.#users[0]?.topic('t', { partitions: 2, segmentBytes: 8192 })
  }

  #values(amount: number): string[] {
    return Array.from({ length: amount }, () => `${this.#made++}`.padEnd(this.#made % 40, '.'))
  }

  async apply(given: Step): Promise<void> {
    if (given.kind === 'cut') return this.#cut(given.partition, given.bytes)
    const user = this.#users[given.who] as Topics
    const open = this.#open[given.who] ?? null
    switch (given.kind) {
      case 'append': {
        const values = this.#values(given.count)
        await (await user.topic('t')).append(values.map((value) => ({ value, partition: given.partition })))
        this.committed[given.partition]?.push(...values)
        return
      }
      case 'stage': {
        const transaction = open?.transaction ?? user.begin(`work ${given.who}`)
        const staged = open ?? { transaction, id: transaction.id, values: [[], []] }
        const values = this.#values(given.count)
        await transaction.append(
          await user.topic('t'),
          values.map((value) => ({ value, partition: given.partition })),
        )
        staged.values[given.partition]?.push(...values)
        this.#open[given.who] = staged
        return
      }
      case 'commit':
        if (open !== null) await open.transaction.commit()
        return this.#end(given.who, open)
      case 'abort':
        await open?.transaction.abort()
        return this.#end(given.who, null)
      case 'prepare':
        if (open === null) return
        await open.transaction.prepare()
        this.#prepared[given.who]?.push(open)
        this.#open[given.who] = null
        return
      default:
        return this.#live(given.who)
    }
  }

  #end(index: number, committed: Staged | null): void {
    for (const [each, values] of (committed?.values ?? []).entries()) this.committed[each]?.push(...values)
    this.#open[index] = null
  }

  /** The next life commits the last transaction that was prepared, twice, and gives up the others. */
  async #live(index: number): Promise<void> {
    const user = await openAlone(this.folder)
    this.#users[index] = user
    const last = this.#prepared[index]?.pop() ?? null
    for (let again = 0; last !== null && again < 2; again++) await user.commit(last.id)
    await user.abandon((owner) => owner === `work ${index}`)
    this.#prepared[index] = []
    this.#end(index, last)
  }

  /** A third process dies while it writes: some of its bytes are there. */
  async #cut(index: number, bytes: number): Promise<void> {
    const dying = await openAlone(this.folder)
    const topic = await dying.topic('t')
    const before = await topic.latest(index)
    await topic.append(this.#values(20).map((value) => ({ value, partition: index })))
    const size = this.#sizeAt(index)
    truncateSync(newestSegment(this.folder, 't', index), Math.max(size.start, Math.min(size.end - 1, size.start + bytes)))
    bury(this.folder)
    this.ends.push([before, await topic.latest(index)])
  }

  /** Where the last write to a partition begins and ends in its file. */
  #sizeAt(index: number): { start: number; end: number } {
    const bytes = readFileSync(newestSegment(this.folder, 't', index))
    const last = bytes.lastIndexOf('MTB1')
    return { start: bytes.readUInt32LE(last + 12), end: bytes.length }
  }

  /** What each of those who use the folder sees. */
  async seen(): Promise<string[][][]> {
    const users = [...this.#users, await openAlone(this.folder)]
    const seen: string[][][] = []
    for (const user of users) seen.push(await valuesOf(user, 't'))
    for (const user of users) user.close()
    return seen
  }
}

test('readers see exactly what was committed, in its order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      const model = new Model()
      await model.start()
      for (const each of steps) await model.apply(each)
      for (const seen of await model.seen()) expect(seen).toEqual(model.committed)
      for (const [before, after] of model.ends) expect(after).toBe(before)
    }),
    { numRuns: 60 },
  )
}, 120_000)

test('two writers at once lose nothing of one another', async () => {
  const folder = newFolder()
  const writers = await Promise.all([openAlone(folder), openAlone(folder), openAlone(folder)])
  await writers[0]?.topic('t', { partitions: 2, segmentBytes: 16_384 })
  await Promise.all(
    writers.map(async (topics, index) => {
      const topic = await topics.topic('t')
      for (let i = 0; i < 100; i++) {
        const records = [{ value: `${index}/${i}`, partition: i % 2 }]
        if (i % 10 !== 0) await topic.append(records)
        else {
          const transaction = topics.begin()
          await transaction.append(topic, records)
          await transaction.commit()
        }
      }
    }),
  )
  const all = (await valuesOf(writers[0], 't')).flat()
  for (let index = 0; index < writers.length; index++) {
    for (const parity of [0, 1]) {
      const own = all.filter((value) => value.startsWith(`${index}/`) && Number(value.slice(2)) % 2 === parity)
      expect(own).toEqual(Array.from({ length: 50 }, (_, i) => `${index}/${2 * i + parity}`))
    }
  }
  for (const topics of writers) topics.close()
}, 60_000)
