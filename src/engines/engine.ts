/** The ways to run a plan. Every engine gives the same answers; what it cannot run it refuses with a reason. */

import type { DescribedOption, TableWays } from '#connectors'
import type { Batch, Schema } from '#data'
import type { RunMetrics } from '#metrics'
import type {
  ConnectionDefinition,
  Output,
  Plan,
  PlanChangelog,
  Relation,
  RelationKind,
  Scan,
  TableDefinition,
  TablePath,
  TableSize,
  Tables,
  WrittenAt,
} from '#plan'

type EngineName = 'embedded' | 'flink' | 'spark' | 'storm'

/** Whether an engine runs a kind of relation; `no` and `only` say why and when, as a clause that can follow the name. */
export type Capability = 'yes' | { readonly no: string } | { readonly only: string }
type Capabilities = Readonly<Record<RelationKind, Capability>>

/** What an engine made of a plan. */
export interface Program {
  readonly engine: EngineName
  /** One for each output of the plan. */
  readonly outputs: readonly ProgramOutput[]
  explain(): Explanation
}

/** What is known of a program before it runs. Relations are those of the plan that was compiled. */
export interface Explanation {
  readonly changelog: PlanChangelog
  /** What the run keeps for a relation; null where it keeps nothing. */
  stateOf(relation: Relation): StateNote | null
  /** By output: what the run keeps before its sink; null where it keeps nothing. */
  readonly sinkStates: readonly (StateNote | null)[]
  /** By output; null for rows that are shown to the caller. */
  readonly deliveries: readonly (Delivery | null)[]
  /** Whether the table of a scan ends by itself. */
  ends(scan: Scan): boolean
  /** How workers share the run; null where one does it all. */
  readonly sharing: Sharing | null
  code(): readonly GeneratedCode[]
}

export interface Sharing {
  readonly workers: number
  /** How many of them have rows of a relation. */
  workersOf(relation: Relation): number
  /** Which of them write the rows of an output. */
  writersOf(output: Output): WritersNote
  /** How rows come to a relation, by input; null where they stay with their worker. */
  exchangesOf(relation: Relation): readonly (ExchangeNote | null)[]
}

/** How rows go from worker to worker. */
export interface ExchangeNote {
  /** To the worker that holds the key, to the first worker, or to one that has little to do. */
  readonly kind: 'hash' | 'single' | 'balanced'
  /** The columns of the key. */
  readonly keys: readonly string[]
  /** Whether rows of a key are combined before they go. */
  readonly isCombined: boolean
}

/** Who writes the rows of an output: the first worker, each worker its own, or each those whose key it holds. */
export interface WritersNote {
  readonly kind: 'first' | 'each' | 'by-key'
  /** The columns of the key. */
  readonly keys: readonly string[]
}

export interface StateNote {
  /** What is kept, such as `one entry per user_id`. */
  readonly keeps: string
  /** What bounds it, or what it grows with and what to do about it. */
  readonly bound: string
  /** Whether it grows for as long as rows come. */
  readonly grows: boolean
}

/** What happens to written rows when a run breaks and goes on. */
export interface Delivery {
  readonly guarantee: 'exactly-once' | 'at-least-once' | 'none'
  readonly why: string
}

/** Source that was generated, and what it computes. */
export interface GeneratedCode {
  readonly title: string
  readonly source: string
}

export interface ProgramOutput {
  readonly schema: Schema
  /** Whether earlier rows may change or go. */
  readonly updating: boolean
}

/** Compile is pure. The rest are idempotent and find the work by jobId alone. observe changes nothing. */
export interface Engine<P extends Program = Program> {
  readonly name: EngineName
  readonly capabilities: Capabilities
  /** Loads what it takes to compile plans over their tables, such as connectors. Comes before all that asks for a scan, and before `compile`. */
  load(plan: Plan, tables: Tables): Promise<void>
  /** Whether the reader of a scan can read single fields of a ROW column, under keys such as `bid.price`. */
  readsFields(scan: Scan, tables: Tables): boolean
  /** Kinds of change that reading the table of a scan gives. */
  changesOf(scan: Scan, tables: Tables): SourceChanges
  /**
   * How much the table of a scan holds, as its options say; else, if it is to be measured, as its source can tell without reading it.
   * Null where nobody knows.
   */
  sizeOf(scan: Scan, tables: Tables, isMeasured: boolean): Promise<TableSize | null>
  /** Other ways to use a table than its options say. */
  waysOf(table: TableDefinition): Promise<TableWays>
  /** Fails where a connection is nothing that its connector knows, or holds a secret as plain text. */
  checkConnection(connection: ConnectionDefinition): Promise<void>
  /** The options that a WITH clause may have, beside those that it has. */
  describeOptions(clause: TableDefinition['options']): Promise<readonly DescribedOption[]>
  compile(plan: Plan, tables: Tables, settings: RunSettings): P
  /** The durable work that a program goes on with; fails where it keeps none. */
  keptWork(program: P): Promise<KeptWork>
  start(jobId: string, program: P, results?: ResultListener): Promise<void>
  observe(jobId: string): Promise<Observation>
  /** What each operator of a job did so far; null where nobody knows of the job. Changes nothing. */
  measure(jobId: string): Promise<RunMetrics | null>
  /** Waits for the end of a job; rejects with what made it fail. */
  ended(jobId: string): Promise<void>
  /** Resolves when the job has ended. */
  stop(jobId: string, how: 'now'): Promise<void>
  /** Lets go of what is known of a job that has ended. */
  forget(jobId: string): void
}

/** Durable work, seen by who wants it to go on in another engine. */
export interface KeptWork {
  /** Where it goes on; null: nowhere. */
  successor(): Promise<Successor | null>
  /** Commits what was prepared last, and tells where the work stands then. Fails where it runs, or has never run. */
  settle(): Promise<WorkStand>
  /** The operators of the program that keep something. */
  operators(): readonly KeptOperator[]
  /** What a run of the program would find of the state that it goes on from; null where none is. Changes nothing. */
  fit(): Promise<StateFit | null>
  /** Lets no run go on with it, since it goes on elsewhere; null: it does not. */
  moveTo(successor: Successor | null): Promise<void>
}

/** What becomes of the state of a checkpoint under a plan. */
export interface StateFit {
  readonly checkpoint: number
  /** Operators that go on with what they had. */
  readonly kept: readonly FittedState[]
  /** Those that the plan has not, or has in another form. */
  readonly dropped: readonly FittedState[]
  /** Operators of the plan that begin empty. */
  readonly started: readonly FittedState[]
}

export interface KeptOperator {
  /** The same in all programs that have this operator. */
  readonly id: string
  /** As EXPLAIN names it. */
  readonly operator: string
  /** Where in the text of this program it comes from; null where that is not known, or the program does not have it. */
  readonly at: WrittenAt | null
}

export interface FittedState extends KeptOperator {
  /** Whether the plan has an operator of this id, and it has another form. */
  readonly isChanged: boolean
  /** What the checkpoint holds of it; null where it has none, and where so much is kept that it was not looked through. */
  readonly parts: readonly HeldPart[] | null
}

/** One of the things that an operator keeps, such as its groups. */
export interface HeldPart {
  readonly name: string
  readonly entries: number
  readonly bytes: number
}

export interface Successor {
  /** In words, such as `job "sums" on cluster "dev"`. */
  readonly name: string
  /** Whether it has begun for sure. */
  readonly hasBegun: boolean
}

export interface WorkStand {
  /** Whether it has come to its end. */
  readonly isFinished: boolean
  /** The operators that keep something, as EXPLAIN names them. */
  readonly operators: readonly string[]
  readonly sources: readonly SourceStand[]
  readonly sinks: readonly SinkStand[]
}

export interface SourceStand {
  readonly table: TablePath
  /** Whether readers of another engine begin where those here began. */
  readonly beginsAlike: boolean
  /** The options by which they go on where those here stand; null where they cannot. */
  readonly options: Readonly<Record<string, string>> | null
}

export interface SinkStand {
  readonly table: string
  /** Whether rows that are written again replace themselves. */
  readonly isRepeatable: boolean
}

/** Inserts only; upserts by the primary key without -U, where deletions may carry the key alone; or full changes. */
export type SourceChanges = 'append' | 'upsert' | 'all'

/** Configuration of a run under Flink's keys, such as `table.local-time-zone`. */
export type RunSettings = Readonly<Record<string, string>>

/** Takes the rows of outputs that are shown to the caller. */
export interface ResultListener {
  /** The batch is only valid during the call. A promise holds the run back. */
  changes(output: number, schema: Schema, batch: Batch): void | Promise<void>
}

export interface ResumedFrom {
  readonly checkpoint: number
  /** Whether the work had ended with it. */
  readonly finished: boolean
  /** Whether the plan is another one since. */
  readonly isChanged: boolean
}

/** What is known of a job, who says so, and when, in epoch milliseconds. Who cannot be reached says nothing of it. */
export type Evidence<Known> =
  | ({ readonly kind: 'present'; readonly source: string; readonly at: number } & Known)
  | { readonly kind: 'absent'; readonly source: string; readonly at: number }
  | { readonly kind: 'unreachable'; readonly source: string; readonly at: number; readonly reason: string }

export type Observation = Evidence<{ readonly state: JobState; readonly error: Error | null; readonly report: RunReport }>

export type JobState = 'running' | 'finished' | 'stopped' | 'failed'

/** What a run has done so far. */
export interface RunReport {
  /** The checkpoint that a durable run went on from, and whether the work had ended with it; null for a run from the start. */
  readonly resumedFrom: ResumedFrom | null
  readonly rowsIn: number
  readonly rowsOut: number
  readonly skippedRows: number
  readonly lateRows: number
  /** Epoch milliseconds; null before the first. The least over all sources. */
  readonly watermarkMs: number | null
  readonly startedAt: number
  /** Milliseconds until rows could flow: state is restored, inputs and outputs are open. Null before, and where nothing is left to read. */
  readonly readyMs: number | null
  /** How long each checkpoint on the way held rows back, in milliseconds; the latest thousand of each worker. */
  readonly pausesMs: readonly number[]
  /** The most bytes of state that memory had no room for at a time. */
  readonly spilledBytes: number
  /** Tables whose systems outside do not answer now. */
  readonly waiting: readonly OutsideWait[]
  /** Milliseconds of running. */
  readonly durationMs: number
}

/** A table that has to wait for the system outside: why, and since when in epoch milliseconds. */
export interface OutsideWait {
  readonly table: string
  readonly reason: string
  readonly since: number
}
