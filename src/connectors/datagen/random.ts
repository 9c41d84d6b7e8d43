/**
 * Random numbers by place: each value of each column has a generator of its own, made from seed, column and row. So a value depends
 * neither on which columns are asked for nor on where reading began, and a restart needs no more than the number of the row.
 */

/** Chris Doty-Humphrey's sfc32: 128 bits of state, passes the usual batteries. */
export class PlaceRandom {
  readonly #seedLow: number
  readonly #seedHigh: number
  #a = 0
  #b = 0
  #c = 0
  #counter = 0

  constructor(seed: number, column: string) {
    let hash = 0x811c9dc5
    for (let index = 0; index < column.length; index++) hash = Math.imul(hash ^ column.charCodeAt(index), 0x01000193)
    this.#seedLow = mix(seed ^ hash)
    this.#seedHigh = mix(Math.floor(seed / 4294967296) ^ Math.imul(hash, 0x9e3779b1))
  }

  /** Begins the draws of a row. */
  start(row: number): void {
    this.#a = mix(this.#seedLow ^ row)
    this.#b = mix(this.#seedHigh ^ Math.floor(row / 4294967296))
    this.#c = this.#a ^ 0x6a09e667
    this.#counter = 1
    for (let index = 0; index < 4; index++) this.bits()
  }

  /** Any unsigned integer of 32 bits. */
  bits(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** 0 up to 1, with 53 bits. */
  fraction(): number {
    return ((this.bits() >>> 5) * 67_108_864 + (this.bits() >>> 6)) / 9_007_199_254_740_992
  }

  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1))
  }

  /** The same for numbers beyond the safe ones. */
  betweenExact(least: bigint, most: bigint): bigint {
    let drawn = 0n
    for (let index = 0; index < 5; index++) drawn = (drawn << 32n) | BigInt(this.bits())
    return least + (drawn % (most - least + 1n))
  }
}

/** The finaliser of MurmurHash3. */
function mix(value: number): number {
  let mixed = value | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
