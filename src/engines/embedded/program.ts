/** A compiled plan: what to read, the operators between, and where rows go. Used for one run. */

import type { Sink } from '#connectors'
import type { Schema } from '#data'
import type { Program, ProgramOutput, RunSettings } from '../engine.ts'
import type { Calc } from './generate/calc.ts'
import type { BackPressure, CollectOutput, SinkOutput } from './lower/sink.ts'
import type { ScanTask, ValuesTask } from './lower/tasks.ts'

export interface EmbeddedProgram extends Program {
  readonly engine: 'embedded'
  readonly settings: RunSettings
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
  readonly calcs: readonly Calc[]
  /** What follows the clock and has to be told of it. */
  readonly clocked: readonly { tick(nowMs: number): void }[]
  /** Whether every output has all the rows that it will ever have. */
  needsNoMore(): boolean
  lateRows(): number
}

export interface SinkTask {
  readonly name: string
  readonly sink: Sink
  readonly schema: Schema
  readonly overwrite: boolean
  readonly output: SinkOutput
}
