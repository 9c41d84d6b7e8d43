/**
 * The sessions of people, by workspace: each sees the catalog of its workspace and what others make in it, and belongs to whoever opened
 * it. Texts that are only looked at are looked at by a session that nobody runs anything in.
 */
import { type Failure, MillraceError } from '#base'
import type { DefinitionChange, WorkspaceCatalogs } from '#catalog'
import type { Completions, PlannedGraph, ScriptFit, ScriptUses } from '#query'
import type { WorkspaceSecrets } from '#secrets'
import type { EngineSession } from './engine-session.ts'
import { processErrors } from './errors.ts'
import type { JobSettings } from './job-settings.ts'
import type { KeptScript, Review, WorkspaceView } from './protocol.ts'
import type { SessionProcesses } from './session-processes.ts'
import type { SessionStatement } from './session-statement.ts'

interface OwnedSession {
  readonly session: EngineSession
  readonly workspace: string
  readonly user: string
  /** Those that it was opened with. */
  readonly settings: Readonly<Record<string, string>>
  /** Of the catalog, as the session has seen it. */
  revision: number
  /** Of the secrets. */
  secretsRevision: number
}

/** People may have as many sessions as there may be: texts, such as scripts of jobs, are looked at all the same. */
const reservedReaders = 4

export interface WorkspaceSessionsOptions {
  readonly processes: SessionProcesses
  readonly catalogs: WorkspaceCatalogs
  readonly secrets: WorkspaceSecrets
  /** Takes what could not be kept of what statements made. */
  readonly report: (error: unknown) => void
}

export class WorkspaceSessions {
  readonly #processes: SessionProcesses
  readonly #catalogs: WorkspaceCatalogs
  readonly #secrets: WorkspaceSecrets
  readonly #report: (error: unknown) => void
  readonly #owned = new Map<string, OwnedSession>()
  /** By person: sessions that are about to open. */
  readonly #opening = new Map<string, number>()
  /** By workspace: the session that looks at texts. */
  readonly #readers = new Map<string, Promise<OwnedSession>>()
  /** By workspace: what is being written down; whatever comes next waits for it, to see it. */
  readonly #keeping = new Map<string, Promise<void>>()

  constructor({ processes, catalogs, secrets, report }: WorkspaceSessionsOptions) {
    this.#processes = processes
    this.#catalogs = catalogs
    this.#secrets = secrets
    this.#report = report
  }

  of(workspace: string): SessionsOf {
    return new SessionsOf(workspace, {
      open: (user, settings) => this.#openOf(user, workspace, settings),
      find: (id, user) => this.#find(id, workspace, user),
      kept: () => this.#keeping.get(workspace) ?? Promise.resolve(),
      reader: () => this.#reader(workspace),
    })
  }

  async #open(workspace: string, user: string, settings: Readonly<Record<string, string>>, reserved = 0): Promise<OwnedSession> {
    const revision = this.#catalogs.revision(workspace)
    const secretsRevision = this.#secrets.revision(workspace)
    const session = await this.#processes.open(settings, this.viewOf(workspace), reserved)
    const owned: OwnedSession = { session, workspace, user, settings, revision, secretsRevision }
    this.#owned.set(session.id, owned)
    session.onDefined((changes) => this.#keep(owned, changes))
    void session.ended.then(() => this.#owned.delete(session.id))
    return owned
  }

  /** One person does not take the sessions of all. */
  async #openOf(user: string, workspace: string, settings: Readonly<Record<string, string>>): Promise<OwnedSession> {
    const limit = this.#processes.ofPersonMax
    const opening = this.#opening.get(user) ?? 0
    const open = [...this.#owned.values()].filter((owned) => owned.user === user).length
    if (open + opening >= limit) throw processErrors.PROCESSES_SESSIONS_OF_PERSON({ limit })
    this.#opening.set(user, opening + 1)
    try {
      return await this.#open(workspace, user, settings)
    } finally {
      const left = (this.#opening.get(user) ?? 1) - 1
      if (left > 0) this.#opening.set(user, left)
      else this.#opening.delete(user)
    }
  }

  /** Writes down what a session has made. */
  #keep(owned: OwnedSession, changes: readonly DefinitionChange[]): void {
    const { workspace, user, revision } = owned
    const kept = this.#catalogs.apply(workspace, changes, user).then((made) => {
      // It knows what it has made itself; what others made before that it has yet to see.
      if (made === revision + 1 && owned.revision === revision) owned.revision = made
    }, this.#report)
    const before = this.#keeping.get(workspace)
    const all = Promise.all([before, kept]).then(() => {
      if (this.#keeping.get(workspace) === all) this.#keeping.delete(workspace)
    })
    this.#keeping.set(workspace, all)
  }

  /** What sessions and jobs of a workspace see of it now. */
  viewOf(workspace: string): WorkspaceView {
    return { kept: this.#catalogs.kept(workspace), secrets: this.#secrets.values(workspace) }
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
    await this.#keeping.get(workspace)
    const known = this.#readers.get(workspace)
    const reader = await (known ?? this.#openReader(workspace))
    if (reader.session.isOpen) return this.#upToDate(reader)
    // It is just being closed, and answers no more.
    if (this.#readers.get(workspace) === known) this.#readers.delete(workspace)
    return this.#upToDate(await (this.#readers.get(workspace) ?? this.#openReader(workspace)))
  }

  #openReader(workspace: string): Promise<OwnedSession> {
    const opened = this.#open(workspace, '', {}, reservedReaders)
    const forget = (): void => {
      if (this.#readers.get(workspace) === opened) this.#readers.delete(workspace)
    }
    this.#readers.set(workspace, opened)
    opened.then(({ session }) => session.ended.then(forget), forget)
    return opened
  }

  /** What others made meanwhile is seen by what comes next. */
  #upToDate(owned: OwnedSession): OwnedSession {
    const revision = this.#catalogs.revision(owned.workspace)
    const secretsRevision = this.#secrets.revision(owned.workspace)
    const isBehind = revision !== owned.revision || secretsRevision !== owned.secretsRevision
    // Made again from what is written down, it would lose what it has made and nobody has written down yet.
    if (isBehind && !this.#keeping.has(owned.workspace)) {
      owned.session.recall(this.viewOf(owned.workspace))
      owned.revision = revision
      owned.secretsRevision = secretsRevision
    }
    return owned
  }
}

interface SessionDoor {
  open(user: string, settings: Readonly<Record<string, string>>): Promise<OwnedSession>
  find(id: string, user: string): OwnedSession
  /** Resolves when all that sessions made is written down. */
  kept(): Promise<void>
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

  /** What a session of a user was opened with. */
  settings(id: string, user: string): Readonly<Record<string, string>> {
    return this.#door.find(id, user).settings
  }

  async execute(id: string, user: string, text: string): Promise<SessionStatement> {
    await this.#door.kept()
    return this.#door.find(id, user).session.execute(text)
  }

  async check(text: string): Promise<readonly Failure[]> {
    return this.#look((session) => session.check(text))
  }

  async explain(text: string): Promise<string> {
    return this.#look((session) => session.explain(text))
  }

  async complete(text: string, offset: number): Promise<Completions> {
    return this.#look((session) => session.complete(text, offset))
  }

  async review(text: string, settings: JobSettings): Promise<Review> {
    return this.#look((session) => session.review(text, settings))
  }

  async fit(kept: KeptScript): Promise<ScriptFit | null> {
    return this.#look((session) => session.fit(kept))
  }

  async graphs(text: string, settings: JobSettings): Promise<readonly PlannedGraph[]> {
    return this.#look((session) => session.graphs(text, settings))
  }

  async uses(text: string): Promise<ScriptUses> {
    return this.#look((session) => session.uses(text))
  }

  /** A text that takes too long takes its reader along: others wait for it, too. */
  async #look<T>(ask: (session: EngineSession) => Promise<T>): Promise<T> {
    const { session } = await this.#door.reader()
    try {
      return await ask(session)
    } catch (error) {
      if (error instanceof MillraceError && error.code === 'PROCESSES_SESSION_BUSY') void session.close()
      throw error
    }
  }
}
