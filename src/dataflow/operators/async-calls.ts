/**
 * Functions that give their values later: adds a column for each of some calls.
 *
 * Algebra: each row goes on with the values of its calls.
 * State: rows that wait for values, and rows, watermarks and the end that came after them; whoever drives the operator waits while it
 * `isFull`, and until it `isIdle` before it saves anything, so that nothing of this has to be saved.
 * Emits rows with the change that they carry and in the order in which they came, when `sendAnswered` is called and they and all rows
 * before them have their values.
 */
import { type Batch, type DataType, type Vector, valueAt, vectorOf } from '#data'
import type { Operator, Output } from '../operator.ts'
import { RowStore } from '../state/row-store.ts'

export interface AsyncCall {
  /** Places of the argument columns. */
  readonly arguments: readonly number[]
  readonly result: DataType
  /** Computes a boxed value for a row; rows are counted from 1. */
  readonly call: (values: readonly unknown[], row: number) => Promise<unknown>
}

export interface AsyncCallsShape {
  /** Types of the input columns. */
  readonly types: readonly DataType[]
  /** How many of them go on, the first ones. */
  readonly passed: number
  readonly calls: readonly AsyncCall[]
  /** Rows whose calls are under way at a time. */
  readonly capacity: number
  /** Called when a value is there, or has failed to come. */
  readonly answered: () => void
}

/** The rows of a batch that wait. */
interface WaitingRows {
  readonly kind: 'rows'
  /** By row: its id, what it carries, and how many of its calls are open. */
  readonly ids: Int32Array
  readonly kinds: Uint8Array | null
  readonly watermarks: Float64Array | null
  readonly open: Int32Array
  /** By call, by row. */
  readonly values: unknown[][]
  /** Rows whose calls were begun, and rows that left. */
  begun: number
  sent: number
}
type Waiting =
  | WaitingRows
  | { readonly kind: 'watermark'; watermarkMs: number }
  | { readonly kind: 'idle'; readonly isIdle: boolean }
  | { readonly kind: 'end' }

export class AsyncCalls implements Operator {
  readonly #shape: AsyncCallsShape
  readonly #output: Output
  readonly #store: RowStore
  readonly #queue: Waiting[] = []
  #queuedRows = 0
  #rowsUnderWay = 0
  #rowsBegun = 0
  #failure: { readonly error: unknown } | null = null

  constructor(shape: AsyncCallsShape, output: Output) {
    this.#shape = shape
    this.#output = output
    this.#store = new RowStore(shape.types)
  }

  get stateBytes(): number {
    return this.#store.stateBytes
  }

  /** Whether no more rows should come for now. */
  get isFull(): boolean {
    return this.#queuedRows >= this.#shape.capacity
  }

  /** Rows that wait. */
  get waitingRows(): number {
    return this.#queuedRows
  }

  /** Whether nothing waits. */
  get isIdle(): boolean {
    return this.#queue.length === 0 && this.#failure === null
  }

  push(_input: number, { length, columns, kinds, watermarks }: Batch): void {
    if (length === 0) return
    const ids = new Int32Array(length)
    this.#store.append(columns, null, length, ids)
    this.#queue.push({
      kind: 'rows',
      ids,
      kinds: kinds?.slice(0, length) ?? null,
      watermarks: watermarks?.slice(0, length) ?? null,
      open: new Int32Array(length).fill(this.#shape.calls.length),
      values: this.#shape.calls.map(() => []),
      begun: 0,
      sent: 0,
    })
    this.#queuedRows += length
    this.#begin()
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

  /** Sends the rows that have their values, in their order; throws what made a call fail. */
  sendAnswered(): void {
    if (this.#failure !== null) throw this.#failure.error
    this.#begin()
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      if (next.kind === 'rows' && !this.#sendRows(next)) return
      this.#queue.shift()
      if (next.kind === 'watermark') this.#output.advance(next.watermarkMs)
      else if (next.kind === 'idle') this.#output.setIdle?.(next.isIdle)
      else if (next.kind === 'end') this.#output.finish()
    }
  }

  /** Begins the calls of as many rows as may be under way. */
  #begin(): void {
    for (const waiting of this.#queue) {
      if (waiting.kind !== 'rows') continue
      const from = waiting.begun
      const count = Math.min(waiting.ids.length - from, this.#shape.capacity - this.#rowsUnderWay)
      if (count <= 0) {
        if (from < waiting.ids.length) return
        continue
      }
      waiting.begun += count
      this.#rowsUnderWay += count
      this.#beginRows(waiting, from, this.#store.gather(waiting.ids.subarray(from, from + count), count), count)
    }
  }

  #beginRows(waiting: WaitingRows, from: number, columns: readonly Vector[], count: number): void {
    const { types, calls } = this.#shape
    for (let index = 0; index < count; index++) {
      const number = ++this.#rowsBegun
      for (const [place, { arguments: args, call }] of calls.entries()) {
        const values = args.map((column) => valueAt(columns[column] as Vector, index, types[column] as DataType))
        this.#expect(waiting, from + index, place, call(values, number))
      }
    }
  }

  #expect(waiting: WaitingRows, row: number, place: number, value: Promise<unknown>): void {
    value.then(
      (given) => {
        const values = waiting.values[place] as unknown[]
        values[row] = given
        const open = (waiting.open[row] as number) - 1
        waiting.open[row] = open
        if (open === 0) this.#rowsUnderWay--
        this.#shape.answered()
      },
      (error: unknown) => {
        this.#failure ??= { error }
        this.#shape.answered()
      },
    )
  }

  /** Sends the next rows that have their values. Returns whether all of the batch have left. */
  #sendRows(waiting: WaitingRows): boolean {
    const { ids, kinds, watermarks, open, values, sent } = waiting
    let end = sent
    while (end < ids.length && open[end] === 0) end++
    if (end === sent) return false
    const [left, count] = [ids.subarray(sent, end), end - sent]
    const columns = [
      ...this.#store.gather(left, count).slice(0, this.#shape.passed),
      ...this.#shape.calls.map(({ result }, place) => vectorOf(result, (values[place] as unknown[]).slice(sent, end))),
    ]
    waiting.sent = end
    this.#queuedRows -= count
    for (const id of left) this.#store.free(id)
    this.#output.push({
      length: count,
      columns,
      kinds: kinds?.subarray(sent, end) ?? null,
      watermarks: watermarks?.subarray(sent, end) ?? null,
    })
    return end === ids.length
  }
}
