export type {
  CheckpointDetails,
  CheckpointPlace,
  FlinkJob,
  FlinkJobDetails,
  FlinkVersion,
  JobSighting,
  KnownJob,
  ListedCheckpoint,
  OutsideWait,
  ParallelismWish,
  RescaledVertex,
  RunReport,
  StateEdit,
  StatefulOperator,
  SubtaskSighting,
  Topology,
  TopologyChange,
  TopologyEdits,
} from '#engines'
export { hasEnded, noEdits, printTtl, readEdits, writeEdits } from '#engines'
export { fragmentOf } from '#plan'
export type { Completion, Completions } from './complete.ts'
export type { DeadLetters, Letter, LetterFilter, LetterGroup } from './dead-letters.ts'
export { FinalTable } from './final-table.ts'
export { type ForwardedRequest, ForwardedSession } from './forwarded-session.ts'
export type { EditedPlan, ScriptPlan } from './job-planner.ts'
export { checkScript } from './job-script.ts'
export { recallDefinitions } from './kept-definitions.ts'
export { type FindLibraries, libraryUses } from './library-uses.ts'
export type { MeasuredRun, QueryInfo, StatementInfo, StatementListener } from './listener.ts'
export { neededDefinitions } from './needed-definitions.ts'
export { type JarProgram, RemoteJobs, type StartedJob, type StartOptions } from './remote-jobs.ts'
export { RemoteSession, type StatementRunner } from './remote-session.ts'
export type { ScriptUses, UsedObject } from './script-uses.ts'
export { type PlannedGraph, QuerySession, type SessionOptions } from './session.ts'
export { isSettingKey } from './settings.ts'
export type { ShareFiles } from './shared-plan.ts'
export { type SpelledOut, spellOutConnections } from './spell-out-connections.ts'
export type { FittedOperator, ScriptFit, StateClause } from './state-fit.ts'
export { UserFunctions } from './user-functions.ts'
export { type InsertWatch, WatchedEngine } from './watched-engine.ts'
