export { ControlLoop, type LaneHealth } from './control-loop.ts'
export type { Pace } from './decide.ts'
export { jobErrors } from './errors.ts'
export { filledLengthMax, fillPlaces, fillVariables } from './fill-variables.ts'
export { JobBook } from './job-book.ts'
export { engineName } from './job-card.ts'
export type { JobView } from './job-desk.ts'
export { eventText, type JobEvent } from './job-event.ts'
export type {
  JobHost,
  RunEvidence,
  RunOrder,
  RunState,
  SavepointOrder,
  SavepointSight,
  SeenRun,
} from './job-host.ts'
export type { JobSpec, JobWish, LatencyTier, RestartPolicy } from './job-spec.ts'
export { jobKind, wishKind } from './job-spec.ts'
export type { JobState, JobStatus } from './job-status.ts'
export { statusKind } from './job-status.ts'
export { type JobDetails, Jobs, JobsOf } from './jobs.ts'
export {
  type KeptState,
  type PlanCheck,
  type PlannedJob,
  type Planner,
  type StateFragment,
  type StatePart,
  type StateVerdict,
  sumOfDropped,
} from './planner.ts'
export type { Savepoint } from './savepoint.ts'
export type { Ask } from './wishes.ts'
