/** What the workers of a run and whoever leads them tell one another. All of it can be sent to another thread. */
import { MillraceError } from '#base'
import type { PackedBatch } from '#dataflow'
import type { OperatorMetrics } from '#metrics'
import type { RunReport } from '../../engine.ts'
import type { Manifest, SavedSink, SavedSource, TakenWatermarks } from '../checkpoint/manifest.ts'
import type { WrittenState } from '../checkpoint/state-files.ts'
import type { Beginning } from '../commits.ts'

/** From the leader. */
export type Order =
  | {
      readonly kind: 'begin'
      readonly beginning: Omit<Beginning, 'sources'> & { readonly sources: readonly SavedSource[] }
      /** Of durable work, else ''. */
      readonly workId: string
      /** The checkpoint to go on from. */
      readonly manifest: Manifest | null
    }
  /** Commit together with all other workers. */
  | {
      readonly kind: 'cut'
      readonly isLast: boolean
      readonly finished: boolean
      /** Where the state goes; null where there is nothing to go on from. */
      readonly stateFile: string | null
    }
  /** What the sinks of this worker had prepared for the last cut, as these records say, may become visible. */
  | { readonly kind: 'commit'; readonly sinks: readonly SavedSink[] }
  /** Read no more; the outputs have all rows that they need, or else the run is stopped. */
  | { readonly kind: 'enough' | 'stop' }
  /** How far the other workers are in event time, by group of aligned sources. */
  | { readonly kind: 'align'; readonly marks: Readonly<Record<string, number>> }
  /** Rows have been shown. */
  | { readonly kind: 'shown' }
  /** Another worker has failed: end, and commit nothing. */
  | { readonly kind: 'abandon' }

/** From a worker. */
export type Answer =
  /** The worker has heard that it should end. */
  | { readonly kind: 'stopping' }
  | { readonly kind: 'read-all'; readonly satisfied: boolean }
  | {
      readonly kind: 'taken'
      readonly sources: readonly SavedSource[]
      readonly sinks: readonly SavedSink[]
      readonly watermarks: TakenWatermarks
    }
  | ({ readonly kind: 'saved' } & WrittenState)
  | { readonly kind: 'committed' }
  /** How far the worker is in event time, by group of aligned sources. */
  | { readonly kind: 'aligned'; readonly marks: Readonly<Record<string, number>> }
  | { readonly kind: 'rows'; readonly output: number; readonly rows: PackedBatch }
  | { readonly kind: 'progress'; readonly report: RunReport; readonly metrics: readonly OperatorMetrics[] }
  | { readonly kind: 'ended'; readonly report: RunReport | null; readonly error: SentError | null }

/** An error on its way to another thread. */
export interface SentError {
  readonly code: string | null
  readonly blame: MillraceError['blame']
  readonly message: string
  readonly detail?: string | undefined
  readonly hint?: string | undefined
  readonly position?: MillraceError['position']
  readonly stack?: string | undefined
  readonly cause: SentError | null
}

const causesMax = 8

export function sendError(error: unknown, depth = 0): SentError {
  const cause = error instanceof Error && error.cause !== undefined && depth < causesMax ? sendError(error.cause, depth + 1) : null
  if (error instanceof MillraceError) {
    const { code, blame, message, detail, hint, position } = error
    return { code, blame, message, detail, hint, position, cause }
  }
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined }
  return { code: null, blame: 'internal', message, stack, cause }
}

export function receiveError({ code, blame, message, detail, hint, position, stack, cause }: SentError): Error {
  const below = cause === null ? {} : { cause: receiveError(cause) }
  // A message that came is no pattern: there are no parameters to put into it.
  if (code !== null) return new MillraceError(code, { blame, message }, {}, { detail, hint, position, ...below })
  const error = new Error(message, below)
  if (stack !== undefined) error.stack = stack
  return error
}
