export { EmbeddedEngine, type EmbeddedOptions } from './embedded/embedded.ts'
export type { Session } from './embedded/functions/evaluation.ts'
export type { EmbeddedProgram } from './embedded/program.ts'
export type {
  Capabilities,
  Capability,
  Engine,
  EngineName,
  JobState,
  Observation,
  Program,
  ProgramOutput,
  ResultListener,
  RunReport,
  RunSettings,
} from './engine.ts'
