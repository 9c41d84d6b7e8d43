/** The world outside, as far as tests need it. */
import type { Clock } from '#base'
import type { Catalog } from '#catalog'
import type { WorkerHost } from '#engines'
import type { RemoteSession, SessionOptions } from '#query'

/** An empty folder of one run of a test. */
export interface CaseFolder {
  /** An absolute path. */
  readonly place: string
  /** Writes a file; the name may have folders, which are made. */
  write(name: string, text: string): Promise<void>
  /** All files below a folder, by their paths from there; none where there is no such folder. */
  read(folder: string): Promise<readonly { readonly name: string; readonly text: string }[]>
  remove(): Promise<void>
}

export interface TestWorld {
  readonly clock: Clock
  /** A run of a test that takes longer is ended. */
  readonly runMsMax: number
  /** Where the workers of runs live that several share; left out: nowhere. */
  readonly workers?: WorkerHost
  /** Settings that differ from the defaults; tests may set them again. */
  readonly settings?: Readonly<Record<string, string>>
  /** What makes better plans of plans, whose tables are in the catalog; left out: the optimiser. */
  readonly optimize?: (catalog: Catalog) => NonNullable<SessionOptions['optimize']>
  /** Opens a session of the engine elsewhere that runs the statements in the place of the embedded one, with settings under Flink's keys. */
  readonly openRemote?: (settings: Readonly<Record<string, string>>) => Promise<RemoteSession>
  createFolder(): Promise<CaseFolder>
  /** The text of a script. */
  readText(file: string): Promise<string>
  /** Loads a file of a user's functions. */
  importModule(file: string): Promise<Readonly<Record<string, unknown>>>
}
