/** Every metric that is kept: what it counts, what subtasks make of it together, and how exactly it is kept. Names are Flink's. */

export interface MetricWord {
  /** Whether each subtask has it, or the job as a whole. */
  readonly of: 'subtask' | 'job'
  /** What is kept of many samples: the last one, of what only grows; else their mean, least and greatest. */
  readonly keeps: 'last' | 'spread'
  /** What several subtasks have together. */
  readonly across: 'sum' | 'max' | 'min'
  /** Digits behind the point that are kept. */
  readonly decimals: number
  /** One sentence, without its period. */
  readonly help: string
}

const metricWords = {
  numRecordsIn: { of: 'subtask', keeps: 'last', across: 'sum', decimals: 0, help: 'Rows that came in since the run began' },
  numRecordsOut: { of: 'subtask', keeps: 'last', across: 'sum', decimals: 0, help: 'Rows that went out since the run began' },
  numRecordsInPerSecond: { of: 'subtask', keeps: 'spread', across: 'sum', decimals: 2, help: 'Rows that come in each second' },
  numRecordsOutPerSecond: { of: 'subtask', keeps: 'spread', across: 'sum', decimals: 2, help: 'Rows that go out each second' },
  busyTimeMsPerSecond: { of: 'subtask', keeps: 'spread', across: 'max', decimals: 0, help: 'Milliseconds of work in each second' },
  backPressuredTimeMsPerSecond: {
    of: 'subtask',
    keeps: 'spread',
    across: 'max',
    decimals: 0,
    help: 'Milliseconds in each second of waiting for what stands behind',
  },
  idleTimeMsPerSecond: { of: 'subtask', keeps: 'spread', across: 'min', decimals: 0, help: 'Milliseconds in each second without work' },
  numLateRecordsDropped: { of: 'subtask', keeps: 'last', across: 'sum', decimals: 0, help: 'Rows that came too late and were passed over' },
  currentInputWatermark: {
    of: 'subtask',
    keeps: 'last',
    across: 'min',
    decimals: 0,
    help: 'Watermark of the inputs in epoch milliseconds',
  },
  currentOutputWatermark: { of: 'subtask', keeps: 'last', across: 'min', decimals: 0, help: 'Watermark behind it in epoch milliseconds' },
  stateBytes: { of: 'subtask', keeps: 'spread', across: 'sum', decimals: 0, help: 'Bytes of state' },
  spilledBytes: { of: 'subtask', keeps: 'spread', across: 'sum', decimals: 0, help: 'Bytes of state that memory has no room for' },
  inputQueueLength: { of: 'subtask', keeps: 'spread', across: 'sum', decimals: 0, help: 'Batches from other workers that wait' },
  waitingRecords: { of: 'subtask', keeps: 'spread', across: 'sum', decimals: 0, help: 'Rows that wait for calls outside' },
  numBytes: { of: 'subtask', keeps: 'last', across: 'sum', decimals: 0, help: 'Bytes exchanged with the system outside' },
  numRecordsErrors: { of: 'subtask', keeps: 'last', across: 'sum', decimals: 0, help: 'Rows that could not be read, or were refused' },
  numRetries: { of: 'subtask', keeps: 'last', across: 'sum', decimals: 0, help: 'Attempts outside that were made again' },
  pendingRecords: { of: 'subtask', keeps: 'spread', across: 'sum', decimals: 0, help: 'Rows that are there and not read yet' },
  jobRecordsInPerSecond: { of: 'job', keeps: 'spread', across: 'sum', decimals: 2, help: 'Rows that the sources read each second' },
  jobRecordsOutPerSecond: { of: 'job', keeps: 'spread', across: 'sum', decimals: 2, help: 'Rows that the sinks take each second' },
  jobRecordsIn: { of: 'job', keeps: 'last', across: 'sum', decimals: 0, help: 'Rows that the sources read since the run began' },
  jobRecordsOut: { of: 'job', keeps: 'last', across: 'sum', decimals: 0, help: 'Rows that the sinks took since the run began' },
  jobBusyTimeMsPerSecond: {
    of: 'job',
    keeps: 'spread',
    across: 'max',
    decimals: 0,
    help: 'Milliseconds of work in each second of the busiest subtask',
  },
  jobBackPressuredTimeMsPerSecond: {
    of: 'job',
    keeps: 'spread',
    across: 'max',
    decimals: 0,
    help: 'Milliseconds in each second of waiting of the subtask that is held back most',
  },
  jobPendingRecords: { of: 'job', keeps: 'spread', across: 'sum', decimals: 0, help: 'Rows that no source has read yet' },
  jobWatermarkLagMs: {
    of: 'job',
    keeps: 'spread',
    across: 'max',
    decimals: 0,
    help: 'Milliseconds from the least watermark to the time of the sample',
  },
  jobLateRecords: { of: 'job', keeps: 'last', across: 'sum', decimals: 0, help: 'Rows that came too late, in all operators' },
  jobDeadRecords: {
    of: 'job',
    keeps: 'last',
    across: 'sum',
    decimals: 0,
    help: 'Rows that could not be read or were refused, in all operators',
  },
  jobStateBytes: { of: 'job', keeps: 'spread', across: 'sum', decimals: 0, help: 'Bytes of state of all operators' },
  numberOfCompletedCheckpoints: {
    of: 'job',
    keeps: 'last',
    across: 'sum',
    decimals: 0,
    help: 'Checkpoints of this run that were completed',
  },
  numberOfFailedCheckpoints: { of: 'job', keeps: 'last', across: 'sum', decimals: 0, help: 'Checkpoints of this run that failed' },
  lastCheckpointDuration: { of: 'job', keeps: 'spread', across: 'max', decimals: 0, help: 'Milliseconds that the last checkpoint took' },
  lastCheckpointSize: { of: 'job', keeps: 'spread', across: 'sum', decimals: 0, help: 'Bytes that were written for the last checkpoint' },
  lastCheckpointFullSize: { of: 'job', keeps: 'spread', across: 'sum', decimals: 0, help: 'Bytes that the last checkpoint is made of' },
} as const satisfies Readonly<Record<string, MetricWord>>

export type MetricName = keyof typeof metricWords
export type MetricOf<Of extends MetricWord['of']> = {
  [Name in MetricName]: (typeof metricWords)[Name]['of'] extends Of ? Name : never
}[MetricName]
export type SubtaskMetric = MetricOf<'subtask'>
export type JobMetric = MetricOf<'job'>

export const metricNames = Object.keys(metricWords) as readonly MetricName[]

export function isMetricName(text: string): text is MetricName {
  return Object.hasOwn(metricWords, text)
}

export function wordOf(name: MetricName): MetricWord {
  return metricWords[name]
}
