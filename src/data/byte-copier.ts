/**
 * Copies runs of bytes from one array to another. Most runs are texts of some dozen bytes, for which a call of `set` costs more than the
 * copying, and a byte at a time costs most: they go eight bytes at a time.
 */

/** Above it `set` is faster. */
const shortBytes = 160

export class ByteCopier {
  readonly from: Uint8Array
  readonly #to: Uint8Array
  readonly #fromView: DataView
  readonly #toView: DataView

  constructor(from: Uint8Array, to: Uint8Array) {
    this.from = from
    this.#to = to
    this.#fromView = new DataView(from.buffer, from.byteOffset, from.length)
    this.#toView = new DataView(to.buffer, to.byteOffset, to.length)
  }

  /** Copies the bytes from `start` to `end` to the place `at`, and returns the place behind them. */
  copy(start: number, end: number, at: number): number {
    const size = end - start
    if (size > shortBytes) this.#to.set(this.from.subarray(start, end), at)
    else if (size >= 8) {
      for (let i = 0; i < size - 8; i += 8) this.#toView.setBigInt64(at + i, this.#fromView.getBigInt64(start + i, true), true)
      // The last eight may go over some that are there.
      this.#toView.setBigInt64(at + size - 8, this.#fromView.getBigInt64(end - 8, true), true)
    } else for (let i = 0; i < size; i++) this.#to[at + i] = this.from[start + i] as number
    return at + size
  }
}
