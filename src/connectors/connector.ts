/**
 * How outside systems are read and written. A connector is one folder with the same few files: its options as data, what reads,
 * what writes, its errors. Everything an engine needs is in this file.
 */
import type { Clock } from '#base'
import type { Batch, Schema } from '#data'
import type { FieldCondition, Option } from '#formats'
import type { ConnectorMeter } from './connector-meter.ts'
import type { DeadLetter } from './dead-letter.ts'

export interface Connector {
  /** The value of the option `connector`. */
  readonly name: string
  readonly options: readonly Option[]
  /** Loads what tables of these options need besides the connector itself, such as a format. Comes before `source` and `sink`. */
  load?(options: ConnectorTable['options']): Promise<void>
  /** Null when the connector cannot be read. Checks its options at once; opens nothing yet. */
  readonly source: ((table: ConnectorTable) => Source) | null
  /** Null when the connector cannot be written. Checks its options at once; opens nothing yet. */
  readonly sink: ((table: ConnectorTable) => Sink) | null
  /** Other ways to use tables with these options; left out: only as they say. */
  readonly ways?: (options: ConnectorTable['options']) => TableWays
  /** Asks how many parts a table has that one reader each can read; left out where tables have none. */
  readonly partitions?: (
    table: Pick<ConnectorTable, 'name' | 'options' | 'clock'>,
    signal: AbortSignal,
  ) => Promise<readonly PartitionedPlace[]>
}

/** What a table is read from, such as a topic. */
export interface PartitionedPlace {
  /** As people say it: `topic "orders"`. */
  readonly name: string
  readonly partitions: number
}

/** Options, beside those of a table or instead of them, under which it is used in another way; null where that cannot be. */
export interface TableWays {
  /** Beside its own: it is read from its beginning to what is there now. */
  readonly untilNow: ConnectorTable['options'] | null
  /** Beside its own: it is read from its beginning, and what comes later as well. */
  readonly onwards: ConnectorTable['options'] | null
  /** Instead of its own: a table of the bytes `message_key` and `message_value` that is written to where it is read from. */
  readonly sendBack: ConnectorTable['options'] | null
}

/** A catalogued table as a connector sees it. */
export interface ConnectorTable {
  /** Printed name, for errors. */
  readonly name: string
  /** All physical columns, in order. */
  readonly schema: Schema
  /** Columns that are metadata of the connector or the format, by their names; virtual ones are only read. */
  readonly metadataColumns: readonly { readonly name: string; readonly key: string; readonly isVirtual: boolean }[]
  readonly options: Readonly<Record<string, string>>
  readonly primaryKey: readonly string[]
  readonly partitionedBy: readonly string[]
  /** Zone of local time stamps, such as `Europe/Berlin`. */
  readonly timeZone: string
  readonly clock: Clock
}

export interface Source {
  /** Whether the input ends by itself. */
  readonly bounded: boolean
  /** Metadata columns that can be asked for, by key. */
  readonly metadata: Schema
  /**
   * Kinds of change that its rows are, left out: inserts only. `upsert`: rows by the primary key of the table without -U, where what was
   * there before may be unknown; `all`: -U and -D with all columns.
   */
  readonly changes?: 'append' | 'upsert' | 'all'
  /** Single fields of a ROW column can be asked for, under keys such as `bid.price`; NULL where the row is. */
  readonly readsFields?: true
  /** About how many rows there are, as far as that can be told without reading them; left out, or null, where it cannot. */
  countRows?(): Promise<number | null>
  open(request: ReadRequest): Promise<SourceReader>
  /**
   * Positions for so many readers that together read each row once: from the beginning, or (with `positions`) from where other readers
   * stood together, in whatever number. Rows of one split keep their order within a reader, unless `ordered` is false. Left out where only
   * one reader can read the table. Null for a reader for which nothing is left.
   */
  divide?(readers: number, positions: readonly unknown[] | null, ordered?: boolean): Promise<readonly unknown[]>
  /** How readers of other engines, which take the same options, read the same rows; left out where there are none. */
  readonly elsewhere?: SourceElsewhere
  /** Finds rows by key, for joins with what the table holds now; left out where the connector cannot. */
  readonly lookup?: Lookup
}

interface SourceElsewhere {
  /** Whether they begin where a reader here begins. */
  readonly beginsAlike: boolean
  /** The options by which they go on where readers stood together; null where they cannot. */
  optionsAt(positions: readonly unknown[]): Readonly<Record<string, string>> | null
}

/** How the rows of a table are found by key. The engine keeps what was found, and tries again what failed. */
export interface Lookup {
  readonly cache: LookupCachePolicy
  /** How often a lookup that failed is tried again. */
  readonly retriesMax: number
  /** Null where all rows are read through `Source.open` instead, and kept: the policy is full. */
  readonly open: ((request: LookupRequest) => Promise<LookupReader>) | null
}

/** Which rows are kept that were found once; see lookup-options.ts for what people write. */
export type LookupCachePolicy =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'partial'
      /** Limits; infinite where there is none. */
      readonly rowsMax: number
      readonly expireAfterWriteMs: number
      readonly expireAfterAccessMs: number
      /** Whether it is kept that a key has no rows. */
      readonly keepsMissing: boolean
    }
  | {
      /** All rows, read before the first row is joined. */
      readonly kind: 'full'
      /** They are read again so long after they were read last, or after that was begun; null: never. */
      readonly reloadEveryMs: number | null
      readonly reloadFrom: 'end' | 'start'
    }

/** Which rows are looked for, and what of them is wanted. */
interface LookupRequest {
  /** The physical columns that are compared with `=`, in the order of the columns of a batch of keys. */
  readonly keys: readonly WantedColumn[]
  /** Physical columns and metadata keys wanted, in the order of the columns of what is found. */
  readonly columns: readonly WantedColumn[]
  /** All of them must hold. A reader may use them to leave out rows and need not: rows are checked again. */
  readonly conditions: readonly ColumnCondition[]
  readonly signal: AbortSignal
}

export interface LookupReader {
  /**
   * Finds the rows of keys, none of which is NULL and no two of which are the same. May be called again before it has answered, as often
   * as fits into the capacity of the join. Must settle soon after the request's signal is aborted.
   */
  lookup(keys: Batch): Promise<FoundRows>
  close(): Promise<void>
}
interface FoundRows {
  /** Belongs to who asked: it is never filled again. */
  readonly rows: Batch
  /** By row: the place of its key in the batch of keys. */
  readonly places: Int32Array
}

/** What of a table is wanted. Columns that nobody asks for are never decoded. */
export interface ReadRequest {
  /** Physical columns and metadata keys wanted, in the order of the batch's columns. */
  readonly columns: readonly WantedColumn[]
  /** All of them must hold. A reader may use them to skip rows and need not: rows are checked again. */
  readonly conditions: readonly ColumnCondition[]
  /** Where to go on: what `SourceReader.position` gave. Left out: from the beginning. */
  readonly position?: unknown
  readonly signal: AbortSignal
  /** Told what the reader does. */
  readonly meter: ConnectorMeter
  /** Whether what cannot be read goes to a table of dead letters, in `SourceBatch.deadLetters`, instead of ending the work. */
  readonly hasDeadLetters: boolean
  /** The name of the work, the same in every life of a durable run; null for a run that leaves nothing behind to go on from. */
  readonly work: string | null
}
export interface WantedColumn {
  readonly kind: 'physical' | 'metadata'
  /** Column name or metadata key. */
  readonly key: string
  readonly type: Schema[number]['type']
}
/** A comparison of a physical column with a boxed value of the column's type; `in` holds when one of the values is equal. */
export type ColumnCondition = FieldCondition

export interface SourceReader {
  /**
   * The next batch; a promise when it has to be waited for; null at the end of a bounded input. The batch may be filled again by the
   * next call. Must settle soon after the request's signal is aborted.
   */
  read(): SourceBatch | null | Promise<SourceBatch | null>
  /** Where reading stands after the last batch returned, as JSON that `open` could start from. */
  position(): unknown
  /** Rows that were set aside because they could not be read, so far. */
  readonly skippedRows: number
  /** Lets no rows of these splits come, and of all others; left out where the reader has one split, or cannot choose. */
  hold?(splits: readonly string[]): void
  /** What its splits stand at now, told from what it knows without asking anybody; left out where it does not tell splits apart. */
  standing?(): readonly SplitStanding[]
  /** Told when a checkpoint with this position of the reader is complete, for systems that like to know, as groups of consumers do. */
  checkpointed?(position: unknown): Promise<void>
  close(): Promise<void>
}
export interface SplitStanding {
  /** As in `SourceBatch.split`. */
  readonly split: string
  /** As people say it, such as `orders-3`. */
  readonly name: string
  /** Where reading goes on after the rows that were given. */
  readonly position: number | string
  /** Behind the last row that is there, or where reading ends; null where that is not known. */
  readonly end: number | string | null
  /** Null where that is not known. */
  readonly pendingRows: number | null
  /** Whether all is read of what is to be read. */
  readonly hasEnded: boolean
}
export interface SourceBatch {
  readonly batch: Batch
  /** The independent part of the input that the rows come from, such as a partition; each has a watermark of its own. */
  readonly split: string
  /** All splits that are read now, whether they have given rows or not; left out: those that have. */
  readonly splits?: readonly string[]
  /** What could not be read between the batch before and the end of this one, which may have no rows. */
  readonly deadLetters?: readonly DeadLetter[]
}

export interface Sink {
  /**
   * Kinds of change that the sink takes: inserts only; changes by primary key without -U; or all four kinds, `newest` being a sink that
   * needs no -U, and gets it only where it is there anyway.
   */
  readonly takes: 'append' | 'upsert' | 'newest' | 'all'
  /**
   * Whether several writers may share the rows, each with some of them; left out: one has all. Where it takes changes, rows with the same
   * primary key come to the same writer, in order.
   */
  readonly isShareable?: boolean
  /** Whether somebody may ask for the order of its rows, as of messages with keys: rows of a split then come in their order. */
  readonly isOrdered?: boolean
  /**
   * Makes one commit of what several writers that overwrite had prepared together: a record for each of them, of which the first is
   * committed first and replaces what was there. Left out: one writer overwrites.
   */
  readonly joinOverwrites?: (records: readonly unknown[]) => readonly unknown[]
  /** Why rows may be there twice after a crash, as a clause; left out: they are not. */
  readonly repeats?: string
  open(request: WriteRequest): Promise<SinkWriter>
}
export interface WriteRequest {
  /** The columns of the batches: all persisted columns of the table. */
  readonly schema: Schema
  readonly overwrite: boolean
  /** Left out: what is prepared is void once the writer is closed or its process has ended. */
  readonly durable?: DurableWork
  readonly signal: AbortSignal
  /** Told what the writer does. */
  readonly meter: ConnectorMeter
  /** Takes rows that the other side refuses for good, until `prepare` is answered; null: they end the work. */
  readonly deadLetters: ((letter: DeadLetter) => void) | null
}

/** Work that outlives its process: what is prepared waits for a later life of it. Only one life is there at a time. */
export interface DurableWork {
  /** The same in every life, also of one that begins anew in the same place. Work of another machine may have it as well. */
  readonly name: string
  /** The same in every life that goes on from the one before, and no other work's anywhere. */
  readonly id: string
  /** What the life before had prepared for its last checkpoint, to be committed first; null when there is none. All else is void. */
  readonly record: unknown
  /** Which of several writers this is; left out: the only one. */
  readonly writer?: { readonly index: number; readonly count: number }
  /** What writers had prepared that the life before had and this one has not. The first writer commits it, too. */
  readonly left?: readonly unknown[]
}

export interface SinkWriter {
  /** Takes the rows over before it returns. A promise asks the caller to wait before it reads on (back pressure). */
  write(batch: Batch): void | Promise<void>
  /** Told that rows of before this instant do not come any more, in epoch milliseconds; infinite: none at all come. */
  advance?(watermarkMs: number): void
  /** Makes everything written so far ready to commit; returns what `commit` needs, as JSON. Nothing is visible before the commit. */
  prepare(): Promise<unknown>
  /** Makes prepared rows visible for good. May be called again with the same record after a crash. */
  commit(record: unknown): Promise<void>
  /** Ends the work and drops what was not committed, but for what durable work had prepared. */
  close(): Promise<void>
}
