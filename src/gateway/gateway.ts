/** The sessions of a gateway, and the jobs that their statements submitted. */
import { type Clock, timerMs } from '#base'
import type { ForwardedSession, QuerySession } from '#query'
import { gatewayErrors } from './errors.ts'
import { GatewaySession, settingsOf } from './gateway-session.ts'
import { Jobs } from './jobs.ts'

export interface GatewayOptions {
  readonly clock: Clock
  /** Makes ids that nobody can guess, as UUIDs. */
  readonly createId: () => string
  /** Opens what runs the statements of one session, with settings under Flink's keys. */
  readonly createSession: (settings: Readonly<Record<string, string>>) => Promise<QuerySession>
  /** The cluster that runs the statements of sessions that name none; '': they run here. */
  readonly cluster: string
  /** Opens a session on a cluster that has this name. */
  readonly openElsewhere: (cluster: string, properties: Readonly<Record<string, string>>) => Promise<ForwardedSession>
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

/** The property of a session that names the cluster that runs its statements. */
const clusterKey = 'millrace.cluster'

/** A session whose statements a cluster runs. */
interface Elsewhere {
  readonly session: ForwardedSession
  readonly handle: string
  usedAtMs: number
}

export class Gateway {
  readonly #options: GatewayOptions
  readonly #sessions = new Map<string, GatewaySession>()
  readonly #elsewhere = new Map<string, Elsewhere>()
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

  /** Opens a session; gives its handle. */
  async open(properties: Readonly<Record<string, string>>): Promise<string> {
    const { limits, cluster } = this.#options
    const most = limits.sessionsMax
    if (this.#sessions.size + this.#elsewhere.size + this.#opening >= most) throw gatewayErrors.GATEWAY_SESSIONS_MAX({ most })
    this.#opening++
    try {
      const { [clusterKey]: named = cluster, ...others } = properties
      return named === '' ? await this.#openHere(others) : await this.#openElsewhere(named, others)
    } finally {
      this.#opening--
    }
  }

  async #openHere(properties: Readonly<Record<string, string>>): Promise<string> {
    const { createId, createSession } = this.#options
    const queries = await createSession(settingsOf(properties))
    const session = new GatewaySession(createId(), queries, properties, createId, this.#jobs)
    this.#sessions.set(session.handle, session)
    this.#touch(session)
    return session.handle
  }

  async #openElsewhere(cluster: string, properties: Readonly<Record<string, string>>): Promise<string> {
    const session = await this.#options.openElsewhere(cluster, properties)
    const { handle } = session
    const elsewhere = { session, handle, usedAtMs: 0 }
    this.#elsewhere.set(handle, elsewhere)
    this.#touch(elsewhere)
    return handle
  }

  /** The session of this handle where a cluster runs its statements; else null. */
  elsewhere(handle: string): ForwardedSession | null {
    const found = this.#elsewhere.get(handle)
    if (found === undefined) return null
    this.#touch(found)
    return found.session
  }

  session(handle: string): GatewaySession {
    const session = this.#sessions.get(handle)
    if (session === undefined) throw gatewayErrors.GATEWAY_SESSION_NOT_FOUND({ session: handle })
    this.#touch(session)
    return session
  }

  /** Its queries end with it, and the jobs that it submitted do not. */
  async close(handle: string): Promise<void> {
    const elsewhere = this.elsewhere(handle)
    if (elsewhere !== null) {
      this.#elsewhere.delete(handle)
      await elsewhere.close()
      return
    }
    this.session(handle).end()
    this.#sessions.delete(handle)
  }

  #touch(session: { usedAtMs: number }): void {
    session.usedAtMs = this.#options.clock.monotonicMs()
  }

  #closeIdle(): void {
    const oldestMs = this.#options.clock.monotonicMs() - this.#options.limits.sessionIdleMs
    for (const { handle, usedAtMs } of this.#all()) if (usedAtMs < oldestMs) void this.close(handle)
  }

  #all(): readonly { readonly handle: string; readonly usedAtMs: number }[] {
    return [...this.#sessions.values(), ...this.#elsewhere.values()]
  }

  /** Ends all sessions, and stops all jobs cleanly. */
  async end(): Promise<void> {
    clearInterval(this.#sweep)
    await Promise.all(this.#all().map(({ handle }) => this.close(handle)))
    await this.#jobs.end()
  }
}
