/**
 * The sessions of a server, each in a process of its own. One process more than there are sessions stands ready, so that nobody waits for
 * one to start.
 */

import { randomUUID } from 'node:crypto'
import { errorOf, type Failure, failureOf, putNewest } from '#base'
import { EngineProcess, type ProcessShape } from './engine-process.ts'
import { EngineSession, type SessionLimits } from './engine-session.ts'
import { processErrors } from './errors.ts'
import { emptyView, type WorkspaceView } from './protocol.ts'

export interface SessionProcessesOptions {
  readonly process: ProcessShape
  /** Threads that may share a run. */
  readonly workersMax: number
  /** For state that memory has no room for; left out: that of the system. */
  readonly temporaryFolder?: string
  readonly limits?: Partial<SessionLimits>
}

const defaultLimits: SessionLimits = {
  sessionsMax: 16,
  ofPersonMax: 12,
  idleMs: 600_000,
  statementsMax: 32,
  eventsAhead: 8,
  // Longer than the engine takes to end by force what does not hear it.
  cancelMs: 20_000,
  answerMs: 30_000,
}

/** A session that has just begun has the machine to itself for so long, before the next process is made ready. */
const warmUpAfterMs = 1000
const looksPerIdle = 4
/** Of so many sessions that are gone it is known why. */
const goneKept = 200

export class SessionProcesses {
  readonly #options: SessionProcessesOptions
  readonly #limits: SessionLimits
  readonly #sessions = new Map<string, EngineSession>()
  readonly #gone = new Map<string, Failure>()
  readonly #watching: NodeJS.Timeout
  #opening = 0
  #spare: EngineProcess | null = null
  #warming: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(options: SessionProcessesOptions) {
    this.#options = options
    this.#limits = { ...defaultLimits, ...options.limits }
    this.#warmUp()
    this.#watching = setInterval(() => this.#closeIdle(), this.#limits.idleMs / looksPerIdle).unref()
  }

  get ofPersonMax(): number {
    return this.#limits.ofPersonMax
  }

  get size(): number {
    return this.#sessions.size
  }

  /** Resolves when a process stands ready for the next session; fails where none can be started. */
  async ready(): Promise<void> {
    this.#warmUp()
    await this.#spare?.ready
  }

  /**
   * Fails where a setting is wrong, and where there are as many sessions as there may be.
   *
   * @param reserved sessions beyond those of people: what the server itself asks for
   */
  async open(settings: Readonly<Record<string, string>>, view: WorkspaceView = emptyView, reserved = 0): Promise<EngineSession> {
    const { sessionsMax } = this.#limits
    if (this.#isClosed) throw processErrors.PROCESSES_HOST_CLOSED()
    if (this.#sessions.size + this.#opening >= sessionsMax + reserved) throw processErrors.PROCESSES_SESSIONS_FULL({ limit: sessionsMax })
    this.#opening += 1
    try {
      return await this.#open(settings, view)
    } finally {
      this.#opening -= 1
      this.#warming ??= setTimeout(() => this.#warmUp(), warmUpAfterMs).unref()
    }
  }

  async #open(settings: Readonly<Record<string, string>>, view: WorkspaceView): Promise<EngineSession> {
    const { process, workersMax, temporaryFolder = '' } = this.#options
    const own = this.#takeSpare()
    await own.ready
    const { stateBytes } = process.memory
    const fixedSettings = {
      'execution.checkpointing.dir': '',
      'execution.state-recovery.path': '',
      'taskmanager.memory.managed.size': `${stateBytes} b`,
      'io.tmp.dirs': temporaryFolder,
    }
    const shape = { settings, fixedSettings, stateBytes, workersMax, view }
    const session = await EngineSession.open(randomUUID(), own, shape, this.#limits, () => process.clock.monotonicMs())
    if (this.#isClosed) await session.close()
    this.#sessions.set(session.id, session)
    void session.ended.then((reason) => this.#forget(session, reason))
    return session
  }

  #takeSpare(): EngineProcess {
    const spare = this.#spare
    this.#spare = null
    return spare === null || spare.hasEnded ? this.#start() : spare
  }

  #start(): EngineProcess {
    return new EngineProcess(this.#options.process, { answered: () => undefined, printed: () => undefined })
  }

  #warmUp(): void {
    clearTimeout(this.#warming)
    this.#warming = undefined
    if (!this.#isClosed && (this.#spare === null || this.#spare.hasEnded)) this.#spare = this.#start()
  }

  #forget(session: EngineSession, reason: Failure | null): void {
    this.#sessions.delete(session.id)
    if (reason !== null) putNewest(this.#gone, session.id, reason, goneKept)
  }

  /** A session that is there; of one that has ended it is told why. */
  session(id: string): EngineSession {
    const session = this.#sessions.get(id)
    if (session !== undefined) return session
    const reason = this.#gone.get(id)
    throw reason === undefined ? processErrors.PROCESSES_SESSION_NOT_FOUND({ session: id }) : errorOf(reason)
  }

  #closeIdle(): void {
    const { idleMs } = this.#limits
    for (const session of this.#sessions.values()) {
      if ((session.idleMs ?? 0) < idleMs) continue
      const reason = failureOf(processErrors.PROCESSES_SESSION_IDLE({ minutes: Math.round(idleMs / 60_000) }))
      this.#forget(session, reason)
      void session.close(reason)
    }
  }

  /** Ends all sessions. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#watching)
    clearTimeout(this.#warming)
    const spare = this.#spare?.kill()
    await Promise.all([spare, ...[...this.#sessions.values()].map((session) => session.close())])
  }
}
