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
import type { DataType } from '#data'
import type { OperatorMeter } from '../measure/operator-meter.ts'
import type { Operator } from '../operator.ts'
import { BalancedRouting } from './balanced-routing.ts'
import type { Carrier, Frame, WorkerPlace } from './carrier.ts'
import { KeyedRouting } from './keyed-routing.ts'
import { unpackBatch, weightOf } from './packed-batch.ts'
import { type ExchangeInputs, type Routing, Sender, Ways } from './sender.ts'
import { Target } from './target.ts'

/** Of the operator behind an exchange, and of what is done before it: see measure/operator-meter.ts. */
export interface ExchangeMeters {
  readonly sends: OperatorMeter
  readonly receives: OperatorMeter
}

/** Where an exchange stands among the others. */
interface ExchangeOrder {
  readonly level: number
  /** Exchanges of higher priority end before rows of lower ones are delivered. */
  readonly priority: number
  /** Who measures what is sent, and what arrives; left out: nobody. */
  readonly meters?: ExchangeMeters
}

export interface ExchangeShape extends ExchangeOrder {
  /** The types and places of the columns that decide on the worker, on all inputs. */
  readonly types: readonly DataType[]
  readonly keys: readonly number[]
}

export interface BalancedShape extends ExchangeOrder {
  /** How many rows that stayed with this worker wait behind the exchange; null where they never do. */
  readonly ownRows: (() => number) | null
}

/** The near end of an exchange whose rows may go to any worker. */
interface BalancedInputs {
  readonly inputs: ExchangeInputs
  /** Whether another worker could take rows. */
  readonly isWanted: () => boolean
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
  readonly shape: ExchangeOrder
  readonly sender: Sender
  readonly target: Target
  readonly channels: readonly Channel[]
}

/** Of what stands above all else, and is ended by hand. */
export const lastLevel = Number.MAX_VALUE

export class Exchanges {
  readonly place: WorkerPlace
  readonly #carrier: Carrier
  /** By number. */
  readonly #receivers: Receiver[] = []
  /** Those of higher priority, and among equals of higher level, first. */
  #inOrder: Receiver[] = []
  /** Those of lower level first: what one of them had kept back may come to those above it. */
  #fromBelow: Receiver[] = []
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
    return this.#add(shape, operator, (ways) => new KeyedRouting(ways, shape.types, shape.keys)).sender
  }

  /** Adds one whose rows may go to any worker. */
  addBalanced(shape: BalancedShape, operator: Operator): BalancedInputs {
    const { sender, routing } = this.#add(shape, operator, (ways, channels) => {
      const isOver = (worker: number): boolean => channels[worker]?.hasEnded === true
      return new BalancedRouting(ways, isOver, shape.ownRows)
    })
    return { inputs: sender, isWanted: () => !sender.hasEnded && routing.isWanted }
  }

  #add<R extends Routing>(
    shape: ExchangeOrder,
    operator: Operator,
    route: (ways: Ways, channels: readonly Channel[]) => R,
  ): { readonly sender: Sender; readonly routing: R } {
    const { index, count } = this.place
    const exchange = this.#receivers.length
    const target = new Target(count, operator, shape.meters?.receives ?? null)
    const channels = Array.from({ length: count }, (_, from): Channel => {
      return { frames: [], head: 0, isCut: false, hasEnded: from === index }
    })
    const ways = new Ways(exchange, this.place, this.#carrier, target)
    const routing = route(ways, channels)
    const sender = new Sender(ways, routing, shape.meters?.sends ?? null)
    this.#receivers.push({ exchange, shape, sender, target, channels })
    this.#inOrder = this.#receivers.toSorted((a, b) => b.shape.priority - a.shape.priority || b.shape.level - a.shape.level)
    this.#fromBelow = this.#receivers.toSorted((a, b) => a.shape.level - b.shape.level)
    return { sender, routing }
  }

  /** Sends what was kept back in the hope of more. */
  flush(): void {
    for (const { sender } of this.#fromBelow) if (!sender.hasEnded) sender.flush()
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

  #pass({ exchange, target, shape: { meters } }: Receiver, from: number, channel: Channel, frame: Frame): void {
    switch (frame.kind) {
      case 'rows': {
        const before = meters?.receives.begin()
        target.push(from, frame.input, unpackBatch(frame.rows))
        before?.begin()
        this.#carrier.release(from, exchange, weightOf(frame.rows))
        return
      }
      case 'advance':
        target.advance(from, frame.watermarkMs)
        return
      case 'idle':
        target.setIdle(from, frame.isIdle)
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

  /** Those who measure what is sent where nothing more should be made for now. */
  get fullMeters(): readonly ExchangeMeters[] {
    return this.#receivers.flatMap(({ sender, shape }) => (sender.isFull && shape.meters !== undefined ? [shape.meters] : []))
  }

  /** Frames that have come to the operator of a meter, and wait. */
  waitingFor(meter: OperatorMeter): number {
    let frames = 0
    for (const { shape, channels } of this.#receivers) {
      if (shape.meters?.receives === meter) for (const channel of channels) frames += channel.frames.length - channel.head
    }
    return frames
  }

  /** Whether nothing will arrive any more. */
  get hasEnded(): boolean {
    return this.#receivers.every(hasEnded)
  }

  /** Whether nothing will arrive any more but on what stands above all else. */
  get hasEndedBelow(): boolean {
    return this.#receivers.every((receiver) => receiver.shape.level === lastLevel || hasEnded(receiver))
  }

  /** Whether inputs of a priority may be read: what has to come before has all arrived. */
  mayRead(priority: number): boolean {
    return this.#receivers.every((receiver) => receiver.shape.priority <= priority || (hasEnded(receiver) && receiver.sender.hasEnded))
  }

  /** Begins a cut: sources have stopped. */
  beginCut(): void {
    this.#isCutting = true
  }

  /** The lowest level at which rows may still arrive before the cut: what stands below has had all that comes before it. */
  get openBelow(): number {
    let level = Number.POSITIVE_INFINITY
    for (const receiver of this.#receivers) if (!isComplete(receiver)) level = Math.min(level, receiver.shape.level)
    return level
  }

  /** Sends barriers where nothing can come from further up any more. Returns whether the cut is complete. */
  stepCut(): boolean {
    assert(this.#isCutting, 'a cut has begun')
    const { openBelow } = this
    for (const { sender, shape } of this.#fromBelow) if (shape.level <= openBelow) sender.cut()
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
