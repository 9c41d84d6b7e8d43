/**
 * Ordered lists of rows that expire: each row so long after it was put into its list, or all rows of a list together, so long after its
 * last change.
 */
import { Expiry, type Retention } from './expiry.ts'
import { grownIntegers } from './grown.ts'
import { LinkedRows } from './linked-rows.ts'
import type { RankedLists } from './ranked-lists.ts'
import type { SavedColumns } from './saved-columns.ts'

export class ExpiringLists implements RankedLists {
  readonly #lists: RankedLists
  readonly #expiry: Expiry
  /** Rows of a list go together. */
  readonly #together: boolean
  /** Lets a row go that has been taken out of its list. */
  readonly #letGo: (list: number, id: number) => void
  /** The rows of each list in the order in which they were put in, so that those that expire first come first. */
  readonly #rows = new LinkedRows()
  /** By row id: its list. */
  #listOf = new Int32Array(0)

  constructor(lists: RankedLists, retention: Retention, together: boolean, letGo: (list: number, id: number) => void) {
    this.#lists = lists
    this.#expiry = new Expiry(retention)
    this.#together = together
    this.#letGo = letGo
  }

  /** When each row, or each list where rows go together, was written last. Loaded before rows enter. */
  get saved(): SavedColumns {
    return this.#expiry.saved
  }

  get stateBytes(): number {
    return this.#lists.stateBytes + this.#expiry.stateBytes + this.#rows.stateBytes + this.#listOf.byteLength
  }

  reserve(lists: number): void {
    this.#lists.reserve(lists)
    this.#rows.reserve(lists, 0)
    if (this.#together) this.#expiry.reserve(lists)
  }

  size(list: number): number {
    return this.#lists.size(list)
  }

  insert(list: number, id: number): void {
    this.enter(list, id)
    this.#expiry.write(this.#together ? list : id)
  }

  /** As `insert`, for a row whose time is known. */
  enter(list: number, id: number): void {
    this.#lists.insert(list, id)
    this.reserveRows(id + 1)
    this.#rows.add(list, id)
    this.#listOf[id] = list
  }

  /** Makes room for rows below `ids`. */
  reserveRows(ids: number): void {
    this.#rows.reserve(0, ids)
    this.#listOf = grownIntegers(this.#listOf, ids)
    if (!this.#together) this.#expiry.reserve(ids)
  }

  remove(list: number, id: number): void {
    this.#takeOut(list, id)
    if (!this.#together || this.#lists.size(list) === 0) this.#expiry.drop(this.#together ? list : id)
    else this.#expiry.write(list)
  }

  at(list: number, place: number): number {
    return this.#lists.at(list, place)
  }

  copy(list: number, from: number, to: number, target: Int32Array, offset: number): number {
    return this.#lists.copy(list, from, to, target, offset)
  }

  /** Starts a batch that touches these lists: what has expired in them goes. */
  begin(lists: Int32Array, count: number): void {
    this.#expiry.begin()
    for (let i = 0; i < count; i++) this.#expire(lists[i] as number)
  }

  /** Looks through some rows or lists; `emptied` is told the lists of those that were let go. */
  sweep(rows: number, emptied: (list: number) => void): void {
    this.#expiry.sweep(rows, (entry) => emptied(this.#giveUp(entry)))
  }

  tick(nowMs: number, emptied: (list: number) => void): void {
    this.#expiry.tick(nowMs, (entry) => emptied(this.#giveUp(entry)))
  }

  #expire(list: number): void {
    if (this.#together) {
      if (!this.#expiry.isGone(list)) return
      this.#giveUp(list)
      this.#expiry.drop(list)
      return
    }
    for (let id = this.#rows.first(list); id !== -1 && this.#expiry.isGone(id); id = this.#rows.first(list)) {
      this.#giveUp(id)
      this.#expiry.drop(id)
    }
  }

  /** Empties a list, or takes a row out of its list; returns the list. */
  #giveUp(entry: number): number {
    const list = this.#together ? entry : (this.#listOf[entry] as number)
    if (!this.#together) this.#release(list, entry)
    else for (let id = this.#rows.first(list); id !== -1; id = this.#rows.first(list)) this.#release(list, id)
    return list
  }

  #release(list: number, id: number): void {
    this.#takeOut(list, id)
    this.#letGo(list, id)
  }

  #takeOut(list: number, id: number): void {
    this.#lists.remove(list, id)
    this.#rows.remove(list, id)
  }
}
