/** What really happens in a simulated world, set against what is stored: every trouble is one that a user would have. */
import type { Failure } from '#base'
import { type JobStatus, type JobWish, type RunOrder, statusKind, wishKind } from '#jobs'
import type { Commit, MemoryStore, Write } from '#store'

type Beginning = string

interface Checkpoint {
  readonly attempt: number
  readonly name: Beginning
}

export class Truth {
  readonly troubles: string[] = []
  readonly history: string[] = []
  readonly #store: MemoryStore
  readonly #now: () => number
  /** By job: the runs that are alive, as `host/attempt`. */
  readonly #up = new Map<string, Set<string>>()
  readonly #begun = new Set<string>()
  /** Runs that broke, by job. */
  readonly #failures = new Map<string, { all: number; users: number }>()
  readonly #checkpoints = new Map<string, Checkpoint[]>()
  /** The newest state of each job, or the one that a user chose since. */
  readonly #newest = new Map<string, Beginning>()
  readonly #stored = new Map<string, JobStatus>()
  readonly #wishes = new Map<string, JobWish>()
  /** What the server that lives knows of them. */
  #known = new Map<string, JobWish>()
  #count = 0
  /** Runs that have begun. */
  get starts(): number {
    return this.#begun.size
  }

  constructor(store: MemoryStore, now: () => number) {
    this.#store = store
    this.#now = now
  }

  tell(text: string): void {
    this.history.push(`${new Date(this.#now()).toISOString().slice(11, 23)} ${text}`)
  }

  #trouble(text: string): void {
    this.tell(`TROUBLE ${text}`)
    this.troubles.push(text)
  }

  /** Whatever is made durable. */
  committed({ writes }: Commit): void {
    for (const write of writes) {
      if (write.kind.name === wishKind.name) this.#wish(write)
      if (write.kind.name === statusKind.name) this.#status(write)
    }
  }

  /** Whatever a server knows to be durable. */
  answered({ writes }: Commit): void {
    for (const { kind, id } of writes) {
      const wish = this.#wishes.get(id)
      if (kind.name === wishKind.name && wish !== undefined) this.#known.set(id, wish)
    }
  }

  /** A server reads all of it. */
  reloaded(): void {
    this.#known = new Map(this.#wishes)
  }

  /** A server reads what there is of a job. */
  read(id: string): void {
    const wish = this.#wishes.get(id)
    if (wish !== undefined) this.#known.set(id, wish)
  }

  #wish({ id, value }: Write): void {
    if (value === null) this.#wishes.delete(id)
    else this.#wishes.set(id, value as JobWish)
  }

  #status({ id, value }: Write): void {
    const before = this.#stored.get(id)
    if (value === null) {
      this.#stored.delete(id)
      return
    }
    const status = value as JobStatus
    const { state, run, evidence, reason, restart, trouble, failure } = status
    this.tell(`${id} is ${state}, attempt ${run?.attempt}: ${reason.message}${trouble === null ? '' : `; ${trouble.message}`}`)
    this.#stored.set(id, status)
    if (evidence.source === '' || evidence.kind === 'none') this.#trouble(`${id}: a status without evidence`)
    if ((run?.attempt ?? 0) < (before?.run?.attempt ?? 0)) this.#trouble(`${id}: attempts went back`)
    const broken = this.#failures.get(id) ?? { all: 0, users: 0 }
    if (restart.failures.length > broken.all) this.#trouble(`${id}: ${restart.failures.length} failures, and ${broken.all} runs broke`)
    if (state === 'failed' && broken.all === 0) this.#trouble(`${id}: failed, and no run broke`)
    if (state === 'failed' && reason.code === 'failure-of-user' && broken.users === 0) this.#trouble(`${id}: nothing of the user broke`)
    if (state === 'failed' && failure === null) this.#trouble(`${id}: failed without a cause`)
    // A run that was seen running may be asked to stop at once.
    const ran = state === 'running' || (state === 'stopping' && evidence.kind === 'present')
    if (before?.failure && failure === null && !ran) this.#trouble(`${id}: the cause of a failure is gone`)
  }

  /** Goes out to a host: by then it is stored, and it is still what is wanted. */
  ordered({ jobId, attempt }: RunOrder): void {
    const status = this.#stored.get(jobId)
    const wish = this.#known.get(jobId)
    this.tell(`${jobId} attempt ${attempt} is ordered`)
    if (status?.intent?.kind !== 'start' || status.intent.attempt !== attempt) this.#trouble(`${jobId}: attempt ${attempt} was not stored`)
    if (wish?.state !== 'running') this.#trouble(`${jobId}: attempt ${attempt} is not wanted`)
  }

  began(host: string, order: RunOrder): void {
    const { jobId, attempt } = order
    this.tell(`${jobId} attempt ${attempt} begins on ${host} from ${JSON.stringify(order.from)} ${JSON.stringify(order.origin ?? null)}`)
    const up = this.#up.get(jobId) ?? new Set<string>()
    this.#up.set(jobId, up)
    if (up.size > 0) this.#trouble(`${jobId}: attempt ${attempt} on ${host} began beside ${[...up].join(', ')}`)
    up.add(`${host}/${attempt}`)
    if (this.#begun.has(`${jobId}/${attempt}`)) this.#trouble(`${jobId}: attempt ${attempt} began twice`)
    this.#begun.add(`${jobId}/${attempt}`)
    this.#checkBeginning(order)
  }

  /** A run goes on from the newest state there is, but for one that a user has chosen. */
  #checkBeginning({ jobId, attempt, from, origin }: RunOrder): void {
    if (from.kind !== 'newest') {
      this.#newest.set(jobId, from.kind === 'empty' ? 'nothing' : from.place)
      return
    }
    const since = (this.#checkpoints.get(jobId) ?? []).filter((checkpoint) => checkpoint.attempt >= (origin?.attempt ?? 0))
    const beginning = since.at(-1)?.name ?? (origin?.from.kind === 'savepoint' ? origin.from.place : 'nothing')
    const newest = this.#newest.get(jobId) ?? 'nothing'
    if (beginning !== newest) this.#trouble(`${jobId}: attempt ${attempt} begins with ${beginning} instead of ${newest}`)
  }

  checkpointed({ jobId, attempt }: RunOrder): void {
    const name = `checkpoint ${++this.#count}`
    this.#checkpoints.set(jobId, [...(this.#checkpoints.get(jobId) ?? []), { attempt, name }])
    this.#newest.set(jobId, name)
  }

  /** A run has ended with a savepoint, which is no checkpoint. */
  saved({ jobId }: RunOrder, place: string): void {
    this.#newest.set(jobId, place)
  }

  ended(host: string, { jobId, attempt }: RunOrder, state: string, failure: Failure | null): void {
    this.tell(`${jobId} attempt ${attempt} has ${state} on ${host} ${failure?.code ?? ''}`)
    this.#up.get(jobId)?.delete(`${host}/${attempt}`)
    if (failure === null) return
    const { all, users } = this.#failures.get(jobId) ?? { all: 0, users: 0 }
    this.#failures.set(jobId, { all: all + 1, users: users + (failure.blame === 'user' ? 1 : 0) })
  }

  /** After a long time without any trouble: every job is as it is wanted, and nothing runs that nobody wants. */
  checkQuiet(): void {
    for (const [jobId, wish] of this.#wishes) {
      const status = this.#stored.get(jobId)
      const up = [...(this.#up.get(jobId) ?? [])]
      const isWanted = wish.state === 'running'
      const state = status?.state ?? 'stopped'
      const isGivenUp = state === 'failed' || state === 'finished'
      const isStuck = status?.trouble?.code === 'savepoint-failed' && state === 'running'
      const fits = isWanted
        ? (state === 'running' && up.length === 1) || (isGivenUp && up.length === 0)
        : state === 'stopped' && up.length === 0
      if (wish.removal !== undefined) this.#trouble(`${jobId}: it was to be removed, and is there`)
      if (!fits && !isStuck) this.#trouble(`${jobId}: it is ${state} with ${up.length} runs, wanted ${wish.state}`)
      if (state === 'running' && !isStuck && (status?.run?.version !== wish.version || status.generation !== wish.generation))
        this.#trouble(`${jobId}: it runs in version ${status?.run?.version} instead of ${wish.version}`)
    }
    for (const [jobId, up] of this.#up) {
      if (up.size > 0 && !this.#wishes.has(jobId)) this.#trouble(`${jobId}: it is gone, and runs on`)
    }
  }

  get store(): MemoryStore {
    return this.#store
  }
}
