export { partitionsOf, type TableWays } from '#connectors'
export type { UserAggregate } from '#dataflow'
export type { CheckpointPlace } from './embedded/checkpoint/checkpoint-places.ts'
export { findCheckpoints } from './embedded/checkpoint/find-checkpoints.ts'
export type { CheckpointDetails, ListedCheckpoint } from './embedded/checkpoint/inspect.ts'
export { EmbeddedEngine } from './embedded/embedded.ts'
export type { AsyncFunction, LoadedFunction } from './embedded/functions/evaluation.ts'
export type { ThreadShape } from './embedded/program.ts'
export type { InputProgress, RunPacer } from './embedded/run-pacer.ts'
export type { HostedRun, StartWorker, WorkerHost } from './embedded/workers/host.ts'
export { createWorker } from './embedded/workers/lazy-worker.ts'
export type { LinkListener, UserCall, WorkerLink } from './embedded/workers/leader.ts'
export { localHost } from './embedded/workers/local-host.ts'
export { type Answer, type Order, sendError } from './embedded/workers/messages.ts'
export type {
  Engine,
  Evidence,
  ExchangeNote,
  Explanation,
  FittedState,
  KeptOperator,
  KeptWork,
  Observation,
  OutsideWait,
  Program,
  ResultListener,
  RunReport,
  Sharing,
  SourceChanges,
  SourceStand,
  StateFit,
  Successor,
  WorkStand,
  WritersNote,
} from './engine.ts'
export { EngineAround } from './engine-around.ts'
export { type GatewayAddress, GatewayClient, type Method as GatewayMethod } from './flink/client.ts'
export { FlinkJars, type JarFile } from './flink/cluster-jars.ts'
export { FlinkJobs, jobIdOf } from './flink/cluster-jobs.ts'
export { type StatefulOperator, statesIn, withTtls } from './flink/compiled-plan.ts'
export { FlinkGatewaySession, type GatewayResult, type JobStatus } from './flink/gateway-session.ts'
export { idleReaders, type ReadingTask } from './flink/idle-readers.ts'
export type { JobReader, KnownJob } from './flink/job-metrics.ts'
export { FlinkOrders, type JobFailure, type StateFolders, triggerOf } from './flink/job-orders.ts'
export { JobPoller, type JobSighting, type SubtaskSighting } from './flink/job-poller.ts'
export { memoryFacts } from './flink/memory-needs.ts'
export { type FlinkJob, type FlinkJobDetails, hasEnded } from './flink/read-job.ts'
export { renderPlan } from './flink/render/plan.ts'
export { assertSayable, type FlinkVersion, whatLacks } from './flink/render/version.ts'
export type { ParallelismWish, RescaledVertex } from './flink/rescale.ts'
export { printTtl, type StateEdit, wantedTtls } from './flink/state-edits.ts'
export { tableEnds } from './flink/table-ends.ts'
export { type KnownEnd, parallelismOptions } from './flink/table-parallelism.ts'
export { readTopology, type Topology } from './flink/topology.ts'
export { type TopologyChange, topologyChanges } from './flink/topology-changes.ts'
export {
  type EditedTopology,
  editTopology,
  noEdits,
  type PlannedJob,
  readEdits,
  settingsOfEdits,
  type TopologyEdits,
  writeEdits,
} from './flink/topology-edits.ts'
