/**
 * The sessions of people, by workspace: each sees the catalog of its workspace and what others make in it, and belongs to whoever opened
 * it. Texts that are only looked at are looked at by a session that nobody runs anything in.
 */
import type { DefinitionChange, KeptObjects, WorkspaceCatalogs } from '#catalog'
import type { RunFailure } from '#jobs'
import type { Completion, PlannedGraph, StateFit } from '#query'
import type { EngineSession } from './engine-session.ts'
import { processErrors } from './errors.ts'
import type { SessionProcesses } from './session-processes.ts'
import type { SessionStatement } from './session-statement.ts'

interface OwnedSession {
  readonly session: EngineSession
  readonly workspace: string
  readonly user: string
  /** Of the catalog, as the session has seen it. */
  revision: number
  /** How often it has made something that is not kept yet: to see the catalog as it is would take that away. */
  unkept: number
}

export class WorkspaceSessions {
  readonly #processes: SessionProcesses
  readonly #catalogs: WorkspaceCatalogs
  readonly #report: (error: unknown) => void
  readonly #owned = new Map<string, OwnedSession>()
  /** By workspace: the session that looks at texts. */
  readonly #readers = new Map<string, Promise<OwnedSession>>()

  /** `report` takes what could not be kept of what statements made. */
  constructor(processes: SessionProcesses, catalogs: WorkspaceCatalogs, report: (error: unknown) => void) {
    this.#processes = processes
    this.#catalogs = catalogs
    this.#report = report
  }

  of(workspace: string): SessionsOf {
    return new SessionsOf(workspace, {
      open: (user, settings) => this.#open(workspace, user, settings),
      find: (id, user) => this.#find(id, workspace, user),
      reader: () => this.#reader(workspace),
    })
  }

  async #open(workspace: string, user: string, settings: Readonly<Record<string, string>>): Promise<OwnedSession> {
    const revision = this.#catalogs.revision(workspace)
    const session = await this.#processes.open(settings, this.#kept(workspace))
    const owned: OwnedSession = { session, workspace, user, revision, unkept: 0 }
    this.#owned.set(session.id, owned)
    session.onDefined((changes) => void this.#keep(owned, changes))
    void session.ended.then(() => this.#owned.delete(session.id))
    return owned
  }

  /** Keeps what statements of a session made, changed and dropped. */
  async #keep(owned: OwnedSession, changes: readonly DefinitionChange[]): Promise<void> {
    owned.unkept += 1
    try {
      await this.#catalogs.apply(owned.workspace, changes, owned.user)
      // It has made them itself. What others made meanwhile it has not seen yet.
      if (this.#catalogs.revision(owned.workspace) === owned.revision + 1) owned.revision += 1
    } catch (error) {
      this.#report(error)
    } finally {
      owned.unkept -= 1
    }
  }

  #kept(workspace: string): KeptObjects {
    return this.#catalogs.kept(workspace)
  }

  #find(id: string, workspace: string, user: string): OwnedSession {
    const owned = this.#owned.get(id)
    if (owned === undefined) {
      // Of one that has ended it is known why.
      this.#processes.session(id)
      throw processErrors.PROCESSES_SESSION_NOT_FOUND({ session: id })
    }
    if (owned.workspace !== workspace || owned.user !== user) throw processErrors.PROCESSES_SESSION_NOT_FOUND({ session: id })
    return this.#upToDate(owned)
  }

  async #reader(workspace: string): Promise<OwnedSession> {
    const known = this.#readers.get(workspace) ?? this.#openReader(workspace)
    this.#readers.set(workspace, known)
    return this.#upToDate(await known)
  }

  #openReader(workspace: string): Promise<OwnedSession> {
    const opened = this.#open(workspace, '', {})
    const forget = (): void => void this.#readers.delete(workspace)
    opened.then(({ session }) => session.ended.then(forget), forget)
    return opened
  }

  /** What others made meanwhile is seen by what comes next. */
  #upToDate(owned: OwnedSession): OwnedSession {
    const revision = this.#catalogs.revision(owned.workspace)
    if (revision !== owned.revision && owned.unkept === 0) {
      owned.session.recall(this.#kept(owned.workspace))
      owned.revision = revision
    }
    return owned
  }
}

interface SessionDoor {
  open(user: string, settings: Readonly<Record<string, string>>): Promise<OwnedSession>
  find(id: string, user: string): OwnedSession
  reader(): Promise<OwnedSession>
}

export class SessionsOf {
  readonly workspace: string
  readonly #door: SessionDoor

  constructor(workspace: string, door: SessionDoor) {
    this.workspace = workspace
    this.#door = door
  }

  async open(user: string, settings: Readonly<Record<string, string>>): Promise<EngineSession> {
    return (await this.#door.open(user, settings)).session
  }

  /** A session of a user, up to date with the catalog; nobody else has it. */
  session(id: string, user: string): EngineSession {
    return this.#door.find(id, user).session
  }

  execute(id: string, user: string, text: string): SessionStatement {
    return this.#door.find(id, user).session.execute(text)
  }

  async check(text: string): Promise<readonly RunFailure[]> {
    return (await this.#door.reader()).session.check(text)
  }

  async explain(text: string): Promise<string> {
    return (await this.#door.reader()).session.explain(text)
  }

  async complete(text: string, offset: number): Promise<readonly Completion[]> {
    return (await this.#door.reader()).session.complete(text, offset)
  }

  async fit(text: string, fixedSettings: Readonly<Record<string, string>>): Promise<StateFit | null> {
    return (await this.#door.reader()).session.fit(text, fixedSettings)
  }

  async graphs(text: string): Promise<readonly PlannedGraph[]> {
    return (await this.#door.reader()).session.graphs(text)
  }
}
