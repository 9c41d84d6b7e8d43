/** Where the workers of a run live. */
import type { EmbeddedProgram } from '../program.ts'
import type { LinkListener, WorkerLink } from './leader.ts'

export interface HostedRun {
  readonly program: EmbeddedProgram
  readonly workers: number
  readonly exchanges: number
  /** The address of the place for checkpoints, or null. */
  readonly checkpoints: string | null
}

/** Starts the workers of one run, each once. */
export type StartWorker = (index: number, listener: LinkListener) => WorkerLink

export interface WorkerHost {
  /** Whether inputs are divided among workers; left out: those that can be. */
  readonly dividesInputs?: false
  /** Whether a worker computes beside the thread that started it, and can be ended by force; left out: it takes turns with it. */
  readonly isBeside?: true
  /** Whether somebody waits at a terminal who may want to stop a run at any moment. */
  readonly isWatched?: boolean
  host(run: HostedRun): Promise<StartWorker>
}
