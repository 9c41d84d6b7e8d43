/**
 * The exchanges of one worker: where its operators send rows to those of other workers, and where theirs arrive. Every worker of a run
 * has the same exchanges under the same numbers.
 *
 * 1. What one worker sends to another on one exchange arrives in that order.
 * 2. Rows that stay with their worker are passed on at once; those of others wait until `deliver` is called.
 * 3. The level of an exchange is above those of all exchanges whose rows can come to it. What is furthest down is delivered first, and
 *    nothing is delivered that could feed an exchange that is full, so that all that is sent arrives at last.
 * 4. A cut separates what was sent before it from what comes later, on all exchanges: when it is complete nothing sent before is on its
 *    way, and nothing sent later has arrived.
 */
import { assert } from '#base'
import { type Batch, type DataType, selectBatch } from '#data'
import type { Operator, Output } from '../operator.ts'
import { InputWatermarks } from '../operators/input-watermarks.ts'
import { KeyGroups } from './key-groups.ts'
import { type PackedBatch, packBatch, unpackBatch } from './packed-batch.ts'

export type Frame =
  | { readonly kind: 'rows'; readonly input: number; readonly rows: PackedBatch }
  | { readonly kind: 'advance'; readonly watermarkMs: number }
  | { readonly kind: 'finish' }
  | { readonly kind: 'barrier' }

/** Takes frames to other workers. */
export interface Carrier {
  /** Never waits; whoever makes rows asks `isFull` before. */
  send(to: number, exchange: number, frame: Frame): void
  /** Whether so much waits at a worker that nothing more should be made for it. */
  isFull(to: number, exchange: number): boolean
  /** Rows of another worker have been dealt with. */
  release(from: number, exchange: number, bytes: number): void
}

/** One of the workers of a run. */
export interface WorkerPlace {
  readonly index: number
  readonly count: number
}

export interface ExchangeShape {
  readonly level: number
  /** Exchanges of higher priority end before rows of lower ones are delivered. */
  readonly priority: number
  /** The types and places of the columns that decide on the worker, on all inputs. */
  readonly types: readonly DataType[]
  readonly keys: readonly number[]
}

/** One sender at the other end of an exchange. */
interface Channel {
  readonly frames: Frame[]
  /** The first of the frames not delivered yet. */
  head: number
  isCut: boolean
  hasEnded: boolean
}

interface Receiver {
  readonly exchange: number
  readonly shape: ExchangeShape
  readonly sender: Sender
  readonly target: Target
  readonly channels: readonly Channel[]
}

export class Exchanges {
  readonly place: WorkerPlace
  readonly #carrier: Carrier
  /** By number. */
  readonly #receivers: Receiver[] = []
  /** Those of higher priority, and among equals of higher level, first. */
  #inOrder: Receiver[] = []
  #isCutting = false

  constructor(place: WorkerPlace, carrier: Carrier) {
    this.place = place
    this.#carrier = carrier
  }

  get count(): number {
    return this.#receivers.length
  }

  /** Adds an exchange before an operator, whose inputs then go by one watermark. Rows are sent to what is returned. */
  add(shape: ExchangeShape, operator: Operator): ExchangeInputs {
    const { index, count } = this.place
    const exchange = this.#receivers.length
    const target = new Target(count, operator)
    const sender = new Sender(exchange, shape, this.place, this.#carrier, target)
    const channels = Array.from({ length: count }, (_, from): Channel => {
      return { frames: [], head: 0, isCut: false, hasEnded: from === index }
    })
    this.#receivers.push({ exchange, shape, sender, target, channels })
    this.#inOrder = this.#receivers.toSorted((a, b) => b.shape.priority - a.shape.priority || b.shape.level - a.shape.level)
    return sender
  }

  /** Takes a frame of another worker in. */
  receive(from: number, exchange: number, frame: Frame): void {
    const channel = this.#receivers[exchange]?.channels[from]
    assert(channel !== undefined, `worker ${from} sends on an exchange that is there`)
    channel.frames.push(frame)
  }

  /** Passes one frame on. Returns whether there was one. */
  deliver(): boolean {
    let fullAbove = Number.NEGATIVE_INFINITY
    for (const { sender, shape } of this.#receivers) if (sender.isFull) fullAbove = Math.max(fullAbove, shape.level)
    let openPriority = Number.NEGATIVE_INFINITY
    for (const receiver of this.#inOrder) {
      const { level, priority } = receiver.shape
      // Rows that wait for their turn hold their senders back.
      if (level >= fullAbove && this.#deliverFrom(receiver, priority >= openPriority)) return true
      if (priority > 0 && !this.#isThrough(receiver)) openPriority = priority
    }
    return false
  }

  /** Whether nothing more comes on an exchange, or nothing before the end of a cut. */
  #isThrough(receiver: Receiver): boolean {
    return hasEnded(receiver) || (this.#isCutting && isComplete(receiver))
  }

  /** Passes on a frame that is the next of its sender; without `withRows` none of rows. */
  #deliverFrom(receiver: Receiver, withRows: boolean): boolean {
    for (const [from, channel] of receiver.channels.entries()) {
      if (channel.isCut) continue
      if (!withRows && channel.frames[channel.head]?.kind === 'rows') continue
      const frame = nextFrame(channel)
      if (frame === undefined) continue
      this.#pass(receiver, from, channel, frame)
      return true
    }
    return false
  }

  #pass({ exchange, target }: Receiver, from: number, channel: Channel, frame: Frame): void {
    switch (frame.kind) {
      case 'rows':
        target.push(from, frame.input, unpackBatch(frame.rows))
        this.#carrier.release(from, exchange, frame.rows.buffer.byteLength)
        return
      case 'advance':
        target.advance(from, frame.watermarkMs)
        return
      case 'finish':
        channel.hasEnded = true
        target.finish(from)
        return
      case 'barrier':
        channel.isCut = true
    }
  }

  /** Whether some worker has so much to do that nothing more should be read. */
  get isFull(): boolean {
    return this.#receivers.some(({ sender }) => sender.isFull)
  }

  /** Whether nothing will arrive any more. */
  get hasEnded(): boolean {
    return this.#receivers.every(hasEnded)
  }

  /** Whether inputs of a priority may be read: what has to come before has all arrived. */
  mayRead(priority: number): boolean {
    return this.#receivers.every((receiver) => receiver.shape.priority <= priority || (hasEnded(receiver) && receiver.sender.hasEnded))
  }

  /** Begins a cut: sources have stopped. */
  beginCut(): void {
    this.#isCutting = true
  }

  /** Sends barriers where nothing can come from further up any more. Returns whether the cut is complete. */
  stepCut(): boolean {
    assert(this.#isCutting, 'a cut has begun')
    let openBelow = Number.POSITIVE_INFINITY
    for (const receiver of this.#receivers) if (!isComplete(receiver)) openBelow = Math.min(openBelow, receiver.shape.level)
    for (const { sender, shape } of this.#receivers) if (shape.level <= openBelow) sender.cut()
    return openBelow === Number.POSITIVE_INFINITY
  }

  /** Lets rows flow again. */
  endCut(): void {
    this.#isCutting = false
    for (const { sender, channels } of this.#receivers) {
      sender.hasCut = false
      for (const channel of channels) channel.isCut = false
    }
  }
}

function nextFrame(channel: Channel): Frame | undefined {
  const frame = channel.frames[channel.head]
  if (frame === undefined) return undefined
  channel.head += 1
  if (channel.head === channel.frames.length) {
    channel.frames.length = 0
    channel.head = 0
  }
  return frame
}

function hasEnded({ channels }: Receiver): boolean {
  return channels.every((channel) => channel.hasEnded)
}

function isComplete({ channels }: Receiver): boolean {
  return channels.every((channel) => channel.isCut || (channel.hasEnded && channel.frames.length === 0))
}

/** The operator behind an exchange, as all workers see it. */
class Target {
  readonly #operator: Operator
  readonly #watermarks: InputWatermarks

  constructor(workers: number, operator: Operator) {
    this.#operator = operator
    this.#watermarks = new InputWatermarks(workers, {
      push: () => undefined,
      advance: (watermarkMs) => operator.advance(0, watermarkMs),
      finish: () => operator.finish(0),
    })
  }

  push(from: number, input: number, batch: Batch): void {
    const watermarks = this.#watermarks.ofBatch(from, batch)
    this.#operator.push(input, watermarks === batch.watermarks ? batch : { ...batch, watermarks })
  }

  advance(from: number, watermarkMs: number): void {
    this.#watermarks.advance(from, watermarkMs)
  }

  finish(from: number): void {
    this.#watermarks.finish(from)
  }
}

/** The near end of an exchange: as an output it takes the rows of input 0, and watermarks. */
export interface ExchangeInputs extends Output {
  pushTo(input: number, batch: Batch): void
}

class Sender implements ExchangeInputs {
  readonly #exchange: number
  readonly #shape: ExchangeShape
  readonly #place: WorkerPlace
  readonly #carrier: Carrier
  readonly #own: Target
  readonly #groups: KeyGroups
  readonly #counts: Int32Array
  readonly #selections: Int32Array[]
  hasCut = false
  hasEnded = false

  constructor(exchange: number, shape: ExchangeShape, place: WorkerPlace, carrier: Carrier, own: Target) {
    this.#exchange = exchange
    this.#shape = shape
    this.#place = place
    this.#carrier = carrier
    this.#own = own
    this.#groups = new KeyGroups(shape.types, place.count)
    this.#counts = new Int32Array(place.count)
    this.#selections = Array.from({ length: place.count }, () => new Int32Array(0))
  }

  get isFull(): boolean {
    for (let to = 0; to < this.#place.count; to++) if (to !== this.#place.index && this.#carrier.isFull(to, this.#exchange)) return true
    return false
  }

  push(batch: Batch): void {
    this.pushTo(0, batch)
  }

  pushTo(input: number, batch: Batch): void {
    const { keys } = this.#shape
    const { length } = batch
    if (length === 0) return
    const columns = keys.map((place) => batch.columns[place] as Batch['columns'][number])
    this.#divide(this.#groups.workersOf(columns, length), length)
    for (let to = 0; to < this.#place.count; to++) {
      const count = this.#counts[to] as number
      if (count > 0) this.#send(to, input, batch, count === length ? null : (this.#selections[to] as Int32Array), count)
    }
  }

  /** Lists the rows of each worker. */
  #divide(workers: Int32Array, length: number): void {
    const counts = this.#counts
    counts.fill(0)
    for (const [to, selection] of this.#selections.entries()) if (selection.length < length) this.#selections[to] = new Int32Array(length)
    for (let row = 0; row < length; row++) {
      const to = workers[row] as number
      ;(this.#selections[to] as Int32Array)[counts[to] as number] = row
      counts[to] = (counts[to] as number) + 1
    }
  }

  #send(to: number, input: number, batch: Batch, selection: Int32Array | null, count: number): void {
    if (to !== this.#place.index) this.#carrier.send(to, this.#exchange, { kind: 'rows', input, rows: packBatch(batch, selection, count) })
    else this.#own.push(to, input, selection === null ? batch : selectBatch(batch, selection, count))
  }

  advance(watermarkMs: number): void {
    this.#sendToOthers({ kind: 'advance', watermarkMs })
    this.#own.advance(this.#place.index, watermarkMs)
  }

  finish(): void {
    this.hasEnded = true
    this.#sendToOthers({ kind: 'finish' })
    this.#own.finish(this.#place.index)
  }

  /** Marks the place of a cut, once. After the end there is nothing to mark. */
  cut(): void {
    if (this.hasCut || this.hasEnded) return
    this.hasCut = true
    this.#sendToOthers({ kind: 'barrier' })
  }

  #sendToOthers(frame: Frame): void {
    for (let to = 0; to < this.#place.count; to++) if (to !== this.#place.index) this.#carrier.send(to, this.#exchange, frame)
  }
}
