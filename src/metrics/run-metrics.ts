/**
 * What a run tells of itself: plain data in Flink's words, the same for every engine, which can be sent and stored as JSON. Numbers count
 * from the beginning of the run; what happened in a second of it is computed from two of these by rates.ts.
 */
import type { SourcePartitions } from './source-partitions.ts'

export interface RunMetrics {
  /** Epoch milliseconds. */
  readonly takenAt: number
  readonly checkpoints: CheckpointMetrics
  /** By operator, in the order of the plan, then by subtask. */
  readonly operators: readonly OperatorMetrics[]
}

/** Of this life of a run: what was published, and the last of it. */
export interface CheckpointMetrics {
  readonly numberOfCompletedCheckpoints: number
  /** Those that a run went on after; where one that fails ends the run, none. */
  readonly numberOfFailedCheckpoints: number
  /** Milliseconds from the order to take it until it was published; null before the first. */
  readonly lastCheckpointDuration: number | null
  /** Bytes of state that were written for it; null before the first. */
  readonly lastCheckpointSize: number | null
  /** Bytes of state that it is made of, those of earlier checkpoints included; null before the first. */
  readonly lastCheckpointFullSize: number | null
}

/** Before the first checkpoint, and where none are kept. */
export const noCheckpoints: CheckpointMetrics = {
  numberOfCompletedCheckpoints: 0,
  numberOfFailedCheckpoints: 0,
  lastCheckpointDuration: null,
  lastCheckpointSize: null,
  lastCheckpointFullSize: null,
}

/**
 * One subtask of an operator, which is what one worker has of it. Every number is measured for what `nodes` names, and for nothing
 * smaller: relations that one generated loop computes together have one time, and the rows that go into and come out of the loop.
 */
export interface OperatorMetrics {
  /**
   * The number of the relation in EXPLAIN JSON_EXECUTION_PLAN; what stands before it or behind it adds a word, such as `3-exchange`. On
   * Flink an operator is a vertex, with its 32 hexadecimal digits.
   */
  readonly operatorId: string
  /** Such as `GroupAggregate` or `Source: default_catalog.default_database.orders`. */
  readonly operatorName: string
  /** An exchange sends rows to the workers that need them, combined where that is possible. */
  readonly kind: 'source' | 'operator' | 'exchange' | 'sink'
  /** The numbers of all relations that it computes, its own first; several are a stage. */
  readonly nodes: readonly number[]
  /** The worker, from 0. */
  readonly subtask: number
  /** How many subtasks the operator has. */
  readonly parallelism: number
  /** Rows, changes to rows included. Behind an exchange those that this worker got. */
  readonly numRecordsIn: number
  readonly numRecordsOut: number
  /** Rows passed over since their window was closed or their time was gone. */
  readonly numLateRecordsDropped: number
  /** Milliseconds of its own work, what it hands rows to not included. A sink is busy as well while a write is waited for. */
  readonly accumulatedBusyTimeMs: number
  /** Milliseconds in which its worker waited since something behind it had no room: a sink, another worker, calls outside. */
  readonly accumulatedBackPressuredTimeMs: number
  /** The rest of the life of the subtask; its worker may have worked for another operator meanwhile. */
  readonly accumulatedIdleTimeMs: number
  /** Epoch milliseconds, the least of all inputs; null before the first. It stays where it was when an input ends. */
  readonly currentInputWatermark: number | null
  readonly currentOutputWatermark: number | null
  /** Bytes of state in memory, about; on Flink those in its last checkpoint. */
  readonly stateBytes: number
  /** Bytes of state that memory has no room for, with the rows that wait for it. */
  readonly spilledBytes: number
  /** Batches from other workers that it has not taken yet; null where none come. */
  readonly inputQueueLength: number | null
  /** Rows that wait for calls outside to be answered; null where none are made. */
  readonly waitingRecords: number | null
  /** What a source or a sink tells of the system outside; null for everything else. */
  readonly connector: ConnectorMetrics | null
  /** What a sample of its rows tells of its keys; null without a key. */
  readonly heaviestKeys: KeySample | null
  /** What the partitions that it reads stand at; null of everything but sources, and where no partitions are known. */
  readonly partitions: SourcePartitions | null
}

/** What a connector tells of its work with a system outside. Connectors that count nothing have zeros. */
export interface ConnectorMetrics {
  /** Bytes received or sent. */
  readonly numBytes: number
  /** Messages or rows that could not be read, or that were refused. */
  readonly numRecordsErrors: number
  /** Attempts that were made again. */
  readonly numRetries: number
  /** Messages or rows that are there and not read yet; null where that is not known. */
  readonly pendingRecords: number | null
  /** Why the system outside has to be waited for; null while it has not. */
  readonly waitingFor: string | null
  /** Since when, in epoch milliseconds. */
  readonly waitingSince: number | null
}

/** Of late rows the sample forgets the older ones half by half. */
export interface KeySample {
  /** Rows that the sample stands for. */
  readonly rows: number
  /** Rows that were looked at. */
  readonly sampledRows: number
  /** Heaviest first. */
  readonly keys: readonly KeyShare[]
}

export interface KeyShare {
  /** Columns with their values, printed as in results. */
  readonly key: Readonly<Record<string, string>>
  /** Of all rows, from 0 to 1. It may be too high by `error`, and by chance, since few rows are looked at. */
  readonly share: number
  readonly error: number
}
