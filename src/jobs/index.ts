export { ControlLoop, type JobSight, type LaneHealth, type LoopOptions } from './control-loop.ts'
export type { Pace } from './decide.ts'
export { jobErrors } from './errors.ts'
export { fillVariables } from './fill-variables.ts'
export { JobBook, type JobChange } from './job-book.ts'
export { engineName, type JobCard } from './job-card.ts'
export type { JobsOptions, JobView } from './job-desk.ts'
export { eventText, type JobEvent, jobEvents } from './job-event.ts'
export type {
  JobHost,
  RunEvidence,
  RunFailure,
  RunOrder,
  RunState,
  SavepointOrder,
  SavepointSight,
  SeenRun,
  StateOrigin,
} from './job-host.ts'
export type { JobEngine, JobProgram, JobSpec, JobWish, LatencyTier, RestartPolicy, RestorePoint, StopHow, UpgradeMode } from './job-spec.ts'
export { jobKind, wishKind } from './job-spec.ts'
export type { JobEvidence, JobIntent, JobRestart, JobRun, JobState, JobStatus } from './job-status.ts'
export { statusKind } from './job-status.ts'
export type { ChangeOptions, SpecCheck } from './job-versions.ts'
export type { RemovalKind, StartOptions } from './job-wishes.ts'
export { type JobDetails, Jobs, JobsOf } from './jobs.ts'
export type { LaneLimits } from './lane.ts'
export type { JobPage, JobQuery, JobSort } from './list-jobs.ts'
export type { HostOf } from './named-host.ts'
export type { PlanCheck, PlannedJob, Planner, StatePart, StateVerdict } from './planner.ts'
export type { JobReason, ReasonCode } from './reasons.ts'
export type { Savepoint, SavepointState } from './savepoint.ts'
export { savepointKind } from './savepoint.ts'
export type { Ask } from './wishes.ts'
