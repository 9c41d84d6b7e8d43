/**
 * A table outside that rows are looked up in during a run: what is open of it, what is waited for, and what went wrong. The loop of the
 * run opens it, asks it to send what has been answered, and waits while it is full.
 */
import { assert, type Clock, counted, printDuration } from '#base'
import type { LookupReader } from '#connectors'
import type { Batch, DataType } from '#data'
import type { LookupAnswer, LookupJoin } from '#dataflow'
import { embeddedErrors } from '../errors.ts'
import { askRepeatedly, type RetryPolicy } from './lookup-retry.ts'
import type { OutsideTask } from './outside-task.ts'
import type { WholeTableLoader } from './whole-table-loader.ts'

export interface LookupTaskShape {
  /** Name of the table, for errors. */
  readonly table: string
  readonly clock: Clock
  readonly timeoutMs: number
  readonly retry: RetryPolicy
  /** Types of the columns that the reader finds. */
  readonly types: readonly DataType[]
  /** Null where the whole table is read instead. */
  readonly open: ((signal: AbortSignal) => Promise<LookupReader>) | null
  readonly loader: WholeTableLoader | null
}

interface Asked {
  readonly sinceMs: number
  readonly keys: number
}

export class LookupTask implements OutsideTask {
  readonly #shape: LookupTaskShape
  readonly #abort = new AbortController()
  /** Oldest first. */
  readonly #asked = new Set<Asked>()
  #reader: LookupReader | null = null
  #join: LookupJoin | null = null
  wake: () => void = () => undefined

  constructor(shape: LookupTaskShape) {
    this.#shape = shape
  }

  /** The operator that asks, which is made with `lookup`. */
  serve(join: LookupJoin): void {
    this.#join = join
  }

  async open(): Promise<void> {
    const { open, loader } = this.#shape
    if (open !== null) this.#reader = await open(this.#abort.signal)
    await loader?.load(this.#abort.signal)
  }

  get isFull(): boolean {
    return this.#join?.isFull === true
  }

  get rows(): number {
    return this.#join?.waitingRows ?? 0
  }

  get isIdle(): boolean {
    return this.#join?.isIdle !== false
  }

  readonly lookup = async (keys: Batch): Promise<LookupAnswer> => {
    const { clock, table, retry, types } = this.#shape
    const asked: Asked = { sinceMs: clock.monotonicMs(), keys: keys.length }
    this.#asked.add(asked)
    try {
      assert(this.#reader !== null, `table "${table}" is open before rows arrive`)
      return await askRepeatedly(this.#reader, keys, { ...retry, types, table, clock, signal: this.#abort.signal })
    } finally {
      this.#asked.delete(asked)
    }
  }

  /** Sends on the rows whose answers are there; throws when a lookup failed, or has been waited for too long. */
  sendAnswered(): void {
    this.#join?.sendAnswered()
    const [oldest] = this.#asked
    const { clock, timeoutMs, table } = this.#shape
    if (oldest === undefined || clock.monotonicMs() - oldest.sinceMs <= timeoutMs) return
    throw embeddedErrors.ENGINE_LOOKUP_LATE({ keys: counted(oldest.keys, 'key'), table, limit: printDuration(timeoutMs) })
  }

  /** Begins to read the whole table again when it is time; throws when it could not be read. */
  tick(): void {
    this.#shape.loader?.tick(this.#abort.signal, this.wake)
  }

  async close(): Promise<void> {
    this.#abort.abort()
    await this.#shape.loader?.close()
    await this.#reader?.close()
  }
}
