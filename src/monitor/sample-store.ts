/**
 * What was measured of jobs, in a bounded room on the disk: each sample of a day, and what became of each five minutes of thirty days.
 *
 *     sample ──seal──▶ chunk of five minutes, 24 h      all samples of a job and a layout, by column
 *                └───▶ one coarse sample ──seal──▶ chunk of four hours, 30 days
 *
 * A sample is safe on the disk as soon as it is added: a process that dies loses none, and leaves nothing to repair. What was added and is
 * in no chunk yet is sealed later, by whichever process has the folder then.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '#base'
import { bytesOf, encodeChunk, valuesOf } from './chunk.ts'
import type { Layout } from './layout.ts'
import { LayoutCache } from './layout-cache.ts'
import { type PartitionSnapshot, readPartitionSnapshot } from './partition-snapshot.ts'
import { type JobKey, SampleDatabase } from './sample-database.ts'
import { querySeries, type SeriesAnswer, type SeriesQuery } from './series-query.ts'
import { coarsened, coarseTier, fineTier, type Tier, tiers } from './tiers.ts'

export interface Sample extends JobKey {
  /** Epoch milliseconds. */
  readonly at: number
  readonly layout: Layout
  /** As many as the layout has columns; NaN where there is none. */
  readonly values: Float64Array
}

export interface SampleStoreOptions {
  readonly folder: string
  readonly clock: Clock
  /** Of all files together, about. */
  readonly bytesMax: number
}

const dropAtOnce = 100
/** Names of what has no samples are looked for this often, and old chunks. */
const tidyEveryMs = 60_000
const unusedEveryMs = 3_600_000
/** Clocks of machines are set right in smaller steps. */
const futureMsMax = 3_600_000
/** Room for what is written before it is merged, and for one round of chunks. */
const slackShare = 0.9
/** Of so many jobs it is kept what their partitions stood at. */
const partitionJobsMax = 1000

export class SampleStore {
  readonly #database: SampleDatabase
  readonly #layouts: LayoutCache
  readonly #clock: Clock
  readonly #bytesMax: number
  #sealedAt = 0
  #tidyAt = 0
  #unusedAt = 0

  private constructor(database: SampleDatabase, { clock, bytesMax }: SampleStoreOptions) {
    this.#database = database
    this.#layouts = new LayoutCache(database)
    this.#clock = clock
    this.#bytesMax = bytesMax * slackShare
  }

  static open(options: SampleStoreOptions): SampleStore {
    const database = SampleDatabase.open(options.folder, options.clock)
    const store = new SampleStore(database, options)
    store.#shrink()
    return store
  }

  close(): void {
    this.#database.close()
  }

  /** Keeps samples, all or none; when it returns, they are safe. */
  add(samples: readonly Sample[]): void {
    if (samples.length === 0) return
    try {
      this.#database.safely(() => {
        for (const { at, layout, values, ...key } of samples)
          this.#database.addRow(fineTier.number, {
            job: this.#database.jobOf(key),
            at,
            layout: this.#layouts.idOf(layout.text),
            bytes: bytesOf(values),
          })
      })
    } catch (error) {
      // Layouts that were new are not there.
      this.#layouts.clear()
      throw error
    }
  }

  /** Seals what is due, and drops what is old or too much. To be called every few seconds. */
  async maintain(): Promise<void> {
    const now = this.#clock.nowMs()
    if (windowOf(fineTier, now) !== this.#sealedAt) {
      for (const tier of tiers) await this.#seal(tier, now)
      this.#sealedAt = windowOf(fineTier, now)
    }
    if (Math.abs(now - this.#tidyAt) >= tidyEveryMs) {
      this.#tidyAt = now
      await this.#dropOld(now)
      await this.#dropTooMuch()
    }
  }

  /** What was measured of a job, in even steps. */
  async series(key: JobKey, query: SeriesQuery): Promise<SeriesAnswer> {
    return querySeries(this.#database, this.#layouts, key, query)
  }

  /** Keeps what the partitions of jobs stand at, and forgets what they stood at before. */
  keepPartitions(snapshots: readonly (readonly [JobKey, PartitionSnapshot])[]): void {
    if (snapshots.length === 0) return
    this.#database.lazily(() => {
      for (const [key, snapshot] of snapshots)
        this.#database.keepPartitions(
          this.#database.jobOf(key),
          snapshot.takenAt,
          snapshot.sources.length === 0 ? null : JSON.stringify(snapshot),
        )
    })
  }

  /** Null where nothing is kept. */
  partitions(key: JobKey): PartitionSnapshot | null {
    const job = this.#database.findJob(key)
    const text = job === null ? null : this.#database.partitionsOf(job)
    return text === null ? null : readPartitionSnapshot(text)
  }

  /** Bytes that are in use. */
  usedBytes(): number {
    return this.#database.usedBytes()
  }

  async #seal(tier: Tier, now: number): Promise<void> {
    const until = windowOf(tier, now)
    const due = (): { readonly job: number; readonly at: number }[] => this.#database.firstRows(tier.number).filter(({ at }) => at < until)
    for (let jobs = due(); jobs.length > 0; jobs = due()) {
      for (const { job, at } of jobs) {
        await nextTurn()
        this.#database.lazily(() => this.#sealWindow(tier, job, windowOf(tier, at)))
      }
    }
  }

  /** All samples of a job in a window become a chunk, one for each layout, and a sample of the next tier. */
  #sealWindow(tier: Tier, job: number, from: number): void {
    const to = from + tier.windowMs
    const groups = Map.groupBy(this.#database.rows(tier.number, job, from, to), ({ layout }) => layout)
    for (const [layout, rows] of groups) {
      const read = rows.map(({ at, bytes }) => ({ at, values: valuesOf(bytes) }))
      const [firstAt = from, lastAt = from] = [read[0]?.at, read.at(-1)?.at]
      this.#database.addChunk({ tier: tier.number, job, firstAt, lastAt, layout, bytes: encodeChunk(read) })
      if (tier !== fineTier) continue
      const column = (index: number): Float64Array => Float64Array.from(read, ({ values }) => values[index] ?? Number.NaN)
      const kept = coarsened(this.#layouts.columnsOf(layout), column)
      this.#database.addRow(coarseTier.number, { job, at: lastAt, layout, bytes: bytesOf(kept) })
    }
    this.#database.dropRows(tier.number, job, from, to)
  }

  async #dropOld(now: number): Promise<void> {
    for (const { number, keptMs } of tiers) {
      while (this.#database.dropChunks(number, now - keptMs, dropAtOnce) === dropAtOnce) await nextTurn()
      this.#database.dropFuture(number, now + futureMsMax)
    }
    this.#database.dropOldPartitions(now - coarseTier.keptMs, partitionJobsMax)
    if (Math.abs(now - this.#unusedAt) < unusedEveryMs) return
    this.#unusedAt = now
    this.#database.dropUnused()
    this.#layouts.clear()
  }

  /** The oldest go first, of the tier that has most of what is its share. */
  async #dropTooMuch(): Promise<void> {
    for (let excess = this.#excess(); excess > 0; excess = this.#excess()) {
      const bytes = this.#database.tierBytes()
      const fullness = ({ number, share }: Tier): number => (bytes.get(number) ?? 0) / share
      const fullest = tiers.toSorted((a, b) => fullness(b) - fullness(a))[0] ?? fineTier
      if (this.#database.lazily(() => this.#database.dropOldest(fullest.number, excess, dropAtOnce)) === 0) return
      await nextTurn()
    }
  }

  #excess(): number {
    return this.#database.usedBytes() - this.#bytesMax
  }

  /** Where the bound has become smaller since the file was made. */
  #shrink(): void {
    if (this.#database.fileBytes() <= this.#bytesMax) return
    while (this.#excess() > 0 && tiers.some(({ number }) => this.#database.dropOldest(number, this.#excess(), dropAtOnce) > 0));
    this.#database.shrink()
  }
}

function windowOf({ windowMs }: Tier, at: number): number {
  return Math.floor(at / windowMs) * windowMs
}
