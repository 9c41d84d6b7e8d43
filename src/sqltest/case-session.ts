/** What runs the statements of a test: the embedded engine, kept from the tables outside where that is asked for, or an engine elsewhere. */
import { MemoryCatalog } from '#catalog'
import { EmbeddedEngine } from '#engines'
import { QuerySession, type RemoteSession, type StatementListener, UserFunctions } from '#query'
import type { AnswerListener } from './answer.ts'
import { fillTable } from './input-rows.ts'
import { RecordingEngine } from './recording-engine.ts'
import { type MissedRestart, RestartingEngine } from './restarting-engine.ts'
import type { InputTable, Restart } from './test-file.ts'
import type { CaseFolder, TestWorld } from './test-world.ts'

export interface CaseSession {
  /** In which time stamps are printed. */
  timeZone(): string
  run(text: string, listener: StatementListener, signal: AbortSignal): Promise<void>
  /** Whether what statements write is kept from their tables, and shown to the listener instead. */
  recordTables(records: boolean): void
  /** Lets a table that a script has created read the rows of a test. */
  fill(table: InputTable, folder: CaseFolder): Promise<void>
  /** Restarts that did not come. */
  missed(): readonly MissedRestart[]
  close(): Promise<void>
}

export class EmbeddedCaseSession implements CaseSession {
  readonly #restarting: RestartingEngine
  readonly #recording: RecordingEngine
  readonly #session: QuerySession

  constructor(restarts: readonly Restart[], world: TestWorld, folder: CaseFolder, listener: AnswerListener) {
    const { clock, workers } = world
    const functions = new UserFunctions((file) => world.importModule(file))
    this.#restarting = new RestartingEngine(restarts, `${folder.place}/checkpoints`, (pacer) => {
      const steered = restarts.length === 0 ? {} : { pacer }
      const shared = workers === undefined ? {} : { workers }
      return new EmbeddedEngine({ clock, userFunction: (user) => functions.callable(user), ...steered, ...shared })
    })
    this.#recording = new RecordingEngine(this.#restarting, (table, schema, batch) => listener.wrote(table, schema, batch))
    const catalog = new MemoryCatalog()
    this.#session = new QuerySession({
      createCatalog: () => catalog,
      engine: this.#recording,
      settings: world.settings ?? {},
      clock,
      loadFunction: (definition) => functions.load(definition),
      ...(world.optimize === undefined ? {} : { optimize: world.optimize(catalog) }),
    })
  }

  timeZone(): string {
    return this.#session.settings.get('table.local-time-zone')
  }

  run(text: string, listener: StatementListener, signal: AbortSignal): Promise<void> {
    return this.#session.run(text, listener, signal)
  }

  recordTables(records: boolean): void {
    this.#recording.records = records
  }

  async fill(table: InputTable, folder: CaseFolder): Promise<void> {
    const { catalog } = this.#session
    const definition = catalog.table([...catalog.current, table.name])
    if (definition !== undefined) catalog.alterTable(await fillTable(table, definition, folder))
  }

  missed(): readonly MissedRestart[] {
    return this.#restarting.missed
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

/** Takes no scripts and no restarts: those of whom it is asked have none. */
export class RemoteCaseSession implements CaseSession {
  readonly #session: RemoteSession

  constructor(session: RemoteSession) {
    this.#session = session
  }

  timeZone(): string {
    return this.#session.settings.get('table.local-time-zone')
  }

  run(text: string, listener: StatementListener, signal: AbortSignal): Promise<void> {
    return this.#session.run(text, listener, signal)
  }

  recordTables(): void {}

  fill(): Promise<void> {
    return Promise.resolve()
  }

  missed(): readonly MissedRestart[] {
    return []
  }

  close(): Promise<void> {
    return this.#session.close()
  }
}
