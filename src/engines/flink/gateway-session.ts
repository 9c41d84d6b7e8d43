/** A session of a SQL gateway of Flink: statements, their pages of rows, and the jobs that they submit. */
import { assert } from '#base'
import { type Batch, batchOf, rowsOf, type Schema } from '#data'
import { type GatewayAddress, GatewayClient } from './client.ts'
import { readLogicalType, type WrittenType } from './logical-type.ts'
import { parseWithDigits, valueReader } from './read-value.ts'

interface WrittenPage {
  readonly resultType: string
  readonly resultKind?: string
  readonly isQueryResult?: boolean
  readonly jobID?: string
  readonly nextResultUri?: string
  readonly results?: {
    readonly columns: readonly { readonly name: string; readonly logicalType: WrittenType }[]
    readonly data: readonly { readonly kind: string; readonly fields: readonly unknown[] }[]
  }
}

export interface GatewayResult {
  readonly schema: Schema
  /** Whether the rows are those of a query. */
  readonly isQuery: boolean
  /** Whether it only says that the statement was done. */
  readonly isPlain: boolean
  readonly jobId: string | null
  /** The rows page by page, in order; each batch is the reader's. */
  pages(): AsyncGenerator<Batch, void, undefined>
  /** Lets the gateway forget the operation; a query ends with it, a job does not. */
  close(): Promise<void>
}

export type JobStatus = 'running' | 'finished' | 'failed' | 'canceled'

const kinds = ['INSERT', 'UPDATE_BEFORE', 'UPDATE_AFTER', 'DELETE']

/** A gateway that has nothing yet is asked again after this, and after twice as long each time, up to the most. */
const pauseMsMin = 5
const pauseMsMax = 200

/**
 * A query is let go once it gave rows, or was asked for so often: Flink 2.3 loses a whole task manager where the job of a query is cancelled
 * before its sink has opened.
 */
const unopenedPagesMax = 20
const beginMs = 2000

/** A statement that is given up is still asked for so often until it is ready: its job may run already, and has to be known to be stopped. */
const abortedPagesMax = 100

export class FlinkGatewaySession {
  readonly #client: GatewayClient
  readonly #path: string

  private constructor(client: GatewayClient, handle: string) {
    this.#client = client
    this.#path = `/sessions/${handle}`
  }

  static async open(address: GatewayAddress, properties: Readonly<Record<string, string>>): Promise<FlinkGatewaySession> {
    const client = new GatewayClient(address)
    await client.connect()
    return new FlinkGatewaySession(client, await client.openSession(properties))
  }

  /** What is set. */
  async properties(): Promise<Readonly<Record<string, string>>> {
    const { properties } = await this.#client.call('GET', this.#path)
    return (properties ?? {}) as Record<string, string>
  }

  /**
   * Submits one statement, and waits until it gives rows or is done; aborted, it is given up after a while.
   *
   * @param zone the time zone that the session has
   */
  async execute(statement: string, signal: AbortSignal, zone = 'UTC'): Promise<GatewayResult> {
    const { operationHandle } = await this.#client.call('POST', `${this.#path}/statements`, { statement, executionTimeout: 0 })
    const operation = `${this.#path}/operations/${String(operationHandle)}`
    let closing: Promise<unknown> | undefined
    const close = async (): Promise<void> => {
      closing ??= this.#client.call('DELETE', `${operation}/close`)
      await closing
    }
    const pages = this.#pages(`${operation}/result/0?rowFormat=JSON`)
    try {
      return resultOf(await firstReady(pages, signal), { rest: pages, close, signal, zone })
    } catch (error) {
      // A job whose rows cannot be sent may be about to begin.
      if (await this.#isSubmitted(operation)) await sleep(beginMs)
      await close().catch(() => undefined)
      throw error
    }
  }

  async #isSubmitted(operation: string): Promise<boolean> {
    const { status } = await this.#client.call('GET', `${operation}/status`).catch(() => ({ status: 'ERROR' }))
    return status === 'FINISHED'
  }

  /** The pages of an operation, with a pause after each that has nothing. */
  async *#pages(first: string): WrittenPages {
    let pauseMs = pauseMsMin
    for (let place: string | undefined = first; place !== undefined; ) {
      const page = parseWithDigits(await this.#client.text('GET', place)) as WrittenPage
      yield page
      place = page.nextResultUri ?? (page.resultType === 'NOT_READY' ? place : undefined)
      if (hasRows(page)) pauseMs = pauseMsMin
      else if (place !== undefined) {
        await sleep(pauseMs)
        pauseMs = Math.min(pauseMsMax, pauseMs * 2)
      }
    }
    return undefined
  }

  /** How a job is, as SHOW JOBS says; null where that does not know it. */
  async jobStatus(job: string): Promise<JobStatus | null> {
    const result = await this.execute('SHOW JOBS', new AbortController().signal)
    try {
      for await (const batch of result.pages()) {
        for (const [id, , status] of rowsOf(batch, result.schema)) if (id === job) return statusOf(String(status))
      }
      return null
    } finally {
      await result.close()
    }
  }

  async stopJob(job: string): Promise<void> {
    const result = await this.execute(`STOP JOB '${job}'`, new AbortController().signal)
    await result.close()
  }

  async close(): Promise<void> {
    await this.#client.call('DELETE', this.#path)
  }
}

type WrittenPages = AsyncGenerator<WrittenPage, undefined, undefined>

async function firstReady(pages: WrittenPages, signal: AbortSignal): Promise<WrittenPage> {
  for (let abortedPages = 0; ; ) {
    const { value: page } = await pages.next()
    assert(page !== undefined, 'pages end only behind one that is ready')
    if (page.resultType !== 'NOT_READY') return page
    if (signal.aborted && ++abortedPages >= abortedPagesMax) signal.throwIfAborted()
  }
}

interface ResultSource {
  readonly rest: WrittenPages
  readonly close: () => Promise<void>
  readonly signal: AbortSignal
  readonly zone: string
}

function resultOf(first: WrittenPage, { rest, close, signal, zone }: ResultSource): GatewayResult {
  const schema = (first.results?.columns ?? []).map(({ name, logicalType }) => ({ name, type: readLogicalType(logicalType) }))
  const readers = schema.map(({ type }) => valueReader(type, zone))
  const isQuery = first.isQueryResult === true
  let unopenedPages = isQuery && !hasRows(first) ? 0 : unopenedPagesMax
  const nextPage = async (): Promise<WrittenPage | undefined> => {
    const { value: page } = await rest.next()
    unopenedPages = page === undefined || hasRows(page) ? unopenedPagesMax : unopenedPages + 1
    return page
  }
  async function* pages(): AsyncGenerator<Batch, void, undefined> {
    for (let page: WrittenPage | undefined = first; page !== undefined && !signal.aborted; page = await nextPage()) {
      const data = page.results?.data ?? []
      if (data.length === 0) continue
      const rows = data.map(({ fields }) => readers.map((read, column) => read(fields[column])))
      yield batchOf(
        schema,
        rows,
        data.map(({ kind }) => Math.max(0, kinds.indexOf(kind))),
      )
    }
  }
  return {
    schema,
    isQuery,
    isPlain: first.resultKind === 'SUCCESS',
    jobId: first.jobID ?? null,
    pages,
    async close() {
      // Of what fails, nothing runs any more.
      while (unopenedPages < unopenedPagesMax) await nextPage().catch(() => (unopenedPages = unopenedPagesMax))
      await close()
    },
  }
}

function hasRows({ results }: WrittenPage): boolean {
  return (results?.data.length ?? 0) > 0
}

function statusOf(status: string): JobStatus {
  switch (status) {
    case 'FINISHED':
      return 'finished'
    case 'FAILED':
      return 'failed'
    case 'CANCELED':
      return 'canceled'
    default:
      return 'running'
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
