/** An engine that compiles and does not run: whoever has the program may run it as often as it wants. */
import { type EmbeddedEngine, EngineAround, type Observation } from '#engines'

type EmbeddedProgram = Parameters<EmbeddedEngine['start']>[1]

export class ProgramCatcher extends EngineAround<EmbeddedProgram> {
  /** The program that was to be started last. */
  caught: EmbeddedProgram | null = null

  override start(_jobId: string, program: EmbeddedProgram): Promise<void> {
    this.caught = program
    return Promise.resolve()
  }

  override measure(): Promise<null> {
    return Promise.resolve(null)
  }

  override observe(): Promise<Observation> {
    const report = {
      resumedFrom: null,
      rowsIn: 0,
      rowsOut: 0,
      skippedRows: 0,
      lateRows: 0,
      watermarkMs: null,
      readyMs: null,
      pausesMs: [],
      spilledBytes: 0,
      waiting: [],
      startedAt: 0,
      durationMs: 0,
    }
    return Promise.resolve({ kind: 'present', source: 'nowhere', at: 0, state: 'finished', error: null, report })
  }

  override ended(): Promise<void> {
    return Promise.resolve()
  }

  override stop(): Promise<void> {
    return Promise.resolve()
  }

  override forget(): void {}
}
