/**
 * What a server and its processes say to one another, over a channel that carries structured values.
 *
 *     process                               server
 *       ready ─────────────────────────────►
 *             ◄───────────────────────────── begin     one session, or one run of a job
 *             ◄───────────────────────────── execute   a text: statements one after another
 *       told, told, … ─────────────────────►           at most as many as the server has room for
 *             ◄───────────────────────────── room      after it has taken some
 *       executed ──────────────────────────►
 *
 * 1. What statements tell comes in order, and no more of it than the server gave room for: who does not read holds the run back.
 * 2. Only the newest progress counts, so that it needs no room.
 * 3. A process whose channel closes ends: a job takes a last checkpoint first.
 */
import type { Failure } from '#base'
import type { ProcessIdentity } from '#blobs'
import type { DefinitionChange, KeptObjects } from '#catalog'
import type { RunReport } from '#engines'
import type { RunMetrics } from '#metrics'
import type { Completions, PlannedGraph, ScriptFit, ScriptUses } from '#query'
import type { JobSettings } from './job-settings.ts'

/** From the server. */
export type Order =
  | { readonly kind: 'begin'; readonly session: SessionShape }
  | { readonly kind: 'run-job'; readonly job: JobShape }
  | { readonly kind: 'execute'; readonly run: number; readonly text: string; readonly room: number }
  /** The workspace holds something else now. */
  | { readonly kind: 'recall'; readonly view: WorkspaceView }
  /** So many more things may be told of a text. */
  | { readonly kind: 'room'; readonly run: number; readonly more: number }
  /** Ends what runs of a text; nobody wants what it has not told yet. */
  | { readonly kind: 'cancel'; readonly run: number }
  | { readonly kind: 'ask'; readonly request: number; readonly question: Question }
  | { readonly kind: 'savepoint'; readonly request: number; readonly place: string; readonly stops: boolean }
  /** Ends the job: with a last checkpoint, or with the newest that is there. */
  | { readonly kind: 'stop'; readonly how: 'checkpoint' | 'now' }

/** What sessions and jobs of a workspace see of it. */
export interface WorkspaceView {
  /** What its catalog holds. */
  readonly kept: KeptObjects
  /** Its secrets, by name; those of the user who runs the server come after them. */
  readonly secrets: Readonly<Record<string, string>>
}

export const emptyView: WorkspaceView = { kept: [], secrets: {} }

export interface SessionShape {
  readonly settings: Readonly<Record<string, string>>
  /** Settings that no statement can change. */
  readonly fixedSettings: Readonly<Record<string, string>>
  readonly view: WorkspaceView
  /** Bytes of memory for the state of each run whose settings do not say how much. */
  readonly stateBytes: number
  /** Threads that may share a run. */
  readonly workersMax: number
}

export interface JobShape {
  readonly session: SessionShape
  readonly text: string
  /** The folder and the name of the record that tells how the run ended. */
  readonly endRecord: { readonly folder: string; readonly name: string }
  /** How long the process may take to end by itself when its server is gone. */
  readonly graceMs: number
}

/** What is answered at once, once: it runs nothing. */
export type Question =
  | { readonly kind: 'check'; readonly text: string }
  /** What is wrong with the script of a job, and its plans where nothing is. */
  | ({ readonly kind: 'review'; readonly text: string } & JobSettings)
  | { readonly kind: 'explain'; readonly text: string }
  | { readonly kind: 'complete'; readonly text: string; readonly offset: number }
  | ({ readonly kind: 'graphs'; readonly text: string } & JobSettings)
  | { readonly kind: 'uses'; readonly text: string }
  /** What a run would find of the state that is kept at its place, by the script `before`. */
  | ({ readonly kind: 'fit'; readonly text: string; readonly before: string } & JobSettings)
  | { readonly kind: 'measure' }

export interface Review {
  readonly failures: readonly Failure[]
  readonly graphs: readonly PlannedGraph[]
}

/** A script, and the state that another one has kept. */
export type KeptScript = Omit<Extract<Question, { kind: 'fit' }>, 'kind'>

/** What each question is answered with. */
export interface Replies {
  readonly check: readonly Failure[]
  readonly review: Review
  readonly explain: string
  readonly graphs: readonly PlannedGraph[]
  readonly uses: ScriptUses
  readonly fit: ScriptFit | null
  readonly complete: Completions
  readonly measure: RunMetrics | null
}

export interface SavepointTaken {
  readonly bytes: number
}

/** From a process. */
export type Answer =
  | { readonly kind: 'ready'; readonly identity: ProcessIdentity }
  | { readonly kind: 'told'; readonly run: number; readonly event: StatementEvent }
  /** A statement has made, changed or dropped things for good. */
  | { readonly kind: 'defined'; readonly run: number; readonly changes: readonly DefinitionChange[] }
  /** How far the statement of a text that runs has come. */
  | { readonly kind: 'progress'; readonly run: number; readonly report: RunReport }
  /** The statements of a text are done, or failed. A text that does not parse may have several failures. */
  | { readonly kind: 'executed'; readonly run: number; readonly outcome: Outcome; readonly failures: readonly Failure[] }
  | { readonly kind: 'replied'; readonly request: number; readonly value: unknown }
  | { readonly kind: 'refused'; readonly request: number; readonly failure: Failure }
  /** What went wrong outside of all statements; the process ends. */
  | { readonly kind: 'broken'; readonly failure: Failure }

export type Outcome = 'finished' | 'failed' | 'cancelled'

export interface ShownColumn {
  readonly name: string
  /** Such as `BIGINT NOT NULL`. */
  readonly type: string
}

interface ShownOrder {
  /** Place of the column. */
  readonly column: number
  readonly descending: boolean
  readonly nullsFirst: boolean
}

/** What happens while statements run, one after another. */
export type StatementEvent =
  /** A statement begins; `statement` names it, such as `CREATE TABLE`. Lines count from 1, offsets of the text from 0. */
  | { readonly kind: 'started'; readonly statement: string; readonly line: number; readonly start: number; readonly end: number }
  /** Its job has begun. */
  | { readonly kind: 'submitted'; readonly jobId: string }
  /** A SELECT begins to give rows. `updating`: earlier rows may change or go. */
  | {
      readonly kind: 'opened'
      readonly columns: readonly ShownColumn[]
      readonly updating: boolean
      readonly order: readonly ShownOrder[]
    }
  /** `json` is a list with an object for each row: `{"op":"+I","values":[…]}`, its values as `doubleJsonFunction` writes them. */
  | { readonly kind: 'changes'; readonly rows: number; readonly json: string }
  /** The whole answer of SHOW, DESCRIBE, EXPLAIN; `json` is a list of lists of values. */
  | { readonly kind: 'table'; readonly columns: readonly ShownColumn[]; readonly rows: number; readonly json: string }
  /** What a statement without rows did, such as `created table "orders"`. */
  | { readonly kind: 'done'; readonly message: string }
  /** The SELECT opened last has given all its rows. */
  | { readonly kind: 'closed' }
  /** A run of a SELECT, INSERT or statement set has ended. */
  | { readonly kind: 'ran'; readonly report: RunReport }

/** Rows of a page; characters of its JSON beyond which no row is added. */
export const pageRowsMax = 1000
export const pageLengthMax = 262_144
/** Characters of one row, or of the answer of a statement that is answered at once. */
export const rowLengthMax = 8_388_608
/** Characters of any other text that a process sends. */
export const textLengthMax = 1_048_576
