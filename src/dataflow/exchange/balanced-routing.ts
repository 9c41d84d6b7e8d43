/**
 * Sends rows to the worker that has the fewest of them waiting, where any worker may work on any row. Only workers whose own rows of
 * the exchange have all come get those of others: as long as each has something to read itself, no row goes anywhere.
 *
 * 1. What waits at a worker is what was sent to it and what it has not dealt with, as its credits show. Ties are broken in turn.
 * 2. Rows that stay are dealt with at once, and while that lasts nobody else is sent any. So the others come first, each up to a window
 *    that lasts it for that time, and own rows are taken in slices. The windows of those that are found with little left become larger, and
 *    of those that have taken little smaller: who is slow has few rows waiting when the input ends.
 * 3. Where rows that stay wait too, as those for answers from outside do, the own worker counts as any other.
 */
import type { Batch } from '#data'
import type { Routing, Ways } from './sender.ts'

/** Rows that may wait at a worker before the next one takes some. */
const windowMin = 2
const windowMax = 4096

/** Rows that are sent to a worker at a time are a part of its window: it works on some while others wait. */
const windowFrames = 2
const frameRowsMax = 256

/** Rows that go anywhere at a time are few, and more when many have come: so that a short input is shared as well. */
const rowsMin = 1
const frameRowsShare = 1 / 128
const sliceRowsShare = 1 / 64

/** Rows on their way to one worker, and frame by frame, oldest first, until they are seen to have been dealt with. */
interface Load {
  readonly frames: { readonly weight: number; readonly rows: number }[]
  weight: number
  rows: number
  window: number
  /** Whether it has been sent any rows. */
  hasBegun: boolean
}

export class BalancedRouting implements Routing {
  readonly #ways: Ways
  readonly #helps: (worker: number) => boolean
  readonly #ownRows: (() => number) | null
  /** By worker. */
  readonly #loads: readonly Load[]
  #turn: number
  #rows = 0
  /** Rows can always stay. */
  readonly isFull = false

  /** `helps` says whether a worker has no more rows of its own; `ownRows` how many rows that stayed wait, null where they never do. */
  constructor(ways: Ways, helps: (worker: number) => boolean, ownRows: (() => number) | null) {
    const { index, count } = ways.place
    this.#ways = ways
    this.#helps = (worker) => worker !== index && helps(worker)
    this.#ownRows = ownRows
    this.#loads = Array.from({ length: count }, () => ({ frames: [], weight: 0, rows: 0, window: windowMin, hasBegun: false }))
    this.#turn = index
  }

  /** Whether another worker could take rows. */
  get isWanted(): boolean {
    return this.#loads.some((load, worker) => this.#helps(worker) && this.#rowsAt(worker) < load.window)
  }

  push(input: number, batch: Batch): void {
    let at = 0
    while (at < batch.length) {
      const to = this.#leastLoaded()
      const rows = Math.min(batch.length - at, this.#rowsFor(to))
      this.#send(to, input, batch, at, rows)
      at += rows
      this.#rows += rows
      if (to === this.#ways.place.index && this.#ownRows === null) this.#narrowWindows()
    }
  }

  /** How many rows a worker gets at a time. Without anybody who helps nothing has to be cut. */
  #rowsFor(worker: number): number {
    if (!this.#loads.some((_, each) => this.#helps(each))) return Number.POSITIVE_INFINITY
    if (this.#ownRows !== null || worker === this.#ways.place.index) return this.#shareOfAll(sliceRowsShare, frameRowsMax)
    const { window } = this.#loads[worker] as Load
    return Math.min(frameRowsMax, Math.max(window / windowFrames, this.#shareOfAll(frameRowsShare, frameRowsMax / 2)))
  }

  #shareOfAll(share: number, max: number): number {
    return Math.min(max, Math.max(rowsMin, Math.floor(this.#rows * share)))
  }

  /** Of the workers that have room, the one with the fewest rows waiting; the own one where none has. */
  #leastLoaded(): number {
    const { index, count } = this.#ways.place
    let least = this.#ownRows?.() ?? Number.POSITIVE_INFINITY
    let chosen = index
    for (let step = 1; step <= count; step++) {
      const worker = (this.#turn + step) % count
      if (!this.#helps(worker)) continue
      const rows = this.#rowsAt(worker)
      if (rows >= least || (this.#ownRows === null && rows >= (this.#loads[worker] as Load).window)) continue
      least = rows
      chosen = worker
    }
    if (chosen === index) return index
    this.#turn = chosen
    const load = this.#loads[chosen] as Load
    if (load.hasBegun && least * 4 < load.window) load.window = Math.min(windowMax, load.window * 2)
    return chosen
  }

  /** The rows that another worker has not dealt with. */
  #rowsAt(worker: number): number {
    const load = this.#loads[worker] as Load
    const waiting = load.rows === 0 ? 0 : this.#ways.waiting(worker)
    for (let first = load.frames[0]; first !== undefined && load.weight - first.weight >= waiting; first = load.frames[0]) {
      load.frames.shift()
      load.weight -= first.weight
      load.rows -= first.rows
    }
    return load.rows
  }

  #send(to: number, input: number, batch: Batch, from: number, rows: number): void {
    const selection = rows === batch.length ? null : Int32Array.from({ length: rows }, (_, row) => from + row)
    const weight = this.#ways.sendRows(to, input, batch, selection, rows)
    if (to === this.#ways.place.index) return
    const load = this.#loads[to] as Load
    load.frames.push({ weight, rows })
    load.weight += weight
    load.rows += rows
    load.hasBegun = true
  }

  /** Looks at what the others did while own rows were dealt with. A frame that is being worked on is still there as a whole. */
  #narrowWindows(): void {
    for (const [worker, load] of this.#loads.entries()) {
      if (!this.#helps(worker)) continue
      const untouched = this.#rowsAt(worker) - (load.frames[0]?.rows ?? 0)
      if (untouched * 2 > load.window) load.window = Math.max(windowMin, load.window / 2)
    }
  }
}
