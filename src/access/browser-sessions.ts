/** Browsers that somebody signed in with. They end when nobody uses them, after a week, and when their user asks for it. */
import type { Clock } from '#base'
import { RecordMap, type Store } from '#store'
import { type BrowserSession, browserSessionKind, everywhere } from './records.ts'
import { createSecretKey, hashOfKey } from './secret-key.ts'

const idleMsMax = 43_200_000
const ageMsMax = 604_800_000
/** That it was used is written this often at most. */
const seenEveryMs = 300_000
const sessionsMax = 20_000

export class BrowserSessions {
  readonly #sessions: RecordMap<BrowserSession>
  readonly #clock: Clock

  private constructor(sessions: RecordMap<BrowserSession>, clock: Clock) {
    this.#sessions = sessions
    this.#clock = clock
  }

  static async load(store: Store, clock: Clock): Promise<BrowserSessions> {
    return new BrowserSessions(await RecordMap.load(browserSessionKind, store, clock), clock)
  }

  /** Gives what the browser is to hold. */
  async begin(user: string): Promise<{ readonly key: string; readonly session: BrowserSession }> {
    await this.#endStale()
    const now = this.#clock.nowMs()
    const key = createSecretKey()
    const session = { user, createdAt: now, lastSeenAt: now, csrfToken: createSecretKey() }
    await this.#sessions.write(keyOf(hashOfKey(key)), session, user)
    return { key, session }
  }

  /** Null where there is none, or none any more. */
  find(key: string): BrowserSession | null {
    const record = this.#sessions.get(everywhere, hashOfKey(key))
    if (record === undefined || this.#isStale(record.value)) return null
    this.#seen(record.id, record.value)
    return record.value
  }

  async end(key: string): Promise<void> {
    await this.#remove([hashOfKey(key)])
  }

  /** Ends those of a user, but for one that holds a key. */
  async endAllOf(user: string, except: string | null): Promise<void> {
    const kept = except === null ? null : hashOfKey(except)
    await this.#remove(this.#hashes(({ user: of }) => of === user).filter((hash) => hash !== kept))
  }

  lastSeenAt(user: string): number | null {
    const times = this.#sessions.in(everywhere).flatMap(({ value }) => (value.user === user ? [value.lastSeenAt] : []))
    return times.length === 0 ? null : Math.max(...times)
  }

  #isStale({ createdAt, lastSeenAt }: BrowserSession): boolean {
    const now = this.#clock.nowMs()
    return now - createdAt > ageMsMax || now - lastSeenAt > idleMsMax
  }

  /** A session that was used is written down now and then; whether that succeeds is no matter of who uses it. */
  #seen(hash: string, session: BrowserSession): void {
    const now = this.#clock.nowMs()
    if (now - session.lastSeenAt < seenEveryMs) return
    void this.#sessions.write(keyOf(hash), { ...session, lastSeenAt: now }, session.user).catch(() => undefined)
  }

  async #endStale(): Promise<void> {
    const stale = this.#hashes((session) => this.#isStale(session))
    const left = this.#sessions.in(everywhere).length - stale.length
    const oldest = left < sessionsMax ? [] : this.#hashes((session) => !this.#isStale(session)).slice(0, left - sessionsMax + 1)
    await this.#remove([...stale, ...oldest])
  }

  #hashes(wanted: (session: BrowserSession) => boolean): string[] {
    return this.#sessions.in(everywhere).flatMap(({ id, value }) => (wanted(value) ? [id] : []))
  }

  async #remove(hashes: readonly string[]): Promise<void> {
    const there = hashes.filter((hash) => this.#sessions.get(everywhere, hash) !== undefined)
    if (there.length === 0) return
    await this.#sessions.commit(
      there.map((hash) => this.#sessions.change(keyOf(hash), null)),
      'access',
    )
  }
}

function keyOf(hash: string): { readonly workspace: string; readonly id: string } {
  return { workspace: everywhere, id: hash }
}
