/** A compiled plan: what to read, the operators between, and where rows go. Used for one run. */

import type { DeadLetter, Sink } from '#connectors'
import type { Schema } from '#data'
import type { Exchanges, StateBudget, WatermarkOperator } from '#dataflow'
import type { Output, PlanChangelog, Scan, TableDefinition, UserFunction } from '#plan'
import type { GeneratedCode, Program, ProgramOutput, RunSettings, WritersNote } from '../engine.ts'
import type { StateKeeper } from './checkpoint/state-files.ts'
import type { RunShape } from './lower/lower-plan.ts'
import type { OutsideTask } from './lower/outside-task.ts'
import type { Route } from './lower/route.ts'
import type { RunMeters } from './lower/run-meters.ts'
import type { BackPressure, CollectOutput, SinkOutput } from './lower/sink.ts'
import type { ScanTask, ValuesTask } from './lower/tasks.ts'
import type { Stretches } from './workers/long-stretches.ts'

export interface EmbeddedProgram extends Program {
  readonly engine: 'embedded'
  readonly settings: RunSettings
  /** The plan as text. */
  readonly plan: string
  /** Lowers the plan to fresh operators. */
  instantiate(collect: CollectListener, exchanges?: Exchanges | null): Instance
  /** Whether it may compute for long without a pause. */
  readonly stretches: Stretches
  /** The functions of users that it calls. */
  readonly userFunctions: readonly UserFunction[]
  /** The same for other threads. */
  toThreads(): ThreadShape
}

/** What operators are made of in a thread, as it can be sent to one. */
export interface ThreadShape {
  /** The plan as JSON. */
  readonly plan: string
  /** The tables that it reads and writes. */
  readonly tables: readonly TableDefinition[]
  readonly shape: RunShape
  readonly timeZone: string
  readonly startedAtMs: number
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
  /** Where rows come from and go to other workers; null where there are none. */
  readonly exchanges: Exchanges | null
  /** The memory for state, and what waits for state that is out of memory. */
  readonly budget: StateBudget
  /** Lets go of state that is out of memory. */
  closeState(): void
  /** Ends what follows operators that another worker has. Called once, before rows come. */
  endAbsent(): void
  /** Ends the table of late rows, if there is one: nothing else comes any more. */
  endLate(): void
  /** Tables outside that rows are looked up in, while others may come. */
  readonly lookups: readonly OutsideTask[]
  /** Who measures what. */
  readonly meters: RunMeters
  /** What follows the clock and has to be told of it. */
  readonly clocked: readonly { tick(nowMs: number): void }[]
  /** Whether every output has all the rows that it will ever have. */
  needsNoMore(): boolean
  lateRows(): number
  savedState(): SavedState
  readonly explained: ExplainedInstance
}

/** What is known of operators without running them. */
interface ExplainedInstance {
  readonly changelog: PlanChangelog
  /** Outputs that keep what is there per key, with the key. */
  readonly materialised: ReadonlyMap<Output, readonly string[]>
  /** Who writes the rows of each output, where several workers share the run. */
  readonly writers: ReadonlyMap<Output, WritersNote>
  /** Whether rows come all at once, and only final ones go out. */
  readonly isBatch: boolean
  /** Whether the table of a scan ends by itself. */
  readonly ends: (scan: Scan) => boolean
  readonly code: () => readonly GeneratedCode[]
  /** Where rows go from worker to worker. */
  readonly routes: readonly Route[]
}

/** The operators that a checkpoint asks for what they hold. */
export interface SavedState {
  readonly keepers: readonly StateKeeper[]
  /** Operators that derive watermarks from rows. */
  readonly watermarks: readonly { readonly id: string; readonly operator: WatermarkOperator }[]
}

export interface SinkTask {
  /** Its name in checkpoints. */
  readonly id: string
  readonly name: string
  readonly sink: Sink
  readonly schema: Schema
  readonly overwrite: boolean
  readonly output: SinkOutput
  /** Whether each worker of a run has a writer of it; else the first has the only one. */
  readonly isShared: boolean
  /** Takes rows that are refused for good; null: they end the work. */
  readonly deadLetters: ((letter: DeadLetter) => void) | null
}
