/**
 * Copies runs of bytes from one array to another. Most runs are texts of some dozen bytes, for which a call of `set` costs more than the
 * copying, and a byte at a time costs most: they go eight bytes at a time.
 */

/** Above it `set` is faster. */
const shortBytes = 160

export class ByteCopier {
  readonly #from: Uint8Array
  readonly #to: Uint8Array
  readonly #fromView: DataView
  readonly #toView: DataView

  constructor(from: Uint8Array, to: Uint8Array) {
    this.#from = from
    this.#to = to
    this.#fromView = new DataView(from.buffer, from.byteOffset, from.length)
    this.#toView = new DataView(to.buffer, to.byteOffset, to.length)
  }

  /** Copies the bytes from `start` to `end` to the place `at`, and returns the place behind them. */
  copy(start: number, end: number, at: number): number {
    const size = end - start
    if (size > shortBytes) this.#to.set(this.#from.subarray(start, end), at)
    else {
      let i = 0
      for (; i + 8 <= size; i += 8) this.#toView.setBigInt64(at + i, this.#fromView.getBigInt64(start + i))
      for (; i < size; i++) this.#to[at + i] = this.#from[start + i] as number
    }
    return at + size
  }
}
