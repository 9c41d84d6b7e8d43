export { type MetricsLine, MetricsLines } from './lines.ts'
export { type OperatorRates, ratesBetween, SubtaskRates } from './rates.ts'
export {
  type CheckpointMetrics,
  type ConnectorMetrics,
  type KeySample,
  type KeyShare,
  noCheckpoints,
  type OperatorMetrics,
  type RunMetrics,
} from './run-metrics.ts'
export {
  boundTogether,
  joinPartitions,
  type PartitionMetrics,
  type SourcePartitions,
  sourcePartitions,
  watermarkStanding,
} from './source-partitions.ts'
export { type SourceStanding, sourceStandings } from './source-standing.ts'
export { type OperatorTotals, totalsOf } from './totals.ts'
