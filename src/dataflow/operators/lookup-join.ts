/**
 * Joins a stream with what a table outside holds now: FOR SYSTEM_TIME AS OF processing time, as Flink's lookup join.
 *
 * Algebra: each row meets the rows that the table has of its key when it is looked up. inner: rows with a partner that meets the
 * condition. left: all rows, padded where there is none. A NULL in a key matches nothing. Each key of a batch is looked up once.
 * State: rows that wait for an answer, and rows, watermarks and the end that came after them; whoever drives the operator waits while it
 * `isFull`, and until it `isIdle` before it saves anything, so that nothing of this has to be saved. Rows that were asked for before may
 * be known: see lookup-join-cache.ts for their bound.
 * Emits rows with the change that they carry and in the order in which they came, at once where all their keys are known, else when
 * `sendAnswered` is called once the answers are there.
 */
import { type Batch, type DataType, selectRows, type Vector } from '#data'
import type { Operator, Output } from '../operator.ts'
import { grownIntegers } from '../state/grown.ts'
import { KeyTable } from '../state/key-table.ts'
import { RowStore } from '../state/row-store.ts'
import type { JoinCondition } from './join-probe.ts'
import { type LeftRows, LookupPairs, type Partners, rowsOfBatch } from './lookup-join-pairs.ts'
import { type KnownRows, keyUnknown } from './lookup-join-table.ts'

/** The rows of some keys. */
export interface LookupAnswer {
  readonly rows: Batch
  /** By row: the place of its key among those that were asked for. */
  readonly places: Int32Array
}

export interface LookupJoinShape {
  readonly type: 'inner' | 'left'
  /** Types of the key columns, and their places in the input. */
  readonly keys: { readonly types: readonly DataType[]; readonly places: readonly number[] }
  /** Types of the columns of the input, and of those that the lookup adds. */
  readonly types: readonly [readonly DataType[], readonly DataType[]]
  readonly condition: JoinCondition | null
  /** Rows that need not be asked for; null when each key is. */
  readonly known: KnownRows | null
  /** Keys that are asked for at a time, and rows that wait before it is full. */
  readonly capacity: number
  /** Whether it is full as soon as anything waits. */
  readonly oneByOne: boolean
  /** Asks for the rows of keys: none is NULL, no two are the same. */
  readonly lookup: (keys: Batch) => Promise<LookupAnswer>
  /** Chooses rows of an answer, and computes the columns that are joined; what it gives is read before the next call. */
  readonly read: (answer: LookupAnswer) => LookupAnswer
  /** Called when an answer is there, or has failed to come. */
  readonly answered: () => void
}

/** Rows that wait. */
interface WaitingRows {
  readonly kind: 'rows'
  /** By row: its id. */
  readonly ids: Int32Array
  readonly rows: LeftRows
  /** By key: the first of its partners, or −1. */
  readonly first: Int32Array
  readonly last: Int32Array
  /** Keys without an answer yet. */
  open: number
}
type Waiting =
  | WaitingRows
  | { readonly kind: 'watermark'; watermarkMs: number }
  | { readonly kind: 'idle'; readonly isIdle: boolean }
  | { readonly kind: 'end' }

/** Keys that are asked for together. */
interface Request {
  readonly waiting: WaitingRows
  readonly keys: Batch
  /** By key: its number among those of the rows. */
  readonly numbers: Int32Array
}

const none = -1

export class LookupJoin implements Operator {
  readonly #shape: LookupJoinShape
  readonly #output: Output
  readonly #pairs: LookupPairs
  readonly #batchKeys: KeyTable
  readonly #left: RowStore
  /** Partners of rows that wait, by id the next one of the same key. */
  readonly #right: RowStore
  #after = new Int32Array(0)
  readonly #queue: Waiting[] = []
  #queuedRows = 0
  readonly #requests: Request[] = []
  #keysAsked = 0
  readonly #answers: { readonly request: Request; readonly answer: LookupAnswer }[] = []
  #failure: { readonly error: unknown } | null = null

  constructor(shape: LookupJoinShape, output: Output) {
    this.#shape = shape
    this.#output = output
    this.#pairs = new LookupPairs(shape, output)
    this.#batchKeys = new KeyTable(shape.keys.types)
    this.#left = new RowStore(shape.types[0])
    this.#right = new RowStore(shape.types[1])
  }

  get stateBytes(): number {
    return this.#left.stateBytes + this.#right.stateBytes + this.#after.byteLength
  }

  /** Whether no more rows should come for now. */
  get isFull(): boolean {
    return this.#queue.length > 0 && (this.#shape.oneByOne || this.#queuedRows >= this.#shape.capacity)
  }

  /** Rows that wait. */
  get waitingRows(): number {
    return this.#queuedRows
  }

  /** Whether nothing waits. */
  get isIdle(): boolean {
    return this.#queue.length === 0 && this.#failure === null
  }

  push(_input: number, batch: Batch): void {
    const { numbers, count } = this.#numberKeys(batch)
    const keys = this.#batchKeys.keyVectors(
      Int32Array.from({ length: count }, (_, key) => key),
      count,
    )
    this.#batchKeys.clear()
    const slots = new Int32Array(count).fill(keyUnknown)
    this.#shape.known?.find(keys, count, slots)
    const unknown = Int32Array.from({ length: count }, (_, key) => key).filter((key) => slots[key] === keyUnknown)
    const { known } = this.#shape
    if (unknown.length === 0 && this.#queue.length === 0) this.#pairs.send(rowsOfBatch(batch, numbers), this.#knownPartners(known, slots))
    else this.#wait(batch, numbers, slots, keys, unknown)
  }

  advance(_input: number, watermarkMs: number): void {
    const last = this.#queue.at(-1)
    if (last === undefined) this.#output.advance(watermarkMs)
    else if (last.kind === 'watermark') last.watermarkMs = watermarkMs
    else this.#queue.push({ kind: 'watermark', watermarkMs })
  }

  setIdle(_input: number, isIdle: boolean): void {
    if (this.#queue.length === 0) this.#output.setIdle?.(isIdle)
    else this.#queue.push({ kind: 'idle', isIdle })
  }

  finish(): void {
    if (this.#queue.length === 0) this.#output.finish()
    else this.#queue.push({ kind: 'end' })
  }

  /** Sends the rows whose answers have come, in their order; throws what made a lookup fail. */
  sendAnswered(): void {
    if (this.#failure !== null) throw this.#failure.error
    for (const { request, answer } of this.#answers.splice(0)) this.#take(request, answer)
    this.#ask()
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      if (next.kind === 'rows' && next.open > 0) return
      this.#queue.shift()
      if (next.kind === 'rows') this.#sendWaiting(next)
      else if (next.kind === 'watermark') this.#output.advance(next.watermarkMs)
      else if (next.kind === 'idle') this.#output.setIdle?.(next.isIdle)
      else this.#output.finish()
    }
  }

  /** Numbers the different keys of a batch; −1 where a key has a NULL. */
  #numberKeys(batch: Batch): { readonly numbers: Int32Array; readonly count: number } {
    const keys = this.#shape.keys.places.map((place) => batch.columns[place] as Vector)
    const selection = new Int32Array(batch.length)
    let selected = 0
    for (let row = 0; row < batch.length; row++) {
      if (keys.every(({ nulls }) => nulls === null || nulls[row] === 0)) selection[selected++] = row
    }
    const found = new Int32Array(selected)
    this.#batchKeys.resolve(keys, selected, found, selected === batch.length ? null : selection)
    const { count } = this.#batchKeys
    if (selected === batch.length) return { numbers: found, count }
    const numbers = new Int32Array(batch.length).fill(none)
    for (let i = 0; i < selected; i++) numbers[selection[i] as number] = found[i] as number
    return { numbers, count }
  }

  #knownPartners(known: KnownRows | null, slots: Int32Array): Partners {
    if (known === null) return { store: this.#right, first: () => none, after: () => none }
    const { store, lists } = known.rows
    const first = (key: number): number => {
      const slot = slots[key] as number
      return slot < 0 ? none : lists.first(slot)
    }
    return { store, first, after: (id) => lists.after(id) }
  }

  #wait(batch: Batch, numbers: Int32Array, slots: Int32Array, keys: readonly Vector[], unknown: Int32Array): void {
    const { length, kinds, watermarks } = batch
    const ids = new Int32Array(length)
    this.#left.append(batch.columns, null, length, ids)
    const columns = (rows: Int32Array, count: number): readonly Vector[] => {
      const chosen = Int32Array.from(rows.subarray(0, count), (row) => ids[row] as number)
      return this.#left.gather(chosen, count)
    }
    const rows: LeftRows = {
      length,
      kinds: kinds?.slice(0, length) ?? null,
      watermarks: watermarks?.slice(0, length) ?? null,
      keys: numbers,
      columns,
    }
    const first = new Int32Array(slots.length).fill(none)
    const waiting: WaitingRows = { kind: 'rows', ids, rows, first, last: first.slice(), open: unknown.length }
    this.#queue.push(waiting)
    this.#queuedRows += length
    this.#copyKnown(waiting, slots)
    for (let from = 0; from < unknown.length; from += this.#shape.capacity) {
      const numbersAsked = unknown.slice(from, from + this.#shape.capacity)
      const { length: count } = numbersAsked
      const columns = keys.map((vector) => selectRows(vector, numbersAsked, count))
      this.#requests.push({ waiting, keys: { length: count, columns, kinds: null, watermarks: null }, numbers: numbersAsked })
    }
    this.#ask()
  }

  /** Copies the partners that are known now: by the time the rows leave, others may have taken their place. */
  #copyKnown(waiting: WaitingRows, slots: Int32Array): void {
    const { known } = this.#shape
    if (known === null) return
    const { store, lists } = known.rows
    for (const [key, slot] of slots.entries()) {
      if (slot < 0) continue
      const partners: number[] = []
      for (let id = lists.first(slot); id !== none; id = lists.after(id)) partners.push(id)
      const ids = Int32Array.from(partners)
      this.#keepPartners(waiting, store.gather(ids, ids.length), ids.length, () => key)
    }
  }

  #keepPartners(waiting: WaitingRows, columns: readonly Vector[], count: number, keyOf: (row: number) => number): void {
    if (count === 0) return
    const ids = new Int32Array(count)
    this.#right.append(columns, null, count, ids)
    this.#after = grownIntegers(this.#after, this.#right.capacity)
    const { first, last } = waiting
    for (let row = 0; row < count; row++) {
      const id = ids[row] as number
      const key = keyOf(row)
      const before = last[key] as number
      if (before === none) first[key] = id
      else this.#after[before] = id
      last[key] = id
      this.#after[id] = none
    }
  }

  /** Asks for as many keys as may be asked for at a time. */
  #ask(): void {
    for (let next = this.#requests[0]; next !== undefined; next = this.#requests[0]) {
      const request = next
      const { length } = request.keys
      if (this.#keysAsked > 0 && this.#keysAsked + length > this.#shape.capacity) return
      this.#requests.shift()
      this.#keysAsked += length
      this.#shape.lookup(request.keys).then(
        (answer) => {
          this.#answers.push({ request, answer })
          this.#shape.answered()
        },
        (error: unknown) => {
          this.#failure ??= { error }
          this.#shape.answered()
        },
      )
    }
  }

  #take({ waiting, keys, numbers }: Request, answer: LookupAnswer): void {
    const { rows, places } = this.#shape.read(answer)
    this.#keysAsked -= keys.length
    waiting.open -= keys.length
    this.#keepPartners(waiting, rows.columns, rows.length, (row) => numbers[places[row] as number] as number)
    this.#shape.known?.put?.(keys.columns, keys.length, rows, places)
  }

  #sendWaiting({ ids, rows, first }: WaitingRows): void {
    this.#queuedRows -= rows.length
    this.#pairs.send(rows, { store: this.#right, first: (key) => first[key] as number, after: (id) => this.#after[id] as number })
    for (const id of ids) this.#left.free(id)
    for (const head of first) for (let id = head; id !== none; id = this.#after[id] as number) this.#right.free(id)
  }
}
