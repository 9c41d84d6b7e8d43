/** Two 32-bit hashes of each value of a column of texts: of the bytes of its UTF-8, eight at a time, and of their count. */

/** What a hash begins with. */
export const startLow = 0x811c9dc5 | 0
export const startHigh = 0x9747b28c | 0

const encoder = new TextEncoder()
/** UTF-8 takes at most three bytes for each unit of UTF-16. */
const bytesOfUnit = 3

export function mixLow(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x01000193)
  return mixed ^ (mixed >>> 15)
}

export function mixHigh(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x85ebca6b)
  return mixed ^ (mixed >>> 13)
}

export class TextHash {
  /** The hashes of the value that came last. */
  low = 0
  high = 0
  #scratch = new Uint8Array(1024)
  #scratchView = new DataView(this.#scratch.buffer)

  /** Hashes the bytes from `start` to `end` of what the view shows. */
  addBytes(view: DataView, start: number, end: number): void {
    let low = startLow
    let high = startHigh
    let at = start
    for (; at + 8 <= end; at += 8) {
      low = mixLow(low, view.getInt32(at, true))
      high = mixHigh(high, view.getInt32(at + 4, true))
    }
    if (at < end) {
      low = mixLow(low, wordAt(view, at, end))
      high = mixHigh(high, wordAt(view, at + 4, end))
    }
    this.low = mixLow(low, end - start)
    this.high = mixHigh(high, end - start)
  }

  addText(text: string): void {
    if (text.length * bytesOfUnit > this.#scratch.length) {
      this.#scratch = new Uint8Array(text.length * bytesOfUnit * 2)
      this.#scratchView = new DataView(this.#scratch.buffer)
    }
    this.addBytes(this.#scratchView, 0, writeText(text, this.#scratch))
  }
}

/** The four bytes at a place, those from `end` on being zero. */
function wordAt(view: DataView, at: number, end: number): number {
  const count = end - at
  if (count <= 0) return 0
  if (at + 4 <= view.byteLength) return count >= 4 ? view.getInt32(at, true) : view.getInt32(at, true) & ((1 << (8 * count)) - 1)
  let word = 0
  for (let i = 0; i < count; i++) word |= view.getUint8(at + i) << (8 * i)
  return word
}

/** Returns the count of bytes, for which there is room. */
function writeText(text: string, bytes: Uint8Array): number {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit > 127) return encoder.encodeInto(text, bytes).written
    bytes[i] = unit
  }
  return text.length
}
