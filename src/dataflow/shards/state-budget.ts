/** How much memory the state of all operators of a worker may take, and what happens when that is too little. */
import type { Clock } from '#base'
import type { Shard } from './shard.ts'
import type { SpillFile } from './spill-space.ts'
import { SpillSpace } from './spill-space.ts'

/** For how long rows wait at least for a shard that is out of memory, where nothing else brings it back. */
const waitMs = 1000

/** Less would be written a few rows at a time, and more would make what is written for a shard hardly longer. */
const waitingBytesMin = 262_144
const waitingBytesMax = 8_388_608

/** An operator of which parts can be out of memory. */
export interface Spillable {
  /** The level of what it runs: higher ones get its rows. */
  readonly level: number
  /** Bytes in memory, as measured last. */
  readonly stateBytes: number
  /** Whether something besides a shard that has just come can be taken out of memory now. */
  canShrink(kept: Shard | undefined): boolean
  /** Takes something out of memory, but for that shard. */
  shrink(kept: Shard | undefined): void
  /** Shards there are; left out, with all that follows, where nothing waits for what is out of memory. */
  readonly shardCount?: number
  /** Whether rows, watermarks or ends wait for a shard. */
  readonly isBehind?: boolean
  /** Brings the next shard back that something waits for. */
  catchUp?(): void
  /** Makes shards, all of them out of memory, before anything has come. */
  prepareShards?(): void
}

export class StateBudget {
  readonly space: SpillSpace
  readonly limitBytes: number
  readonly #clock: Clock
  readonly #onShards: () => void
  readonly #operators: Spillable[] = []
  #hasShards = false
  /** The present round of looking after shards that are out of memory. */
  #round: { readonly startedMs: number; left: number } | null = null
  #restsUntilMs = 0

  /** Calls `onShards` once, when it has to be told the time from then on. */
  constructor(limitBytes: number, file: SpillFile, clock: Clock, onShards: () => void) {
    this.limitBytes = limitBytes
    this.space = new SpillSpace(file)
    this.#clock = clock
    this.#onShards = onShards
  }

  add(operator: Spillable): void {
    this.#operators.push(operator)
    this.#operators.sort((a, b) => a.level - b.level)
  }

  /** Bytes of rows for shards out of memory that an operator may gather before it writes them: a small part of what there is. */
  get waitingBytesMax(): number {
    return Math.min(waitingBytesMax, Math.max(waitingBytesMin, this.limitBytes / 16))
  }

  /** The most bytes that were out of memory at a time. */
  get spilledBytes(): number {
    return this.space.mostBytes
  }

  /** Takes state out of memory until the rest has room, but for what is at work, and a shard that has just been brought back. */
  keep(kept?: Shard): void {
    let bytes = 0
    for (const operator of this.#operators) bytes += operator.stateBytes
    while (bytes > this.limitBytes) {
      const largest = this.#largest(kept)
      if (largest === undefined) return
      const before = largest.stateBytes
      largest.shrink(kept)
      bytes += largest.stateBytes - before
    }
  }

  #largest(kept: Shard | undefined): Spillable | undefined {
    let largest: Spillable | undefined
    for (const operator of this.#operators) {
      if (operator.canShrink(kept) && (largest === undefined || operator.stateBytes > largest.stateBytes)) largest = operator
    }
    return largest
  }

  /** Gives all operators shards, before entries of so many bytes are loaded, if that is more than there is memory for. */
  expect(bytes: number): void {
    if (bytes <= this.limitBytes) return
    for (const operator of this.#operators) operator.prepareShards?.()
  }

  /** An operator has got shards. */
  noteShards(): void {
    if (!this.#hasShards) this.#onShards()
    this.#hasShards = true
  }

  /** Whether something waits for a shard that is out of memory. */
  get isBehind(): boolean {
    return this.#operators.some((operator) => operator.isBehind)
  }

  /** Brings one shard back that something waits for, of the operators below a level, lowest first. Returns whether there was one. */
  catchUp(below: number): boolean {
    const behind = this.#operators.find((operator) => operator.level < below && operator.isBehind)
    behind?.catchUp?.()
    return behind !== undefined
  }

  /** Looks after one shard that something waits for, in rounds; between two of them there is four times as long as the first one took. */
  tick(): void {
    const now = this.#clock.monotonicMs()
    if (now < this.#restsUntilMs) return
    const round = this.#round ?? { startedMs: now, left: this.#operators.reduce((sum, { shardCount = 0 }) => sum + shardCount, 0) }
    this.#round = round
    round.left -= 1
    if (round.left > 0 && this.catchUp(Number.POSITIVE_INFINITY)) return
    this.#round = null
    this.#restsUntilMs = now + Math.max(waitMs, 4 * (now - round.startedMs))
  }
}
