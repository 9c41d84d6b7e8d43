/**
 * The lock of a place that many machines reach, where nobody can see whether an owner is still there: an object that its owner writes anew
 * all the time. Every write has a condition, so that of several who try only one succeeds.
 *
 *     nothing there ── written if nothing is there ──> owned ── written again, if unchanged, each `renewMs` ──> owned
 *     owned by who is known to be dead, or unchanged for `leaseMs` ── written if unchanged ──> owned by another
 *
 * Time is counted by each machine for itself, so that their clocks need not agree. An owner that was silent for too long learns at its
 * next write that the place is another's. Who must be certain asks (`confirm`), and still publishes only what is new.
 */
import { randomBytes } from 'node:crypto'
import type { Patience } from '#base'
import type { BlobLock } from '../blob-store.ts'
import { blobErrors, isNotFound } from '../errors.ts'
import { isAlive, isDead, ownIdentity, type ProcessIdentity } from '../process-identity.ts'
import { isMissing, isRefused } from './s3-failure.ts'
import type { Mark, S3Objects } from './s3-objects.ts'

export interface LeaseTimes {
  /** How long an owner may be silent. */
  readonly leaseMs: number
  readonly renewMs: number
  /** How often who waits looks again. */
  readonly lookMs: number
}

export const defaultLeaseTimes: LeaseTimes = { leaseMs: 20_000, renewMs: 5000, lookMs: 500 }

export interface LeasePlace {
  readonly name: string
  readonly place: string
  readonly times: LeaseTimes
  readonly patience: Patience
}

/** What the object says. */
type Owner = ProcessIdentity & { readonly token: string }

interface Found {
  readonly owner: Owner | null
  readonly mark: Mark
}

/** Waits until the owner shows that it is there, which fails, or its time has run out. */
export async function takeLease(objects: S3Objects, at: LeasePlace): Promise<BlobLock> {
  const lease = new Lease(objects, at, { ...(await ownIdentity()), token: randomBytes(4).toString('hex') })
  const { clock, sleep } = at.patience
  const firstSeen = { mark: '', ms: 0 }
  for (;;) {
    if (await lease.take({ ifNone: true })) return lease
    const found = await lease.look()
    if (found === null) continue
    const ms = clock.monotonicMs()
    const { owner, mark } = found
    const isOver = (owner !== null && (await isDead(owner))) || (firstSeen.mark === mark && ms - firstSeen.ms >= at.times.leaseMs)
    if (isOver) {
      if (await lease.take({ ifMark: mark })) return lease
      continue
    }
    const isThere = (owner !== null && (await isAlive(owner))) || (firstSeen.mark !== '' && firstSeen.mark !== mark)
    if (isThere) throw blobErrors.BLOBS_LOCKED({ place: at.place }, { detail: heldBy(owner) })
    if (firstSeen.mark === '') Object.assign(firstSeen, { mark, ms })
    await sleep(at.times.lookMs)
  }
}

function heldBy(owner: Owner | null): string | undefined {
  return owner === null ? undefined : `Process ${owner.pid} on host "${owner.host}" holds it.`
}

class Lease implements BlobLock {
  readonly token: string
  readonly #objects: S3Objects
  readonly #at: LeasePlace
  readonly #owner: Owner
  #mark: Mark = ''
  #renewals = 0
  #isLost = false
  #timer: NodeJS.Timeout | undefined
  /** Writes one after another. */
  #writing: Promise<void> = Promise.resolve()

  constructor(objects: S3Objects, at: LeasePlace, owner: Owner) {
    this.#objects = objects
    this.#at = at
    this.#owner = owner
    this.token = owner.token
  }

  /** Writes the object; true when it is ours then. */
  async take(condition: { readonly ifNone: true } | { readonly ifMark: Mark }): Promise<boolean> {
    if (!(await this.#write(condition))) return false
    // One that fails is followed by the next.
    const renew = (): void => void this.#renew(this.#objects.impatient).catch(() => {})
    this.#timer ??= setInterval(renew, this.#at.times.renewMs).unref()
    return true
  }

  /** Who owns it; null when nobody does. */
  async look(objects = this.#objects): Promise<Found | null> {
    try {
      const { bytes, mark } = await objects.get(this.#at.name, 0, Number.POSITIVE_INFINITY)
      return { owner: ownerIn(bytes), mark }
    } catch (error) {
      if (isNotFound(error)) return null
      throw error
    }
  }

  async #write(condition: { readonly ifNone: true } | { readonly ifMark: Mark }, objects = this.#objects): Promise<boolean> {
    const bytes = new TextEncoder().encode(JSON.stringify({ ...this.#owner, renewals: ++this.#renewals }))
    try {
      this.#mark = await objects.put(this.#at.name, bytes, condition)
      return true
    } catch (error) {
      const isGone = isMissing(error) || isNotFound(error)
      if (!isRefused(error) && !isGone) throw error
    }
    // The answer to a write that was heeded may have been lost, and the write repeated.
    const found = await this.look(objects)
    if (found?.owner?.token !== this.token) return false
    this.#mark = found.mark
    return true
  }

  #renew(objects: S3Objects): Promise<void> {
    const renewed = this.#writing.then(async () => {
      this.check()
      if (await this.#write({ ifMark: this.#mark }, objects)) return
      // Someone may have removed the lock by hand, while nobody else took it.
      if ((await this.look(objects)) === null && (await this.#write({ ifNone: true }, objects))) return
      this.#lose()
    })
    this.#writing = renewed.catch(() => {})
    return renewed
  }

  #lose(): never {
    this.#isLost = true
    clearInterval(this.#timer)
    throw blobErrors.BLOBS_LOCK_LOST({ place: this.#at.place })
  }

  check(): void {
    if (this.#isLost) throw blobErrors.BLOBS_LOCK_LOST({ place: this.#at.place })
  }

  confirm(): Promise<void> {
    return this.#renew(this.#objects)
  }

  async release(): Promise<void> {
    clearInterval(this.#timer)
    await this.#writing
    if (this.#isLost) return
    // What cannot be removed runs out.
    const objects = this.#objects.impatient
    const found = await this.look(objects).catch(() => null)
    if (found?.owner?.token === this.token) await objects.remove(this.#at.name).catch(() => {})
  }
}

function ownerIn(bytes: Uint8Array): Owner | null {
  try {
    const owner = JSON.parse(new TextDecoder().decode(bytes)) as Owner
    return typeof owner.host === 'string' && typeof owner.pid === 'number' && typeof owner.token === 'string' ? owner : null
  } catch {
    return null
  }
}
