/** A compiled plan: what to read, the operators between, and where rows go. Used for one run. */

import type { Sink } from '#connectors'
import type { Schema } from '#data'
import type { WatermarkOperator } from '#dataflow'
import type { Program, ProgramOutput, RunSettings } from '../engine.ts'
import type { StateKeeper } from './checkpoint/state-files.ts'
import type { LookupTask } from './lower/lookup-task.ts'
import type { BackPressure, CollectOutput, SinkOutput } from './lower/sink.ts'
import type { ScanTask, ValuesTask } from './lower/tasks.ts'

export interface EmbeddedProgram extends Program {
  readonly engine: 'embedded'
  readonly settings: RunSettings
  /** The plan as text. */
  readonly plan: string
  /** Lowers the plan to fresh operators. */
  instantiate(collect: CollectListener): Instance
}

export type CollectListener = (output: number, schema: Schema, batch: Parameters<CollectOutput['push']>[0]) => void | Promise<void>

/** The operators of one run. */
export interface Instance {
  readonly scans: readonly ScanTask[]
  readonly values: readonly ValuesTask[]
  readonly sinks: readonly SinkTask[]
  readonly collects: readonly CollectOutput[]
  readonly outputs: readonly ProgramOutput[]
  readonly backPressure: BackPressure
  /** Tables outside that rows are looked up in, while others may come. */
  readonly lookups: readonly LookupTask[]
  /** What follows the clock and has to be told of it. */
  readonly clocked: readonly { tick(nowMs: number): void }[]
  /** Whether every output has all the rows that it will ever have. */
  needsNoMore(): boolean
  lateRows(): number
  savedState(): SavedState
}

/** The operators that a checkpoint asks for what they hold. */
export interface SavedState {
  readonly keepers: readonly StateKeeper[]
  /** Operators that derive watermarks from rows. */
  readonly watermarks: readonly { readonly id: string; readonly operator: WatermarkOperator }[]
}

export interface SinkTask {
  readonly name: string
  readonly sink: Sink
  readonly schema: Schema
  readonly overwrite: boolean
  readonly output: SinkOutput
}
