/**
 * One statement of a session, from its acceptance to its last page. It is ready once its first page can be asked for: a query when its job
 * runs, an INSERT when its job was submitted, all else when it is done.
 *
 *     PENDING → RUNNING → FINISHED                 ready; the rows of a query may still come
 *                       → ERROR, TIMEOUT           it failed, or took too long, before or after that
 *     any     → CANCELED, CLOSED                   by who asked for it
 */
import { News, timerMs } from '#base'
import type { QuerySession } from '#query'
import { gatewayErrors } from './errors.ts'
import { ResultPages } from './result-pages.ts'

type OperationStatus = 'PENDING' | 'RUNNING' | 'FINISHED' | 'CANCELED' | 'CLOSED' | 'ERROR' | 'TIMEOUT'

export interface OperationRequest {
  /** Milliseconds until it has to be ready; 0: as long as it takes. */
  readonly timeoutMs: number
  /** The id of its job, if it has one. */
  readonly jobId: string
  /** What there is to run, or the answer; asked for when its turn has come. Fails where the text is not one statement. */
  prepare(): Promise<PreparedStatement | ResultPages>
}

export interface PreparedStatement {
  readonly text: string
  /** Settings that hold until it is ready. */
  readonly settings: Readonly<Record<string, string>>
}

/** Told of jobs that outlive their statements. */
export interface JobWatch {
  began(job: SubmittedJob): void
  /** `error`: why; null where it came to its end. */
  ended(jobId: string, error: unknown): void
}

export interface SubmittedJob {
  readonly id: string
  readonly name: string
  readonly stop: () => void
}

export class Operation {
  readonly handle: string
  readonly #request: OperationRequest
  readonly #watch: JobWatch
  readonly #stopping = new AbortController()
  readonly #news = new News()
  #status: OperationStatus = 'PENDING'
  #pages: ResultPages | null = null
  #failure: { readonly error: unknown } | null = null
  /** Whether a job was submitted that is not that of a query. */
  #isSubmitted = false
  #timeZone = 'UTC'

  constructor(handle: string, request: OperationRequest, watch: JobWatch) {
    this.handle = handle
    this.#request = request
    this.#watch = watch
  }

  get status(): OperationStatus {
    return this.#status
  }

  /** Of local time stamps in its rows. */
  get timeZone(): string {
    return this.#timeZone
  }

  get #isReady(): boolean {
    return this.#status !== 'PENDING' && this.#status !== 'RUNNING'
  }

  /** Whether nothing of it runs, and nothing of it waits to be fetched but what is there. */
  get hasEnded(): boolean {
    return this.#isReady && this.#pages?.hasEnded !== false
  }

  /** Resolves when the statement is ready, or has failed; never fails. */
  async run(session: QuerySession): Promise<void> {
    if (this.#status !== 'PENDING') return
    this.#status = 'RUNNING'
    const { timeoutMs } = this.#request
    const timer = timeoutMs > 0 ? setTimeout(() => this.#expire(timeoutMs), timerMs(timeoutMs)) : undefined
    try {
      const prepared = await this.#request.prepare()
      if (prepared instanceof ResultPages) this.#becomeReady(prepared)
      else await this.#runPrepared(session, prepared)
    } catch (error) {
      this.#fail(error, 'ERROR')
    }
    clearTimeout(timer)
  }

  async #runPrepared(session: QuerySession, { text, settings }: PreparedStatement): Promise<void> {
    if (this.#stopping.signal.aborted) return
    const restore = session.settings.override(settings)
    this.#timeZone = session.settings.get('table.local-time-zone')
    void this.#execute(session, text)
    await this.ready()
    restore()
  }

  async #execute(session: QuerySession, text: string): Promise<void> {
    const { jobId } = this.#request
    const { signal } = this.#stopping
    const { settings } = session
    const waitsForJob = settings.isSet('table.dml-sync') && settings.get('table.dml-sync') === 'true'
    let query: ResultPages | null = null
    try {
      await session.run(
        text,
        {
          opened: ({ schema }) => {
            query = new ResultPages({ schema, isQuery: true, jobId, isPlain: false })
          },
          submitted: () => {
            if (query !== null) return this.#becomeReady(query)
            this.#isSubmitted = true
            const name = settings.get('pipeline.name') || 'INSERT'
            this.#watch.began({ id: jobId, name, stop: () => this.#stopping.abort() })
            if (!waitsForJob) this.#becomeReady(ResultPages.job(jobId))
          },
          changes: (batch) => query?.add(batch),
          closed: () => query?.end(),
          table: (schema, rows) => this.#becomeReady(ResultPages.table(schema, rows)),
        },
        signal,
      )
      if (this.#isSubmitted) this.#watch.ended(jobId, null)
      this.#becomeReady(this.#isSubmitted ? ResultPages.job(jobId) : ResultPages.ok())
    } catch (error) {
      if (this.#isSubmitted) this.#watch.ended(jobId, error)
      this.#fail(error, 'ERROR')
    }
  }

  #becomeReady(pages: ResultPages): void {
    if (this.#status !== 'RUNNING') return
    this.#status = 'FINISHED'
    this.#pages = pages
    this.#news.tell()
  }

  #fail(error: unknown, status: 'ERROR' | 'TIMEOUT' | 'CANCELED'): void {
    const mayFail = !this.#isReady || this.#pages?.shape.isQuery === true
    if (!mayFail || this.#status === 'CANCELED' || this.#status === 'CLOSED') return
    this.#status = status
    this.#failure ??= { error }
    this.#pages?.fail(error)
    this.#news.tell()
  }

  #expire(limit: number): void {
    if (this.#isReady) return
    this.#fail(gatewayErrors.GATEWAY_OPERATION_TIMEOUT({ operation: this.handle, limit }), 'TIMEOUT')
    this.#stop()
  }

  /** Stops what runs, but for a job that was submitted: it goes on by itself. */
  #stop(): void {
    if (!this.#isSubmitted) this.#stopping.abort()
  }

  /** Stops what runs, and fails what is asked for from then on. */
  cancel(): void {
    const { handle } = this
    if (this.hasEnded) throw gatewayErrors.GATEWAY_OPERATION_ENDED({ operation: handle, status: this.#status })
    this.#fail(gatewayErrors.GATEWAY_OPERATION_CANCELED({ operation: handle }), 'CANCELED')
    this.#stop()
  }

  /** Stops what runs, and forgets what nobody has fetched. */
  close(): void {
    if (!this.hasEnded) this.#stop()
    this.#status = 'CLOSED'
    this.#failure ??= { error: gatewayErrors.GATEWAY_OPERATION_NOT_FOUND({ operation: this.handle }) }
    this.#pages?.drop()
    this.#news.tell()
  }

  /** Waits until it is ready; never fails. */
  async ready(): Promise<void> {
    while (!this.#isReady) await this.#news.within(readyCheckMs)
  }

  /** Its pages; null where it is not ready within `waitMs`. Fails with what the statement failed with. */
  async pages(waitMs: number): Promise<ResultPages | null> {
    if (!this.#isReady) await this.#news.within(waitMs)
    if (this.#pages === null && this.#failure !== null) throw this.#failure.error
    return this.#pages
  }
}

/** Who waits is told; this only bounds a timer. */
const readyCheckMs = 60_000
