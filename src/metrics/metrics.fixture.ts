/** What one subtask did, with what a test says of it. */
import type { OperatorMetrics } from './run-metrics.ts'

export function operatorMetrics(known: Partial<OperatorMetrics>): OperatorMetrics {
  return {
    operatorId: '1',
    operatorName: 'Filter',
    kind: 'operator',
    nodes: [1],
    subtask: 0,
    parallelism: 1,
    numRecordsIn: 0,
    numRecordsOut: 0,
    numLateRecordsDropped: 0,
    accumulatedBusyTimeMs: 0,
    accumulatedBackPressuredTimeMs: 0,
    accumulatedIdleTimeMs: 0,
    currentInputWatermark: null,
    currentOutputWatermark: null,
    stateBytes: 0,
    spilledBytes: 0,
    inputQueueLength: null,
    waitingRecords: null,
    connector: null,
    heaviestKeys: null,
    partitions: null,
    ...known,
  }
}
