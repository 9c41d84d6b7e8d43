/** How much memory the state of all operators of a worker may take, and what happens when that is too little. */
import type { Clock } from '#base'
import type { Shard } from './shard.ts'
import type { Sharded } from './sharded.ts'
import type { SpillFile } from './spill-space.ts'
import { SpillSpace } from './spill-space.ts'

/** For how long rows wait at least for a shard that is out of memory, where nothing else brings it back. */
const waitMs = 1000

export class StateBudget {
  readonly space: SpillSpace
  readonly #limitBytes: number
  readonly #clock: Clock
  readonly #onShards: () => void
  readonly #operators: Sharded[] = []
  #hasShards = false
  /** The present round of looking after shards that are out of memory. */
  #round: { readonly startedMs: number; left: number } | null = null
  #restsUntilMs = 0

  /** Calls `onShards` once, when it has to be told the time from then on. */
  constructor(limitBytes: number, file: SpillFile, clock: Clock, onShards: () => void) {
    this.#limitBytes = limitBytes
    this.space = new SpillSpace(file)
    this.#clock = clock
    this.#onShards = onShards
  }

  add(operator: Sharded): void {
    this.#operators.push(operator)
    this.#operators.sort((a, b) => a.level - b.level)
  }

  /** The most bytes that were out of memory at a time. */
  get spilledBytes(): number {
    return this.space.mostBytes
  }

  /** Takes state out of memory until the rest has room, but for what is at work, and a shard that has just been brought back. */
  keep(kept?: Shard): void {
    let bytes = 0
    for (const operator of this.#operators) bytes += operator.stateBytes
    while (bytes > this.#limitBytes) {
      const largest = this.#largest(kept)
      if (largest === undefined) return
      const before = largest.stateBytes
      largest.shrink(kept)
      bytes += largest.stateBytes - before
    }
  }

  #largest(kept: Shard | undefined): Sharded | undefined {
    let largest: Sharded | undefined
    for (const operator of this.#operators) {
      if (operator.canShrink(kept) && (largest === undefined || operator.stateBytes > largest.stateBytes)) largest = operator
    }
    return largest
  }

  /** Gives all operators shards, before entries of so many bytes are loaded, if that is more than there is memory for. */
  expect(bytes: number): void {
    if (bytes <= this.#limitBytes) return
    for (const operator of this.#operators) operator.divide('empty')
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
    behind?.catchUp()
    return behind !== undefined
  }

  /** Looks after one shard that something waits for, in rounds; between two of them there is twice the time that the first one took. */
  tick(): void {
    const now = this.#clock.monotonicMs()
    if (now < this.#restsUntilMs) return
    const round = this.#round ?? { startedMs: now, left: this.#operators.reduce((sum, { pieces }) => sum + pieces.length, 0) }
    this.#round = round
    round.left -= 1
    if (round.left > 0 && this.catchUp(Number.POSITIVE_INFINITY)) return
    this.#round = null
    this.#restsUntilMs = now + Math.max(waitMs, 2 * (now - round.startedMs))
  }
}
