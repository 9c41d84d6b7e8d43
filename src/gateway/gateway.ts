/** The sessions of a gateway, and the jobs that their statements submitted. */
import { type Clock, timerMs } from '#base'
import type { QuerySession } from '#query'
import { gatewayErrors } from './errors.ts'
import { GatewaySession, settingsOf } from './gateway-session.ts'
import { Jobs } from './jobs.ts'

export interface GatewayOptions {
  readonly clock: Clock
  /** Makes ids that nobody can guess, as UUIDs. */
  readonly createId: () => string
  /** Opens what runs the statements of one session, with settings under Flink's keys. */
  readonly createSession: (settings: Readonly<Record<string, string>>) => Promise<QuerySession>
  /** Told of a job that failed after its statement was answered. */
  jobFailed(jobId: string, error: unknown): void
  readonly limits: GatewayLimits
}

interface GatewayLimits {
  readonly sessionsMax: number
  /** A session that nobody uses is closed after so long. */
  readonly sessionIdleMs: number
}

const checksPerIdleTime = 4

export class Gateway {
  readonly #options: GatewayOptions
  readonly #sessions = new Map<string, GatewaySession>()
  readonly #jobs: Jobs
  readonly #sweep: NodeJS.Timeout
  /** Sessions that are being opened. */
  #opening = 0

  constructor(options: GatewayOptions) {
    this.#options = options
    this.#jobs = new Jobs(options.clock, (jobId, error) => options.jobFailed(jobId, error))
    this.#sweep = setInterval(() => this.#closeIdle(), timerMs(options.limits.sessionIdleMs / checksPerIdleTime))
    this.#sweep.unref()
  }

  async open(properties: Readonly<Record<string, string>>): Promise<GatewaySession> {
    const { createId, createSession, limits } = this.#options
    const most = limits.sessionsMax
    if (this.#sessions.size + this.#opening >= most) throw gatewayErrors.GATEWAY_SESSIONS_MAX({ most })
    this.#opening++
    try {
      const queries = await createSession(settingsOf(properties))
      const session = new GatewaySession(createId(), queries, properties, createId, this.#jobs)
      this.#sessions.set(session.handle, session)
      this.#touch(session)
      return session
    } finally {
      this.#opening--
    }
  }

  session(handle: string): GatewaySession {
    const session = this.#sessions.get(handle)
    if (session === undefined) throw gatewayErrors.GATEWAY_SESSION_NOT_FOUND({ session: handle })
    this.#touch(session)
    return session
  }

  /** Its queries end with it, and the jobs that it submitted do not. */
  close(handle: string): void {
    this.session(handle).end()
    this.#sessions.delete(handle)
  }

  #touch(session: GatewaySession): void {
    session.usedAtMs = this.#options.clock.monotonicMs()
  }

  #closeIdle(): void {
    const oldestMs = this.#options.clock.monotonicMs() - this.#options.limits.sessionIdleMs
    for (const { handle, usedAtMs } of this.#sessions.values()) if (usedAtMs < oldestMs) this.close(handle)
  }

  /** Ends all sessions, and stops all jobs cleanly. */
  async end(): Promise<void> {
    clearInterval(this.#sweep)
    for (const handle of this.#sessions.keys()) this.close(handle)
    await this.#jobs.end()
  }
}
