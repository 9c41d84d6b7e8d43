/** The encodings without compression: PLAIN, booleans as runs, and BYTE_STREAM_SPLIT. */
import type { FileContext } from './errors.ts'
import { HybridDecoder } from './hybrid.ts'
import { NoValues, type Places } from './page-values.ts'

export class PlainValues extends NoValues {
  readonly #view: DataView
  readonly #end: number
  #offset = 0
  /** Booleans are packed eight to a byte. */
  #bit = 0

  constructor(bytes: Uint8Array, start: number, end: number, context: FileContext) {
    super('PLAIN', context)
    this.buffer = bytes.subarray(start, end)
    this.#view = new DataView(bytes.buffer, bytes.byteOffset + start, end - start)
    this.#end = end - start
  }

  override flags(out: Uint8Array, at: number, count: number): void {
    if (this.#offset + Math.ceil((this.#bit + count) / 8) > this.#end) throw this.ended()
    for (let to = at; to < at + count; to++) {
      out[to] = ((this.buffer[this.#offset + (this.#bit >>> 3)] as number) >>> (this.#bit & 7)) & 1
      this.#bit++
    }
  }

  override int32s(out: Int32Array, at: number, count: number): void {
    let from = this.#take(count, 4)
    for (let to = at; to < at + count; to++, from += 4) out[to] = this.#view.getInt32(from, true)
  }

  override int64s(lows: Int32Array, highs: Int32Array, at: number, count: number): void {
    let from = this.#take(count, 8)
    for (let to = at; to < at + count; to++, from += 8) {
      lows[to] = this.#view.getInt32(from, true)
      highs[to] = this.#view.getInt32(from + 4, true)
    }
  }

  override floats(out: Float64Array, at: number, count: number): void {
    let from = this.#take(count, 4)
    for (let to = at; to < at + count; to++, from += 4) out[to] = this.#view.getFloat32(from, true)
  }

  override doubles(out: Float64Array, at: number, count: number): void {
    let from = this.#take(count, 8)
    for (let to = at; to < at + count; to++, from += 8) out[to] = this.#view.getFloat64(from, true)
  }

  override texts(out: Places, at: number, count: number): void {
    let from = this.#offset
    for (let to = at; to < at + count; to++) {
      if (from + 4 > this.#end) throw this.ended()
      const start = from + 4
      from = start + this.#view.getUint32(from, true)
      if (from > this.#end) throw this.ended()
      out.starts[to] = start
      out.ends[to] = from
    }
    this.#offset = from
  }

  override blocks(out: Places, at: number, count: number, length: number): void {
    let from = this.#take(count, length)
    for (let to = at; to < at + count; to++) {
      out.starts[to] = from
      from += length
      out.ends[to] = from
    }
  }

  #take(count: number, bytesEach: number): number {
    const start = this.#offset
    this.#offset += count * bytesEach
    if (this.#offset > this.#end) throw this.ended()
    return start
  }
}

/** Booleans in the encoding RLE: after a length of four bytes. */
export class RunFlags extends NoValues {
  readonly #runs: HybridDecoder
  readonly #scratch = new Int32Array(1024)

  constructor(bytes: Uint8Array, start: number, end: number, context: FileContext) {
    super('RLE', context)
    if (start + 4 > end) throw this.ended()
    this.#runs = new HybridDecoder(bytes, start + 4, end, 1, context)
  }

  override flags(out: Uint8Array, at: number, count: number): void {
    for (let done = 0; done < count; ) {
      const step = Math.min(count - done, this.#scratch.length)
      this.#runs.take(this.#scratch, 0, step)
      for (let index = 0; index < step; index++) out[at + done + index] = this.#scratch[index] as number
      done += step
    }
  }
}

/** BYTE_STREAM_SPLIT: first bytes of all values, then their second bytes, and so on. They are put together when first asked for. */
export class SplitValues extends NoValues {
  readonly #bytes: Uint8Array
  readonly #start: number
  readonly #end: number
  #joined: PlainValues | undefined

  constructor(bytes: Uint8Array, start: number, end: number, context: FileContext) {
    super('BYTE_STREAM_SPLIT', context)
    this.#bytes = bytes
    this.#start = start
    this.#end = end
  }

  override int32s(out: Int32Array, at: number, count: number): void {
    this.#join(4).int32s(out, at, count)
  }
  override int64s(lows: Int32Array, highs: Int32Array, at: number, count: number): void {
    this.#join(8).int64s(lows, highs, at, count)
  }
  override floats(out: Float64Array, at: number, count: number): void {
    this.#join(4).floats(out, at, count)
  }
  override doubles(out: Float64Array, at: number, count: number): void {
    this.#join(8).doubles(out, at, count)
  }
  override blocks(out: Places, at: number, count: number, length: number): void {
    this.#join(length).blocks(out, at, count, length)
  }

  #join(bytesEach: number): PlainValues {
    if (this.#joined !== undefined) return this.#joined
    const count = Math.floor((this.#end - this.#start) / bytesEach)
    const joined = new Uint8Array(count * bytesEach)
    for (let place = 0; place < bytesEach; place++) {
      const from = this.#start + place * count
      for (let index = 0; index < count; index++) joined[index * bytesEach + place] = this.#bytes[from + index] as number
    }
    this.buffer = joined
    this.#joined = new PlainValues(joined, 0, joined.length, this.context)
    return this.#joined
  }
}
