/** What takes frames from worker to worker. */
import type { PackedBatch } from './packed-batch.ts'

export type Frame =
  | { readonly kind: 'rows'; readonly input: number; readonly rows: PackedBatch }
  | { readonly kind: 'advance'; readonly watermarkMs: number }
  | { readonly kind: 'idle'; readonly isIdle: boolean }
  | { readonly kind: 'finish' }
  | { readonly kind: 'barrier' }

/** Takes frames to other workers. What rows count for is `weightOf`. */
export interface Carrier {
  /** Never waits; whoever makes rows asks `isFull` before. */
  send(to: number, exchange: number, frame: Frame): void
  /** Whether so much waits at a worker that nothing more should be made for it. */
  isFull(to: number, exchange: number): boolean
  /** The weight of the rows that were sent to a worker and that it has not dealt with. */
  waiting(to: number, exchange: number): number
  /** Rows of another worker have been dealt with. */
  release(from: number, exchange: number, weight: number): void
}

/** One of the workers of a run. */
export interface WorkerPlace {
  readonly index: number
  readonly count: number
}
