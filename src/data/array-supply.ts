/**
 * Where the arrays of vectors come from: new ones, or the same ones again for each batch, which saves the collector the work of letting
 * some megabytes a batch go. What an array holds when it is given out is not said.
 */

export interface ArraySupply {
  /** An array of at least so many values. */
  bytes(length: number): Uint8Array
  integers(length: number): Int32Array
  numbers(length: number): Float64Array
}

export const newArrays: ArraySupply = {
  bytes: (length) => new Uint8Array(length),
  integers: (length) => new Int32Array(length),
  numbers: (length) => new Float64Array(length),
}

export class ReusedArrays implements ArraySupply {
  readonly #bytes = new Pool((length) => new Uint8Array(length))
  readonly #integers = new Pool((length) => new Int32Array(length))
  readonly #numbers = new Pool((length) => new Float64Array(length))

  /** Lets all arrays be given out again: whoever had them before is through with them. */
  restart(): this {
    this.#bytes.restart()
    this.#integers.restart()
    this.#numbers.restart()
    return this
  }

  bytes(length: number): Uint8Array {
    return this.#bytes.take(length)
  }

  integers(length: number): Int32Array {
    return this.#integers.take(length)
  }

  numbers(length: number): Float64Array {
    return this.#numbers.take(length)
  }
}

class Pool<A extends { readonly length: number }> {
  readonly #create: (length: number) => A
  readonly #arrays: A[] = []
  #taken = 0

  constructor(create: (length: number) => A) {
    this.#create = create
  }

  restart(): void {
    this.#taken = 0
  }

  take(length: number): A {
    const at = this.#taken++
    const kept = this.#arrays[at]
    if (kept !== undefined && kept.length >= length) return kept
    const array = this.#create(Math.max(length, (kept?.length ?? 0) * 2))
    this.#arrays[at] = array
    return array
  }
}
