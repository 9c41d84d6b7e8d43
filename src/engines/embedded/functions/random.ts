/** RAND and RAND_INTEGER. With a seed they give the sequence of java.util.Random: a literal seed starts one sequence for all rows. */
import { functionErrors } from './errors.ts'
import type { Evaluation, Session } from './evaluation.ts'

export const randomEvaluations = {
  RAND: ({ constants, arguments: { length }, session }) => {
    if (length === 0) return randomOf(session)
    const [seed] = constants
    if (seed === undefined || seed === null) return (value: number | bigint) => new JavaRandom(value).nextDouble()
    const random = new JavaRandom(seed as number | bigint)
    return () => random.nextDouble()
  },
  RAND_INTEGER: ({ constants, arguments: { length }, session }) => {
    if (length === 1) {
      const random = randomOf(session)
      return (bound: number | bigint) => Math.floor(random() * positive(bound))
    }
    const [seed] = constants
    if (seed === undefined || seed === null) {
      return (value: number | bigint, bound: number | bigint) => new JavaRandom(value).nextInteger(positive(bound))
    }
    const random = new JavaRandom(seed as number | bigint)
    return (_: unknown, bound: number | bigint) => random.nextInteger(positive(bound))
  },
} satisfies Record<string, Evaluation>

let started = 0

/** The session's source of randomness, or a new one that starts with the time. */
function randomOf({ random, clock }: Session): () => number {
  if (random !== undefined) return random
  const own = new JavaRandom(BigInt(Math.floor(clock.nowMs())) * 181_783_497_276_652_981n + BigInt(started++))
  return () => own.nextDouble()
}

function positive(bound: number | bigint): number {
  if (bound <= 0) throw functionErrors.ENGINE_ARGUMENT_REFUSED({ function: 'RAND_INTEGER', argument: `the bound ${bound}` })
  return Number(bound)
}

const multiplier = 0x5_de_ec_e6_6dn
const mask = (1n << 48n) - 1n

/** The linear congruential generator that the documentation of java.util.Random prescribes. */
class JavaRandom {
  #state: bigint

  constructor(seed: number | bigint) {
    this.#state = (BigInt(seed) ^ multiplier) & mask
  }

  #next(bits: number): number {
    this.#state = (this.#state * multiplier + 11n) & mask
    return Number(BigInt.asIntN(32, this.#state >> BigInt(48 - bits)))
  }

  nextDouble(): number {
    return (this.#next(26) * 2 ** 27 + this.#next(27)) / 2 ** 53
  }

  nextInteger(bound: number): number {
    let bits = this.#next(31)
    if ((bound & -bound) === bound) return Number((BigInt(bound) * BigInt(bits)) >> 31n)
    let value = bits % bound
    while (bits - value + (bound - 1) > 2147483647) {
      bits = this.#next(31)
      value = bits % bound
    }
    return value
  }
}
