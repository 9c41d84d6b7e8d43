/** Reads a whole table for a lookup join, before the first row and then again every so often; rows found meanwhile are the old ones. */
import type { Clock } from '#base'
import type { LookupCachePolicy, SourceReader } from '#connectors'
import type { Batch } from '#data'
import type { WholeTable } from '#dataflow'

export interface LoaderShape {
  readonly table: WholeTable
  readonly policy: LookupCachePolicy & { readonly kind: 'full' }
  readonly clock: Clock
  readonly open: (signal: AbortSignal) => Promise<SourceReader>
  /** Chooses rows and computes the columns that are kept; null when no row is. */
  readonly read: (batch: Batch) => Batch | null
}

export class WholeTableLoader {
  readonly #shape: LoaderShape
  /** When the table is read again. */
  #dueAtMs = Number.POSITIVE_INFINITY
  #loading: Promise<void> | null = null
  #failure: { readonly error: unknown } | null = null

  constructor(shape: LoaderShape) {
    this.#shape = shape
  }

  /** Reads the table once. */
  async load(signal: AbortSignal): Promise<void> {
    const { table, policy, clock, open, read } = this.#shape
    const startedMs = clock.monotonicMs()
    const reader = await open(signal)
    try {
      table.begin()
      for (let next = await reader.read(); next !== null; next = await reader.read()) {
        const rows = read(next.batch)
        if (rows !== null) table.add(rows)
      }
    } finally {
      await reader.close()
    }
    if (signal.aborted) return
    table.settle()
    if (policy.reloadEveryMs !== null)
      this.#dueAtMs = (policy.reloadFrom === 'start' ? startedMs : clock.monotonicMs()) + policy.reloadEveryMs
  }

  /** Begins to read again when it is time, and calls `wake` afterwards; throws when the last reading failed. */
  tick(signal: AbortSignal, wake: () => void): void {
    if (this.#failure !== null) throw this.#failure.error
    if (this.#loading !== null || this.#shape.clock.monotonicMs() < this.#dueAtMs) return
    this.#loading = this.load(signal)
      .catch((error: unknown) => {
        this.#failure = { error }
      })
      .finally(() => {
        this.#loading = null
        wake()
      })
  }

  /** Waits for a reading that goes on; its signal has been aborted. */
  async close(): Promise<void> {
    await this.#loading
  }
}
