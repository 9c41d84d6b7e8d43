/**
 * The seam of the kernel: an operator takes batches and watermarks on its inputs and pushes batches and watermarks to its output, by
 * plain synchronous calls. It knows rows and changes, never queries.
 */
import type { Batch } from '#data'
import type { StatePart } from './state/state-part.ts'

/** Where an operator sends its results. Whoever receives a batch copies what it keeps: see data/batch.ts. */
export interface Output {
  push(batch: Batch): void
  /** All rows sent later have event times above `watermarkMs`, or count as late. Never goes back. */
  advance(watermarkMs: number): void
  /** Whether nothing comes for now: what is idle holds back no watermark. Called when it changes; left out where it makes no difference. */
  setIdle?(isIdle: boolean): void
  /** Nothing follows. */
  finish(): void
}

export interface Operator {
  /** What has to be saved so that the operator could go on in another process; left out when nothing has. */
  readonly state?: readonly StatePart[]
  /** Bytes of what it keeps, about; left out where that is little. */
  readonly stateBytes?: number
  /** Bytes of what is kept out of memory; left out where nothing ever is. */
  readonly spilledBytes?: number
  /** Rows passed over since they came too late; left out where none can. */
  readonly lateRows?: number
  push(input: number, batch: Batch): void
  advance(input: number, watermarkMs: number): void
  /** Whether nothing comes on an input for now; passed on when it is so on all inputs that have not ended. Left out where watermarks end. */
  setIdle?(input: number, isIdle: boolean): void
  /** The clock shows `nowMs`, whether rows come or not; left out where nothing goes by the clock. */
  tick?(nowMs: number): void
  /** Nothing follows on an input. Comes again when the work goes on from a checkpoint that was taken after the end of the input. */
  finish(input: number): void
}

/** Makes an operator that sends to `output`. */
export type OperatorFactory = (output: Output) => Operator
