/** Which partitions have rows and do not count as whole yet. */
import type { Options } from '#formats'
import { type PartitionTime, partitionTime } from './partition-time.ts'

/** A directory, and when its first row came, as JSON. */
export type WaitingPartition = readonly [directory: string, openedMs: number]

export class PartitionCommits {
  readonly #delayMs: number
  /** Whether partitions count as whole before all rows are there. */
  readonly #isAsked: boolean
  /** Null where partitions count as whole some time after their first row. */
  readonly #timeOf: PartitionTime | null
  readonly #waiting = new Map<string, number>()
  #watermarkMs = Number.NEGATIVE_INFINITY

  constructor(options: Options, columns: readonly string[]) {
    this.#delayMs = options.number('sink.partition-commit.delay') ?? 0
    const isTimed = options.text('sink.partition-commit.trigger') === 'partition-time'
    this.#isAsked = isTimed || options.text('sink.partition-commit.policy.kind') !== undefined
    this.#timeOf = isTimed ? partitionTime(options, columns) : null
  }

  /** Notes a row of a partition. One that counted as whole before waits again. */
  add(directory: string, nowMs: number): void {
    if (this.#waiting.has(directory)) return
    // A partition whose time cannot be told is refused before rows of it are committed.
    this.#timeOf?.(directory)
    this.#waiting.set(directory, nowMs)
  }

  advance(watermarkMs: number): void {
    this.#watermarkMs = watermarkMs
  }

  get hasEnded(): boolean {
    return this.#watermarkMs === Number.POSITIVE_INFINITY
  }

  /** Partitions that count as whole by now, which do not wait any more. */
  takeWhole(nowMs: number): string[] {
    const whole = [...this.#waiting]
      .filter(([directory, openedMs]) => this.#isWhole(directory, openedMs, nowMs))
      .map(([directory]) => directory)
    for (const directory of whole) this.#waiting.delete(directory)
    return whole
  }

  #isWhole(directory: string, openedMs: number, nowMs: number): boolean {
    if (this.hasEnded) return true
    if (!this.#isAsked) return false
    if (this.#timeOf === null) return nowMs >= openedMs + this.#delayMs
    return this.#watermarkMs > this.#timeOf(directory) + this.#delayMs
  }

  /** All that wait: for the next life, or because nothing will come any more. */
  get waiting(): readonly WaitingPartition[] {
    return [...this.#waiting]
  }

  restore(waiting: readonly WaitingPartition[]): void {
    for (const [directory, openedMs] of waiting) this.#waiting.set(directory, openedMs)
  }
}
