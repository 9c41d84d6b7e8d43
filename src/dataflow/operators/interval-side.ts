/** What an interval join keeps of one input: its rows by key in order of time, and which of them can meet no partner any more. */
import { grownIntegers, grownNumbers } from '../state/grown.ts'
import { RowHeap } from '../state/row-heap.ts'
import { NumberList } from './number-list.ts'
import { OpenWindows } from './open-windows.ts'

export interface IntervalSideShape {
  /** A row at time t can meet partners up to time t + `reachMs`. */
  readonly reachMs: number
  /** How long the interval is: what is dropped together is a part of it. */
  readonly spanMs: number
  /** Whether rows are dropped in order of time, each as soon as the watermark passes its reach; otherwise many together, and later. */
  readonly exact: boolean
  /** Negative when row `a` came before row `b`; asked of exact sides. */
  readonly compareArrivals: (a: number, b: number) => number
}

const none = -1
/** An interval is dropped in so many parts. */
const parts = 8

export class IntervalSide {
  readonly #shape: IntervalSideShape
  /** By slot, side by side: the row of least and of greatest time. */
  #ends = new Int32Array(0)
  /** By id. */
  #next = new Int32Array(0)
  #previous = new Int32Array(0)
  #slots = new Int32Array(0)
  #times = new Float64Array(0)
  /** Rows to drop, by time; only one of the two is used. */
  readonly #queue: RowHeap
  readonly #parts = new OpenWindows<NumberList>(null, () => new NumberList())
  readonly #partMs: number
  #partEnd = Number.NaN
  #part = new NumberList()

  constructor(shape: IntervalSideShape) {
    this.#shape = shape
    this.#partMs = Math.max(1, Math.ceil(shape.spanMs / parts))
    this.#queue = new RowHeap((a, b) => (this.#times[a] as number) - (this.#times[b] as number) || shape.compareArrivals(a, b))
  }

  get stateBytes(): number {
    return this.#ends.byteLength + this.#next.byteLength * 3 + this.#times.byteLength + this.#queue.stateBytes
  }

  /** Makes room for keys below `slots` and rows below `ids`. */
  reserve(slots: number, ids: number): void {
    this.#ends = grownIntegers(this.#ends, slots * 2, none)
    this.#next = grownIntegers(this.#next, ids)
    this.#previous = grownIntegers(this.#previous, ids)
    this.#slots = grownIntegers(this.#slots, ids)
    this.#times = grownNumbers(this.#times, ids)
  }

  isEmpty(slot: number): boolean {
    return this.#ends[2 * slot] === none
  }

  timeOf(id: number): number {
    return this.#times[id] as number
  }

  slotOf(id: number): number {
    return this.#slots[id] as number
  }

  /** The id after one in the order of time, or −1. */
  after(id: number): number {
    return this.#next[id] as number
  }

  /** The first row of a key whose time is not below `lowerMs`, or −1. Sought from the nearer end. */
  firstFrom(slot: number, lowerMs: number): number {
    const times = this.#times
    const last = this.#ends[2 * slot + 1] as number
    if (last === none || (times[last] as number) < lowerMs) return none
    let id = this.#ends[2 * slot] as number
    if (lowerMs - (times[id] as number) <= (times[last] as number) - lowerMs) {
      while ((times[id] as number) < lowerMs) id = this.#next[id] as number
      return id
    }
    id = last
    for (let before = this.#previous[id] as number; before !== none && (times[before] as number) >= lowerMs; ) {
      id = before
      before = this.#previous[id] as number
    }
    return id
  }

  /** Keeps a row, behind those of the same time. */
  add(slot: number, id: number, timeMs: number): void {
    const times = this.#times
    times[id] = timeMs
    this.#slots[id] = slot
    let before = this.#ends[2 * slot + 1] as number
    while (before !== none && (times[before] as number) > timeMs) before = this.#previous[before] as number
    const after = before === none ? (this.#ends[2 * slot] as number) : (this.#next[before] as number)
    this.#link(slot, before, id)
    this.#link(slot, id, after)
    if (this.#shape.exact) this.#queue.push(id)
    else this.#addToPart(id, timeMs)
  }

  #link(slot: number, before: number, after: number): void {
    if (before === none) this.#ends[2 * slot] = after
    else this.#next[before] = after
    if (after === none) this.#ends[2 * slot + 1] = before
    else this.#previous[after] = before
  }

  #addToPart(id: number, timeMs: number): void {
    const end = (Math.floor(timeMs / this.#partMs) + 1) * this.#partMs + this.#shape.reachMs
    if (end !== this.#partEnd) {
      this.#part = this.#parts.find(end)
      this.#partEnd = end
    }
    this.#part.push(id)
  }

  /** Takes out rows that no partner after the watermark can meet, and hands each to `drop`. */
  dropUnreachable(watermarkMs: number, drop: (id: number) => void): void {
    if (this.#shape.exact) {
      for (let id = this.#queue.top(); id !== none && this.timeOf(id) + this.#shape.reachMs <= watermarkMs; id = this.#queue.top()) {
        this.#queue.pop()
        this.#unlink(id)
        drop(id)
      }
      return
    }
    for (const part of this.#parts.takeClosed(watermarkMs)) {
      this.#partEnd = Number.NaN
      for (let i = 0; i < part.length; i++) {
        this.#unlink(part.at(i))
        drop(part.at(i))
      }
    }
  }

  #unlink(id: number): void {
    this.#link(this.#slots[id] as number, this.#previous[id] as number, this.#next[id] as number)
  }
}
