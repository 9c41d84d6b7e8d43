/**
 * The rows of an operation, page by page. A client asks for page 0, then for the next; it may ask for the last one again, since an answer can
 * get lost. Rows that nobody has fetched hold the run back.
 */
import { News } from '#base'
import { type Batch, rowAt, type Schema, stringType } from '#data'
import { gatewayErrors } from './errors.ts'
import { type ResultRow, sizeOf } from './result-rows.ts'

export interface ResultShape {
  readonly schema: Schema
  /** Whether they are the rows of a query. */
  readonly isQuery: boolean
  /** Of the job that gives the rows, or that was submitted; null: there is none. */
  readonly jobId: string | null
  /** Whether a statement only says that it was done. */
  readonly isPlain: boolean
}

export interface ResultPage {
  readonly rows: readonly ResultRow[]
  /** Whether there are no further pages, and no rows on this one. */
  readonly isEnd: boolean
}

const pageRowsMax = 5000
const pageBytesMax = 4_194_304
const waitingRowsMax = 10_000
const waitingBytesMax = 16_777_216

export class ResultPages {
  readonly shape: ResultShape
  #rows: ResultRow[] = []
  #bytes: number[] = []
  #waitingBytes = 0
  /** The page that is given next. */
  #next = 0
  #last: ResultPage = { rows: [], isEnd: false }
  #hasEnded = false
  #failure: { readonly error: unknown } | null = null
  readonly #news = new News()
  #room: PromiseWithResolvers<void> | null = null

  constructor(shape: ResultShape) {
    this.shape = shape
  }

  /** All rows at once. */
  static of(shape: ResultShape, rows: readonly (readonly unknown[])[]): ResultPages {
    const pages = new ResultPages(shape)
    for (const values of rows) pages.#add({ kind: 0, values })
    pages.end()
    return pages
  }

  /** Of a statement that is answered at once. */
  static table(schema: Schema, rows: readonly (readonly unknown[])[]): ResultPages {
    return ResultPages.of({ schema, isQuery: false, jobId: null, isPlain: false }, rows)
  }

  /** Of a statement that gives no rows. */
  static ok(): ResultPages {
    const shape = { schema: [{ name: 'result', type: stringType }], isQuery: false, jobId: null, isPlain: true }
    return ResultPages.of(shape, [['OK']])
  }

  /** Of a statement that submitted a job. */
  static job(jobId: string): ResultPages {
    const shape = { schema: [{ name: 'job id', type: stringType }], isQuery: false, jobId, isPlain: false }
    return ResultPages.of(shape, [[jobId]])
  }

  /** Takes rows over. A promise while more of them wait than memory is meant for. */
  add(batch: Batch): void | Promise<void> {
    if (this.#hasEnded) return undefined
    const { schema } = this.shape
    for (let row = 0; row < batch.length; row++) this.#add({ kind: batch.kinds?.[row] ?? 0, values: rowAt(batch, schema, row) })
    this.#news.tell()
    if (!this.#isFull) return undefined
    this.#room ??= Promise.withResolvers()
    return this.#room.promise
  }

  #add(row: ResultRow): void {
    const size = sizeOf(row.values)
    this.#rows.push(row)
    this.#bytes.push(size)
    this.#waitingBytes += size
  }

  get #isFull(): boolean {
    return this.#rows.length > waitingRowsMax || this.#waitingBytes > waitingBytesMax
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** No further rows come. */
  end(): void {
    this.#hasEnded = true
    this.#news.tell()
  }

  /** No further rows come, because of an error; those that are there can still be fetched. */
  fail(error: unknown): void {
    this.#failure ??= { error }
    this.end()
    this.#makeRoom()
  }

  /** Nobody fetches rows any more. */
  drop(): void {
    this.#hasEnded = true
    this.#rows = []
    this.#bytes = []
    this.#waitingBytes = 0
    this.#makeRoom()
  }

  #makeRoom(): void {
    this.#room?.resolve()
    this.#room = null
  }

  /** A page; one without rows where none came within `waitMs`. */
  async fetch(token: number, waitMs: number): Promise<ResultPage> {
    this.#check(token)
    if (token === this.#next && this.#rows.length === 0 && !this.#hasEnded) {
      await this.#news.within(waitMs)
      this.#check(token)
    }
    return token === this.#next ? this.#nextPage() : this.#last
  }

  #check(token: number): void {
    if (token === this.#next || (token === this.#next - 1 && token >= 0)) return
    const expected = this.#next === 0 ? '0' : `${this.#next} or ${this.#next - 1}`
    throw gatewayErrors.GATEWAY_TOKEN_MISMATCH({ expected, token })
  }

  #nextPage(): ResultPage {
    if (this.#rows.length === 0 && this.#failure !== null) throw this.#failure.error
    // The end is told as often as somebody asks.
    if (this.#rows.length === 0 && this.#hasEnded) return { rows: [], isEnd: true }
    let count = 0
    for (let bytes = 0; count < Math.min(pageRowsMax, this.#rows.length) && bytes <= pageBytesMax; count++) bytes += this.#bytes[count] ?? 0
    for (const size of this.#bytes.splice(0, count)) this.#waitingBytes -= size
    this.#last = { rows: this.#rows.splice(0, count), isEnd: false }
    this.#next++
    if (!this.#isFull) this.#makeRoom()
    return this.#last
  }
}
