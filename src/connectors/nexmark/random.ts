/**
 * Java's `java.util.SplittableRandom` (OpenJDK 8 to 25), draw for draw. The n-th draw is a mix of seed + n × gamma and depends on no
 * other draw, so draws are mixed some thousand at a time.
 */
import { assert } from '#base'
import { type DrawProgram, drawsAhead, drawsOffset, gamma, startDrawProgram } from './draw-program.ts'

/** Draws that one event may take between two calls of `reserve`: an auction takes some 250 at most, unless draws are rejected. */
const drawsReserved = 512
const twoTo31 = 2147483648

export class SplittableRandom {
  readonly #program: DrawProgram
  /** The seed before the first of the draws that lie ready. */
  readonly #seed: BigInt64Array
  readonly #draws: Int32Array
  /** Draws taken of those that lie ready. */
  #taken = 0

  constructor(seed: bigint) {
    const program = startDrawProgram()
    this.#program = program
    this.#seed = new BigInt64Array(program.memory.buffer, 0, 1)
    this.#draws = new Int32Array(program.memory.buffer, drawsOffset, drawsAhead)
    this.#seed[0] = seed
    program.mix(0)
  }

  static seeded(seed: number): SplittableRandom {
    assert(Number.isSafeInteger(seed), 'a seed is a safe integer')
    return new SplittableRandom(BigInt(seed))
  }

  /** The generator that a `state()` describes. */
  static at(state: string): SplittableRandom {
    return new SplittableRandom(BigInt(state))
  }

  /** What `at` starts again from: the seed in decimal digits. */
  state(): string {
    return String(this.#seedAfter(this.#taken))
  }

  /** Must be called before every event: makes sure that draws for it lie ready. */
  reserve(): void {
    if (this.#taken <= drawsAhead - drawsReserved) return
    this.#program.mix(this.#taken)
    this.#taken = 0
  }

  /** `nextInt()`: any 32-bit integer. */
  bits(): number {
    return this.#draws[this.#taken++]!
  }

  /** `nextInt(bound)`: 0 to bound − 1. */
  below(bound: number): number {
    const draw = this.#draws[this.#taken++]!
    if ((bound & (bound - 1)) === 0) return draw & (bound - 1)
    const positive = draw >>> 1
    const rest = positive % bound
    return positive - rest > twoTo31 - bound ? this.#belowAgain(bound) : rest
  }

  /** `nextInt(bound)` for a value that nobody asks for. */
  skipBelow(bound: number): void {
    const positive = this.#draws[this.#taken++]! >>> 1
    if (positive > twoTo31 - 2 * bound && (bound & (bound - 1)) !== 0 && positive - (positive % bound) > twoTo31 - bound) {
      this.#belowAgain(bound)
    }
  }

  /** A draw for `nextDouble()` that nobody asks for. */
  skip(): void {
    this.#taken++
  }

  /** `nextDouble()`: 0 up to 1. */
  fraction(): number {
    return this.#program.fraction(++this.#taken)
  }

  /** `nextLong()`, where speed does not count. */
  long(): bigint {
    let mixed = BigInt.asUintN(64, this.#seedAfter(++this.#taken))
    mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n)
    mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn)
    return BigInt.asIntN(64, mixed ^ (mixed >> 31n))
  }

  /** Java draws again where the last, shorter stretch of the 2^31 values would make small results likelier. */
  #belowAgain(bound: number): number {
    for (;;) {
      const positive = this.bits() >>> 1
      const rest = positive % bound
      if (positive - rest <= twoTo31 - bound) return rest
    }
  }

  #seedAfter(count: number): bigint {
    return BigInt.asIntN(64, this.#seed[0]! + gamma * BigInt(count))
  }
}
