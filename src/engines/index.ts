export { EmbeddedEngine } from './embedded/embedded.ts'
export type { Engine, Observation, Program, ResultListener, RunReport } from './engine.ts'
