/**
 * The records of all jobs, in memory as they are stored. Both who asks for jobs and the control loop read here, and write through here,
 * so that each sees what the other wrote.
 */
import type { Clock } from '#base'
import { type NewEntry, type RecordChange, type RecordKey, type RecordKind, RecordMap, type Store, type Stored, writeOf } from '#store'
import { cardOf, type JobCard, type WantedVersion, wantedOf } from './job-card.ts'
import { type JobSpec, type JobWish, jobKind, wishKind } from './job-spec.ts'
import { type JobStatus, statusKind } from './job-status.ts'
import { type Savepoint, savepointKind } from './savepoint.ts'

/** Keeps names apart: its id is the name. */
export interface JobName {
  readonly jobId: string
  /** The request that made the job; null where it had none. */
  readonly requestId: string | null
}

const nameKind: RecordKind<JobName> = { name: 'job-name', keepsVersions: false }

/** A record of a job has changed. */
export interface JobChange {
  readonly workspace: string
  readonly jobId: string
  /** `status` is written by the loop alone. */
  readonly kind: 'job' | 'wish' | 'status' | 'savepoint'
}

const pageSize = 500

export class JobBook {
  readonly store: Store
  readonly #clock: Clock
  readonly wishes: RecordMap<JobWish>
  readonly statuses: RecordMap<JobStatus>
  readonly savepoints: RecordMap<Savepoint>
  readonly names: RecordMap<JobName>
  readonly #cards = new Map<string, JobCard>()
  /** The same by workspace. */
  readonly #cardsIn = new Map<string, Map<string, JobCard>>()
  readonly #wanted = new Map<string, WantedVersion>()
  readonly #savepointsOf = new Map<string, Set<string>>()
  readonly #listeners = new Set<(change: JobChange) => void>()

  private constructor(
    store: Store,
    clock: Clock,
    maps: { wishes: RecordMap<JobWish>; statuses: RecordMap<JobStatus>; savepoints: RecordMap<Savepoint>; names: RecordMap<JobName> },
  ) {
    this.store = store
    this.#clock = clock
    this.wishes = maps.wishes
    this.statuses = maps.statuses
    this.savepoints = maps.savepoints
    this.names = maps.names
  }

  static async load(store: Store, clock: Clock): Promise<JobBook> {
    const book = new JobBook(store, clock, {
      wishes: await RecordMap.load(wishKind, store, clock),
      statuses: await RecordMap.load(statusKind, store, clock),
      savepoints: await RecordMap.load(savepointKind, store, clock),
      names: await RecordMap.load(nameKind, store, clock),
    })
    for (const { id, value } of book.savepoints.all()) book.#putSavepoint(id, value)
    await book.#loadCards()
    return book
  }

  async #loadCards(): Promise<void> {
    for (let after: RecordKey | undefined; ; ) {
      const page = await this.store.list(jobKind, { workspace: null, limit: pageSize, ...(after === undefined ? {} : { after }) })
      for (const record of page) {
        this.#putCard(record)
        await this.#loadWanted(record)
      }
      if (page.length < pageSize) return
      after = page.at(-1)
    }
  }

  /** The version that is wanted is nearly always the newest. */
  async #loadWanted(newest: Stored<JobSpec>): Promise<void> {
    const wish = this.wishes.get(newest.workspace, newest.id)
    const version = wish?.value.version ?? newest.version
    const spec = version === newest.version ? newest.value : await this.specOf(newest, version)
    this.#wanted.set(newest.id, wantedOf(version, spec ?? newest.value))
  }

  card(jobId: string): JobCard | undefined {
    return this.#cards.get(jobId)
  }

  *cards(): Generator<JobCard> {
    yield* this.#cards.values()
  }

  /** The cards of a workspace. */
  cardsIn(workspace: string): Iterable<JobCard> {
    return this.#cardsIn.get(workspace)?.values() ?? []
  }

  count(workspace: string): number {
    return this.#cardsIn.get(workspace)?.size ?? 0
  }

  wanted(jobId: string): WantedVersion | undefined {
    return this.#wanted.get(jobId)
  }

  savepointsOf(jobId: string): Stored<Savepoint>[] {
    const workspace = this.#cards.get(jobId)?.workspace ?? ''
    return [...(this.#savepointsOf.get(jobId) ?? [])].flatMap((id) => this.savepoints.get(workspace, id) ?? [])
  }

  /** A version of a job with its script; null where there is none. */
  async specOf({ workspace, id }: RecordKey, version: number): Promise<JobSpec | null> {
    const [found] = await this.store.versions(jobKind, { workspace, id }, { before: version + 1, limit: 1 })
    return found?.version === version ? found.value : null
  }

  /** A new version of a job, or its end. */
  changeSpec(key: RecordKey, spec: JobSpec | null, by: string): RecordChange {
    return {
      write: writeOf(jobKind, key, spec, this.#cards.get(key.id)?.version ?? 0),
      committed: (stamp) => {
        if (spec !== null) this.#putCard({ ...key, value: spec, ...stamp, writtenBy: by })
        else this.#dropCard(key)
      },
    }
  }

  /** What is wanted of a job now, in a version whose spec is given. */
  changeWish(key: RecordKey, wish: JobWish | null, spec: Pick<JobSpec, 'engine' | 'restart'> | null): RecordChange {
    const change = this.wishes.change(key, wish)
    return {
      write: change.write,
      committed: (stamp) => {
        change.committed(stamp)
        if (wish !== null && spec !== null) this.#wanted.set(key.id, wantedOf(wish.version, spec))
      },
    }
  }

  changeSavepoint(key: RecordKey, savepoint: Savepoint | null): RecordChange {
    const change = this.savepoints.change(key, savepoint)
    const before = this.savepoints.get(key.workspace, key.id)?.value
    return {
      write: change.write,
      committed: (stamp) => {
        change.committed(stamp)
        if (savepoint !== null) this.#putSavepoint(key.id, savepoint)
        else if (before !== undefined) this.#savepointsOf.get(before.jobId)?.delete(key.id)
      },
    }
  }

  /** All or nothing; then whoever watches is told. */
  async commit(changes: readonly RecordChange[], told: readonly JobChange[], by: string, entries: readonly NewEntry[] = []): Promise<void> {
    await this.wishes.commit(changes, by, entries)
    for (const change of told) this.tell(change)
  }

  /** That a record may have changed. */
  tell(change: JobChange): void {
    for (const listener of this.#listeners) listener(change)
  }

  /** Reads the records of a job anew, after a write whose outcome is not known, or that another one came before. */
  async refresh(key: RecordKey): Promise<void> {
    const name = this.#cards.get(key.id)?.name
    if (name !== undefined) await this.names.refresh({ workspace: key.workspace, id: name })
    await Promise.all([this.wishes.refresh(key), this.statuses.refresh(key)])
    for (const id of this.#savepointIdsOf(key)) await this.#refreshSavepoint(key, id)
    const record = await this.store.read(jobKind, key)
    if (record === null) this.#dropCard(key)
    else {
      this.#putCard(record)
      await this.#loadWanted(record)
    }
  }

  /** Those that are known, and the one that the wish speaks of. */
  #savepointIdsOf({ workspace, id }: RecordKey): Set<string> {
    const ids = new Set(this.#savepointsOf.get(id))
    const stop = this.wishes.get(workspace, id)?.value.stop
    return stop?.kind === 'savepoint' ? ids.add(stop.savepointId) : ids
  }

  async #refreshSavepoint({ workspace, id: jobId }: RecordKey, id: string): Promise<void> {
    await this.savepoints.refresh({ workspace, id })
    const found = this.savepoints.get(workspace, id)
    if (found === undefined) this.#savepointsOf.get(jobId)?.delete(id)
    else this.#putSavepoint(id, found.value)
  }

  watch(listener: (change: JobChange) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  nowMs(): number {
    return this.#clock.nowMs()
  }

  #putCard(record: Stored<JobSpec>): void {
    const card = cardOf(record)
    this.#cards.set(record.id, card)
    const cards = this.#cardsIn.get(record.workspace) ?? new Map<string, JobCard>()
    this.#cardsIn.set(record.workspace, cards.set(record.id, card))
  }

  #dropCard({ workspace, id }: RecordKey): void {
    this.#cards.delete(id)
    this.#cardsIn.get(workspace)?.delete(id)
    this.#wanted.delete(id)
    this.#savepointsOf.delete(id)
  }

  #putSavepoint(id: string, { jobId }: Savepoint): void {
    this.#savepointsOf.set(jobId, (this.#savepointsOf.get(jobId) ?? new Set<string>()).add(id))
  }
}
