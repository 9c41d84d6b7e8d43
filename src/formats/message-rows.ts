/** Fills columns from messages of which each gives one row or a fault: what decoders of binary messages share. */
import type { Batch } from '#data'
import type { ColumnStore } from './column-store.ts'
import { plainArray } from './compile.ts'
import type { MessageFault, Messages } from './format.ts'

/** Reads one message into a row of the stores; returns what is wrong with it, as sentences, or null. */
export type ReadMessage = (bytes: Uint8Array, start: number, end: number, row: number) => string | null

export class MessageRows {
  readonly stores: readonly ColumnStore[]
  readonly places: Int32Array
  faults: MessageFault[] = []
  batch: Batch
  readonly #rowsMax: number
  #count = 0

  constructor(stores: readonly ColumnStore[], rowsMax: number) {
    this.stores = stores
    this.#rowsMax = rowsMax
    this.places = new Int32Array(rowsMax)
    this.batch = { length: 0, columns: stores.map((store) => store.vector(0, new Uint8Array(0))), kinds: null, watermarks: null }
  }

  /** Rows and faults taken since `begin`. */
  get isEmpty(): boolean {
    return this.#count === 0 && this.faults.length === 0
  }
  get isFull(): boolean {
    return this.#count + this.faults.length >= this.#rowsMax
  }

  begin(): void {
    for (const store of this.stores) store.reset()
    this.#count = 0
    this.faults = []
  }

  take(read: ReadMessage, bytes: Uint8Array, start: number, end: number, place: number): void {
    const row = this.#count
    const detail = read(bytes, start, end, row)
    if (detail === null) {
      this.places[row] = place
      this.#count++
    } else {
      this.refuse(place, detail)
    }
  }

  /** Sets a message aside, and whatever was read of it. */
  refuse(place: number, detail: string): void {
    for (const store of this.stores) store.clear(this.#count)
    this.faults.push({ place, detail })
  }

  finish(bytes: Uint8Array): void {
    const length = this.#count
    this.batch = { length, columns: this.stores.map((store) => store.vector(length, bytes)), kinds: null, watermarks: null }
  }

  /** Reads all messages in one way, as many as fit; returns the place of the first one that it did not take. */
  readAll(messages: Messages, from: number, read: ReadMessage): number {
    const { bytes: given, starts, ends, length } = messages
    const bytes = plainArray(given)
    this.begin()
    let place = from
    for (; place < length && !this.isFull; place++) {
      const end = ends[place] as number
      if (end >= 0) this.take(read, bytes, starts[place] as number, end, place)
    }
    this.finish(bytes)
    return place
  }
}
