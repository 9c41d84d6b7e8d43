/**
 * What an OVER aggregate knows of its keys besides their frames: the last row computed, how many rows wait, and until when a key is kept.
 *
 * A key that has been silent for too long is void: what it has so far counts no more. It is dropped once no row of it waits, or starts
 * anew with its next row.
 */
import { type DataType, type Vector, watermarkNone } from '#data'
import { Expiry, type Retention } from '../state/expiry.ts'
import { grownBytes, grownIntegers, grownNumbers } from '../state/grown.ts'
import type { KeyTable } from '../state/key-table.ts'
import { KeyedPart } from '../state/keyed-part.ts'
import { savedFlag, savedNumbersIn } from '../state/saved-columns.ts'
import { KeyExpiry } from './key-expiry.ts'
import { NumberList } from './number-list.ts'
import type { OverFrame, OverFrames } from './over-frames.ts'

export interface OverKeysShape {
  /** Places of the key columns in a batch. */
  readonly partitionBy: readonly number[]
  readonly timeKind: 'event-time' | 'processing-time'
  readonly frame: OverFrame
  readonly retention?: Retention
}

export class OverKeys {
  readonly part: KeyedPart
  readonly #shape: OverKeysShape
  readonly #table: KeyTable
  readonly #frames: OverFrames
  /** Keys to drop as time passes that rows are ordered by; null where keys are kept. */
  readonly #expiry: KeyExpiry | null
  /** Keys to drop when they are idle. */
  readonly #idle: Expiry | null
  /** By slot: the time of the last row computed; rows that wait; 1 for a key that has state; 1 for one whose state is void. */
  #lastTimes = new Float64Array(0)
  #waiting = new Int32Array(0)
  #active = new Uint8Array(0)
  #void = new Uint8Array(0)
  /** Keys that may have nothing left. */
  readonly #idleSlots = new NumberList()
  #slots = new Int32Array(0)

  constructor(shape: OverKeysShape, table: KeyTable, keyTypes: readonly DataType[], frames: OverFrames) {
    const { frame, retention } = shape
    this.#shape = shape
    this.#table = table
    this.#frames = frames
    this.#expiry = frame.unit === 'range' && frame.preceding !== null ? new KeyExpiry() : null
    this.#idle = this.#expiry !== null || retention === undefined ? null : new Expiry(retention)
    this.part = this.#createPart(keyTypes)
  }

  #createPart(keyTypes: readonly DataType[]): KeyedPart {
    const isActive = savedFlag(
      (slot) => this.#active[slot] === 1,
      (slot, flag) => {
        this.#active[slot] = flag ? 1 : 0
      },
    )
    const isVoid = savedFlag(
      (slot) => this.#void[slot] === 1,
      (slot, flag) => {
        this.#void[slot] = flag ? 1 : 0
      },
    )
    const lastTime = savedNumbersIn(() => this.#lastTimes)
    const expiries = [...(this.#expiry === null ? [] : [this.#expiry.saved]), ...(this.#idle === null ? [] : [this.#idle.saved])]
    return new KeyedPart({
      name: 'keys',
      table: this.#table,
      keyTypes,
      columns: [isActive, isVoid, lastTime, this.#frames.saved, ...expiries],
      holds: (slot) => this.#active[slot] === 1 || this.#idle !== null,
      reserve: (slots) => this.#reserve(slots),
    })
  }

  get stateBytes(): number {
    return this.#table.stateBytes + this.#lastTimes.byteLength * 2 + (this.#idle?.stateBytes ?? 0)
  }

  /** The slots of the keys of these rows; valid until the next call. */
  find(columns: readonly Vector[], rows: number): Int32Array {
    if (this.#slots.length < rows) this.#slots = new Int32Array(rows)
    const keys = this.#shape.partitionBy.map((column) => columns[column] as Vector)
    this.#table.resolve(keys, rows, this.#slots)
    this.#reserve(this.#table.capacity)
    return this.#slots
  }

  #reserve(slots: number): void {
    const known = this.#lastTimes.length
    this.#lastTimes = grownNumbers(this.#lastTimes, slots)
    if (this.#lastTimes.length > known) this.#lastTimes.fill(watermarkNone, known)
    this.#waiting = grownIntegers(this.#waiting, slots)
    this.#active = grownBytes(this.#active, slots)
    this.#void = grownBytes(this.#void, slots)
    this.#frames.reserve(slots)
    this.#idle?.reserve(slots)
  }

  /** The time of the last row computed. */
  lastTimeOf(slot: number): number {
    return this.#lastTimes[slot] as number
  }

  /** Notes a row that waits. */
  wait(slot: number): void {
    this.#waiting[slot] = (this.#waiting[slot] as number) + 1
  }

  /** Notes that a row waits no more. */
  endWait(slot: number): void {
    this.#waiting[slot] = (this.#waiting[slot] as number) - 1
  }

  /** Notes that a row is to be computed, and returns 1 where its key starts anew with it. */
  start(slot: number, timeMs: number): number {
    this.part.pages.mark(slot)
    const isAnew = this.#void[slot] as number
    this.#void[slot] = 0
    this.#active[slot] = 1
    this.#lastTimes[slot] = timeMs
    if (this.#idle !== null) this.#extend(this.#idle, slot)
    this.#expiry?.set(slot, timeMs + Math.floor((this.#shape.frame.preceding ?? 0) * 1.5) + 1)
    return isAnew
  }

  /** Starts an instant of the clock. */
  begin(): void {
    this.#idle?.begin()
  }

  /** Voids the keys of the rows found last that were idle for too long, and keeps all of them for some more time. */
  passIdle(rows: number): void {
    const idle = this.#idle
    if (idle === null) return
    idle.begin()
    this.part.pages.markAll(this.#slots, rows)
    for (let row = 0; row < rows; row++) {
      const slot = this.#slots[row] as number
      if (idle.isGone(slot)) {
        idle.drop(slot)
        if (this.#waiting[slot] === 0) this.#voidKey(slot)
      }
      this.#extend(idle, slot)
    }
  }

  /** Voids the keys that have been silent for too long by the time that rows are ordered by. */
  pass(timeMs: number): void {
    this.#expiry?.pass(timeMs, (slot) => {
      this.part.pages.mark(slot)
      if (this.#waiting[slot] !== 0) return
      this.#voidKey(slot)
      this.release(slot)
    })
  }

  #extend(idle: Expiry, slot: number): void {
    const { timeKind, frame } = this.#shape
    if (timeKind === 'processing-time' && frame.preceding === null) idle.write(slot)
    else idle.hold(slot)
  }

  #voidKey(slot: number): void {
    this.#void[slot] = 1
    this.#lastTimes[slot] = watermarkNone
  }

  /** Lets a key go with the next `dropReleased` if it has nothing left then. */
  release(slot: number): void {
    this.#idleSlots.push(slot)
  }

  dropReleased(): void {
    for (let i = 0; i < this.#idleSlots.length; i++) this.#dropIfIdle(this.#idleSlots.at(i))
    this.#idleSlots.clear()
  }

  /** Looks through some keys for idle ones, in proportion to the rows that came. */
  sweep(rows: number): void {
    this.#idle?.sweep(rows, this.#giveUp)
  }

  tick(nowMs: number): void {
    this.#idle?.tick(nowMs, this.#giveUp)
  }

  /** Drops an idle key, unless rows of it wait. */
  readonly #giveUp = (slot: number): void => {
    this.part.pages.mark(slot)
    if (this.#waiting[slot] !== 0) {
      this.#idle?.hold(slot)
      return
    }
    this.#voidKey(slot)
    this.#dropIfIdle(slot)
  }

  #dropIfIdle(slot: number): void {
    if (!this.#table.isLive(slot) || this.#waiting[slot] !== 0) return
    if (this.#active[slot] === 1 && this.#void[slot] === 0) return
    this.part.pages.mark(slot)
    this.#frames.clear(slot)
    this.#active[slot] = 0
    this.#void[slot] = 0
    this.#lastTimes[slot] = watermarkNone
    this.#idle?.drop(slot)
    this.#table.remove(slot)
  }
}
