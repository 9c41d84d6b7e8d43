/** The near end of an exchange. A routing says where rows go; watermarks, barriers and the end go to all workers. */
import { type Batch, selectBatch } from '#data'
import type { OperatorMeter } from '../measure/operator-meter.ts'
import type { Output } from '../operator.ts'
import type { Carrier, Frame, WorkerPlace } from './carrier.ts'
import { packBatch, weightOf } from './packed-batch.ts'
import type { Target } from './target.ts'

/** As an output it takes the rows of input 0, and watermarks. */
export interface ExchangeInputs extends Output {
  pushTo(input: number, batch: Batch): void
  /** Who sends may keep something back until this is called: before a cut, and when nothing else is to do for now. */
  sendsHeld(send: () => void): void
}

/** Decides on the worker of each row. */
export interface Routing {
  /** Whether nothing more should be made for now. */
  readonly isFull: boolean
  push(input: number, batch: Batch): void
}

/** From one worker to all of them, on one exchange. */
export class Ways {
  readonly place: WorkerPlace
  readonly #exchange: number
  readonly #carrier: Carrier
  readonly #own: Target

  constructor(exchange: number, place: WorkerPlace, carrier: Carrier, own: Target) {
    this.#exchange = exchange
    this.place = place
    this.#carrier = carrier
    this.#own = own
  }

  isFull(to: number): boolean {
    return to !== this.place.index && this.#carrier.isFull(to, this.#exchange)
  }

  /** The weight of what another worker has not dealt with. */
  waiting(to: number): number {
    return this.#carrier.waiting(to, this.#exchange)
  }

  /** Sends the rows at the first `count` places of `selection`, or the first `count` rows. Returns their weight: none stay on the way to oneself. */
  sendRows(to: number, input: number, batch: Batch, selection: Int32Array | null, count: number): number {
    if (to === this.place.index) {
      this.#own.push(to, input, selection === null ? batch : selectBatch(batch, selection, count))
      return 0
    }
    const rows = packBatch(batch, selection, count)
    this.#carrier.send(to, this.#exchange, { kind: 'rows', input, rows })
    return weightOf(rows)
  }

  sendToOthers(frame: Frame): void {
    for (let to = 0; to < this.place.count; to++) if (to !== this.place.index) this.#carrier.send(to, this.#exchange, frame)
  }

  advance(watermarkMs: number): void {
    this.sendToOthers({ kind: 'advance', watermarkMs })
    this.#own.advance(this.place.index, watermarkMs)
  }

  setIdle(isIdle: boolean): void {
    this.sendToOthers({ kind: 'idle', isIdle })
    this.#own.setIdle(this.place.index, isIdle)
  }

  finish(): void {
    this.sendToOthers({ kind: 'finish' })
    this.#own.finish(this.place.index)
  }
}

export class Sender implements ExchangeInputs {
  readonly #ways: Ways
  readonly #routing: Routing
  readonly #meter: OperatorMeter | null
  #sendHeld: () => void = () => undefined
  hasCut = false
  hasEnded = false

  /** `meter`: that of what is done before rows are sent. */
  constructor(ways: Ways, routing: Routing, meter: OperatorMeter | null = null) {
    this.#ways = ways
    this.#routing = routing
    this.#meter = meter
  }

  get isFull(): boolean {
    return this.#routing.isFull
  }

  push(batch: Batch): void {
    this.pushTo(0, batch)
  }

  pushTo(input: number, batch: Batch): void {
    if (batch.length === 0) return
    if (this.#meter !== null) this.#meter.rowsOut += batch.length
    this.#routing.push(input, batch)
  }

  sendsHeld(send: () => void): void {
    this.#sendHeld = send
  }

  /** Lets what was kept back be sent. */
  flush(): void {
    const before = this.#meter?.begin()
    this.#sendHeld()
    before?.begin()
  }

  advance(watermarkMs: number): void {
    this.#meter?.advanceOutput(watermarkMs)
    this.#ways.advance(watermarkMs)
  }

  setIdle(isIdle: boolean): void {
    this.#ways.setIdle(isIdle)
  }

  finish(): void {
    this.hasEnded = true
    this.#ways.finish()
  }

  /** Marks the place of a cut, once. After the end there is nothing to mark. */
  cut(): void {
    if (this.hasCut || this.hasEnded) return
    this.flush()
    this.hasCut = true
    this.#ways.sendToOthers({ kind: 'barrier' })
  }
}
