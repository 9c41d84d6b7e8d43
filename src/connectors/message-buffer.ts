/** Messages that were copied one after another into one array, with a byte that belongs to nobody behind each. */
import { ByteCopier } from '#data'
import type { Messages } from '#formats'

export class MessageBuffer {
  #bytes: Uint8Array
  #starts: Int32Array
  #ends: Int32Array
  #length = 0
  #used = 0
  /** From the array of the last message: most come in runs of one array. */
  #copier: ByteCopier | null = null

  constructor(messagesMax: number, bytes: number) {
    this.#bytes = new Uint8Array(bytes)
    this.#starts = new Int32Array(messagesMax)
    this.#ends = new Int32Array(messagesMax)
  }

  get length(): number {
    return this.#length
  }

  /** Bytes in use. */
  get used(): number {
    return this.#used
  }

  /** Copies a message; `end` −1: none. */
  add(source: Uint8Array, start: number, end: number): void {
    const place = this.#length++
    const at = this.#used
    this.#starts[place] = at
    if (end < 0) {
      this.#ends[place] = -1
      return
    }
    const size = end - start
    if (at + size + 1 > this.#bytes.length) this.#grow(at + size + 1)
    if (this.#copier?.from !== source) this.#copier = new ByteCopier(source, this.#bytes)
    this.#copier.copy(start, end, at)
    this.#ends[place] = at + size
    this.#used = at + size + 1
  }

  #grow(least: number): void {
    const longer = new Uint8Array(Math.max(least, 2 * this.#bytes.length))
    longer.set(this.#bytes.subarray(0, this.#used))
    this.#bytes = longer
    this.#copier = null
  }

  /** The first so many messages; shares their bytes. */
  messages(length = this.#length): Messages {
    return { bytes: this.#bytes, starts: this.#starts, ends: this.#ends, length }
  }

  clear(): void {
    this.#length = 0
    this.#used = 0
    this.#copier = null
  }
}
